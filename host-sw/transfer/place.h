/*
 * Where a connection can be: on a NIC, on the host's own TCP, or at rest in host memory. A transfer takes
 * it from one place and gives it to another; each kind of place is one file with these operations.
 */
#ifndef TOESIM_HOST_TRANSFER_PLACE_H
#define TOESIM_HOST_TRANSFER_PLACE_H

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_bus.h"

#include <stdbool.h>

struct conn_ctx;
struct dir_entry;
struct dir_frame;
struct host_sw;
struct packet;

/* Places beyond those of nic_bus.h, which are the ones that can process a connection. */
enum {
    PLACE_MEMORY = PLACE_COUNT, /* at rest: nobody serves it */
    PLACE_NOWHERE,              /* the source of a connection that opens */
};

struct place_ops {
    /* Asks the source of the transfer to stop serving the connection and to hand out its image.
     * The answer is a step of the transfer (transfer.h), TAKEN or ABSENT: at once, or when a command
     * has completed. */
    void (*take)(struct host_sw *sw, struct dir_entry *entry);
    /* Tells the destination of the transfer that an image will follow. Null: it need not know. */
    void (*prepare)(struct host_sw *sw, struct dir_entry *entry);
    /* True when the destination would serve this image now. Null: it always would. */
    bool (*accepts)(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image);
    /* Gives the image to this place, with the frames that were held. The answer is a step of the
     * transfer, GIVEN or GIVE_FAILED: at once, or when a command has completed. The image is changed:
     * it names its new place and generation. */
    void (*give)(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                 enum move_reason reason, struct conn_ctx *image);
    /* Passes a frame to the connection at this place. The caller keeps its reference to the buffer. */
    void (*relay)(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                  const struct dir_frame *frame, const struct packet *packet);
};

/* place: a NIC, PLACE_HOST or PLACE_MEMORY. */
const struct place_ops *place_ops_of(unsigned place);

/* True for a place that is a NIC. */
static inline bool place_is_nic(unsigned place) { return place < NIC_COUNT; }

#endif

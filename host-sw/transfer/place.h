/*
 * A connection can be in three kinds of place: on a NIC, in the host's own TCP, or at rest in host memory. A transfer
 * takes the connection from one place and gives it to another. Each kind of place is one file with the operations
 * below.
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

/* The places that cannot process a connection. nic_bus.h has the places that can. */
enum {
    PLACE_MEMORY = PLACE_COUNT, /* the connection is at rest, and nobody serves it */
    PLACE_NOWHERE,              /* the source of a connection that is being opened */
};

struct place_ops {
    /* Asks the source of the transfer to stop serving the connection and to hand out its image. The source answers with
     * the step TAKEN or ABSENT (mechanism.h), either at once or when a command has completed. */
    void (*take)(struct host_sw *sw, struct dir_entry *entry);
    /* Tells the destination of the transfer that an image will follow. If null, the destination need not know. */
    void (*prepare)(struct host_sw *sw, struct dir_entry *entry);
    /* Returns true if the destination would accept this image now. If null, it always would. */
    bool (*accepts)(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image);
    /* Gives the image and the held frames to this place. The place answers with the step GIVEN or GIVE_FAILED, either
     * at once or when a command has completed. A place that serves the connection changes the image, which then names
     * the new place and generation. */
    void (*give)(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                 enum move_reason reason, struct conn_ctx *image);
    /* Passes a frame to the connection at this place. The caller keeps its reference to the buffer. */
    void (*relay)(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                  const struct dir_frame *frame, const struct packet *packet);
};

/* The operations of each place: the NICs, PLACE_HOST and PLACE_MEMORY. */
extern const struct place_ops *const place_table[PLACE_NOWHERE];

/* Returns true if the place is a NIC. */
static inline bool place_is_nic(unsigned place) { return place < NIC_COUNT; }

#endif

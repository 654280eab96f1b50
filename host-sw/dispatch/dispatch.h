/* Passes every record and every event of both NICs to the part that acts on it. */
#ifndef TOESIM_HOST_DISPATCH_DISPATCH_H
#define TOESIM_HOST_DISPATCH_DISPATCH_H

#include "models/hwif/nic_desc.h"
#include <stdbool.h>
#include <stdint.h>

struct dir_frame;
struct host_sw;
struct nic_record;

/* Records that the mechanism does not let the driver act on yet, in the order of their arrival. */
struct waiting_records {
    struct nic_record *records;
    uint32_t count, capacity;
};

/* Records and events that were read from the rings and not acted on yet. dispatch.c writes here. */
struct intake {
    struct waiting_records waiting;
    struct nic_event *events; /* events that were read but not yet acted on */
    uint32_t event_count, event_capacity;
};

/* Makes one pass over the records and events of both NICs and the work of the host's own TCP. Returns true if there was
 * any work. */
bool dispatch_poll(struct host_sw *sw);

/* Decides what to do with a frame that no NIC has taken. The caller keeps its reference to the buffer. record is null
 * for a frame that was held. */
void dispatch_frame(struct host_sw *sw, const struct dir_frame *frame,
                    const struct nic_record *record);

#endif

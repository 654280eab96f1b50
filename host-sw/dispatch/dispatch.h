/* Passes every record and every event of both NICs to the part that acts on it. */
#ifndef TOESIM_HOST_DISPATCH_DISPATCH_H
#define TOESIM_HOST_DISPATCH_DISPATCH_H

#include <stdbool.h>

struct dir_frame;
struct host_sw;
struct nic_record;

/* Makes one pass over the records and events of both NICs and the work of the host's own TCP. Returns true if there was
 * any work. */
bool dispatch_poll(struct host_sw *sw);

/* Decides what to do with a frame that no NIC has taken. The caller keeps its reference to the buffer. record is null
 * for a frame that was held. */
void dispatch_frame(struct host_sw *sw, const struct dir_frame *frame,
                    const struct nic_record *record);

#endif

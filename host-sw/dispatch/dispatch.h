/* Every record and every event of both NICs goes through here to the part that acts on it. */
#ifndef TOESIM_HOST_DISPATCH_DISPATCH_H
#define TOESIM_HOST_DISPATCH_DISPATCH_H

#include <stdbool.h>

struct dir_frame;
struct host_sw;
struct nic_record;

/* One pass; true when there was anything to do. */
bool dispatch_poll(struct host_sw *sw);

/* Decides on a frame that no NIC has taken; the caller keeps its reference to the buffer. record: null for one that
 * was held. */
void dispatch_frame(struct host_sw *sw, const struct dir_frame *frame,
                    const struct nic_record *record);

#endif

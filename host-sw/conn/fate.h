/* What becomes of a frame that no NIC has taken: it is dropped, answered, or held for its connection. */
#ifndef TOESIM_HOST_CONN_FATE_H
#define TOESIM_HOST_CONN_FATE_H

#include "models/base/drop_reason.h"

#include <stdint.h>

struct dir_entry;
struct dir_frame;
struct host_sw;

/* The frame is lost for this reason, which is not DROP_NONE. conn: PROBE_NO_CONN for none. */
void fate_drop(struct host_sw *sw, const struct dir_frame *frame, uint32_t conn,
               enum drop_reason reason);

/* The host took note of the frame, and nothing more comes of it. */
void fate_answered(struct host_sw *sw, const struct dir_frame *frame);

/* The frame is held for the connection, or dropped for want of room. */
void fate_hold(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame);

#endif

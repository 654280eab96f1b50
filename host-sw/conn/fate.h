/* The end of a frame that no NIC has taken. The host drops it, takes note of it, or holds it for its connection. */
#ifndef TOESIM_HOST_CONN_FATE_H
#define TOESIM_HOST_CONN_FATE_H

#include "models/base/drop_reason.h"

#include <stdbool.h>
#include <stdint.h>

struct dir_entry;
struct dir_frame;
struct host_sw;

/* Counts and reports the frame as dropped for this reason, which is not DROP_NONE. conn is PROBE_NO_CONN if the frame
 * belongs to no connection. */
void fate_drop(struct host_sw *sw, const struct dir_frame *frame, uint32_t conn,
               enum drop_reason reason);

/* Reports that the host has acted on the frame and needs it no more. */
void fate_answered(struct host_sw *sw, const struct dir_frame *frame);

/* Holds the frame for the connection. Returns false and does nothing if the pool has no room for it. */
bool fate_try_hold(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame);

/* Holds the frame for the connection, or drops it if the pool has no room. */
void fate_hold(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame);

#endif

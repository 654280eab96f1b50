/* Silent connections: when they may rest in host memory, and what brings them back. */
#ifndef TOESIM_HOST_LIFE_IDLE_H
#define TOESIM_HOST_LIFE_IDLE_H

#include "models/base/move_event.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;

/* Looks at every connection and puts those to rest that have been silent for the idle time. */
void idle_scan(struct host_sw *sw, uint64_t now_ps);

/* May the connection, which its NIC has stopped serving, rest with this image? False: it goes back, and
 * the reason is counted. */
bool idle_accepts(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image);

/* Brings a resting connection back: to `wanted` (PLACE_HOST: the NIC it was last heard on) where that
 * may be, else to the other NIC, else to the host's own TCP. why: what asked for it. */
void idle_reactivate(struct host_sw *sw, struct dir_entry *entry, unsigned wanted,
                     const struct move_trigger *why);

/* The timer of a resting connection: at the earliest deadline of its image; and none any more. */
void idle_arm(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image);
void idle_disarm(struct host_sw *sw, const struct dir_entry *entry);

/* The earliest timer of a resting connection; TIME_NEVER: none runs. */
uint64_t idle_next_ps(const struct host_sw *sw);

/* Brings back those whose timer is due. True: there was one. */
bool idle_on_time(struct host_sw *sw, uint64_t now_ps);

#endif

/* Decides when silent connections rest in host memory, and brings them back. */
#ifndef TOESIM_HOST_LIFE_IDLE_H
#define TOESIM_HOST_LIFE_IDLE_H

#include "host-sw/types/reasons.h"
#include "models/base/move_event.h"
#include "models/base/timer_heap.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;

/* Connections at rest. idle.c writes here, and the server the time of the scan. */
struct idle {
    struct timer_heap
        *timers; /* earliest timer of each inactive connection, by id; null before the first one */
    uint64_t next_ps;      /* the time of the earliest timer, or TIME_NEVER if none runs */
    uint64_t next_scan_ps; /* when idle_scan() is due, or TIME_NEVER */
};

/* Looks at every connection and begins to inactivate those that have been silent for the idle time. */
void idle_scan(struct host_sw *sw, uint64_t now_ps);

/* Returns true if the connection, which its NIC has stopped serving, may rest with this image. Otherwise the reason is
 * counted, and the connection goes back. */
bool idle_accepts(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image);

/* Brings a resting connection back to `wanted` if that NIC may own it, or else to the other NIC, or else to the host's
 * own TCP. If wanted is PLACE_HOST, the NIC that received the last frame is preferred. why is the trigger. */
void idle_reactivate(struct host_sw *sw, struct dir_entry *entry, unsigned wanted,
                     const struct move_trigger *why);

/* Set the timer of a resting connection to the earliest deadline of its image, and stop the timer. */
void idle_arm(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image);
void idle_disarm(struct host_sw *sw, const struct dir_entry *entry);

/* Brings back the connections whose timer is due. Returns true if there was one. */
bool idle_on_time(struct host_sw *sw, uint64_t now_ps);

/* Returns the key of the reason in stats.json; static text. */
const char *idle_reason_key(enum idle_reason reason);

#endif

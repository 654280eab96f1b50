/* Tracks from probe events which connections of the server have a running retransmission timer. */
#ifndef TOESIM_STATS_SERVER_TIMERS_H
#define TOESIM_STATS_SERVER_TIMERS_H

#include "models/base/probe.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct server_timers; /* opaque */

/* Creates the tracker for connection ids below conn_max. Returns null if memory is short. */
struct server_timers *server_timers_create(uint32_t conn_max);
void server_timers_destroy(struct server_timers *timers);

/* Returns the kinds of events that server_timers_on_event() needs, as bits of (1 << kind). */
uint64_t server_timers_kinds(void);
void server_timers_on_event(struct server_timers *timers, const struct probe_event *event);

/* True while the connection, as the server sees its tuple, waits to send something again: wherever it
 * is processed, and while it moves; not when the timer has been due for ten seconds, since then nobody serves it. */
bool server_timers_runs(const struct server_timers *timers, const struct flow_key *key,
                        uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

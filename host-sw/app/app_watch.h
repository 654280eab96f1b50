/*
 * Stands between the host and its application and passes every call on unchanged. What it reports
 * is what the application was really told, so observers can compare that with what the NICs and
 * the team say has happened; the team's own counters cannot show that a call was left out.
 */
#ifndef TOESIM_APP_APP_WATCH_H
#define TOESIM_APP_APP_WATCH_H

#include "host-sw/host_sw.h"

#ifdef __cplusplus
extern "C" {
#endif

struct app_watch; /* opaque */

struct app_watch_stats {
    uint64_t established; /* calls of on_established() */
    uint64_t closed;      /* calls of on_closed() with an orderly end */
    uint64_t notices;     /* calls of on_closed() with a premature end: the notifications */
};

/* ops, self and probe are kept; the clock is that of `bus`. Null when memory is short. */
struct app_watch *app_watch_create(const struct app_ops *ops, void *self, struct nic_bus bus,
                                   const struct probe *probe);
void app_watch_destroy(struct app_watch *watch);

/* For host_sw_create(); self is the watch. A call that the application does not have is null here as
 * well, except on_closed(), which is always counted. */
const struct app_ops *app_watch_ops(const struct app_watch *watch);

/* The host must be known before its first callback. */
void app_watch_attach(struct app_watch *watch, const struct host_sw *host);

const struct app_watch_stats *app_watch_get_stats(const struct app_watch *watch);

#ifdef __cplusplus
}
#endif

#endif

/*
 * The watch stands between the host and its application and passes every call on unchanged. It reports the calls that
 * the application has really received, so that observers can compare them with the events of the NICs and the team. The
 * team's own counters cannot show that a call was left out.
 */
#ifndef TOESIM_APP_APP_WATCH_H
#define TOESIM_APP_APP_WATCH_H

#include "host-sw/server/host_sw.h"

#ifdef __cplusplus
extern "C" {
#endif

struct app_watch; /* opaque */

struct app_watch_stats {
    uint64_t established; /* calls of on_established() */
    uint64_t closed;      /* calls of on_closed() with an orderly end */
    uint64_t notices;     /* calls of on_closed() with a premature end */
};

/* The watch keeps ops, self and probe, and uses the clock of `bus`. Returns null if no memory is left. */
struct app_watch *app_watch_create(const struct app_ops *ops, void *self, struct nic_bus bus,
                                   const struct probe *probe);
void app_watch_destroy(struct app_watch *watch);

/* Returns the operations for host_sw_create(). Their self is the watch. An operation that the application does not have
 * is null here as well, except on_closed(), which is always counted. */
const struct app_ops *app_watch_ops(const struct app_watch *watch);

/* The host must be known before its first callback. */
void app_watch_attach(struct app_watch *watch, const struct host_sw *host);

const struct app_watch_stats *app_watch_get_stats(const struct app_watch *watch);

#ifdef __cplusplus
}
#endif

#endif

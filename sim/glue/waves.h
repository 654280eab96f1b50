/*
 * One FST file over both caches and the probe module. Dumped in one place, once per timestamp, with
 * everything that happened at it; times in ps. The same simulation gives the same bytes.
 */
#ifndef TOESIM_SIM_GLUE_WAVES_H
#define TOESIM_SIM_GLUE_WAVES_H

#include "models/base/probe.h"
#include "models/base/status.h"
#include "sim/glue/ctx_cache_rtl.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct waves; /* opaque */

/* Opens path.tmp; the file gets its name when it is closed whole. Both caches are kept, and must
 * not have run yet. Nothing is recorded until waves_set_on(). Null: err says why. */
struct waves *waves_create(struct rtl_domain *domain, struct ctx_cache_rtl *cache0,
                           struct ctx_cache_rtl *cache1, const char *path, struct error *err);

/* Opens or ends a window: while on, the caches run one edge at a time, so that all edges come in
 * the order of their time; while off, recording costs nothing. */
void waves_set_on(struct waves *waves, bool on, uint64_t now_ps);
bool waves_is_on(const struct waves *waves);

/* Drives the pins of rtl/probe/probe.sv from the models' events; add it to the system's probe. */
struct probe_listener waves_listener(struct waves *waves);

/* Dumps what is left, closes, checks the file and gives it its name. STATUS_ENVIRONMENT: it is not
 * whole (disk full), and is removed. The caches must still exist. waves is gone in any case. */
enum status waves_close(struct waves *waves, struct error *err);

#ifdef __cplusplus
}
#endif

#endif

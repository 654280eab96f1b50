/* The applications of the server in a live run, each on its well-known port. */
#ifndef TOESIM_SIM_LIVE_APPS_H
#define TOESIM_SIM_LIVE_APPS_H

#include "host-sw/server/host_sw.h"
#include "models/base/status.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct live_apps; /* opaque: echo 7, discard 9, chargen 19, and HTTP 80 when there are files */

/* Creates the applications. `files` is the folder that HTTP serves, or null. Returns null and sets `err` if the
 * folder cannot be read or memory is short. */
struct live_apps *live_apps_create(uint32_t conn_max, const char *files, struct error *err);
void live_apps_destroy(struct live_apps *apps);
void live_apps_attach(struct live_apps *apps, struct host_sw *host);

/* For host_sw_create(): ops and their self. */
const struct app_ops *live_apps_ops(void);
void *live_apps_self(struct live_apps *apps);

/* One line per service: connections and bytes. */
void live_apps_report(const struct live_apps *apps, FILE *file);

#ifdef __cplusplus
}
#endif

#endif

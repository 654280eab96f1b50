/* Several applications on one host, each on its own port: one app_ops in front of theirs. For those
 * that listen: a connection that an application opens has no port here to be known by. */
#ifndef TOESIM_APP_APP_MUX_H
#define TOESIM_APP_APP_MUX_H

#include "host-sw/host_sw.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { APP_MUX_APPS_MAX = 32 };

struct app_mux; /* opaque */

/* conn_max: connection ids of the host. Null when memory is short. */
struct app_mux *app_mux_create(uint32_t conn_max);
void app_mux_destroy(struct app_mux *mux);

/* ops and self are kept. False: the port is taken, or no place is left. */
bool app_mux_add(struct app_mux *mux, uint16_t port, const struct app_ops *ops, void *self);

/* For SYNs to ports nobody was added for; without one they are refused. At most one. */
void app_mux_set_default(struct app_mux *mux, const struct app_ops *ops, void *self);

/* For host_sw_create(); self is the mux. */
const struct app_ops *app_mux_ops(void);

#ifdef __cplusplus
}
#endif

#endif

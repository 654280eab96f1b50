/* Lets several applications run on one host, each with its own port, behind one app_ops. The applications may only
 * listen, because a connection that an application opens has no local port by which the mux could find the application.
 */
#ifndef TOESIM_APP_APP_MUX_H
#define TOESIM_APP_APP_MUX_H

#include "host-sw/types/application.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { APP_MUX_APPS_MAX = 32 };

struct app_mux; /* opaque */

/* conn_max is the number of connection ids of the host. Returns null if no memory is left. */
struct app_mux *app_mux_create(uint32_t conn_max);
void app_mux_destroy(struct app_mux *mux);

/* Adds an application. The mux keeps ops and self. Returns false if the port is taken or the mux is full. */
bool app_mux_add(struct app_mux *mux, uint16_t port, const struct app_ops *ops, void *self);

/* Sets the application for SYNs to all other ports, at most once. Without it the mux refuses such SYNs. */
void app_mux_set_default(struct app_mux *mux, const struct app_ops *ops, void *self);

/* Returns the operations for host_sw_create(). Their self is the mux. */
const struct app_ops *app_mux_ops(void);

#ifdef __cplusplus
}
#endif

#endif

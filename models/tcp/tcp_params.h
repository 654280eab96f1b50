/* The presets of the TCP core. */
#ifndef TOESIM_TCP_TCP_PARAMS_H
#define TOESIM_TCP_TCP_PARAMS_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

void tcp_params_default(struct tcp_params *params);

#ifdef __cplusplus
}
#endif

#endif

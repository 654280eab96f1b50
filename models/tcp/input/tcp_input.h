/* Processing of received segments. */
#ifndef TOESIM_TCP_TCP_INPUT_H
#define TOESIM_TCP_TCP_INPUT_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processes one segment. The caller has verified its checksum. */
void tcp_input(struct conn_ctx *ctx, const struct tcp_segment *seg, const struct tcp_params *params,
               struct tcp_now now, struct tcp_result *result);

#ifdef __cplusplus
}
#endif

#endif

/* Completes a rebuilt context from a checkpoint of the dead NIC (models/hwif/checkpoint.h). */
#ifndef TOESIM_TCP_TCP_RESTORE_H
#define TOESIM_TCP_TCP_RESTORE_H

#include "models/hwif/conn_ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes from the first `lines` lines of `saved` what no record says. tcp_rebuild() has filled in `ctx`, whose sequence
 * numbers stay, because a record may be newer than the checkpoint. The congestion window is at most one initial window,
 * because the ACK clock is lost (RFC 5681 4.1), but the threshold of slow start stays, as does the RTT estimator. */
void tcp_restore(struct conn_ctx *ctx, const struct conn_ctx *saved, unsigned lines);

#ifdef __cplusplus
}
#endif

#endif

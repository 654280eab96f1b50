/* Decides when a conversation in endpoint mode has ended or stalled. */
#ifndef TOESIM_TRACE_ENDPOINT_END_H
#define TOESIM_TRACE_ENDPOINT_END_H

#include "models/trace/endpoint/endpoint_pvt.h"

/* These functions end a conversation if nothing more is due, and detect that it has stalled. */
void endpoint_end_check(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps);
uint64_t endpoint_end_stall_ps(const struct endpoint_peer *peer, const struct endpoint_conv *conv,
                               uint64_t now_ps);
void endpoint_end_stalled(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps);

#endif

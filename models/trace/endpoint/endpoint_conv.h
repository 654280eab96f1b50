/* One conversation in endpoint mode: the steps of its application, and the callbacks of its stack. */
#ifndef TOESIM_TRACE_ENDPOINT_CONV_H
#define TOESIM_TRACE_ENDPOINT_CONV_H

#include "models/trace/endpoint/endpoint_pvt.h"

/* Returns the next step of the client's application, or null if none is left. */
const struct app_step *endpoint_conv_step(struct endpoint_conv *conv);
void endpoint_conv_touch(struct endpoint_peer *peer, struct endpoint_conv *conv);
/* Performs the steps that are due and sets the conversation's timer. The state is put away if the conversation has ended. */
void endpoint_conv_go_on(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps);
void endpoint_conv_close(struct endpoint_peer *peer, struct endpoint_conv *conv);
void endpoint_conv_refuse(struct endpoint_peer *peer, struct endpoint_conv *conv,
                          enum outcome reason, const char *why);
/* Puts the state of a conversation away that has ended, also in the stack. */
void endpoint_conv_put_away(struct endpoint_peer *peer, struct endpoint_conv *conv);
struct lwip_hooks endpoint_conv_hooks(struct endpoint_peer *peer);

#endif

/* Images of the hard subset alone (lines 0, 1 and 4 of the context; docs/hwif.md, section 9). */
#ifndef TOESIM_TCP_TCP_HARD_H
#define TOESIM_TCP_TCP_HARD_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes lines 2 and 3 out of the image, and seals it. */
void tcp_image_harden(struct conn_ctx *image);

/* Fills in lines 2 and 3 of such an image, and seals it. Sequence numbers, congestion window and options that both sides
 * agreed on are kept. The RTT is measured anew, timers start anew, recovery from a loss ends, segments beyond a hole count as
 * not received (RFC 2018 8), and an acknowledgment is owed. The application's TOS and user timeout have to be set again
 * (tcp_on_app_set()). */
void tcp_image_complete(struct conn_ctx *image, const struct tcp_params *params);

#ifdef __cplusplus
}
#endif

#endif

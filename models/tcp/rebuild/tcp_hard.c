#include "models/tcp/rebuild/tcp_hard.h"

#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_image.h"
#include "models/tcp/tcp_state.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>
#include <string.h>

enum { FIRST_SOFT_LINE = 2, SOFT_LINES = 2 };

void tcp_image_harden(struct conn_ctx *image)
{
    static_assert(FIRST_SOFT_LINE + SOFT_LINES == CTX_CONST_LINE, "lines 2 and 3");
    memset((uint8_t *)image + FIRST_SOFT_LINE * CTX_LINE_BYTES, 0, SOFT_LINES * CTX_LINE_BYTES);
    tcp_image_seal(image);
}

/* In an image the deadlines are remaining times, as they are in a context at the time 0. */
static void start_timers(struct conn_ctx *image, const struct tcp_params *params)
{
    const struct tcp_now zero = {0};
    bool in_flight = image->snd_nxt != image->snd_una;
    if (in_flight)
        tcp_timer_start_rexmt(image, params, zero);
    if (image->tcp_state == TCP_FIN_WAIT_2 && params->fin_wait_2_us)
        tcp_timer_start_wait(image, params->fin_wait_2_us, zero);
    if (image->flags & CTX_FLAG_KEEPALIVE)
        tcp_timer_restart_keepalive(image, params, zero);
}

void tcp_image_complete(struct conn_ctx *image, const struct tcp_params *params)
{
    image->rto = params->rto_initial_us;
    image->flags &= ~(uint32_t)(CTX_FLAG_RTT_TIMING | CTX_FLAG_OOO_FIN | CTX_FLAG_BLIND_RECOVERY |
                                CTX_FLAG_SACK_FULL);
    if (image->tcp_state >= TCP_ESTABLISHED)
        image->flags |= CTX_FLAG_ACK_NOW; /* what was delayed is not known any more */
    start_timers(image, params);
    tcp_image_seal(image);
}

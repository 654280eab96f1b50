#include "models/check/move/check_image.h"

#include "models/check/check_state.h"
#include "models/check/move/check_carry.h"

#include "models/tcp/cc/cc.h"

#include <string.h>

/* Clears the fields that a move may change: the identity of the owner, and the application's progress.
 * Timers are remaining times in an image, which the host copies unchanged. */
static void clear_movable(struct conn_ctx *image)
{
    image->own_state = 0;
    image->owner = 0;
    image->generation = 0;
    image->move_count = 0;
    image->move_reason = 0;
    image->rx_if = 0;
    image->tx_if = 0;
    image->crc = 0;
}

/* Allows for times that go on while an image rests in host memory: an age may only grow, a remaining time
 * may only shrink. Such fields are made equal. */
static void allow_rest(struct conn_ctx *in, const struct conn_ctx *out)
{
    if (!seq_before(in->ts_recent_age, out->ts_recent_age))
        in->ts_recent_age = out->ts_recent_age;
    if (!seq_before(in->last_send, out->last_send))
        in->last_send = out->last_send;
    if (in->keepalive_deadline <= out->keepalive_deadline)
        in->keepalive_deadline = out->keepalive_deadline;
    if (in->rexmt_deadline <= out->rexmt_deadline)
        in->rexmt_deadline = out->rexmt_deadline;
    if (in->delack_deadline <= out->delack_deadline)
        in->delack_deadline = out->delack_deadline;
    if (in->wait_deadline <= out->wait_deadline)
        in->wait_deadline = out->wait_deadline;
    if (!seq_before(in->rtt_start, out->rtt_start))
        in->rtt_start = out->rtt_start;
    if (in->challenge_start >= out->challenge_start)
        in->challenge_start = out->challenge_start;
    if (in->cc_alg == CC_CUBIC && !seq_before(in->cc_private_0, out->cc_private_0))
        in->cc_private_0 = out->cc_private_0; /* age of the epoch (RFC 9438) */
}

/* Returns the first byte that differs, for the message; CTX_BYTES if the images are equal. */
static unsigned first_difference(const struct conn_ctx *a, const struct conn_ctx *b)
{
    const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;
    unsigned i = 0;
    while (i < CTX_BYTES && x[i] == y[i])
        i++;
    return i;
}

static void check_order(struct check *check, const struct probe_event *event,
                        const struct conn_ctx *image)
{
    if (seq_before(image->snd_nxt, image->snd_una) || seq_before(image->snd_max, image->snd_nxt))
        check_fail(check, INVARIANT_SND, event, "snd_una %u snd_nxt %u snd_max %u", image->snd_una,
                   image->snd_nxt, image->snd_max);
}

static void on_out(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    memcpy(&c->image, event->context.image, sizeof c->image);
    c->image_valid = true;
    check_order(check, event, &c->image);
}

static void on_in(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct conn_ctx in, out;
    memcpy(&in, event->context.image, sizeof in);
    check_order(check, event, &in);
    if (seq_before(in.snd_max, c->wire_max))
        check_fail(check, INVARIANT_SND, event, "snd_max %u at install, but %u was sent",
                   in.snd_max, c->wire_max);
    if (!c->image_valid)
        return; /* the image that the driver built for a SYN */
    out = c->image;
    check_carry_forgive(&c->carry, &out, &in);
    allow_rest(&in, &out);
    clear_movable(&in);
    clear_movable(&out);
    unsigned at = first_difference(&in, &out);
    if (at < CTX_BYTES)
        check_fail(check, INVARIANT_CRC, event, "image differs from the extracted one at byte %u",
                   at);
}

void check_image_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_CTX_OUT && event->context.image)
        on_out(check, c, event);
    else if (event->kind == PROBE_CTX_IN && event->context.image)
        on_in(check, c, event);
}

#include "models/check/tcp/check_rx.h"

#include "models/check/check_state.h"

#include "models/base/frame.h"
#include "models/hwif/nic_bus.h"
#include "models/wire/packet.h"

/* Returns false if the ACK bit is clear, as in a reset from LISTEN (RFC 9293 3.10.7.2); then the field has
 * no meaning. */
static bool acknowledges(const struct probe_event *event)
{
    const struct frame *frame = event->built.frame;
    if (!frame)
        return true;
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    return packet.kind != PACKET_TCP || (packet.seg.flags & TCP_ACK) != 0;
}

static void on_built(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    const struct seq_set *have = check->params.ack_flushed ? &c->visible : &c->written;
    uint32_t ack = event->built.ack;
    /* The FIN takes one sequence number but no memory (RFC 9293 3.4). */
    uint32_t limit = have->edge + (c->fin_seen ? 1 : 0);
    if (seq_before(limit, ack) && acknowledges(event))
        check_fail(check, INVARIANT_ACK, event, "it acknowledges %u, but only %u is %s", ack, limit,
                   check->params.ack_flushed ? "visible" : "issued");
}

/* The host's own TCP needs no record: it is the host that knows. */
static void check_recorded(struct check *check, struct check_conn *c,
                           const struct probe_event *event)
{
    if (!check->params.ack_recorded || event->nic >= NIC_COUNT || !acknowledges(event))
        return;
    if (!c->has_recorded)
        check_fail(check, INVARIANT_ACK, event, "it acknowledges %u, but no record is visible",
                   event->built.ack);
    else if (seq_before(c->recorded, event->built.ack))
        check_fail(check, INVARIANT_ACK, event,
                   "it acknowledges %u, but the records that are visible report only %u",
                   event->built.ack, c->recorded);
}

static void on_recorded(struct check_conn *c, uint32_t rcv_nxt)
{
    if (!c->has_recorded || seq_before(c->recorded, rcv_nxt))
        c->recorded = rcv_nxt;
    c->has_recorded = true;
}

/* What the dead NIC has written and not reported counts as not received. */
static void forget_unreported(struct check_conn *c, const struct conn_ctx *image)
{
    c->fin_seen = (image->flags & CTX_FLAG_PEER_FIN) != 0;
    seq_set_init(&c->written, image->rcv_nxt - c->fin_seen);
    seq_set_init(&c->visible, image->rcv_nxt - c->fin_seen);
}

/* The image comes from host memory. Before the peer's SYN it knows no number of the peer. */
static void on_image(struct check_conn *c, const struct conn_ctx *image)
{
    bool rebuilt = c->rebuilt;
    c->rebuilt = false;
    if (image->tcp_state < TCP_SYN_RCVD)
        return;
    on_recorded(c, image->rcv_nxt);
    if (rebuilt && c->irs_known)
        forget_unreported(c, image);
}

static void on_peer_syn(struct check_conn *c, uint32_t irs)
{
    c->irs_known = true;
    c->irs = irs;
    seq_set_init(&c->written, irs + 1);
    seq_set_init(&c->visible, irs + 1);
}

static void on_app_rx(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    if (event->app_rx.offset != c->app_offset)
        check_fail(check, INVARIANT_NODUP, event, "application got offset %llu, expected %llu",
                   (unsigned long long)event->app_rx.offset, (unsigned long long)c->app_offset);
    c->app_offset = event->app_rx.offset + event->app_rx.len;
    if (seq_before(c->visible.edge, c->irs + 1 + (uint32_t)c->app_offset))
        check_fail(check, INVARIANT_NODUP, event,
                   "application read up to offset %llu, only %u bytes are in memory",
                   (unsigned long long)c->app_offset, c->visible.edge - c->irs - 1);
}

void check_rx_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    uint32_t start = event->payload.seq;
    switch (event->kind) {
    case PROBE_RX_APPLIED: /* no segment is applied before the peer's SYN */
        if (!c->irs_known)
            on_peer_syn(c, start);
        break;
    case PROBE_RX_WRITTEN:
        seq_set_add(&c->written, start, start + event->payload.bytes);
        break;
    case PROBE_RX_VISIBLE:
        seq_set_add(&c->visible, start, start + event->payload.bytes);
        break;
    case PROBE_RECORDED:
        on_recorded(c, start);
        break;
    case PROBE_CTX_IN:
        on_image(c, event->context.image);
        break;
    case PROBE_TX_BUILT:
        on_built(check, c, event);
        check_recorded(check, c, event);
        break;
    case PROBE_APP_RX:
        on_app_rx(check, c, event);
        break;
    default:
        break;
    }
}

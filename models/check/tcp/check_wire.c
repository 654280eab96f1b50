#include "models/check/tcp/check_wire.h"

#include "models/check/check_state.h"

#include "models/base/frame.h"
#include "models/wire/packet.h"

static void check_ack(struct check *check, struct check_conn *c, const struct probe_event *event,
                      const struct tcp_segment *seg)
{
    struct check_announced *announced = &c->announced;
    if (announced->has_ack && seq_before(seg->ack, announced->ack))
        check_fail(check, INVARIANT_ACKFWD, event, "it acknowledges %u after %u", seg->ack,
                   announced->ack);
    announced->ack = seg->ack;
    announced->has_ack = true;
}

/* With window scaling the right edge may move back by less than one unit, because the window field counts whole units
 * and is rounded down (RFC 7323 2.4). */
static void check_window(struct check *check, struct check_conn *c, const struct probe_event *event,
                         const struct tcp_segment *seg)
{
    struct check_announced *announced = &c->announced;
    bool is_syn = (seg->flags & TCP_SYN) != 0;
    if (is_syn) {
        announced->has_scale = true;
        announced->scale = (seg->options & TCP_HAS_WS) ? seg->ws : 0;
    }
    if (!announced->has_scale)
        return; /* We opened this connection, so the scale depends on the peer's SYN-ACK, which is unknown here. */
    unsigned scale = is_syn ? 0 : announced->scale;
    uint32_t edge = seg->ack + ((uint32_t)seg->window << scale);
    uint32_t unit = UINT32_C(1) << scale;
    if (announced->has_edge && seq_before(edge + unit - 1, announced->edge))
        check_fail(check, INVARIANT_WND, event, "window ends at %u after %u", edge,
                   announced->edge);
    uint32_t ring_end = c->irs + 1 + (uint32_t)c->app_offset + check->params.ring_bytes;
    if (check->params.ring_bytes && c->irs_known && seq_before(ring_end + 1, edge))
        check_fail(check, INVARIANT_WND, event, "the window ends at %u, but the ring ends at %u",
                   edge, ring_end);
    if (!announced->has_edge || seq_before(announced->edge, edge))
        announced->edge = edge;
    announced->has_edge = true;
}

static void check_timestamp(struct check *check, struct check_conn *c,
                            const struct probe_event *event, const struct tcp_segment *seg)
{
    struct check_announced *announced = &c->announced;
    if ((seg->options & TCP_HAS_TS) == 0)
        return;
    if (announced->has_tsval && seq_before(seg->tsval, announced->tsval))
        check_fail(check, INVARIANT_TSV, event, "TSval %u after %u", seg->tsval, announced->tsval);
    announced->tsval = seg->tsval;
    announced->has_tsval = true;
}

void check_wire_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open || event->kind != PROBE_TX_BUILT || !event->built.frame)
        return;
    struct packet packet;
    const struct frame *frame = event->built.frame;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind != PACKET_TCP || (packet.seg.flags & TCP_RST))
        return;
    check_timestamp(check, c, event, &packet.seg);
    if ((packet.seg.flags & TCP_ACK) == 0)
        return;
    check_ack(check, c, event, &packet.seg);
    check_window(check, c, event, &packet.seg);
}

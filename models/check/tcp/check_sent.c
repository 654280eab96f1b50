#include "models/check/tcp/check_sent.h"

#include "models/base/drop_reason.h"
#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

#include <string.h>

enum { ETHER_VLAN_BYTES = 18, ETHER_SLOW = 0x8809, ETHER_CONTROL = 0x8808 };

static void check_capability(struct check *check, const struct check_conn *c,
                             const struct probe_event *event, const struct tcp_segment *seg)
{
    const struct frame *frame = event->built.frame;
    if (check->params.mtu_bytes && frame->len > check->params.mtu_bytes + ETHER_VLAN_BYTES)
        check_fail(check, INVARIANT_CAP, event, "the packet has %u bytes, but the MTU is %u",
                   frame->len, check->params.mtu_bytes);
    const struct check_sent *s = &c->out;
    if (!s->syn_built || !s->syn_heard || (seg->flags & (TCP_SYN | TCP_RST)))
        return;
    unsigned both = s->options_built & s->options_heard;
    if ((seg->options & TCP_HAS_TS) && !(both & TCP_HAS_TS))
        check_fail(check, INVARIANT_CAP, event, "a timestamp that was not negotiated");
    if ((both & TCP_HAS_TS) && !(seg->options & TCP_HAS_TS))
        check_fail(check, INVARIANT_CAP, event, "the timestamp is missing");
    if (seg->sack_count && !(both & TCP_HAS_SACK_PERMITTED))
        check_fail(check, INVARIANT_CAP, event, "SACK blocks that were not negotiated");
}

/* Returns true if the bytes were written to memory. A full set has dropped some, so it gives no answer but true. */
static bool is_held(const struct seq_set *set, uint32_t start, uint32_t end)
{
    if (set->is_lossy || !seq_before(set->edge, end))
        return true;
    for (uint32_t i = 0; i < set->count; i++)
        if (!seq_before(start, set->start[i]) && !seq_before(set->end[i], end))
            return true;
    return false;
}

static void check_sack(struct check *check, const struct check_conn *c,
                       const struct probe_event *event, const struct tcp_segment *seg)
{
    for (unsigned i = 0; i < seg->sack_count; i++)
        if (!is_held(&c->written, seg->sack[i][0], seg->sack[i][1]))
            check_fail(check, INVARIANT_SACK, event, "block %u to %u is not held", seg->sack[i][0],
                       seg->sack[i][1]);
}

static void check_echo(struct check *check, struct check_conn *c, const struct probe_event *event,
                       const struct tcp_segment *seg)
{
    struct check_sent *s = &c->out;
    if (!(seg->options & TCP_HAS_TS) || !(seg->flags & TCP_ACK))
        return;
    if (s->has_tsecr && seq_before(seg->tsecr, s->tsecr))
        check_fail(check, INVARIANT_TSR, event, "TSecr %u after %u", seg->tsecr, s->tsecr);
    if (s->peer_has_ts && !check->fragments && seq_before(s->peer_tsval, seg->tsecr))
        check_fail(check, INVARIANT_TSR, event, "TSecr %u, the peer has sent %u at most",
                   seg->tsecr, s->peer_tsval);
    s->has_tsecr = true;
    s->tsecr = seg->tsecr;
}

static void check_fin(struct check *check, struct check_conn *c, const struct probe_event *event,
                      const struct tcp_segment *seg)
{
    struct check_sent *s = &c->out;
    uint32_t end = seg->seq + seg->payload_len;
    if (s->has_fin && seg->payload_len && seq_before(s->fin_seq, end))
        check_fail(check, INVARIANT_FINSEQ, event, "data up to %u beyond the FIN at %u", end,
                   s->fin_seq);
    if (!(seg->flags & TCP_FIN))
        return;
    if (s->has_fin && s->fin_seq != end)
        check_fail(check, INVARIANT_FINSEQ, event, "a FIN at %u after one at %u", end, s->fin_seq);
    s->has_fin = true;
    s->fin_seq = end;
}

/* Checks segments that neither answer nor report anything. One is allowed for each move. This function runs before
 * `announced` is updated. */
static void check_unasked(struct check *check, struct check_conn *c,
                          const struct probe_event *event, const struct tcp_segment *seg)
{
    const struct check_announced *announced = &c->announced;
    if (!c->out.fresh || seg->payload_len || seg->flags != TCP_ACK || seg->seq != c->wire_max)
        return;
    uint32_t edge = seg->ack + ((uint32_t)seg->window << announced->scale);
    bool is_same = announced->has_ack && announced->has_edge && announced->has_scale &&
                   seg->ack == announced->ack && !seq_before(announced->edge, edge);
    if (!is_same)
        return;
    if (++c->out.fresh_acks > 1)
        check_fail(check, INVARIANT_ACKCNT, event, "%u acknowledgments that nothing called for",
                   c->out.fresh_acks);
}

static void check_reset(struct check *check, struct check_conn *c, const struct probe_event *event,
                        const struct tcp_segment *seg)
{
    if (!c->carry.live_valid || c->carry.live.tcp_state < TCP_ESTABLISHED)
        return; /* a reset answers each wrong segment of a handshake */
    if (++c->out.resets > 1)
        check_fail(check, INVARIANT_RST, event, "%u resets", c->out.resets);
    if (seq_before(seg->seq, c->carry.live.snd_una) || seq_before(c->wire_max, seg->seq))
        check_fail(check, INVARIANT_RST, event,
                   "a reset has number %u, but the highest number sent is %u", seg->seq,
                   c->wire_max);
}

static void note_times(struct check_conn *c, const struct probe_event *event,
                       const struct tcp_segment *seg)
{
    struct check_sent *s = &c->out;
    uint32_t una = c->carry.live.snd_una, end = seg->seq + tcp_segment_len(seg);
    if (seg->seq == end)
        return;
    if (!seq_before(una, seg->seq) && seq_before(una, end))
        s->una_sent_ps = event->now_ps;
    if (seq_before(seg->seq, c->wire_max)) {
        s->resent_ps = event->now_ps;
        s->resent_seq = seg->seq;
        s->resent_end = end;
    }
}

static void on_built(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    if (!check->has_packet || !event->built.frame)
        return;
    const struct tcp_segment *seg = &check->packet.seg;
    check_capability(check, c, event, seg);
    if (seg->flags & TCP_RST) {
        check_reset(check, c, event, seg);
        return;
    }
    if (seg->flags & TCP_SYN) {
        c->out.syn_built = true;
        c->out.options_built = seg->options;
    }
    check_sack(check, c, event, seg);
    check_echo(check, c, event, seg);
    check_fin(check, c, event, seg);
    check_unasked(check, c, event, seg);
    note_times(c, event, seg);
}

/* Handles a segment of the peer that the tap sees. */
static void on_received(struct check *check, struct check_conn *c)
{
    const struct tcp_segment *seg = &check->packet.seg;
    struct check_sent *s = &c->out;
    if (!(seg->options & TCP_HAS_TS))
        return;
    if (!s->peer_has_ts || seq_before(s->peer_tsval, seg->tsval))
        s->peer_tsval = seg->tsval;
    s->peer_has_ts = true;
}

/* Handles the verdict on a frame. The SYN that opens a connection is recognised here, because at the tap
 * its connection was not known. */
static void on_verdict(const struct check *check, struct check_conn *c,
                       const struct probe_event *event)
{
    struct check_sent *s = &c->out;
    s->fresh = false;
    bool is_syn = check->has_packet && (check->packet.seg.flags & TCP_SYN);
    if (event->verdict.verdict != NIC_VERDICT_APPLIED || !is_syn || s->syn_heard)
        return;
    s->syn_heard = true;
    s->options_heard = check->packet.seg.options;
}

/* Two ways to lose a sound segment: its acknowledgment is of what was sent; its timestamp is the
 * newest that ever came. */
static void on_dropped(struct check *check, const struct check_conn *c,
                       const struct probe_event *event)
{
    if (!check->has_packet || !c->carry.live_valid)
        return;
    const struct tcp_segment *seg = &check->packet.seg;
    if (event->drop.reason == DROP_TCP_BAD_ACK && c->carry.live.tcp_state >= TCP_ESTABLISHED &&
        !seq_before(c->wire_max, seg->ack) && !seq_before(seg->ack, c->carry.live.snd_una))
        check_fail(check, INVARIANT_NOGHOST, event,
                   "the acknowledgment %u is refused, but %u was sent", seg->ack, c->wire_max);
    if (event->drop.reason == DROP_TCP_PAWS && (seg->options & TCP_HAS_TS) && c->out.peer_has_ts &&
        seg->tsval == c->out.peer_tsval)
        check_fail(check, INVARIANT_TSR, event, "TSval %u is the newest, and is refused",
                   seg->tsval);
}

static void on_credit(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    c->out.acked_ps = event->now_ps;
    c->out.fresh = false;
    /* The SYN may have been sent without a context, in answer to a segment that brought a cookie back. */
    if (seq_before(c->wire_max, event->credit.snd_una) && event->credit.snd_una != c->iss + 1)
        check_fail(check, INVARIANT_NOGHOST, event,
                   "snd_una is %u, but the highest number sent is %u", event->credit.snd_una,
                   c->wire_max);
}

/* Checks that bytes that are not acknowledged stay in the ring, so that they can be resent. */
static void on_app_write(struct check *check, const struct check_conn *c,
                         const struct probe_event *event)
{
    uint32_t end = event->payload.seq + event->payload.bytes;
    if (!check->params.ring_bytes || !c->carry.live_valid)
        return;
    if (end - c->carry.live.snd_una > check->params.ring_bytes &&
        seq_before(c->carry.live.snd_una, end))
        check_fail(check, INVARIANT_RTXBUF, event,
                   "written up to %u over bytes from %u on that are not acknowledged", end,
                   c->carry.live.snd_una);
}

/* Checks a reset on the wire. It answers a frame that was dropped; one more may come unasked, or from the
 * engine. Resets for an earlier connection of the tuple may still be in a queue when the next one opens. */
static void check_reset_on_wire(struct check *check, const struct probe_event *event,
                                const struct packet *packet)
{
    static const uint64_t queued_ps = 10 * PS_PER_MS;
    uint32_t conn = check_flow_of_sent(check, packet);
    struct check_conn *c = conn == CHECK_NO_CONN ? NULL : check->conns[conn];
    if (!c || check->fragments || event->now_ps < c->opened_ps + queued_ps)
        return;
    struct probe_event at = *event;
    at.conn = conn;
    if (++c->out.resets_on_wire > c->out.dropped + 1)
        check_fail(check, INVARIANT_RST, &at,
                   "%u resets were sent, but only %u frames call for one", c->out.resets_on_wire,
                   c->out.dropped);
}

static void on_first_bit(struct check *check, const struct probe_event *event)
{
    struct packet packet;
    const struct frame *frame = event->frame.frame;
    if (!frame)
        return;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind == PACKET_TCP && (packet.seg.flags & TCP_RST))
        check_reset_on_wire(check, event, &packet);
    if (!check->params.has_mac)
        return;
    if (packet.ether_type == ETHER_SLOW || packet.ether_type == ETHER_CONTROL)
        return;
    if (memcmp(packet.src_mac, check->params.mac, sizeof packet.src_mac) != 0)
        check_fail(check, INVARIANT_MAC, event, "the source address ends in %02x:%02x",
                   packet.src_mac[4], packet.src_mac[5]);
    bool is_tcp = packet.kind == PACKET_TCP;
    const uint8_t *ours = packet.ip_version == 4 ? check->params.ipv4 : check->params.ipv6;
    if (is_tcp && memcmp(packet.src, ours, sizeof packet.src) != 0)
        check_fail(check, INVARIANT_MAC, event, "not the team's IP address");
}

void check_sent_on_event(struct check *check, const struct probe_event *event)
{
    if (event->kind == PROBE_FRAME_TX)
        on_first_bit(check, event);
    uint32_t conn = event->kind == PROBE_FRAME_RX ? check->packet_conn : event->conn;
    struct check_conn *c = conn < check->params.conn_max ? check->conns[conn] : NULL;
    if (!c || !c->open)
        return;
    switch (event->kind) {
    case PROBE_TX_BUILT:
        on_built(check, c, event);
        break;
    case PROBE_FRAME_RX:
        on_received(check, c);
        break;
    case PROBE_FRAME_DROPPED:
        on_dropped(check, c, event);
        break;
    case PROBE_TX_CREDIT:
        on_credit(check, c, event);
        break;
    case PROBE_APP_TX:
        on_app_write(check, c, event);
        break;
    case PROBE_CTX_LIVE:
        /* The host reports a segment only after its answer. */
        c->out.fresh = event->nic != PLACE_HOST;
        c->out.fresh_acks = 0;
        break;
    case PROBE_RX_VERDICT:
        on_verdict(check, c, event);
        break;
    case PROBE_RX_APPLIED:
    case PROBE_APP_RX:
        c->out.fresh = false;
        break;
    default:
        break;
    }
}

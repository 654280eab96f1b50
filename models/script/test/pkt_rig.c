#include "models/script/pkt_names.h"
#include "models/script/test/pkt_rig_pvt.h"
#include "models/wire/icmp_error.h"

#include "models/wire/icmp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- frames --- */

static unsigned next_port(struct pkt_rig *run)
{
    unsigned n = run->frames++;
    switch (run->policy) {
    case PKT_ALTERNATE:
        return n % RIG_NICS;
    case PKT_RANDOM:
        return (unsigned)rng_below(&run->rng, RIG_NICS);
    case PKT_FLIP:
        return n / PKT_FLIP_FRAMES % RIG_NICS;
    default:
        return 0;
    }
}

/* The host answers a segment of a connection that nobody has (RFC 9293 3.10.7.1). */
static void host_answers(struct pkt_rig *run, const struct packet *packet)
{
    struct tcp_tx tx;
    if (!tcp_build_reset_for(&packet->seg, &tx) || run->answer_count == ANSWERS)
        return;
    struct answer *answer = &run->answers[run->answer_count++];
    struct packet_out out = {.vlan = run->rig.vlan,
                             .ip_version = packet->ip_version,
                             .ttl = 64,
                             .sport = packet->seg.dport,
                             .dport = packet->seg.sport,
                             .seq = tx.seq,
                             .ack = tx.ack,
                             .flags = tx.flags};
    memcpy(out.src, packet->dst, sizeof out.src);
    memcpy(out.dst, packet->src, sizeof out.dst);
    answer->len = packet_build(answer->frame, &out, 0);
    answer->at_ps = run->rig.loop.now_ps;
}

/* Moves the connection to nic while the frame is held. */
static bool move_with(struct pkt_rig *run, unsigned nic, struct frame *frame)
{
    struct nic_held held = rig_hold(&run->rig, frame, (uint8_t)nic);
    if (!pkt_rig_freeze(run))
        return *run->error == '\0';
    unsigned before = run->verdicts;
    if (!pkt_rig_install(run, nic, &held))
        return false;
    if (run->verdicts == before && !pkt_rig_await(run, &run->verdicts, before))
        return pkt_rig_fail(run, "the segment got no verdict");
    pkt_rig_settle(run);
    return true;
}

static bool inject_tcp(struct pkt_rig *run, struct frame *frame, const struct packet *packet)
{
    unsigned nic = next_port(run), before = run->verdicts;
    run->record.flags = 0;
    if (!run->open && (packet->seg.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
        run->peer.seq = packet->seg.seq;
        struct nic_held held = rig_hold(&run->rig, frame, (uint8_t)nic);
        if (!pkt_rig_open(run, nic, &held))
            return false;
    } else if (run->open && !run->gone && nic != run->owner) {
        return move_with(run, nic, frame);
    } else if (run->open && !run->gone) {
        rig_deliver(&run->rig, nic, frame);
    } else {
        bool waits =
            run->gone && run->end.kind == NIC_EVENT_CLOSED && run->end.detail == TCP_TIME_WAIT;
        if (!waits)
            host_answers(run, packet);
        frame_free(run->rig.pool, frame);
        return !waits || pkt_rig_fail(run, "TIME_WAIT is with the host: a script ends there");
    }
    if (run->verdicts == before && !pkt_rig_await(run, &run->verdicts, before))
        return pkt_rig_fail(run, "the segment got no verdict");
    pkt_rig_settle(run);
    return true;
}

/* Gives an ICMP error to the host, which finds the connection and tells its NIC. */
static bool inject_icmp(struct pkt_rig *run, const uint8_t *bytes, const struct packet *packet)
{
    struct icmp_message icmp;
    struct flow_key key;
    uint32_t seq;
    bool is_hard = false;
    (void)next_port(run); /* either port will do */
    if (icmp_parse(bytes, packet, &icmp) != ICMP_GOOD || icmp.kind == ICMP_OTHER ||
        !icmp_quoted_key(&icmp, packet->ip_version, &key) ||
        !icmp_quoted_seq(&icmp, packet->ip_version, &seq) || run->gone || !run->open)
        return true; /* the host ignores it */
    uint8_t notice = (uint8_t)icmp_notice(&icmp, packet->ip_version, &is_hard);
    struct nic_cmd cmd = {.op = NIC_CMD_ICMP,
                          .gen = run->peer.gen,
                          .conn = CONN,
                          .flags = is_hard ? NIC_CMD_FLAG_HARD : 0,
                          .notice = notice,
                          .count = icmp.mtu,
                          .tx_prod = seq};
    unsigned before = run->cmd_done;
    rig_command(&run->rig, run->owner, &cmd);
    if (!pkt_rig_command_done(run, before))
        return false;
    pkt_rig_settle(run);
    return true;
}

static bool rig_inject(void *self, const uint8_t *bytes, uint32_t len)
{
    struct pkt_rig *run = self;
    struct packet packet;
    struct frame *frame = frame_alloc(run->rig.pool, run->rig.loop.now_ps);
    assert(frame);
    memcpy(frame->data, bytes, len);
    frame->len = len;
    packet_parse(frame->data, len, true, &packet);
    if (packet.kind == PACKET_TCP && (packet.seg.flags & TCP_SYN) && run->open && !run->rx_first)
        run->peer.seq = packet.seg.seq;
    if (packet.kind == PACKET_TCP)
        return inject_tcp(run, frame, &packet);
    frame_free(run->rig.pool, frame);
    return inject_icmp(run, bytes, &packet);
}

static uint32_t rig_take(void *self, uint8_t *frame, uint64_t *at_ps)
{
    struct pkt_rig *run = self;
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        struct rig_nic *from = &run->rig.nic[nic];
        if (run->taken[nic] == from->tx_count)
            continue;
        *at_ps = run->rig.loop.now_ps;
        const struct frame *sent = from->tx[run->taken[nic]++];
        memcpy(frame, sent->data, sent->len);
        return sent->len;
    }
    if (run->answer_count == 0)
        return 0;
    struct answer first = run->answers[0];
    memmove(run->answers, run->answers + 1, --run->answer_count * sizeof first);
    memcpy(frame, first.frame, first.len);
    *at_ps = first.at_ps;
    return first.len;
}

/* --- the application --- */

static bool ring_bell(struct pkt_rig *run, uint8_t kind, uint32_t value)
{
    rig_doorbell(&run->rig, run->owner, CONN, run->peer.gen, kind, value);
    return true;
}

static bool rig_connect(void *self)
{
    struct pkt_rig *run = self;
    bool ok = pkt_rig_open(run, next_port(run), NULL);
    return ok;
}

static bool rig_app_write(void *self, const uint8_t *bytes, uint32_t len, bool last)
{
    struct pkt_rig *run = self;
    uint32_t mask = pkt_rig_ring_bytes(run) - 1;
    for (uint32_t i = 0; i < len; i++)
        run->rig.mem[run->peer.tx_ring + ((run->tx_prod + i) & mask)] = bytes[i];
    run->tx_prod += len;
    if (last) {
        ring_bell(run, NIC_DOORBELL_TX, run->tx_prod);
        pkt_rig_settle(run);
    }
    return true;
}

static bool rig_app_read(void *self, uint8_t *bytes, uint32_t len)
{
    struct pkt_rig *run = self;
    uint32_t mask = pkt_rig_ring_bytes(run) - 1;
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = run->rig.mem[run->peer.rx_ring + ((run->rx_read + i) & mask)];
    run->rx_read += len;
    ring_bell(run, NIC_DOORBELL_RX, run->rx_read);
    if (run->script->manual)
        pkt_rig_settle(run);
    return true;
}

static bool rig_close(void *self)
{
    struct pkt_rig *run = self;
    ring_bell(run, NIC_DOORBELL_FIN, run->tx_prod);
    pkt_rig_settle(run);
    return true;
}

static bool rig_abort(void *self)
{
    struct pkt_rig *run = self;
    struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = run->peer.gen, .conn = CONN};
    rig_command(&run->rig, run->owner, &cmd);
    pkt_rig_settle(run);
    return true;
}

static void set_flag(struct nic_options *o, unsigned flag, bool on)
{
    o->flags = (uint8_t)((o->flags & ~flag) | (on ? flag : 0u));
}

static bool rig_option(void *self, const char *name, uint32_t value)
{
    struct pkt_rig *run = self;
    struct nic_options *o = &run->options;
    switch (pkt_option_of(name)) {
    case PKT_OPTION_NODELAY:
        set_flag(o, NIC_OPTION_NODELAY, value);
        break;
    case PKT_OPTION_CORK:
        set_flag(o, NIC_OPTION_CORK, value);
        break;
    case PKT_OPTION_KEEPALIVE:
        set_flag(o, NIC_OPTION_KEEPALIVE, value);
        break;
    case PKT_OPTION_KEEPIDLE:
        o->keepalive_idle = (uint16_t)value;
        break;
    case PKT_OPTION_KEEPINTVL:
        o->keepalive_interval = (uint8_t)value;
        break;
    case PKT_OPTION_KEEPCNT:
        o->keepalive_probes = (uint8_t)value;
        break;
    case PKT_OPTION_MAXSEG:
        o->mss = (uint16_t)value;
        break;
    case PKT_OPTION_DSCP:
        o->tos = (uint8_t)(value << 2);
        break;
    case PKT_OPTION_USER_TIMEOUT:
        o->user_timeout = (uint16_t)(value / 100);
        break;
    case PKT_OPTION_COUNT:
        return pkt_rig_fail(run, "'%s' is no option", name);
    }
    struct nic_cmd cmd = {.op = NIC_CMD_SET, .gen = run->peer.gen, .conn = CONN};
    unsigned before = run->cmd_done;
    nic_options_to_cmd(o, &cmd);
    rig_command(&run->rig, run->owner, &cmd);
    if (!pkt_rig_command_done(run, before))
        return false;
    pkt_rig_settle(run);
    return true;
}

/* --- questions of the player --- */

static uint64_t rig_now(const void *self)
{
    return ((const struct pkt_rig *)self)->rig.loop.now_ps;
}

static bool rig_step(void *self, uint64_t limit_ps)
{
    struct pkt_rig *run = self;
    bool moved = stage_loop_step(&run->rig.loop, limit_ps);
    pkt_rig_collect(run);
    return moved;
}

static void rig_look(void *self, struct pkt_view *view)
{
    struct pkt_rig *run = self;
    struct conn_ctx ctx;
    *view = (struct pkt_view){.state = "CLOSED",
                              .end = "",
                              .notice = run->notice ? run->notice : "",
                              .received = run->rx_nxt - run->rx_first,
                              .readable = run->gone ? 0 : run->rx_nxt - run->rx_read,
                              .urgent = (run->record.flags & NIC_RECORD_URGENT) != 0,
                              .ended = run->gone,
                              .premature = run->end.kind == NIC_EVENT_TERMINATED};
    view->verdict = run->record.verdict == NIC_VERDICT_APPLIED
                        ? "applied"
                        : drop_reason_key((enum drop_reason)run->record.reason);
    if (run->gone)
        view->end =
            view->premature ? pkt_cause_name(run->end.detail) : pkt_state_name(run->end.detail);
    if (run->gone || !run->open)
        return;
    memcpy(&ctx, run->rig.nic[run->owner].slot[CONN].image, sizeof ctx);
    assert(tcp_is_sane(&ctx));
    view->state = pkt_state_name(ctx.tcp_state);
}

static unsigned rig_moves(const void *self) { return ((const struct pkt_rig *)self)->moves; }

static const char *rig_error(const void *self) { return ((const struct pkt_rig *)self)->error; }

static const struct pkt_server_ops rig_ops = {
    .now_ps = rig_now,
    .step = rig_step,
    .inject = rig_inject,
    .take = rig_take,
    .connect = rig_connect,
    .write = rig_app_write,
    .read = rig_app_read,
    .close = rig_close,
    .option = rig_option,
    .abort = rig_abort,
    .look = rig_look,
    .moves = rig_moves,
    .error = rig_error,
};

/* --- life cycle --- */

static void on_probe(struct rig *rig, const struct probe_event *event)
{
    (void)rig;
    (void)event;
}

static void setup(struct pkt_rig *run, uint8_t ip_version)
{
    const struct pkt_script *s = run->script;
    rig_init(&run->rig);
    run->rig.on_probe = on_probe;
    run->rig.ring_log2 = 8;
    run->rig.ip_version = ip_version;
    pkt_script_params(s, &run->rig.params.tcp);
    if (ip_version == 6)
        /* Gives segments of the same size behind the longer header. */
        run->rig.params.tcp.mss_max += 20;
    set_flag(&run->options, NIC_OPTION_NODELAY, !(s->flags & CTX_FLAG_NAGLE));
    set_flag(&run->options, NIC_OPTION_KEEPALIVE, (s->flags & CTX_FLAG_KEEPALIVE) != 0);
    run->options.tos = (uint8_t)(s->dscp << 2);
    run->options.user_timeout = (uint16_t)(s->user_timeout_ms / 100);
    rng_init(&run->rng, 1, "pkt");
    rig_start(&run->rig);
    run->peer = (struct rig_peer){.rig = &run->rig,
                                  .conn = CONN,
                                  .port = CLIENT_PORT,
                                  .gen = 1,
                                  .image = rig_alloc(&run->rig, CTX_BYTES),
                                  .rx_ring = rig_alloc(&run->rig, 1u << s->ring_log2),
                                  .tx_ring = rig_alloc(&run->rig, 1u << s->ring_log2)};
    run->tx_prod = SERVER_ISN + 1;
    rig_run(&run->rig, PS_PER_MS);
}

void pkt_rig_play(const struct pkt_script *script, enum pkt_policy policy, uint8_t ip_version,
                  struct pkt_result *result)
{
    struct pkt_rig *run = calloc(1, sizeof *run);
    assert(run);
    run->script = script;
    run->policy = policy;
    setup(run, ip_version);
    struct pkt_server server = {.self = run,
                                .ops = &rig_ops,
                                .ends = {.ip_version = ip_version,
                                         .vlan = run->rig.vlan,
                                         .server_mac = {2, 0x22, 0x33, 0x44, 0x55, 0x66},
                                         .peer_mac = {2, 0, 0, 0, 0, 9},
                                         .server_port = 80,
                                         .peer_port = CLIENT_PORT}};
    rig_address(&run->rig, 1, server.ends.server_addr);
    rig_address(&run->rig, 2, server.ends.peer_addr);
    pkt_play(script, policy, &server, result);
    /* Frames in flight are freed before the rig is destroyed. */
    rig_run(&run->rig, WAIT_PS);
    rig_end(&run->rig);
    free(run);
}

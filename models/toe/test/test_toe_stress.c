/* Makes many moves under traffic in both directions. Each client frame takes a random port, a small
 * driver moves the connection to that NIC, and every byte must arrive once, in order and unchanged.
 * Each event is checked against the invariants of one engine: a connection has one owner, only the
 * owner builds frames, and a frame gets one final verdict. */
#include "models/base/rng.h"
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
    CONNS = 4,
    HOLD = 64,
    SLOT_BYTES = 2048,
    STREAM_BYTES = 60000,
    RING = 1 << RIG_DATA_RING_LOG2,
    STEP_NS = 400,
    QUIET_STEPS = 100,
    FRAMES_MAX = 1 << 16,
};

enum drv_state { DRV_ACTIVE, DRV_FREEZING, DRV_INSTALLING };

struct conn {
    struct rig_peer peer; /* rings and image */
    struct conn_ctx client;
    uint32_t client_got, client_una;
    enum drv_state state;
    unsigned owner, target;
    uint16_t gen;
    bool progress;
    uint64_t slots; /* memory of held frames */
    uint32_t slot_next;
    struct nic_held held[HOLD];
    uint32_t held_count;
    uint32_t tx_prod, rx_nxt, server_got, moves;
    bool client_fin, server_fin, closed;
};

static struct rig rig;
static struct conn conns[CONNS];
static struct rng rng;
static uint8_t own[RIG_NICS][RIG_CONNS];
static bool decided[FRAMES_MAX];
static unsigned drop_percent;
static uint32_t quiet;

static uint8_t server_byte(uint32_t conn, uint32_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8) * 7 + conn);
}

static uint8_t client_byte(uint32_t conn, uint32_t offset)
{
    return (uint8_t)(offset * 13 + (offset >> 8) * 5 + conn * 3);
}

static bool owns(uint8_t state) { return state == OWN_ACTIVE || state == OWN_QUIESCE; }

static void on_probe(struct rig *r, const struct probe_event *event)
{
    (void)r;
    if (event->kind == PROBE_OWN_STATE) {
        own[event->nic][event->conn] = event->own.state;
        cr_assert_not(owns(own[0][event->conn]) && owns(own[1][event->conn]), "I-OWN");
    } else if (event->kind == PROBE_TX_BUILT) {
        cr_assert(owns(own[event->nic][event->conn]), "I-TX1");
    } else if (event->kind == PROBE_RX_VERDICT) {
        bool final = event->verdict.verdict == NIC_VERDICT_APPLIED ||
                     event->verdict.verdict == NIC_VERDICT_DROPPED;
        cr_assert_not(final && decided[event->verdict.id % FRAMES_MAX], "I-RXONCE");
        decided[event->verdict.id % FRAMES_MAX] |= final;
    }
}

/* --- the client: the TCP core on a perfect or lossy wire --- */

static void client_send(struct conn *c, uint32_t id)
{
    struct tcp_now now = {us_ticks(rig.loop.now_ps), ms_ticks(rig.loop.now_ps)};
    struct tcp_tx tx;
    uint8_t bytes[1500];
    while (tcp_output(&c->client, &rig.params.tcp, now, &tx)) {
        struct frame *f = frame_alloc(rig.pool, rig.loop.now_ps);
        struct packet_out out = {.ip_version = 4,
                                 .ttl = 64,
                                 .sport = c->peer.port,
                                 .dport = 80,
                                 .seq = tx.seq,
                                 .ack = tx.ack,
                                 .flags = tx.flags,
                                 .window = tx.window,
                                 .options = tx.options,
                                 .options_len = tx.options_len};
        ip_addr_from_v4(out.src, 0x0a000002);
        ip_addr_from_v4(out.dst, 0x0a000001);
        for (uint32_t i = 0; i < tx.len; i++)
            bytes[i] = client_byte(id, tx.seq + i - 1001);
        memcpy(f->data + packet_header_bytes(&out), bytes, tx.len);
        f->len = packet_build(f->data, &out, tx.len);
        if (rng_below(&rng, 100) < drop_percent) {
            frame_free(rig.pool, f);
            continue;
        }
        quiet = 0;
        rig_deliver(&rig, (unsigned)rng_below(&rng, RIG_NICS), f);
    }
}

static void client_receive(const struct frame *f)
{
    struct packet p;
    struct tcp_result result;
    struct tcp_now now = {us_ticks(rig.loop.now_ps), ms_ticks(rig.loop.now_ps)};
    packet_parse(f->data, f->len, true, &p);
    cr_assert(p.kind == PACKET_TCP && p.tcp_checksum_ok);
    uint32_t id = p.seg.dport - 40000u;
    struct conn *c = &conns[id];
    for (uint32_t i = 0; i < p.seg.payload_len; i++)
        cr_assert_eq(p.seg.payload[i], server_byte(id, p.seg.seq + i - 5001), "I-SEQ");
    if (rng_below(&rng, 100) < drop_percent)
        return;
    tcp_input(&c->client, &p.seg, &rig.params.tcp, now, &result);
    cr_assert_eq(result.terminated, NIC_TERM_NONE);
    uint32_t nxt = c->client.rcv_nxt - ((c->client.flags & CTX_FLAG_PEER_FIN) != 0);
    if (c->client.tcp_state >= TCP_ESTABLISHED)
        tcp_on_app_read(&c->client, nxt, &rig.params.tcp);
    c->client_got = nxt - 5001;
}

static void client_step(struct conn *c, uint32_t id)
{
    struct tcp_now now = {us_ticks(rig.loop.now_ps), ms_ticks(rig.loop.now_ps)};
    struct tcp_result result;
    if (tcp_deadline_us(&c->client, now) == 0)
        tcp_on_timer(&c->client, &rig.params.tcp, now, &result);
    if (!c->client_fin && c->client.tcp_state == TCP_ESTABLISHED) {
        tcp_on_app_write(&c->client, 1001 + STREAM_BYTES);
        tcp_on_app_close(&c->client, 1001 + STREAM_BYTES);
        c->client_fin = true;
    }
    client_send(c, id);
}

/* --- the driver --- */

static void inject(struct conn *c, uint32_t id, const struct nic_held *h)
{
    struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                          .flags = NIC_CMD_FLAG_NO_COMPLETION,
                          .gen = c->gen,
                          .conn = id,
                          .list = h->frame,
                          .count = h->bytes,
                          .frame_time_ps = h->frame_time_ps,
                          .frame_id = h->frame_id,
                          .frame_port = h->port};
    rig_command(&rig, c->owner, &cmd);
}

static void hold(struct conn *c, const struct nic_record *r)
{
    if (c->held_count == HOLD)
        return; /* the frame is lost, and TCP recovers */
    uint64_t slot = c->slots + (uint64_t)(c->slot_next++ % (2 * HOLD)) * SLOT_BYTES;
    memmove(rig.mem + slot, rig.mem + r->buffer, r->bytes);
    c->held[c->held_count++] = (struct nic_held){.frame = slot,
                                                 .frame_time_ps = r->mac_time_ps,
                                                 .frame_id = r->frame_id,
                                                 .bytes = r->bytes,
                                                 .port = r->nic};
}

static void flush_held(struct conn *c, uint32_t id)
{
    for (uint32_t i = 0; i < c->held_count; i++)
        inject(c, id, &c->held[i]);
    c->held_count = 0;
}

static void foreign(unsigned nic, const struct nic_record *r)
{
    struct packet p;
    packet_parse(rig.mem + r->buffer, r->bytes, true, &p);
    uint32_t id = p.seg.sport - 40000u;
    struct conn *c = &conns[id];
    if (c->closed)
        return;
    hold(c, r);
    if (c->state != DRV_ACTIVE)
        return;
    if (nic == c->owner || !c->progress || r->nic == c->owner) {
        flush_held(c, id);
        return;
    }
    c->state = DRV_FREEZING;
    c->target = r->nic;
    c->peer.gen = c->gen;
    rig_freeze(&c->peer, c->owner);
}

static void server_app(struct conn *c, uint32_t id)
{
    if (c->state != DRV_ACTIVE || c->closed)
        return;
    uint32_t space = RING - (c->tx_prod - c->client_una);
    uint32_t n = u32_min(space, 5001 + STREAM_BYTES - c->tx_prod);
    for (uint32_t i = 0; i < n; i++)
        rig.mem[c->peer.tx_ring + (c->tx_prod + i) % RING] = server_byte(id, c->tx_prod + i - 5001);
    c->tx_prod += n;
    bool all = c->tx_prod == 5001 + STREAM_BYTES && !c->server_fin;
    c->server_fin |= all;
    if (n > 0 || all)
        rig_doorbell(&rig, c->owner, id, c->gen, all ? NIC_DOORBELL_FIN : NIC_DOORBELL_TX,
                     c->tx_prod);
}

static void applied(const struct nic_record *r)
{
    uint32_t id = r->conn;
    struct conn *c = &conns[id];
    if (r->verdict == NIC_VERDICT_APPLIED && r->gen == c->gen)
        c->progress = true;
    if (r->tcp_state < TCP_ESTABLISHED && r->tcp_state != TCP_CLOSED)
        return;
    if ((int32_t)(r->snd_una - c->client_una) > 0)
        c->client_una = u32_min(r->snd_una, 5001 + STREAM_BYTES);
    uint32_t nxt = r->rcv_nxt - ((r->flags & NIC_RECORD_PEER_FIN) != 0);
    if ((int32_t)(nxt - c->rx_nxt) <= 0)
        return;
    for (; c->rx_nxt != nxt; c->rx_nxt++, c->server_got++)
        cr_assert_eq(rig.mem[c->peer.rx_ring + c->rx_nxt % RING], client_byte(id, c->server_got),
                     "conn %u byte %u", id, c->server_got);
    if (c->state == DRV_ACTIVE && !c->closed)
        rig_doorbell(&rig, c->owner, id, c->gen, NIC_DOORBELL_RX, c->rx_nxt);
}

static void on_done(const struct nic_event *event)
{
    struct conn *c = &conns[event->conn];
    if (event->op == NIC_CMD_FREEZE && event->result == NIC_RESULT_OK) {
        struct nic_cmd release = {.op = NIC_CMD_RELEASE,
                                  .flags = NIC_CMD_FLAG_NO_COMPLETION,
                                  .gen = c->gen,
                                  .conn = event->conn,
                                  .image = c->peer.image};
        rig_command(&rig, c->owner, &release);
        c->peer.gen = ++c->gen;
        c->peer.ack = c->tx_prod;
        c->peer.seq = c->rx_nxt;
        c->state = DRV_INSTALLING;
        c->owner = c->target;
        c->progress = false;
        c->moves++;
        struct nic_cmd cmd = {.op = NIC_CMD_INSTALL,
                              .flags = c->server_fin ? NIC_CMD_FLAG_FIN : 0,
                              .gen = c->gen,
                              .conn = event->conn,
                              .image = c->peer.image,
                              .count = c->held_count,
                              .list = c->slots + (uint64_t)2 * HOLD * SLOT_BYTES,
                              .tx_prod = c->tx_prod,
                              .rx_consumed = c->rx_nxt};
        memcpy(rig.mem + cmd.list, c->held, c->held_count * sizeof *c->held);
        c->held_count = 0;
        rig_command(&rig, c->owner, &cmd);
    } else if (event->op == NIC_CMD_INSTALL) {
        cr_assert_eq(event->result, NIC_RESULT_OK);
        c->state = DRV_ACTIVE;
        flush_held(c, event->conn);
        rig_doorbell(&rig, c->owner, event->conn, c->gen, NIC_DOORBELL_RX, c->rx_nxt);
    } else if (event->op == NIC_CMD_FREEZE) {
        cr_assert_eq(event->result, NIC_RESULT_ABSENT);
        cr_assert(c->closed);
    }
}

static void driver_step(unsigned nic)
{
    struct nic_record r;
    struct nic_event event;
    while (rig_take_record(&rig, nic, &r)) {
        if (r.verdict == NIC_VERDICT_APPLIED || r.verdict == NIC_VERDICT_DROPPED) {
            applied(&r);
            continue;
        }
        foreign(nic, &r);
        if (r.verdict == NIC_VERDICT_STALE_INJECT)
            continue;
        struct rig_nic *n = &rig.nic[nic];
        uint64_t at = n->buffer_ring + (n->buffer_producer++ % (1u << rig.ring_log2)) * 8;
        memcpy(rig.mem + at, &r.buffer, sizeof r.buffer);
        rig_write32(&rig, nic, NIC_REG_BUFFER_PRODUCER, n->buffer_producer);
    }
    while (rig_take_event(&rig, nic, &event)) {
        if (event.kind == NIC_EVENT_CMD_DONE)
            on_done(&event);
        else if (event.kind == NIC_EVENT_CLOSED)
            conns[event.conn].closed = true;
        else
            cr_assert_eq(event.kind, NIC_EVENT_STALE_DOORBELL);
    }
}

static void open_conn(uint32_t id)
{
    struct conn *c = &conns[id];
    struct tcp_now now = {us_ticks(rig.loop.now_ps), ms_ticks(rig.loop.now_ps)};
    rig_open(&rig, &c->peer, id, id % RIG_NICS);
    c->owner = id % RIG_NICS;
    c->gen = 1;
    c->state = DRV_INSTALLING;
    c->slots = rig_alloc(&rig, 2 * HOLD * SLOT_BYTES + HOLD * (uint32_t)sizeof(struct nic_held));
    c->tx_prod = c->client_una = 5001;
    c->rx_nxt = 1001;
    /* The SYN was sent, so the client is in SYN_SENT. */
    c->client.rx_ring_log2 = c->client.tx_ring_log2 = 16;
    c->client.offered = CTX_FEATURE_MSS;
    tcp_open_active(&c->client, 1000, &rig.params.tcp, now);
    struct tcp_tx syn;
    cr_assert(tcp_output(&c->client, &rig.params.tcp, now, &syn));
}

/* Runs in short steps while frames flow, and in long steps while everything waits for a timer. */
static void step(void)
{
    quiet = rig.nic[0].tx_count + rig.nic[1].tx_count > 0 ? 0 : quiet + 1;
    rig_run(&rig, quiet > QUIET_STEPS ? 50 * PS_PER_US : STEP_NS * PS_PER_NS);
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        struct rig_nic *n = &rig.nic[nic];
        for (uint32_t i = 0; i < n->tx_count; i++) {
            client_receive(n->tx[i]);
            frame_free(rig.pool, n->tx[i]);
        }
        n->tx_count = 0;
        driver_step(nic);
    }
    for (uint32_t id = 0; id < CONNS; id++) {
        client_step(&conns[id], id);
        server_app(&conns[id], id);
    }
}

static bool all_closed(void)
{
    for (uint32_t id = 0; id < CONNS; id++)
        if (!conns[id].closed)
            return false;
    return true;
}

struct stress_row {
    char name[48];
    uint64_t seed;
    unsigned drop_percent;
    bool jitter;
    enum ack_policy policy;
};

static void stress(const struct stress_row *row)
{
    memset(conns, 0, sizeof conns);
    memset(own, 0, sizeof own);
    memset(decided, 0, sizeof decided);
    rng_init(&rng, row->seed, "stress");
    drop_percent = row->drop_percent;
    rig_init(&rig);
    rig.ring_log2 = 9;
    rig.jitter = row->jitter;
    rig.params.ack_policy = row->policy;
    rng_init(&rig.rng, row->seed, "latency");
    rig.on_probe = on_probe;
    rig_start(&rig);
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        rig_post_buffers(&rig, nic, 100);
    for (uint32_t id = 0; id < CONNS; id++)
        open_conn(id);
    for (int i = 0; i < 1000000 && !all_closed(); i++)
        step();
    rig_run(&rig, 20 * PS_PER_US);
    driver_step(0);
    driver_step(1);
    uint32_t moves = 0;
    for (uint32_t id = 0; id < CONNS; id++) {
        cr_assert(conns[id].closed, "%s: connection %u got %u, client got %u", row->name, id,
                  conns[id].server_got, conns[id].client_got);
        cr_assert_eq(conns[id].server_got, STREAM_BYTES, "%s", row->name);
        cr_assert_eq(conns[id].client_got, STREAM_BYTES, "%s", row->name);
        moves += conns[id].moves;
    }
    cr_assert_gt(moves, 20, "%s", row->name);
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        for (uint32_t i = 0; i < rig.nic[nic].tx_count; i++)
            frame_free(rig.pool, rig.nic[nic].tx[i]);
    rig.nic[0].tx_count = rig.nic[1].tx_count = 0;
    rig_end(&rig);
}

Test(toe_stress, every_byte_survives_moves_at_random, .timeout = 3600)
{
    static const struct stress_row rows[] = {
        {"clean", 1, 0, false, ACK_POLICY_POSTED},
        {"clean, flushed", 2, 0, false, ACK_POLICY_FLUSHED},
        {"jitter", 3, 0, true, ACK_POLICY_POSTED},
        {"jitter, flushed", 4, 0, true, ACK_POLICY_FLUSHED},
        {"lossy", 5, 2, true, ACK_POLICY_POSTED},
        {"clean, recorded", 7, 0, false, ACK_POLICY_RECORDED},
        {"lossy, recorded", 8, 2, true, ACK_POLICY_RECORDED},
        {"lossier", 6, 5, true, ACK_POLICY_FLUSHED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        stress(&rows[i]);
}

#include "models/toe/test/toe_rig.h"

#include "models/toe/test/toe_rig_fakes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- life cycle --- */

static void on_probe(void *self, const struct probe_event *event)
{
    struct rig *rig = self;
    if (rig->on_probe) {
        rig->on_probe(rig, event);
        return;
    }
    assert(rig->seen_count < RIG_PROBE_MAX);
    rig->seen[rig->seen_count++] = *event;
}

void rig_init(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    rig->mem = calloc(1, RIG_MEM_BYTES);
    rig->mem_next = 4096;
    rig->pool = frame_pool_create(4096);
    stage_loop_init(&rig->loop);
    probe_init(&rig->probe);
    probe_add(&rig->probe,
              (struct probe_listener){.on_event = on_probe, .self = rig, .kinds = UINT64_MAX});
    toe_params_default(&rig->params);
    rig->params.conn_max = RIG_CONNS;
    rig->ring_log2 = RIG_RING_LOG2;
    rig->ip_version = 4;
}

static void setup_ring(struct rig *rig, unsigned nic, uint32_t reg, uint64_t base, uint32_t log2)
{
    rig_write32(rig, nic, reg + NIC_REG_RING_BASE_LO, (uint32_t)base);
    rig_write32(rig, nic, reg + NIC_REG_RING_BASE_HI, (uint32_t)(base >> 32));
    rig_write32(rig, nic, reg + NIC_REG_RING_LOG2, log2);
}

static void setup_nic(struct rig *rig, unsigned nic)
{
    struct rig_nic *n = &rig->nic[nic];
    n->rig = rig;
    n->nic = nic;
    n->mac_space = n->link_up = true;
    struct toe_wiring wiring = {.pool = rig->pool, .probe = &rig->probe};
    rig_fakes_wire(n, &wiring);
    n->engine = toe_engine_create(&rig->params, nic, &wiring);
    n->client = toe_engine_client(n->engine);
    stage_loop_add(&rig->loop, toe_engine_stage(n->engine, nic ? "toe1" : "toe0"));
    n->cmd_ring = rig_alloc(rig, 64 << rig->ring_log2);
    n->record_ring = rig_alloc(rig, 64 << rig->ring_log2);
    n->event_ring = rig_alloc(rig, 64 << rig->ring_log2);
    n->buffer_ring = rig_alloc(rig, 8 << rig->ring_log2);
    setup_ring(rig, nic, NIC_REG_CMD_RING, n->cmd_ring, rig->ring_log2);
    setup_ring(rig, nic, NIC_REG_RECORD_RING, n->record_ring, rig->ring_log2);
    setup_ring(rig, nic, NIC_REG_EVENT_RING, n->event_ring, rig->ring_log2);
    setup_ring(rig, nic, NIC_REG_BUFFER_RING, n->buffer_ring, rig->ring_log2);
    rig_write32(rig, nic, NIC_REG_MAC_LO, 0x44332202);
    rig_write32(rig, nic, NIC_REG_MAC_HI, 0x6655);
    rig_write32(rig, nic, NIC_REG_CONTROL,
                NIC_CONTROL_ENABLE | (rig->pushes ? (uint32_t)NIC_CONTROL_PUSH : 0));
}

void rig_start(struct rig *rig)
{
    stage_loop_add(&rig->loop, rig_fakes_stage(rig));
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        setup_nic(rig, nic);
}

void rig_end(struct rig *rig)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        struct rig_nic *n = &rig->nic[nic];
        for (uint32_t i = 0; i < n->tx_count; i++)
            frame_free(rig->pool, n->tx[i]);
        toe_engine_destroy(n->engine);
    }
    rig_fakes_free(rig);
    frame_pool_destroy(rig->pool);
    free(rig->mem);
}

void rig_run(struct rig *rig, uint64_t ps) { stage_loop_run(&rig->loop, rig->loop.now_ps + ps); }

uint64_t rig_alloc(struct rig *rig, uint32_t bytes)
{
    uint64_t at = rig->mem_next;
    rig->mem_next += (bytes + 4095u) & ~4095u;
    assert(rig->mem_next <= RIG_MEM_BYTES);
    return at;
}

/* --- driver --- */

void rig_write32(struct rig *rig, unsigned nic, uint32_t offset, uint32_t value)
{
    struct pcie_device d = toe_engine_device(rig->nic[nic].engine);
    d.ops->mmio_write(d.self, offset, &value, sizeof value, rig->loop.now_ps);
}

uint32_t rig_read32(struct rig *rig, unsigned nic, uint32_t offset)
{
    struct pcie_device d = toe_engine_device(rig->nic[nic].engine);
    return d.ops->mmio_read32(d.self, offset, rig->loop.now_ps);
}

void rig_post_buffers(struct rig *rig, unsigned nic, uint32_t count)
{
    struct rig_nic *n = &rig->nic[nic];
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = n->buffer_ring + (n->buffer_producer++ % (1u << rig->ring_log2)) * 8;
        uint64_t buffer = rig_alloc(rig, NIC_BUFFER_BYTES);
        memcpy(rig->mem + at, &buffer, sizeof buffer);
    }
    rig_write32(rig, nic, NIC_REG_BUFFER_PRODUCER, n->buffer_producer);
}

void rig_write(struct rig *rig, unsigned nic, uint32_t offset, const void *data, uint32_t len)
{
    struct pcie_device d = toe_engine_device(rig->nic[nic].engine);
    d.ops->mmio_write(d.self, offset, data, len, rig->loop.now_ps);
}

void rig_push(struct rig *rig, unsigned nic, uint32_t offset, const void *data, uint32_t len)
{
    struct pcie_device d = toe_engine_device(rig->nic[nic].engine);
    d.ops->mmio_write(d.self, NIC_REG_PUSH_WINDOW + offset, data, len, rig->loop.now_ps);
}

static void push_command(struct rig *rig, unsigned nic, const struct nic_cmd *cmd)
{
    uint32_t capabilities = rig_read32(rig, nic, NIC_REG_CAPABILITIES);
    uint32_t log2 =
        (capabilities & NIC_CAPABILITY_PUSH_LOG2_MASK) >> NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    uint32_t slot = rig->nic[nic].pushed++ & ((1u << log2) - 1);
    rig_push(rig, nic, slot * NIC_PUSH_SLOT_BYTES, cmd, sizeof *cmd);
}

void rig_command(struct rig *rig, unsigned nic, const struct nic_cmd *cmd)
{
    struct rig_nic *n = &rig->nic[nic];
    if (rig->pushes) {
        push_command(rig, nic, cmd);
        return;
    }
    uint64_t at = n->cmd_ring + (n->cmd_producer++ % (1u << rig->ring_log2)) * sizeof *cmd;
    memcpy(rig->mem + at, cmd, sizeof *cmd);
    rig_write32(rig, nic, NIC_REG_CMD_PRODUCER, n->cmd_producer);
}

void rig_doorbell(struct rig *rig, unsigned nic, uint32_t conn, uint16_t gen, uint8_t kind,
                  uint32_t value)
{
    struct pcie_device d = toe_engine_device(rig->nic[nic].engine);
    struct nic_doorbell bell = {.conn = conn, .gen = gen, .kind = kind, .value = value};
    d.ops->mmio_write(d.self, NIC_REG_CONN_DOORBELL, &bell, sizeof bell, rig->loop.now_ps);
}

static bool is_valid(const struct rig *rig, uint32_t consumer, uint8_t phase)
{
    return phase == 1 - ((consumer >> rig->ring_log2) & 1);
}

bool rig_take_record(struct rig *rig, unsigned nic, struct nic_record *record)
{
    struct rig_nic *n = &rig->nic[nic];
    uint64_t at = n->record_ring + (n->record_consumer % (1u << rig->ring_log2)) * sizeof *record;
    memcpy(record, rig->mem + at, sizeof *record);
    if (!is_valid(rig, n->record_consumer, record->flags & NIC_RECORD_PHASE))
        return false;
    rig_write32(rig, nic, NIC_REG_RECORD_CONSUMER, ++n->record_consumer);
    return true;
}

bool rig_take_event(struct rig *rig, unsigned nic, struct nic_event *event)
{
    struct rig_nic *n = &rig->nic[nic];
    uint64_t at = n->event_ring + (n->event_consumer % (1u << rig->ring_log2)) * sizeof *event;
    memcpy(event, rig->mem + at, sizeof *event);
    if (!is_valid(rig, n->event_consumer, event->flags & 1))
        return false;
    rig_write32(rig, nic, NIC_REG_EVENT_CONSUMER, ++n->event_consumer);
    return true;
}

struct nic_event rig_event(struct rig *rig, unsigned nic, uint8_t kind)
{
    struct nic_event event;
    bool there = rig_take_event(rig, nic, &event);
    assert(there);
    assert(event.kind == kind);
    return event;
}

struct nic_record rig_record(struct rig *rig, unsigned nic, uint8_t verdict)
{
    struct nic_record record;
    bool there = rig_take_record(rig, nic, &record);
    assert(there);
    assert(record.verdict == verdict);
    return record;
}

void rig_no_event(struct rig *rig, unsigned nic)
{
    struct nic_event event;
    bool there = rig_take_event(rig, nic, &event);
    assert(!there);
}

/* Returns the field of the event that tests compare, which depends on its kind. */
static uint64_t value_of(const struct probe_event *event)
{
    switch ((enum probe_kind)event->kind) {
    case PROBE_OWN_STATE:
        return event->own.state;
    case PROBE_MOVE_MARK:
        return event->mark.mark;
    case PROBE_TX_BUILT:
        return event->built.seq;
    case PROBE_RX_WRITTEN:
    case PROBE_RX_VISIBLE:
    case PROBE_RECORDED:
        return event->payload.seq;
    default:
        assert(!"no test looks for a value in this kind of event");
        return 0;
    }
}

int rig_probe_find(const struct rig *rig, enum probe_kind kind, unsigned nic, uint64_t value,
                   int from)
{
    for (uint32_t i = (uint32_t)from; i < rig->seen_count; i++)
        if (rig->seen[i].kind == kind && rig->seen[i].nic == nic &&
            value_of(&rig->seen[i]) == value)
            return (int)i;
    return -1;
}

uint32_t rig_probe_count(const struct rig *rig, enum probe_kind kind, unsigned nic)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rig->seen_count; i++)
        count += rig->seen[i].kind == kind && rig->seen[i].nic == nic;
    return count;
}

/* --- connections --- */

void rig_address(const struct rig *rig, uint8_t host, uint8_t addr[16])
{
    ip_addr_from_v4(addr, 0x0a000000u + host);
    if (rig->ip_version == 6)
        memcpy(addr, (uint8_t[]){0xfd, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host}, 16);
}

struct frame *rig_frame(struct rig_peer *peer, uint16_t flags, uint32_t seq, uint32_t ack,
                        const void *payload, uint32_t len)
{
    struct frame *frame = frame_alloc(peer->rig->pool, peer->rig->loop.now_ps);
    static const uint8_t mss[4] = {2, 4, 0x05, 0xb4};
    struct packet_out out = {.dst_mac = {2, 0x22, 0x33, 0x44, 0x55, 0x66},
                             .src_mac = {2, 0, 0, 0, 0, 9},
                             .vlan = peer->rig->vlan,
                             .ip_version = peer->rig->ip_version,
                             .ttl = 64,
                             .sport = peer->port,
                             .dport = 80,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags,
                             .window = 60000,
                             .options = (flags & TCP_SYN) ? mss : NULL,
                             .options_len = (flags & TCP_SYN) ? 4 : 0};
    assert(frame);
    rig_address(peer->rig, 2, out.src);
    rig_address(peer->rig, 1, out.dst);
    if (len > 0)
        memcpy(frame->data + packet_header_bytes(&out), payload, len);
    frame->len = packet_build(frame->data, &out, len);
    return frame;
}

void rig_deliver(struct rig *rig, unsigned nic, struct frame *frame)
{
    struct frame_sink sink = toe_engine_rx_sink(rig->nic[nic].engine);
    frame->port = (uint8_t)nic;
    frame->mac_time_ps = rig->loop.now_ps;
    frame_sink_accept(&sink, frame, rig->loop.now_ps);
}

void rig_segment(struct rig_peer *peer, unsigned nic, uint16_t flags, const void *payload,
                 uint32_t len)
{
    rig_deliver(peer->rig, nic, rig_frame(peer, flags, peer->seq, peer->ack, payload, len));
    peer->seq += len + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

struct nic_held rig_hold(struct rig *rig, struct frame *frame, uint8_t port)
{
    struct nic_held held = {.frame = rig_alloc(rig, frame->len),
                            .frame_time_ps = rig->loop.now_ps,
                            .frame_id = frame->id,
                            .bytes = frame->len,
                            .port = port};
    memcpy(rig->mem + held.frame, frame->data, frame->len);
    frame_free(rig->pool, frame);
    return held;
}

void rig_build_image(struct rig *rig, struct rig_peer *peer)
{
    struct conn_ctx ctx;
    struct tcp_now now = {us_ticks(rig->loop.now_ps), ms_ticks(rig->loop.now_ps)};
    memset(&ctx, 0, sizeof ctx);
    rig_address(rig, 1, ctx.laddr);
    rig_address(rig, 2, ctx.raddr);
    ctx.lport = 80;
    ctx.rport = peer->port;
    memcpy(ctx.peer_mac, (uint8_t[]){2, 0, 0, 0, 0, 9}, 6);
    ctx.ip_version = rig->ip_version;
    ctx.vlan = rig->vlan;
    ctx.ttl = 64;
    ctx.tx_ring_log2 = ctx.rx_ring_log2 = RIG_DATA_RING_LOG2;
    ctx.tx_ring = (uint32_t)(peer->tx_ring >> 12);
    ctx.rx_ring = (uint32_t)(peer->rx_ring >> 12);
    ctx.conn_id = peer->conn;
    ctx.generation = peer->gen;
    ctx.offered = CTX_FEATURE_MSS;
    tcp_open_passive(&ctx, 5000, &rig->params.tcp, now);
    tcp_image_from_live(&ctx, now);
    tcp_image_seal(&ctx);
    memcpy(rig->mem + peer->image, &ctx, sizeof ctx);
}

void rig_install(struct rig_peer *peer, unsigned nic, const struct nic_held *held, uint32_t count)
{
    struct rig *rig = peer->rig;
    struct nic_cmd cmd = {.op = NIC_CMD_INSTALL,
                          .gen = peer->gen,
                          .conn = peer->conn,
                          .image = peer->image,
                          .count = count,
                          .cookie = 7,
                          .tx_prod = peer->ack,
                          .rx_consumed = peer->seq};
    if (count > 0) {
        cmd.list = rig_alloc(rig, count * (uint32_t)sizeof *held);
        memcpy(rig->mem + cmd.list, held, count * sizeof *held);
    }
    rig_command(rig, nic, &cmd);
}

void rig_freeze(struct rig_peer *peer, unsigned nic)
{
    struct nic_cmd cmd = {.op = NIC_CMD_FREEZE,
                          .gen = peer->gen,
                          .conn = peer->conn,
                          .image = peer->image,
                          .cookie = 8};
    rig_command(peer->rig, nic, &cmd);
}

void rig_open(struct rig *rig, struct rig_peer *peer, uint32_t conn, unsigned nic)
{
    *peer = (struct rig_peer){.rig = rig,
                              .conn = conn,
                              .port = (uint16_t)(40000 + conn),
                              .gen = 1,
                              .image = rig_alloc(rig, CTX_BYTES),
                              .rx_ring = rig_alloc(rig, 1 << RIG_DATA_RING_LOG2),
                              .tx_ring = rig_alloc(rig, 1 << RIG_DATA_RING_LOG2),
                              .seq = 1000,
                              .ack = 5001};
    rig_build_image(rig, peer);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE, .gen = 1, .conn = conn, .image = peer->image};
    rig_command(rig, nic, &cmd);
    struct nic_held held = rig_hold(rig, rig_frame(peer, TCP_SYN, 1000, 0, NULL, 0), (uint8_t)nic);
    peer->seq = 1001;
    rig_install(peer, nic, &held, 1);
}

void rig_establish(struct rig *rig, struct rig_peer *peer, uint32_t conn, unsigned nic)
{
    rig_open(rig, peer, conn, nic);
    rig_run(rig, 5 * PS_PER_US);
    rig_segment(peer, nic, TCP_ACK, NULL, 0);
    rig_run(rig, 5 * PS_PER_US);
    (void)rig_event(rig, nic, NIC_EVENT_CMD_DONE);
    (void)rig_event(rig, nic, NIC_EVENT_CMD_DONE);
    (void)rig_record(rig, nic, NIC_VERDICT_APPLIED);
    struct nic_record r = rig_record(rig, nic, NIC_VERDICT_APPLIED);
    assert(r.tcp_state == TCP_ESTABLISHED);
}

struct packet rig_sent(struct rig *rig, unsigned nic, uint32_t n)
{
    struct packet packet;
    assert(n < rig->nic[nic].tx_count);
    const struct frame *frame = rig->nic[nic].tx[n];
    packet_parse(frame->data, frame->len, true, &packet);
    assert(packet.kind == PACKET_TCP && packet.ip_checksum_ok && packet.tcp_checksum_ok);
    return packet;
}

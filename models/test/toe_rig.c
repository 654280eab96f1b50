#include "models/test/toe_rig.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_PS = 20000, ISSUE_PS = 100000, VISIBLE_PS = 300000, READ_PS = 600000 };

enum happening { HAPPEN_ISSUED, HAPPEN_VISIBLE, HAPPEN_READ, HAPPEN_MSIX, HAPPEN_CACHE };

struct rig_event {
    struct rig_event *next;
    uint64_t at_ps, sequence;
    struct rig_nic *nic;
    enum happening what;
    uint64_t address;
    uint32_t len;
    struct pcie_done done;
    struct pcie_read_done read_done;
    unsigned vector;
    struct ctx_req req;
    uint8_t data[]; /* writes: bytes; cache requests: image */
};

static struct rig_event *event_new(struct rig_nic *n, enum happening what, uint64_t at_ps,
                                   uint32_t extra)
{
    struct rig_event *event = calloc(1, sizeof *event + extra);
    assert(event);
    event->what = what;
    event->nic = n;
    event->at_ps = at_ps;
    event->sequence = n->rig->sequence++;
    return event;
}

static void event_insert(struct rig *rig, struct rig_event *event)
{
    struct rig_event **at = &rig->events;
    while (*at && ((*at)->at_ps < event->at_ps ||
                   ((*at)->at_ps == event->at_ps && (*at)->sequence < event->sequence)))
        at = &(*at)->next;
    event->next = *at;
    *at = event;
}

/* With `jitter` each latency is drawn anew, up to four times as long. */
static uint64_t latency(struct rig *rig, uint64_t ps)
{
    return rig->jitter ? ps / 2 + rng_below(&rig->rng, ps * 7 / 2) : ps;
}

/* --- PCIe --- */

static void pcie_write(void *self, uint64_t address, const void *data, uint32_t len,
                       struct pcie_done issued, struct pcie_done visible, uint64_t now_ps)
{
    struct rig_nic *n = self;
    assert(address + len <= RIG_MEM_BYTES);
    uint64_t base = n->write_hold ? TIME_NEVER - 2 * VISIBLE_PS : now_ps;
    uint64_t order[2] = {n->issued, n->visible};
    n->issued = u64_max(n->issued, base + latency(n->rig, ISSUE_PS)); /* posted: in order */
    n->visible = u64_max(n->visible, n->issued + latency(n->rig, VISIBLE_PS - ISSUE_PS));
    bool held = n->write_hold;
    struct rig_event *a = event_new(n, HAPPEN_ISSUED, held ? base + ISSUE_PS : n->issued, 0);
    struct rig_event *b = event_new(n, HAPPEN_VISIBLE, held ? base + VISIBLE_PS : n->visible, len);
    if (held) {
        n->issued = order[0];
        n->visible = order[1];
    }
    a->done = issued;
    b->done = visible;
    b->address = address;
    b->len = len;
    memcpy(b->data, data, len);
    event_insert(n->rig, a);
    event_insert(n->rig, b);
}

static void pcie_read(void *self, uint64_t address, uint32_t len, struct pcie_read_done done,
                      uint64_t now_ps)
{
    struct rig_nic *n = self;
    assert(address + len <= RIG_MEM_BYTES);
    uint64_t base = n->read_hold ? TIME_NEVER - 2 * READ_PS : now_ps;
    struct rig_event *event =
        event_new(n, HAPPEN_READ, base + (n->read_hold ? READ_PS : latency(n->rig, READ_PS)), 0);
    event->read_done = done;
    event->address = address;
    event->len = len;
    event_insert(n->rig, event);
}

static void pcie_msix(void *self, unsigned vector, uint64_t now_ps)
{
    struct rig_nic *n = self;
    struct rig_event *event =
        event_new(n, HAPPEN_MSIX, u64_max(n->visible, now_ps + VISIBLE_PS), 0);
    event->vector = vector;
    event_insert(n->rig, event);
}

static bool pcie_is_up(const void *self) { return ((const struct rig_nic *)self)->link_up; }

/* DMA that was held back happens from now on. */
void rig_release_dma(struct rig *rig, unsigned nic)
{
    struct rig_event *late = NULL, **at = &rig->events;
    while (*at) {
        struct rig_event *event = *at;
        if (event->nic == &rig->nic[nic] && event->at_ps > TIME_NEVER / 2) {
            *at = event->next;
            event->next = late;
            late = event;
        } else {
            at = &event->next;
        }
    }
    rig->nic[nic].read_hold = rig->nic[nic].write_hold = false;
    for (struct rig_event *next; late; late = next) {
        next = late->next;
        uint64_t delay = late->what == HAPPEN_READ     ? READ_PS
                         : late->what == HAPPEN_ISSUED ? ISSUE_PS
                                                       : VISIBLE_PS;
        late->at_ps = rig->loop.now_ps + delay;
        event_insert(rig, late);
    }
}

/* --- cache --- */

static bool cache_submit(void *self, const struct ctx_req *req, uint64_t now_ps)
{
    struct rig_nic *n = self;
    n->cache_ready[req->who] =
        u64_max(now_ps + latency(n->rig, CACHE_PS), n->cache_ready[req->who] + 1);
    struct rig_event *event = event_new(n, HAPPEN_CACHE, n->cache_ready[req->who], CTX_BYTES);
    event->req = *req;
    if (req->image) {
        memcpy(event->data, req->image, CTX_BYTES);
        event->req.image = event->data;
    }
    event_insert(n->rig, event);
    return true;
}

static void cache_lookup(struct rig_nic *n, const struct ctx_req *req, struct ctx_rsp *rsp)
{
    rsp->place = CTX_PLACE_NOT_MINE;
    for (uint32_t i = 0; i < RIG_CONNS; i++) {
        struct rig_slot *s = &n->slot[i];
        if (s->state == OWN_ABSENT || memcmp(&s->key, &req->key, sizeof s->key))
            continue;
        rsp->conn = i;
        rsp->gen = s->gen;
        rsp->place = s->state == OWN_RESERVED ? CTX_PLACE_RESERVED
                     : s->state == OWN_ACTIVE ? CTX_PLACE_HOT
                                              : CTX_PLACE_MOVED;
    }
}

static void key_of(const uint8_t *image, struct flow_key *key)
{
    struct conn_ctx ctx;
    memcpy(&ctx, image, sizeof ctx);
    memset(key, 0, sizeof *key);
    memcpy(key->laddr, ctx.laddr, 16);
    memcpy(key->raddr, ctx.raddr, 16);
    key->lport = ctx.lport;
    key->rport = ctx.rport;
    key->vlan = ctx.vlan;
    key->ip_version = ctx.ip_version;
}

static uint8_t cache_locked_op(struct rig_slot *s, const struct ctx_req *req)
{
    if (!s->locked || s->locked_by != req->who)
        return CTX_NOT_LOCKED;
    s->locked = false;
    for (int line = 0; req->op == CTX_OP_WRITE_UNLOCK && line < CTX_CONST_LINE; line++)
        if (req->mask >> line & 1)
            memcpy(s->image + line * CTX_LINE_BYTES, req->image + line * CTX_LINE_BYTES,
                   CTX_LINE_BYTES);
    if (req->op == CTX_OP_REMOVE)
        s->state = OWN_ABSENT;
    return CTX_OK;
}

static uint8_t cache_driver_op(struct rig_slot *s, const struct ctx_req *req)
{
    bool same = s->gen == req->gen;
    switch (req->op) {
    case CTX_OP_RESERVE:
        if (s->state != OWN_ABSENT)
            return CTX_DUPLICATE;
        s->state = OWN_RESERVED;
        s->gen = req->gen;
        s->key = req->key;
        return CTX_OK;
    case CTX_OP_INSTALL:
        if (s->state == OWN_ACTIVE || s->state == OWN_FROZEN)
            return CTX_DUPLICATE;
        s->state = OWN_ACTIVE;
        s->gen = req->gen;
        memcpy(s->image, req->image, CTX_BYTES);
        key_of(req->image, &s->key);
        return CTX_OK;
    case CTX_OP_FREEZE:
        if (s->state != OWN_ACTIVE)
            return CTX_ABSENT;
        if (!same)
            return CTX_STALE;
        s->state = OWN_FROZEN;
        return CTX_OK;
    case CTX_OP_EXTRACT:
        if (s->state != OWN_FROZEN)
            return CTX_NOT_FROZEN;
        s->state = OWN_TOMBSTONE;
        return CTX_OK;
    default:
        assert(req->op == CTX_OP_RELEASE);
        if (s->state != OWN_TOMBSTONE && s->state != OWN_RESERVED)
            return CTX_ABSENT;
        if (!same)
            return CTX_STALE;
        s->state = OWN_ABSENT;
        return CTX_OK;
    }
}

/* False: must wait for a lock. */
static bool cache_serve(struct rig_nic *n, const struct ctx_req *req, uint64_t now_ps)
{
    struct ctx_rsp rsp = {
        .op = req->op, .who = req->who, .conn = req->conn, .gen = req->gen, .tag = req->tag};
    uint8_t image[CTX_BYTES];
    struct rig_slot *s = &n->slot[req->conn];
    assert(req->conn < RIG_CONNS);
    if (req->op == CTX_OP_LOOKUP) {
        cache_lookup(n, req, &rsp);
    } else if (req->op == CTX_OP_READ_LOCK) {
        if (s->state != OWN_ACTIVE || s->gen != req->gen)
            rsp.result = s->state == OWN_FROZEN   ? CTX_FROZEN
                         : s->state == OWN_ACTIVE ? CTX_STALE
                                                  : CTX_ABSENT;
        else if (s->locked)
            return false;
        if (rsp.result == CTX_OK) {
            s->locked = true;
            s->locked_by = req->who;
            rsp.image = image;
        }
    } else if (req->op == CTX_OP_WRITE_UNLOCK || req->op == CTX_OP_UNLOCK ||
               req->op == CTX_OP_REMOVE) {
        rsp.result = cache_locked_op(s, req);
    } else {
        if (req->op == CTX_OP_FREEZE && s->locked)
            return false;
        rsp.result = cache_driver_op(s, req);
        if (req->op == CTX_OP_EXTRACT && rsp.result == CTX_OK)
            rsp.image = image;
    }
    memcpy(image, s->image, CTX_BYTES);
    n->client.on_response(n->client.self, &rsp, now_ps);
    return true;
}

/* --- stage of all fakes --- */

static uint64_t fakes_next(const void *self)
{
    const struct rig *rig = self;
    return rig->events && rig->events->at_ps < TIME_NEVER / 2 ? rig->events->at_ps : TIME_NEVER;
}

static void happen(struct rig *rig, struct rig_event *event, uint64_t now_ps)
{
    struct rig_nic *n = event->nic;
    switch (event->what) {
    case HAPPEN_VISIBLE:
        memcpy(rig->mem + event->address, event->data, event->len);
        /* fall through */
    case HAPPEN_ISSUED:
        if (event->done.fn)
            event->done.fn(event->done.self, event->done.cookie, now_ps);
        break;
    case HAPPEN_READ:
        event->read_done.fn(event->read_done.self, event->read_done.cookie, n->link_up,
                            n->link_up ? rig->mem + event->address : NULL, event->len, now_ps);
        break;
    case HAPPEN_MSIX:
        n->irqs[event->vector]++;
        break;
    case HAPPEN_CACHE:
        if (cache_serve(n, &event->req, now_ps))
            break;
        event->at_ps = now_ps + CACHE_PS;
        event_insert(rig, event);
        return;
    }
    free(event);
}

static void fakes_run(void *self, uint64_t now_ps)
{
    struct rig *rig = self;
    while (rig->events && rig->events->at_ps <= now_ps) {
        struct rig_event *event = rig->events;
        rig->events = event->next;
        happen(rig, event, now_ps);
    }
}

/* --- MAC --- */

static bool mac_has_room(void *self) { return ((struct rig_nic *)self)->mac_room; }

static void mac_set_fenced(void *self, bool fenced, uint64_t now_ps)
{
    (void)now_ps;
    ((struct rig_nic *)self)->mac_fenced = fenced;
}

static void mac_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct rig_nic *n = self;
    assert(n->tx_count < RIG_TX_MAX);
    n->tx_time[n->tx_count] = now_ps;
    n->tx[n->tx_count++] = frame;
}

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
    static const struct pcie_endpoint_ops pcie_ops = {
        .write = pcie_write, .read = pcie_read, .msix = pcie_msix, .is_up = pcie_is_up};
    static const struct ctx_store_ops cache_ops = {.submit = cache_submit};
    struct rig_nic *n = &rig->nic[nic];
    n->rig = rig;
    n->nic = nic;
    n->mac_room = n->link_up = true;
    struct toe_wiring wiring = {.cache = {&cache_ops, n},
                                .pcie = {&pcie_ops, n},
                                .mac_tx = {mac_accept, n},
                                .mac_has_room = mac_has_room,
                                .mac_set_fenced = mac_set_fenced,
                                .mac_self = n,
                                .pool = rig->pool,
                                .probe = &rig->probe};
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
    rig_write32(rig, nic, NIC_REG_CONTROL, NIC_CONTROL_ENABLE);
}

void rig_start(struct rig *rig)
{
    stage_loop_add(&rig->loop, (struct stage){"fakes", rig, fakes_run, fakes_next});
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
    for (struct rig_event *next; rig->events; rig->events = next) {
        next = rig->events->next;
        free(rig->events);
    }
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

void rig_command(struct rig *rig, unsigned nic, const struct nic_cmd *cmd)
{
    struct rig_nic *n = &rig->nic[nic];
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

int rig_probe_find(const struct rig *rig, enum probe_kind kind, unsigned nic, uint64_t a, int from)
{
    for (uint32_t i = (uint32_t)from; i < rig->seen_count; i++)
        if (rig->seen[i].kind == kind && rig->seen[i].nic == nic && rig->seen[i].a == a)
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

static void address(const struct rig *rig, uint8_t addr[16], uint8_t host)
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
    address(peer->rig, out.src, 2);
    address(peer->rig, out.dst, 1);
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
    address(rig, ctx.laddr, 1);
    address(rig, ctx.raddr, 2);
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

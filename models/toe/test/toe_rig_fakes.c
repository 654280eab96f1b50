/* The rig's fakes of PCIe, cache and MAC. They have fixed latencies and keep one list of events. */
#include "models/toe/test/toe_rig_fakes.h"

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
    uint8_t data[]; /* the bytes of a write, or the image of a cache request */
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

/* Returns the latency; with `jitter` it is drawn at random, between half and four times `ps`. */
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
    /* Posted writes stay in order. */
    n->issued = u64_max(n->issued, base + latency(n->rig, ISSUE_PS));
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

static void pcie_refuse(void *self, uint64_t now_ps)
{
    (void)now_ps;
    ((struct rig_nic *)self)->refused++;
}

/* Completes the DMA that was held back, from now on. */
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

static uint8_t cache_driver_op(const struct rig_nic *n, struct rig_slot *s,
                               const struct ctx_req *req);

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
    if (n->rig->reserves_early && req->op == CTX_OP_RESERVE)
        n->slot[req->conn].reserve_result = cache_driver_op(n, &n->slot[req->conn], req);
    return true;
}

static void cache_reset(void *self, uint64_t now_ps)
{
    (void)now_ps;
    struct rig_nic *n = self;
    for (struct rig_event **at = &n->rig->events; *at;) {
        struct rig_event *event = *at;
        if (event->what != HAPPEN_CACHE || event->nic != n) {
            at = &event->next;
            continue;
        }
        *at = event->next;
        free(event);
    }
    memset(n->slot, 0, sizeof n->slot);
    n->cache_resets++;
}

static void cache_hash_word(void *self, uint32_t word, uint64_t now_ps)
{
    (void)now_ps;
    struct rig_nic *n = self;
    n->hash_words++;
    n->hash_word = word;
}

static bool cache_is_ready(const void *self)
{
    (void)self;
    return true;
}

/* Damages a line. All bits of it are equivalent, and an error in the tag counts as an error in all lines. */
static bool cache_flip(void *self, const struct ctx_flip *flip, uint64_t now_ps)
{
    (void)now_ps;
    struct rig_nic *n = self;
    assert(flip->conn < RIG_CONNS && flip->line < CTX_LINES);
    n->slot[flip->conn].bad_lines |=
        (uint8_t)(flip->tag ? (1u << CTX_LINES) - 1 : 1u << flip->line);
    return true;
}

void rig_flip(struct rig *rig, unsigned nic, uint32_t conn, uint8_t line)
{
    struct ctx_flip flip = {.conn = conn, .line = line};
    (void)cache_flip(&rig->nic[nic], &flip, rig->loop.now_ps);
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
    if (req->op == CTX_OP_WRITE_UNLOCK)
        s->bad_lines &= (uint8_t)~req->mask;
    if (req->op == CTX_OP_REMOVE)
        s->state = OWN_ABSENT;
    return CTX_OK;
}

/* A key is in the table once, whatever connection has it. */
static bool has_key(const struct rig_nic *n, const struct flow_key *key)
{
    for (uint32_t i = 0; i < RIG_CONNS; i++)
        if (n->slot[i].state != OWN_ABSENT && memcmp(&n->slot[i].key, key, sizeof *key) == 0)
            return true;
    return false;
}

static uint8_t cache_driver_op(const struct rig_nic *n, struct rig_slot *s,
                               const struct ctx_req *req)
{
    bool same = s->gen == req->gen;
    switch (req->op) {
    case CTX_OP_RESERVE:
        if (s->state != OWN_ABSENT || has_key(n, &req->key))
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
        s->bad_lines = 0;
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
        return s->bad_lines ? CTX_BAD : CTX_OK;
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

/* Serves a request. Returns false if the request must wait for a lock. */
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
            rsp.result = s->bad_lines ? CTX_BAD : CTX_OK;
            rsp.image = s->bad_lines ? NULL : image;
        }
    } else if (req->op == CTX_OP_WRITE_UNLOCK || req->op == CTX_OP_UNLOCK ||
               req->op == CTX_OP_REMOVE) {
        rsp.result = cache_locked_op(s, req);
    } else {
        if (req->op == CTX_OP_FREEZE && s->locked)
            return false;
        bool is_done = n->rig->reserves_early && req->op == CTX_OP_RESERVE;
        rsp.result = is_done ? s->reserve_result : cache_driver_op(n, s, req);
        if (req->op == CTX_OP_EXTRACT && rsp.result == CTX_OK)
            rsp.image = image;
    }
    memcpy(image, s->image, CTX_BYTES);
    n->client.on_response(n->client.self, &rsp, now_ps);
    return true;
}

/* --- the stage of all fakes --- */

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

/* Times of a 10 Gb/s line; the overhead is preamble, check sequence and gap. */
enum { BYTE_PS = 800, LINE_OVERHEAD_BYTES = 24 };

static bool mac_has_space(void *self) { return ((struct rig_nic *)self)->mac_space; }

static uint64_t mac_ahead_ps(void *self, uint64_t bytes, uint64_t now_ps)
{
    const struct rig_nic *n = self;
    return u64_max(n->line_busy_until_ps, now_ps) - now_ps + bytes * BYTE_PS;
}

static uint64_t mac_left_ps(void *self, uint64_t frame_id)
{
    (void)frame_id;
    return ((struct rig_nic *)self)->line_left_until_ps;
}

static void mac_set_fenced(void *self, bool fenced, uint64_t now_ps)
{
    (void)now_ps;
    ((struct rig_nic *)self)->mac_fenced = fenced;
}

static void set_carrier(void *self, bool up, uint64_t now_ps)
{
    (void)now_ps;
    ((struct rig_nic *)self)->is_dark = !up;
}

static void mac_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct rig_nic *n = self;
    assert(n->tx_count < RIG_TX_MAX);
    if (n->line_busy_until_ps > 0)
        n->line_busy_until_ps =
            u64_max(n->line_busy_until_ps, now_ps) + (frame->len + LINE_OVERHEAD_BYTES) * BYTE_PS;
    n->tx_time[n->tx_count] = now_ps;
    n->tx[n->tx_count++] = frame;
}

/* --- functions for the rig --- */

struct stage rig_fakes_stage(struct rig *rig)
{
    return (struct stage){"fakes", rig, fakes_run, fakes_next};
}

void rig_fakes_wire(struct rig_nic *n, struct toe_wiring *wiring)
{
    static const struct pcie_endpoint_ops pcie_ops = {.write = pcie_write,
                                                      .read = pcie_read,
                                                      .msix = pcie_msix,
                                                      .is_up = pcie_is_up,
                                                      .refuse = pcie_refuse};
    static const struct ctx_store_ops cache_ops = {.submit = cache_submit,
                                                   .reset = cache_reset,
                                                   .is_ready = cache_is_ready,
                                                   .hash_word = cache_hash_word,
                                                   .flip = cache_flip};
    wiring->cache = (struct ctx_store){&cache_ops, n};
    wiring->pcie = (struct pcie_endpoint){&pcie_ops, n};
    wiring->mac_tx = (struct frame_sink){mac_accept, n};
    wiring->mac_has_space = mac_has_space;
    wiring->mac_ahead_ps = mac_ahead_ps;
    wiring->mac_left_ps = mac_left_ps;
    wiring->mac_set_fenced = mac_set_fenced;
    wiring->set_carrier = set_carrier;
    wiring->carrier_self = n;
    wiring->mac_self = n;
}

void rig_fakes_free(struct rig *rig)
{
    for (struct rig_event *next; rig->events; rig->events = next) {
        next = rig->events->next;
        free(rig->events);
    }
}

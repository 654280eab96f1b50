#include "host-sw/minimal/minimal_conn.h"

#include "host-sw/minimal/minimal_frame.h"
#include "host-sw/minimal/minimal_move.h"
#include "host-sw/minimal/minimal_report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_TTL = 64,
    IPV4_HEADERS = 40,
    IPV6_HEADERS = 60,
    USER_TIMEOUT_MS = 100,
};

/* --- the table --- */

bool minimal_conns_init(struct minimal *m)
{
    uint64_t rows = m->conn_max;
    m->conns = calloc(rows, sizeof *m->conns);
    m->hash = calloc(rows, sizeof *m->hash);
    m->dirty = calloc(rows, sizeof *m->dirty);
    if (!m->conns || !m->hash || !m->dirty)
        return false;
    for (uint32_t i = 0; i < m->conn_max; i++)
        m->hash[i] = MINIMAL_NONE;
    m->entries = m->bus.ops->mem_alloc(m->bus.self, rows * MINIMAL_ENTRY_BYTES);
    m->images = m->bus.ops->mem_alloc(m->bus.self, rows * CTX_BYTES);
    m->held_lists = m->bus.ops->mem_alloc(m->bus.self, rows * m->params.hold_frames_per_conn *
                                                           sizeof(struct nic_held));
    return m->entries && m->images && m->held_lists;
}

void minimal_conns_free(struct minimal *m)
{
    for (uint32_t i = 0; i < m->conn_count; i++)
        free(m->conns[i].held);
    free(m->conns);
    free(m->hash);
    free(m->dirty);
    free(m->lent);
}

static uint32_t *bucket_of(const struct minimal *m, const struct flow_key *key)
{
    return &m->hash[siphash24(&m->isn_key, key, sizeof *key) % m->conn_max];
}

struct minimal_conn *minimal_find(const struct minimal *m, const struct flow_key *key)
{
    assert(key->reserved == 0);
    uint32_t i = *bucket_of(m, key);
    while (i != MINIMAL_NONE && memcmp(&m->conns[i].view.key, key, sizeof *key) != 0)
        i = m->conns[i].next_of_hash;
    return i == MINIMAL_NONE ? NULL : &m->conns[i];
}

static void forget_tuple(struct minimal *m, const struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    uint32_t *at = bucket_of(m, &c->view.key);
    while (*at != minimal_id(m, c))
        at = &m->conns[*at].next_of_hash;
    *at = c->next_of_hash;
}

/* --- commands --- */

void minimal_command(struct minimal *m, struct minimal_conn *c, unsigned nic, struct nic_cmd cmd)
{
    assert(!c || minimal_conn_is_sane(c));
    cmd.conn = c ? minimal_id(m, c) : MINIMAL_NONE;
    if (c && cmd.gen == 0)
        cmd.gen = c->view.gen;
    if (c)
        c->pending++;
    cmd.image = c ? m->images + (uint64_t)cmd.conn * CTX_BYTES : 0;
    bool has_frame = cmd.op == NIC_CMD_RX_INJECT || cmd.op == NIC_CMD_TX_FRAME;
    cmd.cookie = has_frame ? (uint32_t)cmd.frame_id : 0;
    minimal_nic_command(&m->nics[nic], &cmd);
}

void minimal_release(struct minimal *m, struct minimal_conn *c, unsigned nic, uint16_t gen)
{
    assert(minimal_conn_is_sane(c));
    minimal_command(m, c, nic, (struct nic_cmd){.op = NIC_CMD_RELEASE, .gen = gen});
}

/* --- opening --- */

static void first_image(const struct minimal *m, const struct minimal_conn *c,
                        const struct packet *packet, const struct app_accept *accept,
                        struct conn_ctx *image)
{
    assert(minimal_conn_is_sane(c));
    const struct flow_key *key = &c->view.key;
    uint32_t log2 = (uint32_t)__builtin_ctz(m->params.ring_bytes);
    int headers = key->ip_version == 4 ? IPV4_HEADERS : IPV6_HEADERS;
    *image = (struct conn_ctx){
        .version = CTX_VERSION,
        .conn_id = minimal_id(m, c),
        .generation = c->view.gen,
        .mss = accept->mss ? accept->mss : (uint16_t)((int)m->params.mtu_bytes - headers),
        .rcv_ws = accept->rcv_ws,
        .ts_offset = (uint32_t)siphash24(&m->isn_key, key->raddr, sizeof key->raddr),
        .lport = key->lport,
        .rport = key->rport,
        .vlan = key->vlan,
        .ip_version = key->ip_version,
        .ttl = accept->ttl ? accept->ttl : OPEN_TTL,
        .tx_ring_log2 = (uint8_t)log2,
        .rx_ring_log2 = (uint8_t)log2,
        .tx_ring = (uint32_t)(c->tx_ring / BUS_PAGE_BYTES),
        .rx_ring = (uint32_t)(c->rx_ring / BUS_PAGE_BYTES),
        .offered = accept->offered,
    };
    memcpy(image->laddr, key->laddr, sizeof image->laddr);
    memcpy(image->raddr, key->raddr, sizeof image->raddr);
    memcpy(image->peer_mac, packet->src_mac, sizeof image->peer_mac);
    struct nic_options options = {
        .flags = (uint8_t)((accept->nodelay ? (unsigned)NIC_OPTION_NODELAY : 0) |
                           (accept->keepalive ? (unsigned)NIC_OPTION_KEEPALIVE : 0) |
                           (accept->cork ? (unsigned)NIC_OPTION_CORK : 0)),
        .tos = (uint8_t)(accept->dscp << 2),
        .mss = accept->mss,
        .user_timeout = (uint16_t)ceil_div(accept->user_timeout_ms, USER_TIMEOUT_MS),
        .keepalive_idle = accept->keepalive_idle,
        .keepalive_interval = accept->keepalive_interval,
        .keepalive_probes = accept->keepalive_probes};
    struct tcp_now now = {us_ticks(minimal_now(m)), ms_ticks(minimal_now(m))};
    tcp_on_app_set(image, &options, &m->params.tcp, now);
    tcp_open_passive(image, c->iss, &m->params.tcp, now);
    tcp_image_from_live(image, now);
}

/* Returns a new connection with its rings, or null. */
static struct minimal_conn *admit(struct minimal *m, const struct flow_key *key)
{
    if (m->conn_count == m->conn_max)
        return NULL;
    uint64_t rx = m->bus.ops->mem_alloc(m->bus.self, m->params.ring_bytes);
    uint64_t tx = m->bus.ops->mem_alloc(m->bus.self, m->params.ring_bytes);
    if (!rx || !tx) {
        if (rx)
            m->bus.ops->mem_free(m->bus.self, rx, m->params.ring_bytes);
        return NULL;
    }
    struct minimal_conn *c = &m->conns[m->conn_count++];
    *c = (struct minimal_conn){.rx_ring = rx, .tx_ring = tx, .view.key = *key, .view.gen = 1};
    uint32_t *bucket = bucket_of(m, key);
    c->next_of_hash = *bucket;
    *bucket = minimal_id(m, c);
    return c;
}

void minimal_open(struct minimal *m, const struct minimal_frame *frame, const struct packet *packet,
                  const struct flow_key *key)
{
    struct app_accept accept = {0};
    struct conn_ctx image;
    m->stats.syns++;
    minimal_charge(m, CPU_COST_APP_CALL, 1);
    if (!m->app->on_syn(m->app_self, key, &packet->seg, &accept)) {
        if (accept.busy)
            minimal_drop(m, frame, PROBE_NO_CONN, DROP_SYN_BACKLOG);
        else
            minimal_refuse(m, frame, packet, DROP_NO_LISTENER);
        return;
    }
    minimal_charge(m, CPU_COST_OPEN, 1);
    struct minimal_conn *c = admit(m, key);
    if (!c) {
        minimal_drop(m, frame, PROBE_NO_CONN, DROP_NO_RESOURCE);
        return;
    }
    c->iss = isn_make(&m->isn_key, key, minimal_now(m));
    c->irs = packet->seg.seq;
    c->rcv_nxt = c->rx_consumed = c->rung_rx = c->irs + 1;
    c->snd_una = c->tx_prod = c->rung_tx = c->iss + 1;
    c->view.cookie = accept.cookie;
    c->view.owner = c->view.rx_if = c->dest = frame->port;
    c->view.opened_ps = minimal_now(m);
    c->t0_ps = frame->mac_time_ps;
    m->stats.on_nics_max = u32_max(m->stats.on_nics_max, ++m->live_count);
    minimal_report_open(m, c);
    minimal_set_state(m, c, DIR_OPENING);
    minimal_rx_if(m, c, frame->port, frame->mac_time_ps, frame->id);
    minimal_hold(m, c, frame);
    first_image(m, c, packet, &accept, &image);
    minimal_command(m, c, c->dest, (struct nic_cmd){.op = NIC_CMD_RESERVE});
    minimal_install(m, c, c->dest, &image, MOVE_OPENED);
}

/* --- the end --- */

static void settle(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    if (!c->ended || c->pending > 0 || c->rx_ring == 0)
        return;
    m->bus.ops->mem_free(m->bus.self, c->rx_ring, m->params.ring_bytes);
    m->bus.ops->mem_free(m->bus.self, c->tx_ring, m->params.ring_bytes);
    c->rx_ring = c->tx_ring = 0;
    minimal_set_state(m, c, DIR_FREE);
}

void minimal_done(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    assert(c->pending > 0);
    c->pending--;
    settle(m, c);
}

void minimal_end(struct minimal *m, struct minimal_conn *c, enum nic_term_cause cause)
{
    assert(minimal_conn_is_sane(c));
    uint32_t id = minimal_id(m, c);
    if (cause != NIC_TERM_NONE) {
        m->stats.terminated_prematurely++;
        minimal_emit(m, c, c->view.owner,
                     (struct probe_event){.kind = PROBE_APP_NOTICE, .ended.cause = cause});
    } else {
        m->stats.closed++;
    }
    if (m->app->on_closed) {
        minimal_charge(m, CPU_COST_APP_CALL, 1);
        m->app_called = true;
        m->app->on_closed(m->app_self, id, c->view.cookie, cause);
    }
    minimal_report_end(m, c, c->given_up ? MOVE_END_FAILED : MOVE_END_CANCELLED);
    c->ended = true;
    c->view.closed_ps = minimal_now(m);
    c->view.cause = cause;
    m->live_count--;
    m->established_count -= c->established;
    forget_tuple(m, c);
    if (c->reserved)
        minimal_release(m, c, c->dest, (uint16_t)(c->source_gen + 1));
    if (c->tombstone)
        minimal_release(m, c, c->source, c->source_gen);
    c->reserved = c->tombstone = false;
    minimal_set_state(m, c, DIR_CLOSING);
    for (uint32_t i = 0; i < c->held_count; i++)
        minimal_drop(m, &c->held[i], PROBE_NO_CONN, DROP_NO_CONNECTION);
    c->held_count = 0;
    settle(m, c);
}

void minimal_give_up(struct minimal *m, struct minimal_conn *c, enum nic_term_cause cause)
{
    assert(minimal_conn_is_sane(c));
    c->given_up = true;
    minimal_end(m, c, cause);
}

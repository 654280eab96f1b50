/* Opens a connection when a SYN for a listener arrives. RESERVE and INSTALL are issued with one doorbell. */
#include "host-sw/life/opening.h"

#include "host-sw/conn/conn.h"
#include "host-sw/conn/rx_if.h"
#include "host-sw/life/farewell.h"
#include "host-sw/server/server.h"

#include "host-sw/conn/fate.h"
#include "host-sw/stack/seq.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/place_host.h"
#include "host-sw/transfer/transfer.h"

#include <assert.h>
#include <string.h>

enum { USER_TIMEOUT_MS = 100, OPEN_TTL = 64, REOPEN_ISS_STEP = 64000 };

static void refuse(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   enum drop_reason reason)
{
    if (reason == DROP_NO_LISTENER &&
        host_stack_send_reset(&sw->stack, sw->mode->reply_port(&sw->ports, frame->port), packet))
        sw->stats.resets_sent++;
    fate_drop(sw, frame, PROBE_NO_CONN, reason);
}

/* Chooses the initial sequence number (RFC 6528), above the last number of an incarnation in TIME_WAIT (RFC 9293
 * 3.10.7.4). */
static uint32_t choose_iss(struct host_sw *sw, const struct flow_key *key,
                           const struct time_wait *reopened)
{
    uint32_t iss = isn_make(&sw->openings.isn_key, key, server_now(sw));
    if (reopened && host_seq_lt(iss, reopened->snd_nxt + REOPEN_ISS_STEP))
        iss = reopened->snd_nxt + REOPEN_ISS_STEP;
    return iss;
}

static uint32_t log2_of(uint32_t bytes)
{
    uint32_t log2 = 0;
    while (1u << log2 < bytes)
        log2++;
    return log2;
}

struct nic_options opening_options(const struct app_accept *accept)
{
    unsigned flags = (accept->nodelay ? (unsigned)NIC_OPTION_NODELAY : 0u) |
                     (accept->keepalive ? (unsigned)NIC_OPTION_KEEPALIVE : 0u) |
                     (accept->cork ? (unsigned)NIC_OPTION_CORK : 0u);
    return (struct nic_options){.flags = (uint8_t)flags,
                                .tos = (uint8_t)(accept->dscp << 2),
                                .mss = accept->mss,
                                .user_timeout =
                                    (uint16_t)ceil_div(accept->user_timeout_ms, USER_TIMEOUT_MS),
                                .keepalive_idle = accept->keepalive_idle,
                                .keepalive_interval = accept->keepalive_interval,
                                .keepalive_probes = accept->keepalive_probes};
}

void opening_build_image(struct host_sw *sw, const struct dir_entry *entry,
                         const uint8_t peer_mac[6], const struct app_accept *accept,
                         struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    const struct flow_key *key = &entry->key;
    uint64_t now_ps = server_now(sw);
    uint32_t ring_log2 = log2_of(sw->params.ring_bytes);
    uint32_t headers = key->ip_version == 4 ? 40 : 60;
    *image = (struct conn_ctx){
        .version = CTX_VERSION,
        .conn_id = entry->conn,
        .generation = entry->gen,
        .mss = accept->mss ? accept->mss : (uint16_t)(sw->params.mtu_bytes - headers),
        .rcv_ws = accept->rcv_ws,
        .ts_offset = (uint32_t)siphash24(&sw->openings.isn_key, key->raddr, sizeof key->raddr),
        .lport = key->lport,
        .rport = key->rport,
        .vlan = key->vlan,
        .ip_version = key->ip_version,
        .ttl = accept->ttl ? accept->ttl : OPEN_TTL,
        .tx_ring_log2 = (uint8_t)ring_log2,
        .tx_ring = (uint32_t)(entry->tx_ring / 4096),
        .rx_ring = (uint32_t)(entry->rx_ring / 4096),
        .rx_ring_log2 = (uint8_t)ring_log2,
        .offered = accept->offered,
    };
    memcpy(image->laddr, key->laddr, sizeof image->laddr);
    memcpy(image->raddr, key->raddr, sizeof image->raddr);
    memcpy(image->peer_mac, peer_mac, sizeof image->peer_mac);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    struct nic_options options = opening_options(accept);
    tcp_on_app_set(image, &options, &sw->params.tcp, now);
    if (entry->active)
        tcp_open_active(image, entry->iss, &sw->params.tcp, now);
    else
        tcp_open_passive(image, entry->iss, &sw->params.tcp, now);
    tcp_image_from_live(image, now);
}

struct dir_entry *opening_admit(struct host_sw *sw, const struct flow_key *key)
{
    struct nic_bus bus = sw->bus;
    uint64_t rx_ring = bus.ops->mem_alloc(bus.self, sw->params.ring_bytes);
    uint64_t tx_ring = bus.ops->mem_alloc(bus.self, sw->params.ring_bytes);
    nic_bus_lock(bus, HOST_LOCK_DIRECTORY);
    uint32_t conn = rx_ring && tx_ring ? directory_open(&sw->dir, key, server_now(sw)) : DIR_NONE;
    nic_bus_unlock(bus, HOST_LOCK_DIRECTORY);
    if (conn == DIR_NONE) {
        if (rx_ring)
            bus.ops->mem_free(bus.self, rx_ring, sw->params.ring_bytes);
        if (tx_ring)
            bus.ops->mem_free(bus.self, tx_ring, sw->params.ring_bytes);
        return NULL;
    }
    struct dir_entry *entry = &sw->dir.entries[conn];
    farewell_forget(sw, key);
    entry->rx_ring = rx_ring;
    entry->tx_ring = tx_ring;
    return entry;
}

unsigned opening_begin(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       uint32_t irs, const struct app_accept *accept)
{
    assert(dir_entry_is_sane(entry));
    unsigned nic =
        sw->mode->may_own(&sw->ports, frame->port) ? frame->port : team_other(frame->port);
    entry->cookie = accept->cookie;
    entry->keepalive = accept->keepalive;
    entry->options = opening_options(accept);
    entry->irs = irs;
    entry->rcv_nxt = entry->rx_consumed = entry->irs + 1;
    entry->snd_una = entry->tx_prod = entry->iss + 1;
    entry->synchronised = true;
    entry->owner = (uint8_t)nic;
    entry->t0_ps = frame->mac_time_ps;
    opening_emit(sw, entry);
    conn_set_state(sw, entry, DIR_OPENING);
    rx_if_store(sw, entry, frame->port, frame->mac_time_ps, frame->frame_id);
    if (!hold_add(&sw->hold, entry, frame))
        fate_drop(sw, frame, entry->conn, DROP_HOLD_FULL);
    return nic;
}

void opening_done(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    sw->openings.embryonic -= entry->embryonic;
    entry->embryonic = false;
}

void opening_emit(struct host_sw *sw, const struct dir_entry *entry)
{
    policy_list_on_open(&sw->policies, entry->conn);
    struct probe_event event = {.now_ps = server_now(sw),
                                .opened.irs = entry->active ? PROBE_IRS_UNKNOWN : entry->irs,
                                .opened.iss = entry->iss,
                                .opened.key = &entry->key,
                                .conn = entry->conn,
                                .gen = entry->gen,
                                .nic = entry->owner,
                                .kind = PROBE_CONN_OPEN};
    probe_emit(sw->probe, &event);
}

void opening_give(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    enum host_reason reason = nic_places_refuse(sw, &entry->key);
    if (reason != HOST_REASON_NONE) {
        sw->stats.host_opened++;
        place_host_take_over(sw, entry, image, reason);
        return;
    }
    struct move_trigger why = transfer_called(sw);
    transfer_begin(sw, entry, nic, MOVE_OPENED, &why);
    place_table[nic]->give(sw, entry, nic, MOVE_OPENED, image);
    assert(dir_entry_is_sane(entry));
}

bool opening_is_for_listener(struct host_sw *sw, const struct flow_key *key,
                             const struct tcp_segment *seg)
{
    struct app_accept accept = {0};
    if (!sw->app.ops->on_cookie_syn)
        return false;
    server_charge(sw, CPU_COST_APP_CALL, 1);
    return sw->app.ops->on_cookie_syn(sw->app.self, key, seg, &accept) || accept.busy;
}

void opening_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                    const struct flow_key *key, const struct time_wait *reopened)
{
    struct app_accept accept = {0};
    if (sw->openings.embryonic >= sw->params.syn_backlog) {
        refuse(sw, frame, packet, DROP_SYN_BACKLOG);
        return;
    }
    server_charge(sw, CPU_COST_APP_CALL, 1);
    if (!sw->app.ops->on_syn(sw->app.self, key, &packet->seg, &accept)) {
        refuse(sw, frame, packet, accept.busy ? DROP_SYN_BACKLOG : DROP_NO_LISTENER);
        return;
    }
    server_charge(sw, CPU_COST_OPEN, 1);
    struct dir_entry *entry = opening_admit(sw, key);
    if (!entry) {
        refuse(sw, frame, packet, DROP_NO_RESOURCE);
        return;
    }
    entry->iss = choose_iss(sw, key, reopened);
    entry->embryonic = true;
    sw->stats.embryonic_max = u32_max(sw->stats.embryonic_max, ++sw->openings.embryonic);
    unsigned nic = opening_begin(sw, entry, frame, packet->seg.seq, &accept);
    struct conn_ctx image;
    opening_build_image(sw, entry, packet->src_mac, &accept, &image);
    opening_give(sw, entry, nic, &image);
}

/*
 * Resets to the peers of connections that ended without one (farewell.h). Each peer has one timer. It serves first for
 * the reset, which is tried again until a port is usable, then for the probes, and last for the end of the entry.
 */
#include "host-sw/life/farewell.h"

#include "host-sw/server/server.h"
#include "host-sw/transfer/image.h"

#include "host-sw/stack/seq.h"
#include "models/base/planted.h"
#include "models/wire/bytes.h"

#include <assert.h>
#include <string.h>

enum { PROBES_MAX = 5, STAMP_BYTES = 12, ANSWER_TTL = 64 };
enum { FRAME_BYTES = 14 + 4 + 40 + 20 + STAMP_BYTES };

/* A reset or a probe is not repeated within the minimum retransmission timeout, because the answer may be in flight. */
static uint64_t repeat_ps(const struct host_sw *sw)
{
    return sw->params.tcp.rto_min_us * PS_PER_US;
}

/* Notes the sequence number that the peer has acknowledged as far as the host knows (seq), and the highest one that it
 * may have received (limit). */
static void note_numbers(struct farewell *farewell, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    bool fin_acked = entry->tcp_state == TCP_FIN_WAIT_2 || entry->tcp_state == TCP_TIME_WAIT;
    farewell->limit = entry->tx_prod + (entry->fin_wanted ? 1 : 0);
    farewell->seq = fin_acked ? farewell->limit : entry->snd_una;
    farewell->has_ack = entry->synchronised;
    farewell->ack = entry->rcv_nxt;
}

void farewell_begin(struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (entry->resolving)
        return; /* the peer has not received any segment */
    struct farewell *farewell = farewell_find(&sw->farewells, &entry->key);
    if (!farewell)
        farewell = farewell_new(&sw->farewells, &entry->key, server_now(sw));
    if (!farewell) {
        sw->stats.farewells_refused++;
        return;
    }
    const struct conn_ctx *image =
        sw->bus.ops->mem_read(sw->bus.self, image_address(sw, entry->conn), sizeof *image);
    memcpy(farewell->mac, image->peer_mac, sizeof farewell->mac);
    farewell->ts_offset = image->ts_offset;
    farewell->port = entry->rx_if;
    farewell->until_ps = server_now(sw) + sw->params.tcp.time_wait_us * PS_PER_US;
    note_numbers(farewell, entry);
}

void farewell_forget(struct host_sw *sw, const struct flow_key *key)
{
    struct farewell *farewell = farewell_find(&sw->farewells, key);
    if (farewell)
        farewell_remove(&sw->farewells, farewell);
}

/* Writes the timestamp option as the lost NIC would have sent it. A peer that has negotiated timestamps drops a segment
 * without the option (RFC 7323 3.2), and any other peer ignores the option. A reset does not need it, but may have it.
 */
static void put_stamp(const struct host_sw *sw, const struct farewell *farewell,
                      uint8_t options[STAMP_BYTES])
{
    enum { NOP = 1, TIMESTAMP = 8, TIMESTAMP_BYTES = 10 };
    static const uint8_t head[] = {NOP, NOP, TIMESTAMP, TIMESTAMP_BYTES};
    memset(options, 0, STAMP_BYTES); /* TSecr is 0, because the peer's last TSval is unknown */
    memcpy(options, head, sizeof head);
    be32_store(options + sizeof head, ms_ticks(server_now(sw)) + farewell->ts_offset);
}

static bool send(struct host_sw *sw, const struct farewell *farewell, uint32_t seq, uint16_t flags)
{
    unsigned port = sw->mode->reply_port(&sw->ports, farewell->port);
    if (!sw->ports.usable[port])
        return false;
    const struct flow_key *key = &farewell->key;
    uint8_t options[STAMP_BYTES];
    put_stamp(sw, farewell, options);
    struct packet_out out = {.vlan = key->vlan,
                             .options = options,
                             .options_len = sizeof options,
                             .ip_version = key->ip_version,
                             .ttl = ANSWER_TTL,
                             .ip_id = sw->stack.ip_id++,
                             .sport = key->lport,
                             .dport = key->rport,
                             .seq = seq,
                             .ack = farewell->has_ack ? farewell->ack : 0,
                             .flags = flags};
    if (farewell->has_ack)
        out.flags |= TCP_ACK;
    memcpy(out.dst_mac, farewell->mac, sizeof out.dst_mac);
    memcpy(out.src_mac, sw->stack.mac, sizeof out.src_mac);
    memcpy(out.src, key->laddr, sizeof out.src);
    memcpy(out.dst, key->raddr, sizeof out.dst);
    uint8_t frame[FRAME_BYTES];
    uint32_t len = packet_build(frame, &out, 0);
    assert(len <= sizeof frame);
    return host_stack_send_frame(&sw->stack, port, frame, len);
}

static bool reset_at(struct host_sw *sw, struct farewell *farewell, uint32_t seq)
{
    if (!send(sw, farewell, seq, TCP_RST))
        return false;
    sw->stats.resets_sent++;
    farewell->reset_sent = !PLANTED(reset_again);
    farewell->reset_ps = server_now(sw);
    farewell->seq = seq;
    return true;
}

/* Stops resets and probes to this peer, and keeps its tuple until the entry expires. */
static void rest(struct host_sw *sw, struct farewell *farewell)
{
    farewell->exact = true;
    farewell_at(&sw->farewells, farewell, farewell->until_ps);
}

/* Takes the sequence number from an acknowledgment that arrives before the reset is sent, because it is newer than the
 * last record. */
static void learn(struct farewell *farewell, uint32_t ack)
{
    if (host_seq_lt(farewell->seq, ack) && !host_seq_lt(farewell->limit, ack))
        farewell->seq = ack;
}

bool farewell_on_frame(struct host_sw *sw, const struct flow_key *key,
                       const struct tcp_segment *seg)
{
    struct farewell *farewell = farewell_find(&sw->farewells, key);
    if (!farewell)
        return false;
    if ((seg->flags & TCP_RST) != 0) {
        farewell_remove(&sw->farewells, farewell); /* the peer has ended the connection */
        return true;
    }
    if ((seg->flags & TCP_ACK) == 0)
        return false;
    if (!farewell->reset_sent) {
        learn(farewell, seg->ack);
        return true;
    }
    bool is_under_way =
        seg->ack == farewell->seq && server_now(sw) < farewell->reset_ps + repeat_ps(sw);
    if (is_under_way || reset_at(sw, farewell, seg->ack))
        rest(sw, farewell);
    return true;
}

static void on_time(struct host_sw *sw, struct farewell *farewell, uint64_t now_ps)
{
    if (now_ps >= farewell->until_ps) {
        farewell_remove(&sw->farewells, farewell);
        return;
    }
    if (!farewell->reset_sent && reset_at(sw, farewell, farewell->seq)) {
        sw->stats.resets_unasked++;
    } else if (farewell->reset_sent) {
        /* The segment lies to the left of the peer's window, so the peer answers with the number that it expects. */
        sw->stats.end_probes += send(sw, farewell, farewell->seq - 1, 0);
        farewell->probes++;
    }
    if (farewell->reset_sent &&
        (farewell->seq == farewell->limit || farewell->probes == PROBES_MAX))
        rest(sw, farewell);
    else
        farewell_at(&sw->farewells, farewell,
                    u64_min(now_ps + (repeat_ps(sw) << farewell->probes), farewell->until_ps));
}

bool farewell_run(struct host_sw *sw)
{
    uint64_t now_ps = server_now(sw);
    bool busy = false;
    while (sw->farewells.next_ps <= now_ps) {
        uint32_t slot = timer_heap_first(sw->farewells.timers);
        on_time(sw, &sw->farewells.slots[slot], now_ps);
        busy = true;
    }
    return busy;
}

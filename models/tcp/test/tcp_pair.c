#include "models/tcp/test/tcp_pair.h"

#include <criterion/criterion.h>
#include <string.h>

uint8_t pair_byte(unsigned end, uint32_t offset)
{
    uint32_t x = offset * 2654435761u + end * 40503u;
    return (uint8_t)(x >> 24 ^ x >> 9);
}

struct tcp_now pair_now(const struct tcp_pair *pair)
{
    return (struct tcp_now){us_ticks(pair->now_ps), ms_ticks(pair->now_ps)};
}

static void send_packet(struct tcp_pair *pair, unsigned from, uint8_t ecn, const uint8_t *bytes,
                        uint32_t len)
{
    if (rng_below(&pair->rng, 1000) < pair->p.loss_permille) {
        pair->drops++;
        return;
    }
    cr_assert_lt(pair->count, PAIR_QUEUE);
    struct pair_packet *packet = &pair->queue[pair->count++];
    packet->at_ps = pair->now_ps + 100 * PS_PER_US;
    if (rng_below(&pair->rng, 1000) < pair->p.reorder_permille)
        packet->at_ps += rng_below(&pair->rng, 2000) * PS_PER_US;
    packet->order = pair->order++;
    packet->to = (uint8_t)!from;
    packet->ecn = ecn;
    if (ecn && rng_below(&pair->rng, 1000) < pair->p.mark_permille)
        packet->ecn = 3;
    packet->len = len;
    memcpy(packet->bytes, bytes, len);
}

/* Returns true if the parameters ask for the loss of this segment (drop_first and the
 * following). */
static bool is_named_loss(struct tcp_pair *pair, unsigned from, const struct tcp_tx *tx)
{
    if (from != 0 || tx->len == 0 || pair->p.drop_limit == 0)
        return false;
    uint32_t at = tx->seq - pair->end[0].tx_base;
    uint32_t first = pair->p.drop_first * pair->end[0].ctx.mss;
    if (tx->retransmission) {
        bool again = pair->p.drop_again && !pair->lost_again && at == first;
        pair->lost_again |= again;
        return again;
    }
    if (pair->lost == pair->p.drop_limit ||
        at != first + pair->lost * pair->p.drop_step * pair->end[0].ctx.mss)
        return false;
    pair->lost++;
    return true;
}

static void pump(struct tcp_pair *pair, unsigned i)
{
    struct pair_end *end = &pair->end[i];
    struct tcp_tx tx;
    bool expected = tcp_has_output(&end->ctx, &end->params, pair_now(pair));
    while (tcp_output(&end->ctx, &end->params, pair_now(pair), &tx)) {
        cr_assert(expected, "tcp_has_output() said no");
        uint8_t bytes[60 + 1500];
        uint32_t header = tcp_build(bytes, 1, 2, tx.seq, tx.ack, tx.flags, tx.window, 0, tx.options,
                                    tx.options_len);
        for (uint32_t b = 0; b < tx.len; b++)
            bytes[header + b] = end->tx_ring[(tx.seq + b) % PAIR_RING];
        end->segments++;
        end->retransmissions += tx.retransmission;
        for (uint32_t b = 0; b < header + tx.len; b++)
            pair->transcript = (pair->transcript ^ bytes[b]) * UINT64_C(0x100000001b3);
        pair->transcript ^= pair->now_ps;
        if (!is_named_loss(pair, i, &tx))
            send_packet(pair, i, tx.ecn, bytes, header + tx.len);
        if (rng_below(&pair->rng, 1000) < pair->p.dup_permille)
            send_packet(pair, i, tx.ecn, bytes, header + tx.len);
        expected = tcp_has_output(&end->ctx, &end->params, pair_now(pair));
        cr_assert(tcp_is_sane(&end->ctx));
    }
    /* tcp_has_output() may be true without a segment, but only once, to start the persist timer. */
    cr_assert(!expected || (end->ctx.timers & CTX_TIMER_PERSIST), "tcp_has_output() said yes");
    cr_assert(!tcp_has_output(&end->ctx, &end->params, pair_now(pair)));
}

static void app_write(struct pair_end *end, unsigned i)
{
    if (end->ctx.tcp_state < TCP_ESTABLISHED)
        return;
    uint32_t acked = end->ctx.snd_una - end->tx_base;
    while (end->written < end->total && end->written - acked < PAIR_RING) {
        end->tx_ring[(end->tx_base + end->written) % PAIR_RING] = pair_byte(i, end->written);
        end->written++;
    }
    tcp_on_app_write(&end->ctx, end->tx_base + end->written);
    if (end->written == end->total &&
        (end->close_when_sent || (end->close_after_peer && end->peer_fin &&
                                  end->rx_base + end->received + 1 == end->ctx.rcv_nxt)))
        tcp_on_app_close(&end->ctx, end->tx_base + end->written);
}

static void app_read(struct pair_end *end, unsigned i)
{
    if (end->ctx.tcp_state < TCP_ESTABLISHED)
        return;
    uint32_t available = end->ctx.rcv_nxt - end->rx_base - end->peer_fin;
    for (; end->received < available; end->received++)
        cr_assert_eq(end->rx_ring[(end->rx_base + end->received) % PAIR_RING],
                     pair_byte(!i, end->received), "byte %u at end %u", end->received, i);
    tcp_on_app_read(&end->ctx, end->rx_base + end->received, &end->params);
}

static void settle(struct tcp_pair *pair, unsigned i, const struct tcp_result *result)
{
    struct pair_end *end = &pair->end[i];
    end->established |= result->established;
    end->peer_fin |= result->peer_fin;
    end->closed |= result->closed;
    if (result->terminated)
        end->terminated = result->terminated;
    if (i == 0 || pair->p.slow_reader_permille == 0)
        app_read(end, i);
    app_write(end, i);
    pump(pair, i);
    cr_assert(tcp_is_sane(&end->ctx));
    if (pair->p.move_always) {
        tcp_image_from_live(&end->ctx, pair_now(pair));
        cr_assert(tcp_image_check(&end->ctx));
        tcp_live_from_image(&end->ctx, pair_now(pair));
        cr_assert(tcp_is_sane(&end->ctx));
        end->ctx.crc = 0;
    }
}

static void deliver(struct tcp_pair *pair, uint32_t index)
{
    struct pair_packet packet = pair->queue[index];
    pair->queue[index] = pair->queue[--pair->count];
    struct pair_end *end = &pair->end[packet.to];
    struct tcp_segment seg;
    cr_assert(tcp_parse(packet.bytes, packet.len, &seg));
    seg.ecn = packet.ecn;
    struct tcp_result result;
    bool had_irs = end->ctx.tcp_state >= TCP_SYN_RCVD;
    tcp_input(&end->ctx, &seg, &end->params, pair_now(pair), &result);
    if (!had_irs && end->ctx.tcp_state >= TCP_SYN_RCVD)
        end->rx_base = seg.seq + 1;
    for (uint32_t b = 0; b < result.payload_len; b++)
        end->rx_ring[(result.payload_seq + b) % PAIR_RING] = seg.payload[result.payload_skip + b];
    settle(pair, packet.to, &result);
}

void pair_init(struct tcp_pair *pair, const struct pair_params *params)
{
    memset(pair, 0, sizeof *pair);
    pair->p = *params;
    rng_init(&pair->rng, params->seed, "pair");
    pair->now_ps = 5 * PS_PER_S;
    for (unsigned i = 0; i < 2; i++) {
        struct pair_end *end = &pair->end[i];
        tcp_params_default(&end->params);
        end->params.congestion = params->congestion;
        end->params.ecn = params->ecn;
        end->total = params->bytes[i];
        end->ctx.ip_version = 4;
        end->ctx.offered = params->offered[i];
        end->ctx.rcv_ws = params->rcv_ws;
        end->ctx.mss = params->mss;
        end->ctx.rx_ring_log2 = params->ring_log2 ? params->ring_log2 : PAIR_RING_LOG2;
        end->ctx.tx_ring_log2 = PAIR_RING_LOG2;
        end->ctx.ts_offset = (uint32_t)rng_u64(&pair->rng);
        uint32_t iss = (uint32_t)rng_u64(&pair->rng);
        if (params->seed % 3 == 0)
            iss = UINT32_MAX - 5000; /* the sequence numbers wrap early */
        end->tx_base = iss + 1;
        if (i == 0 || params->simultaneous)
            tcp_open_active(&end->ctx, iss, &end->params, pair_now(pair));
        else
            tcp_open_passive(&end->ctx, iss, &end->params, pair_now(pair));
    }
    pair->end[0].close_when_sent = true;
    pair->end[1].close_after_peer = true;
    pump(pair, 0);
    pump(pair, 1);
}

static uint64_t timer_ps(const struct tcp_pair *pair, unsigned i)
{
    uint32_t us = tcp_deadline_us(&pair->end[i].ctx, pair_now(pair));
    return us == UINT32_MAX ? TIME_NEVER : pair->now_ps + us * PS_PER_US;
}

bool pair_step(struct tcp_pair *pair, uint64_t limit_ps)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < pair->count; i++)
        if (first == UINT32_MAX || pair->queue[i].at_ps < pair->queue[first].at_ps ||
            (pair->queue[i].at_ps == pair->queue[first].at_ps &&
             pair->queue[i].order < pair->queue[first].order))
            first = i;
    uint64_t packet_ps = first == UINT32_MAX ? TIME_NEVER : pair->queue[first].at_ps;
    uint64_t timers[2] = {timer_ps(pair, 0), timer_ps(pair, 1)};
    uint64_t read_ps = TIME_NEVER;
    if (pair->p.slow_reader_permille && pair->end[1].ctx.tcp_state >= TCP_ESTABLISHED &&
        pair->end[1].received < pair->end[0].total)
        read_ps = u64_max(pair->next_read_ps, pair->now_ps);
    uint64_t next = u64_min(u64_min(packet_ps, read_ps), u64_min(timers[0], timers[1]));
    if (next > limit_ps)
        return false;
    pair->now_ps = next;
    struct tcp_result result = {0};
    if (packet_ps == next) {
        deliver(pair, first);
    } else if (read_ps == next) {
        pair->next_read_ps = next + PS_PER_MS;
        if (rng_below(&pair->rng, 1000) < pair->p.slow_reader_permille)
            app_read(&pair->end[1], 1);
        settle(pair, 1, &result);
    } else {
        unsigned i = timers[0] == next ? 0 : 1;
        tcp_on_timer(&pair->end[i].ctx, &pair->end[i].params, pair_now(pair), &result);
        settle(pair, i, &result);
    }
    return true;
}

void pair_run(struct tcp_pair *pair, uint64_t limit_ps)
{
    while (pair_step(pair, limit_ps))
        ;
}

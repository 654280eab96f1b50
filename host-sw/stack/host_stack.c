#include "host-sw/stack/host_stack.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <string.h>

enum { ANSWER_TTL = 64, ANSWER_BYTES_MAX = 14 + 4 + 40 + 60 };

bool host_stack_init(struct host_stack *stack, struct nic_bus bus, struct nic_driver *nics,
                     struct buffer_pool *pool, const uint8_t mac[6], uint64_t time_wait_ps)
{
    *stack = (struct host_stack){.bus = bus, .nics = nics, .pool = pool};
    memcpy(stack->mac, mac, sizeof stack->mac);
    return time_wait_init(&stack->time_waits, time_wait_ps);
}

void host_stack_free(struct host_stack *stack) { time_wait_free(&stack->time_waits); }

/* The command holds the buffer until its completion shows that the NIC has read the frame. */
bool host_stack_send_of(struct host_stack *stack, unsigned port, uint32_t conn,
                        const uint8_t *frame, uint32_t len)
{
    assert(port < NIC_COUNT);
    assert(len > 0 && len <= NIC_BUFFER_BYTES);
    stack->bus.ops->charge(stack->bus.self, CPU_COST_HOST_SEGMENT, 1);
    uint64_t buffer = PLANTED(claim_no_nic) ? 0 : buffer_pool_take(stack->pool);
    if (buffer == 0)
        return false;
    stack->bus.ops->mem_write(stack->bus.self, buffer, frame, len);
    struct nic_cmd cmd = {.op = NIC_CMD_TX_FRAME, .conn = conn, .list = buffer, .count = len};
    nic_driver_command(&stack->nics[port], cmd, buffer);
    buffer_pool_unref(stack->pool, buffer);
    return true;
}

bool host_stack_send_frame(struct host_stack *stack, unsigned port, const uint8_t *frame,
                           uint32_t len)
{
    return host_stack_send_of(stack, port, UINT32_MAX, frame, len);
}

bool host_stack_send_answer(struct host_stack *stack, unsigned port, const struct packet *packet,
                            const struct tcp_tx *tx)
{
    struct flow_key key;
    packet_flow_key(packet, &key);
    struct packet_out out = {.vlan = key.vlan,
                             .ip_version = packet->ip_version,
                             .ttl = ANSWER_TTL,
                             .ip_id = stack->ip_id++,
                             .sport = packet->seg.dport,
                             .dport = packet->seg.sport,
                             .seq = tx->seq,
                             .ack = tx->ack,
                             .flags = tx->flags,
                             .window = tx->window,
                             .options = tx->options,
                             .options_len = tx->options_len};
    memcpy(out.dst_mac, packet->src_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, stack->mac, sizeof out.src_mac);
    memcpy(out.src, packet->dst, sizeof out.src);
    memcpy(out.dst, packet->src, sizeof out.dst);
    uint8_t frame[ANSWER_BYTES_MAX];
    uint32_t len = packet_build(frame, &out, 0);
    assert(len <= sizeof frame);
    return host_stack_send_frame(stack, port, frame, len);
}

bool host_stack_send_reset(struct host_stack *stack, unsigned port, const struct packet *packet)
{
    struct tcp_tx tx = {0};
    if (!tcp_build_reset_for(&packet->seg, &tx))
        return false;
    return host_stack_send_answer(stack, port, packet, &tx);
}

static void put_be32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

bool host_stack_send_time_wait_ack(struct host_stack *stack, unsigned port,
                                   const struct packet *packet, const struct time_wait *entry,
                                   uint64_t now_ps)
{
    struct tcp_tx tx = {
        .seq = entry->snd_nxt, .ack = entry->rcv_nxt, .flags = TCP_ACK, .window = UINT16_MAX};
    if ((entry->features & CTX_FEATURE_TS) != 0) {
        /* Two NOPs align the option (RFC 7323 appendix A). */
        static const uint8_t head[4] = {1, 1, 8, 10};
        memcpy(tx.options, head, sizeof head);
        put_be32(tx.options + 4, ms_ticks(now_ps) + entry->ts_offset);
        put_be32(tx.options + 8, entry->ts_recent);
        tx.options_len = 12;
    }
    return host_stack_send_answer(stack, port, packet, &tx);
}

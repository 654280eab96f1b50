#include "models/trace/endpoint/lwip_stack_pvt.h"

#include "models/base/rng.h"
#include "models/trace/endpoint/lwip_conn.h"
#include "models/trace/endpoint/lwip_conn_pvt.h"
#include "models/wire/bytes.h"

#include <assert.h>
#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>

#define TICK_PS (TCP_FAST_INTERVAL * PS_PER_MS)

static_assert(TCP_SLOW_INTERVAL == 2 * TCP_FAST_INTERVAL, "ticks");
static_assert(MEM_LIBC_MALLOC && MEMP_MEM_MALLOC, "a library with pools limits the connections");

enum { PACKET_BUFFER = 65536 };

struct lwip_stack {
    struct lwip_hooks hooks;
    struct netif netif;
    uint64_t now_ps;
    uint64_t ticks; /* of the grid that have passed */
    bool ticking;
    bool muted; /* no packet is sent any more */
    uint8_t packet[PACKET_BUFFER];
};

static bool stack_in_use;

const struct lwip_hooks *lwip_stack_hooks(const struct lwip_stack *stack) { return &stack->hooks; }

static err_t output(struct netif *netif, struct pbuf *p)
{
    struct lwip_stack *stack = netif->state;
    if (stack->muted)
        return ERR_OK;
    u16_t len = pbuf_copy_partial(p, stack->packet, p->tot_len, 0);
    bool sent = stack->hooks.output(stack->hooks.self, stack->packet, len, stack->now_ps);
    return sent ? ERR_OK : ERR_MEM;
}

static err_t output_v4(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
    (void)to;
    return output(netif, p);
}

static err_t output_v6(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
    (void)to;
    return output(netif, p);
}

static err_t start_netif(struct netif *netif)
{
    netif->name[0] = 't';
    netif->name[1] = 's';
    netif->output = output_v4;
    netif->output_ip6 = output_v6;
    return ERR_OK;
}

/* Adds the only interface. An empty network mask makes every destination a neighbour. */
static bool netif_make(struct lwip_stack *stack, uint32_t mtu_bytes)
{
    ip4_addr_t any = {0};
    if (!netif_add(&stack->netif, &any, &any, &any, stack, start_netif, ip_input))
        return false;
    stack->netif.mtu = stack->netif.mtu6 = (u16_t)mtu_bytes;
    netif_set_default(&stack->netif);
    netif_set_link_up(&stack->netif);
    netif_set_up(&stack->netif);
    return true;
}

/* Seeds the initial sequence numbers. tcp_next_iss() adds the clock to a static number, which would otherwise keep its
 * value from one stack to the next. */
static void seed_numbers(uint64_t seed)
{
    struct rng rng;
    struct tcp_pcb nobody = {0};
    rng_init(&rng, seed, "lwip");
    tcp_ticks = 0;
    tcp_ticks = (uint32_t)rng_u64(&rng) - tcp_next_iss(&nobody);
    tcp_next_iss(&nobody);
    tcp_ticks = (uint32_t)rng_u64(&rng);
}

struct lwip_stack *lwip_stack_create(const struct lwip_hooks *hooks, uint32_t mtu_bytes,
                                     uint64_t seed)
{
    static bool initialised;
    assert(!stack_in_use && mtu_bytes <= UINT16_MAX);
    struct lwip_stack *stack = calloc(1, sizeof *stack);
    if (!stack)
        return NULL;
    stack->hooks = *hooks;
    if (!initialised)
        lwip_init();
    initialised = true;
    seed_numbers(seed);
    if (!netif_make(stack, mtu_bytes)) {
        free(stack);
        return NULL;
    }
    stack_in_use = true;
    return stack;
}

void lwip_stack_destroy(struct lwip_stack *stack)
{
    if (!stack)
        return;
    stack->muted = true;
    lwip_conn_drop_all();
    netif_remove(&stack->netif);
    free(stack);
    stack_in_use = false;
}

static bool is_busy(void)
{
    for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (lwip_pcb_is_outstanding(pcb))
            return true;
    return false;
}

/* Runs one tick of 250 ms. Every second tick is one of lwIP's slow ticks. */
static void tick(struct lwip_stack *stack)
{
    stack->ticks++;
    stack->now_ps = stack->ticks * TICK_PS;
    tcp_fasttmr();
    if (stack->ticks % 2 == 0)
        tcp_slowtmr();
    stack->ticking = is_busy();
}

void lwip_stack_enter(struct lwip_stack *stack, uint64_t now_ps)
{
    uint64_t passed = now_ps / TICK_PS;
    while (stack->ticking && stack->ticks < passed)
        tick(stack);
    if (stack->ticks < passed) { /* No connection needed the skipped ticks. */
        tcp_ticks += (uint32_t)(passed / 2 - stack->ticks / 2);
        stack->ticks = passed;
    }
    stack->now_ps = now_ps;
}

void lwip_stack_leave(struct lwip_stack *stack, const struct lwip_conn *conn)
{
    stack->ticking = stack->ticking || (conn && lwip_conn_is_outstanding(conn));
}

uint64_t lwip_stack_next_ps(const struct lwip_stack *stack)
{
    return stack->ticking ? (stack->ticks + 1) * TICK_PS : TIME_NEVER;
}

void lwip_stack_run(struct lwip_stack *stack, uint64_t now_ps) { lwip_stack_enter(stack, now_ps); }

/* Writes the address directly, because netif_set_*() would abort the connections of the former address. */
void lwip_stack_be(struct lwip_stack *stack, const uint8_t addr[16], unsigned ip_version)
{
    if (ip_version == 4) {
        memcpy(&ip_2_ip4(&stack->netif.ip_addr)->addr, addr + 12, 4);
        return;
    }
    ip6_addr_t *own = ip_2_ip6(&stack->netif.ip6_addr[0]);
    memcpy(own->addr, addr, sizeof own->addr);
    ip6_addr_clear_zone(own);
    ip6_addr_assign_zone(own, IP6_UNICAST, &stack->netif);
    stack->netif.ip6_addr_state[0] = IP6_ADDR_PREFERRED;
}

/* Gives the interface the destination address of the packet. Returns false if it is no IP packet. */
static bool be_destination(struct lwip_stack *stack, const uint8_t *packet, uint32_t len)
{
    enum { V4_DST = 16, V4_LEN = 20, V6_DST = 24, V6_LEN = 40 };
    uint8_t addr[16] = {0};
    unsigned version = len ? packet[0] >> 4 : 0;
    if (version == 4 && len >= V4_LEN)
        memcpy(addr + 12, packet + V4_DST, 4);
    else if (version == 6 && len >= V6_LEN)
        memcpy(addr, packet + V6_DST, sizeof addr);
    else
        return false;
    lwip_stack_be(stack, addr, version);
    return true;
}

void lwip_stack_input(struct lwip_stack *stack, struct lwip_conn *conn, const uint8_t *packet,
                      uint32_t len, uint64_t now_ps)
{
    lwip_stack_enter(stack, now_ps);
    if (len > UINT16_MAX || !be_destination(stack, packet, len))
        return;
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
    if (!p)
        return; /* The packet counts as lost. */
    pbuf_take(p, packet, (u16_t)len);
    if (stack->netif.input(p, &stack->netif) != ERR_OK)
        pbuf_free(p);
    if (conn && conn->pcb)
        lwip_conn_settle(conn);
    lwip_stack_leave(stack, conn);
}

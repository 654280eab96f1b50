/*
 * Connections that the server opens. The driver chooses the tuple with its local port, allocates id, generation and
 * rings, resolves the peer's MAC address, and then issues RESERVE and INSTALL with an image in SYN_SENT. The NIC sends
 * the SYN and processes the handshake, as it does for a connection that the peer opens. The only timer is that of the
 * neighbour table.
 */
#include "host-sw/life/connecting.h"

#include "host-sw/conn/conn.h"
#include "host-sw/conn/rx_if.h"
#include "host-sw/life/opening.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"

#include "host-sw/stack/answer.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void connecting_init(struct host_sw *sw)
{
    neighbour_init(&sw->openings.neighbours);
    ephemeral_init(&sw->openings.ephemeral, &sw->openings.isn_key);
}

static bool is_used(void *self, const struct flow_key *key)
{
    struct host_sw *sw = self;
    return directory_find(&sw->dir, key) != DIR_NONE ||
           time_wait_find(&sw->stack.time_waits, key) != NULL;
}

/* Returns true if addr is a specified unicast address other than our own (RFC 9293 MUST-46). */
static bool is_good_peer(const uint8_t ours[16], const uint8_t addr[16], uint8_t ip_version)
{
    static const uint8_t any6[16];
    if (memcmp(addr, ours, 16) == 0 || memcmp(addr, any6, 16) == 0)
        return false;
    if (ip_version == 6)
        return addr[0] != 0xff;
    uint32_t v4 = ip_addr_to_v4(addr);
    return v4 != 0 && v4 >> 28 != 0xe && v4 != UINT32_MAX;
}

/* Chooses the NIC for a new connection. If both NICs may own it, a hash of the tuple spreads the load. */
static unsigned nic_for(const struct host_sw *sw, const struct flow_key *key)
{
    unsigned nic = (unsigned)(siphash24(&sw->openings.isn_key, key, sizeof *key) & 1);
    return sw->mode->may_own(&sw->ports, nic) ? nic : team_other(nic);
}

static struct neighbour_key neighbour_of(const struct flow_key *key)
{
    struct neighbour_key neighbour = {.vlan = key->vlan, .ip_version = key->ip_version};
    memcpy(neighbour.addr, key->raddr, sizeof neighbour.addr);
    return neighbour;
}

static void ask(struct host_sw *sw, const struct neighbour_key *key, unsigned port)
{
    struct answer_request from = {.port = port, .ipv4 = sw->params.ipv4, .ipv6 = sw->params.ipv6};
    (void)answer_ask(&sw->stack, &from, key); /* the neighbour table repeats a request that fails */
}

static void begin(struct host_sw *sw, struct dir_entry *entry, const uint8_t mac[6])
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    sw->openings.resolving -= entry->resolving;
    entry->resolving = false;
    unsigned nic = nic_for(sw, &entry->key);
    entry->owner = entry->rx_if = (uint8_t)nic;
    if (!entry->options_new)
        entry->options = opening_options(&entry->offer);
    opening_build_image(sw, entry, mac, &entry->offer, &image);
    opening_give(sw, entry, nic, &image);
}

static int choose_tuple(struct host_sw *sw, const struct host_connect *request,
                        struct flow_key *key)
{
    const uint8_t *ours = request->ip_version == 4 ? sw->params.ipv4 : sw->params.ipv6;
    if ((request->ip_version != 4 && request->ip_version != 6) || request->rport == 0 ||
        !is_good_peer(ours, request->raddr, request->ip_version))
        return -EINVAL;
    *key = (struct flow_key){.rport = request->rport,
                             .lport = request->lport,
                             .vlan = request->vlan,
                             .ip_version = request->ip_version};
    memcpy(key->laddr, ours, sizeof key->laddr);
    memcpy(key->raddr, request->raddr, sizeof key->raddr);
    if (request->lport != 0)
        return is_used(sw, key) ? -EADDRINUSE : 0;
    key->lport = ephemeral_pick(&sw->openings.ephemeral, key, is_used, sw);
    return key->lport ? 0 : -EADDRNOTAVAIL;
}

int connecting_open(struct host_sw *sw, const struct host_connect *request, uint32_t *conn)
{
    struct flow_key key;
    int error = choose_tuple(sw, request, &key);
    if (error)
        return error;
    unsigned nic = nic_for(sw, &key);
    if (!sw->mode->may_own(&sw->ports, nic))
        return -ENETDOWN;
    server_charge(sw, CPU_COST_OPEN, 1);
    struct dir_entry *entry = opening_admit(sw, &key);
    if (!entry)
        return -ENOBUFS;
    uint64_t now_ps = server_now(sw);
    entry->active = true;
    entry->offer = request->offer;
    entry->cookie = request->offer.cookie;
    entry->keepalive = request->offer.keepalive;
    entry->iss = isn_make(&sw->openings.isn_key, &key, now_ps);
    entry->snd_una = entry->tx_prod = entry->iss + 1;
    entry->owner = entry->rx_if = (uint8_t)nic;
    entry->t0_ps = now_ps;
    rx_if_clear(sw, entry);
    sw->stats.connects++;
    opening_emit(sw, entry);
    conn_set_state(sw, entry, DIR_OPENING);
    *conn = entry->conn;
    uint8_t mac[6];
    struct neighbour_key neighbour = neighbour_of(&key);
    enum neighbour_answer answer =
        neighbour_find(&sw->openings.neighbours, &neighbour, now_ps, mac);
    if (answer == NEIGHBOUR_KNOWN) {
        begin(sw, entry, mac);
        return 0;
    }
    entry->resolving = true;
    sw->openings.resolving++;
    if (answer == NEIGHBOUR_ASK)
        ask(sw, &neighbour, nic);
    return 0;
}

/* Calls fn for each connection that waits for this neighbour. */
static void for_waiting(struct host_sw *sw, const struct neighbour_key *key, const uint8_t mac[6],
                        void (*fn)(struct host_sw *, struct dir_entry *, const uint8_t *))
{
    if (sw->openings.resolving == 0)
        return;
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end && sw->openings.resolving > 0; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        struct neighbour_key wanted = neighbour_of(&entry->key);
        if (entry->state == DIR_OPENING && entry->resolving &&
            memcmp(&wanted, key, sizeof wanted) == 0)
            fn(sw, entry, mac);
    }
}

void connecting_on_neighbour(struct host_sw *sw, const struct neighbour_key *key,
                             const uint8_t mac[6])
{
    if (neighbour_learn(&sw->openings.neighbours, key, mac, server_now(sw)))
        for_waiting(sw, key, mac, begin);
}

static void fail(struct host_sw *sw, struct dir_entry *entry, const uint8_t *mac)
{
    assert(dir_entry_is_sane(entry));
    (void)mac;
    termination_give_up(sw, entry, NIC_TERM_UNREACHABLE);
}

void connecting_on_time(struct host_sw *sw, uint64_t now_ps)
{
    struct neighbour_key key;
    bool failed;
    while (neighbour_expire(&sw->openings.neighbours, now_ps, &key, &failed)) {
        if (failed)
            for_waiting(sw, &key, NULL, fail);
        else
            ask(sw, &key, sw->mode->reply_port(&sw->ports, sw->ports.active));
    }
}

/* Which tuple a conversation has on the team's address, and the way back from tuple to
 * conversation. */
#include "models/trace/replay_conv.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_FIRST = 1024, PORT_LAST = 65535 };

static uint64_t key_hash(const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

static size_t slot_find(const struct replay_peer *peer, const struct flow_key *key)
{
    size_t mask = peer->table_size - 1;
    size_t slot = key_hash(key) & mask;
    while (peer->table[slot] &&
           memcmp(&peer->convs[peer->table[slot] - 1].result.key, key, sizeof *key) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

size_t replay_peer_find(const struct replay_peer *peer, const struct flow_key *key)
{
    size_t slot = slot_find(peer, key);
    return peer->table[slot] ? peer->table[slot] - 1 : SIZE_MAX;
}

static bool key_claim(struct replay_peer *peer, struct replay_conv *conv,
                      const struct flow_key *key)
{
    size_t slot = slot_find(peer, key);
    if (peer->table[slot])
        return false;
    conv->result.key = *key;
    peer->table[slot] = conv->index + 1;
    return true;
}

/* The captured tuple with the team in the server's place. A client that has the team's address gets
 * one of those reserved for tests (RFC 2544 appendix C.2.2, RFC 5180 section 8). */
static struct flow_key key_wanted(const struct replay_peer *peer, const struct conversation *cap)
{
    struct flow_key key = cap->key;
    bool v4 = key.ip_version == 4;
    memcpy(key.laddr, v4 ? peer->params.team_ipv4 : peer->params.team_ipv6, sizeof key.laddr);
    if (memcmp(key.raddr, key.laddr, sizeof key.raddr) == 0) {
        static const uint8_t other_v6[16] = {0x20, 0x01, 0, 2, [15] = 1};
        if (v4)
            ip_addr_from_v4(key.raddr, 0xc6120001u);
        else
            memcpy(key.raddr, other_v6, sizeof other_v6);
    }
    return key;
}

static bool key_claim_other_port(struct replay_peer *peer, struct replay_conv *conv)
{
    struct flow_key key = key_wanted(peer, conv->cap);
    uint16_t first = key.rport;
    do {
        key.rport = (uint16_t)(key.rport < PORT_FIRST || key.rport == PORT_LAST ? PORT_FIRST
                                                                                : key.rport + 1);
        if (key_claim(peer, conv, &key))
            return true;
    } while (key.rport != first && !(first < PORT_FIRST && key.rport == PORT_LAST));
    return false;
}

/* No source address may be a group address or the team's own. */
static void mac_assign(const struct replay_peer *peer, struct replay_conv *conv)
{
    static const uint8_t none[6] = {0};
    memcpy(conv->client_mac, conv->cap->client_mac, 6);
    bool usable = !(conv->client_mac[0] & 1) && memcmp(conv->client_mac, none, 6) != 0 &&
                  memcmp(conv->client_mac, peer->params.team_mac, 6) != 0;
    if (usable)
        return;
    uint8_t made[6] = {0x02, 0x5e};
    for (int i = 0; i < 4; i++)
        made[2 + i] = (uint8_t)(conv->index >> (24 - 8 * i));
    memcpy(conv->client_mac, made, 6);
}

bool replay_tuple_assign_all(struct replay_peer *peer)
{
    peer->table_size = 64;
    while (peer->table_size < 2 * peer->conv_count)
        peer->table_size *= 2;
    peer->table = calloc(peer->table_size, sizeof *peer->table);
    if (!peer->table)
        return false;
    /* Captured tuples first, so that a conversation that must change its port takes no other's. */
    for (size_t i = 0; i < peer->conv_count; i++) {
        struct replay_conv *conv = &peer->convs[i];
        mac_assign(peer, conv);
        struct flow_key key = key_wanted(peer, conv->cap);
        if (conv->cap->replayable && !key_claim(peer, conv, &key))
            conv->result.key.ip_version = 0; /* to be moved */
    }
    for (size_t i = 0; i < peer->conv_count; i++) {
        struct replay_conv *conv = &peer->convs[i];
        if (!conv->cap->replayable)
            conv->result.key = key_wanted(peer, conv->cap);
        else if (conv->result.key.ip_version == 0 && !key_claim_other_port(peer, conv))
            replay_check_close(peer, conv, CONV_PARTIAL);
    }
    return true;
}

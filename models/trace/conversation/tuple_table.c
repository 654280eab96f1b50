#include "models/trace/conversation/tuple_table.h"

#include "models/trace/capture/capture_access.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_FIRST = 1024, PORT_LAST = 65535 };

static struct flow_key key_compared(const struct tuple_table *table, const struct flow_key *key)
{
    struct flow_key compared = *key;
    if (table->params.across_vlans)
        compared.vlan = 0;
    return compared;
}

static uint64_t key_hash(const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

static size_t slot_find(const struct tuple_table *table, const struct flow_key *key)
{
    size_t mask = table->size - 1;
    struct flow_key wanted = key_compared(table, key);
    size_t slot = key_hash(&wanted) & mask;
    for (; table->slots[slot]; slot = (slot + 1) & mask) {
        struct flow_key there = key_compared(table, &table->keys[table->slots[slot] - 1]);
        if (memcmp(&there, &wanted, sizeof wanted) == 0)
            break;
    }
    return slot;
}

size_t tuple_table_find_across(const struct tuple_table *table, const struct flow_key *key)
{
    assert(table->params.across_vlans);
    size_t slot = slot_find(table, key);
    return table->slots[slot] ? table->conversations[table->slots[slot] - 1] : SIZE_MAX;
}

size_t tuple_table_find(const struct tuple_table *table, const struct flow_key *key)
{
    size_t slot = slot_find(table, key);
    if (!table->slots[slot])
        return SIZE_MAX;
    size_t index = table->slots[slot] - 1;
    bool same = memcmp(&table->keys[index], key, sizeof *key) == 0;
    return same ? table->conversations[index] : SIZE_MAX;
}

size_t tuple_table_find_reverse(const struct tuple_table *table, const struct flow_key *seen)
{
    struct flow_key key = flow_key_reversed(seen);
    return tuple_table_find(table, &key);
}

static bool key_claim(struct tuple_table *table, size_t index, const struct flow_key *key)
{
    size_t slot = slot_find(table, key);
    if (table->slots[slot])
        return false;
    table->keys[index] = *key;
    table->slots[slot] = (uint32_t)index + 1;
    return true;
}

/* Replaces an address by one of the networks reserved for tests (RFC 2544 appendix C.2.2, RFC 5180 section 8). It keeps
 * the low bits of the captured address, so that clients remain distinct. */
static void addr_substitute(uint8_t addr[16], uint8_t ip_version)
{
    static const uint8_t test_v6[4] = {0x20, 0x01, 0, 2};
    if (ip_version == 4) {
        uint32_t low = ip_addr_to_v4(addr) & 0x1ffff;
        ip_addr_from_v4(addr, 0xc6120000u | (low ? low : 1));
    } else {
        memcpy(addr, test_v6, sizeof test_v6);
        addr[15] |= 1; /* 2001:2:: itself is an anycast address */
    }
}

/* Returns the captured tuple with the team in the server's place. A client gets another address if it has the address of
 * the team or one that no host can have, because the server would drop its packets. */
static struct flow_key key_wanted(const struct tuple_table *table, const struct conversation *cap)
{
    struct flow_key key = cap->key;
    bool v4 = key.ip_version == 4;
    memcpy(key.laddr, v4 ? table->params.team_ipv4 : table->params.team_ipv6, sizeof key.laddr);
    if (memcmp(key.raddr, key.laddr, sizeof key.raddr) == 0 ||
        !ip_addr_is_host(key.raddr, key.ip_version))
        addr_substitute(key.raddr, key.ip_version);
    return key;
}

static void key_claim_other_port(struct tuple_table *table, size_t index,
                                 const struct conversation *cap)
{
    struct flow_key key = key_wanted(table, cap);
    uint16_t first = key.rport;
    do {
        key.rport = (uint16_t)(key.rport < PORT_FIRST || key.rport == PORT_LAST ? PORT_FIRST
                                                                                : key.rport + 1);
        if (key_claim(table, index, &key))
            return;
    } while (key.rport != first && !(first < PORT_FIRST && key.rport == PORT_LAST));
}

/* Assigns the tuples. Captured tuples are assigned first, so that a conversation that must change its port does not take
 * the tuple of another one. */
static void claim_all(struct tuple_table *table, const struct capture *capture)
{
    size_t total = capture_conversation_count(capture), index = 0;
    for (size_t i = capture_next_replayable(capture, 0); i < total;
         i = capture_next_replayable(capture, i + 1), index++) {
        struct flow_key key = key_wanted(table, capture_conversation(capture, i));
        table->conversations[index] = (uint32_t)i;
        key_claim(table, index, &key);
    }
    assert(index == table->count);
    for (size_t i = 0; i < table->count; i++)
        if (table->keys[i].ip_version == 0)
            key_claim_other_port(table, i, capture_conversation(capture, table->conversations[i]));
}

bool tuple_table_init(struct tuple_table *table, const struct tuple_params *params,
                      const struct capture *capture)
{
    size_t total = capture_conversation_count(capture);
    assert(total < UINT32_MAX);
    *table = (struct tuple_table){.params = *params};
    for (size_t i = capture_next_replayable(capture, 0); i < total;
         i = capture_next_replayable(capture, i + 1))
        table->count++;
    table->size = 64;
    while (table->size < 2 * table->count)
        table->size *= 2;
    table->keys = calloc(table->count + 1, sizeof *table->keys);
    table->conversations = calloc(table->count + 1, sizeof *table->conversations);
    table->slots = calloc(table->size, sizeof *table->slots);
    if (!table->keys || !table->conversations || !table->slots)
        return false;
    claim_all(table, capture);
    return true;
}

void tuple_table_free(struct tuple_table *table)
{
    free(table->keys);
    free(table->conversations);
    free(table->slots);
}

struct flow_key tuple_table_key(const struct tuple_table *table, size_t conversation,
                                const struct conversation *cap)
{
    if (!cap->replayable)
        return key_wanted(table, cap);
    size_t low = 0, high = table->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (table->conversations[middle] <= conversation)
            low = middle;
        else
            high = middle;
    }
    assert(table->conversations[low] == conversation);
    return table->keys[low];
}

uint64_t tuple_table_bytes(const struct tuple_table *table)
{
    return table->count * (sizeof *table->keys + sizeof *table->conversations) +
           table->size * sizeof *table->slots;
}

/* A captured source address is replaced if it is a group address or the address of the team. */
void tuple_table_client_mac(const struct tuple_table *table, const struct conversation *cap,
                            size_t index, uint8_t mac[6])
{
    static const uint8_t none[6] = {0};
    memcpy(mac, cap->client_mac, 6);
    bool usable =
        !(mac[0] & 1) && memcmp(mac, none, 6) != 0 && memcmp(mac, table->params.team_mac, 6) != 0;
    if (usable)
        return;
    uint8_t made[6] = {0x02, 0x5e};
    for (int i = 0; i < 4; i++)
        made[2 + i] = (uint8_t)(index >> (24 - 8 * i));
    memcpy(mac, made, 6);
}

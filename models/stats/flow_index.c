#include "models/stats/flow_index.h"

#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool flow_index_init(struct flow_index *index, uint32_t conn_max)
{
    assert(conn_max > 0);
    *index = (struct flow_index){.conn_max = conn_max};
    index->heads = malloc(conn_max * sizeof *index->heads);
    index->entries = calloc(conn_max, sizeof *index->entries);
    for (uint32_t i = 0; index->heads && i < conn_max; i++)
        index->heads[i] = FLOW_INDEX_NONE;
    return index->heads && index->entries;
}

void flow_index_free(struct flow_index *index)
{
    free(index->heads);
    free(index->entries);
    *index = (struct flow_index){0};
}

static uint32_t *list_of(const struct flow_index *index, const struct flow_key *key)
{
    uint64_t words[sizeof *key / sizeof(uint64_t)];
    static_assert(sizeof words == sizeof *key, "the key is a multiple of eight bytes");
    memcpy(words, key, sizeof words);
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return &index->heads[hash % index->conn_max];
}

static void unlist(struct flow_index *index, uint32_t conn)
{
    uint32_t *at = list_of(index, &index->entries[conn].key);
    while (*at != conn)
        at = &index->entries[*at].next;
    *at = index->entries[conn].next;
}

void flow_index_open(struct flow_index *index, uint32_t conn, const struct flow_key *key)
{
    assert(conn < index->conn_max);
    if (index->entries[conn].listed)
        unlist(index, conn);
    uint32_t *head = list_of(index, key);
    index->entries[conn] = (struct flow_entry){.key = *key, .next = *head, .listed = true};
    *head = conn;
}

static uint32_t find(const struct flow_index *index, const struct flow_key *key)
{
    uint32_t conn = *list_of(index, key);
    while (conn != FLOW_INDEX_NONE && memcmp(&index->entries[conn].key, key, sizeof *key) != 0)
        conn = index->entries[conn].next;
    return conn;
}

uint32_t flow_index_of_received(const struct flow_index *index, const struct packet *packet)
{
    struct flow_key key;
    packet_flow_key(packet, &key);
    return find(index, &key);
}

uint32_t flow_index_of_sent(const struct flow_index *index, const struct packet *packet)
{
    struct flow_key theirs, ours;
    packet_flow_key(packet, &theirs);
    ours = flow_key_reversed(&theirs);
    return find(index, &ours);
}

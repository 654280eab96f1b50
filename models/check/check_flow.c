#include "models/check/check_flow.h"

#include "models/check/check_state.h"
#include "models/wire/packet.h"

#include <stdlib.h>
#include <string.h>

uint32_t *check_flow_create(uint32_t conn_max)
{
    uint32_t *heads = malloc(conn_max * sizeof *heads);
    for (uint32_t i = 0; heads && i < conn_max; i++)
        heads[i] = CHECK_NO_CONN;
    return heads;
}

/* FNV-1a over the key. */
static uint32_t bucket_of(const struct check *check, const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(16777619);
    return hash % check->params.conn_max;
}

static void unlist(struct check *check, uint32_t conn)
{
    struct check_flow *flow = &check->conns[conn]->flow;
    uint32_t *at = &check->flows[bucket_of(check, &flow->key)];
    while (*at != conn)
        at = &check->conns[*at]->flow.next;
    *at = flow->next;
    flow->listed = false;
}

void check_flow_open(struct check *check, uint32_t conn, const struct flow_key *key)
{
    struct check_flow *flow = &check->conns[conn]->flow;
    if (flow->listed)
        unlist(check, conn);
    flow->key = *key;
    uint32_t *head = &check->flows[bucket_of(check, key)];
    flow->next = *head;
    flow->listed = true;
    *head = conn;
}

uint32_t check_flow_of_key(const struct check *check, const struct flow_key *key)
{
    uint32_t conn = check->flows[bucket_of(check, key)];
    while (conn != CHECK_NO_CONN && memcmp(&check->conns[conn]->flow.key, key, sizeof *key) != 0)
        conn = check->conns[conn]->flow.next;
    return conn;
}

uint32_t check_flow_find(const struct check *check, const struct packet *packet)
{
    struct flow_key key;
    packet_flow_key(packet, &key);
    return check_flow_of_key(check, &key);
}

uint32_t check_flow_of_sent(const struct check *check, const struct packet *packet)
{
    struct flow_key theirs, ours;
    packet_flow_key(packet, &theirs);
    ours = flow_key_reversed(&theirs);
    return check_flow_of_key(check, &ours);
}

#include "models/trace/conversation/tracker.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_FIRST = 1024 };

bool tracker_init(struct tracker *tracker)
{
    *tracker = (struct tracker){.pages = spill_create(spill_memory_default() / 4)};
    vlan_map_init(&tracker->vlans);
    if (tracker->pages)
        tracker->segments = segment_rows_create(tracker->pages);
    return tracker->segments != NULL;
}

void tracker_free(struct tracker *tracker)
{
    segment_rows_destroy(tracker->segments);
    spill_destroy(tracker->pages);
    free(tracker->tuples);
    free(tracker->table);
    *tracker = (struct tracker){0};
}

static uint64_t key_hash(const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* Returns the slot of a tuple, or the free slot where it must be inserted. */
static size_t slot_find(const struct tracker *tracker, const struct flow_key *key)
{
    size_t mask = tracker->table_size - 1;
    size_t slot = key_hash(key) & mask;
    while (tracker->table[slot] != 0) {
        const struct raw_tuple *tuple = &tracker->tuples[tracker->table[slot] - 1];
        if (memcmp(&tuple->key, key, sizeof *key) == 0)
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static bool table_reserve(struct tracker *tracker)
{
    if (tracker->table_used * 2 < tracker->table_size)
        return true;
    uint32_t *old = tracker->table;
    size_t old_size = tracker->table_size;
    size_t size = old_size ? old_size * 2 : TABLE_FIRST;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table)
        return false;
    tracker->table = table;
    tracker->table_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i])
            table[slot_find(tracker, &tracker->tuples[old[i] - 1].key)] = old[i];
    free(old);
    return true;
}

/* Makes the key of a packet with the lower endpoint as `local`. Returns the endpoint that sent the packet, 0 or 1. */
static uint8_t key_make(const struct packet *packet, uint16_t vlan, struct flow_key *key)
{
    packet_flow_key(packet, key);
    key->vlan = vlan;
    int order = memcmp(key->raddr, key->laddr, sizeof key->laddr);
    if (order > 0 || (order == 0 && key->rport > key->lport))
        return 1;
    struct flow_key swapped = *key;
    memcpy(swapped.laddr, key->raddr, sizeof key->raddr);
    memcpy(swapped.raddr, key->laddr, sizeof key->laddr);
    swapped.lport = key->rport;
    swapped.rport = key->lport;
    *key = swapped;
    return 0;
}

static struct raw_tuple *tuple_add(struct tracker *tracker, const struct flow_key *key, size_t slot)
{
    struct raw_tuple *tuples =
        array_grow(tracker->tuples, tracker->tuple_count, &tracker->tuple_capacity, sizeof *tuples);
    if (!tuples)
        return NULL;
    tracker->tuples = tuples;
    struct raw_tuple *tuple = &tuples[tracker->tuple_count++];
    *tuple = (struct raw_tuple){.key = *key, .first = (uint32_t)tracker->segment_count};
    if (tracker->table[slot] == 0)
        tracker->table_used++;
    tracker->table[slot] = (uint32_t)tracker->tuple_count;
    return tuple;
}

bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment)
{
    assert(packet->kind == PACKET_TCP);
    assert(vlan != VLAN_MAP_FULL);
    if (!table_reserve(tracker))
        return false;
    struct flow_key key;
    uint8_t dir = key_make(packet, vlan, &key);
    size_t slot = slot_find(tracker, &key);
    struct raw_tuple *tuple = NULL;
    if (tracker->table[slot])
        tuple = &tracker->tuples[tracker->table[slot] - 1];
    if (!tuple)
        tuple = tuple_add(tracker, &key, slot);
    if (!tuple)
        return false;
    struct raw_segment kept = *segment;
    kept.dir = dir;
    kept.index = (uint32_t)tracker->segment_count++;
    memcpy(tuple->mac[dir], packet->src_mac, 6);
    tuple->count[dir]++;
    tuple->good[dir] += kept.checksum == RAW_GOOD;
    tuple->bad[dir] += kept.checksum == RAW_BAD;
    tracker->unfilled_checksums += kept.checksum == RAW_UNFILLED;
    return segment_rows_add(tracker->segments, &tuple->list, &kept);
}

uint64_t tracker_memory_bytes(const struct tracker *tracker)
{
    return tracker->tuple_capacity * sizeof *tracker->tuples +
           tracker->table_size * sizeof *tracker->table;
}

bool tracker_is_accepted(const struct raw_tuple *tuple, const struct raw_segment *segment)
{
    return segment->checksum != RAW_BAD || tuple->good[segment->dir] == 0;
}

bool tracker_has_dropped(const struct raw_tuple *tuple)
{
    return (tuple->bad[0] && tuple->good[0]) || (tuple->bad[1] && tuple->good[1]);
}

void tracker_count_checksums(const struct tracker *tracker, uint64_t *repaired, uint64_t *dropped)
{
    *repaired += tracker->unfilled_checksums;
    for (size_t i = 0; i < tracker->tuple_count; i++) {
        const struct raw_tuple *tuple = &tracker->tuples[i];
        for (int dir = 0; dir < 2; dir++)
            *(tuple->good[dir] ? dropped : repaired) += tuple->bad[dir];
    }
}

#include "models/trace/conversation/tracker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_FIRST = 1024, TUPLES = SPILL_PAGE_BYTES / sizeof(struct raw_tuple) };

bool tracker_init(struct tracker *tracker)
{
    *tracker = (struct tracker){.pages = spill_create(spill_memory_default() / 16 * 3),
                                .tuples = spill_create(spill_memory_default() / 16)};
    vlan_map_init(&tracker->vlans);
    if (tracker->pages && tracker->tuples)
        tracker->segments = segment_rows_create(tracker->pages);
    return tracker->segments != NULL;
}

void tracker_free(struct tracker *tracker)
{
    segment_rows_destroy(tracker->segments);
    spill_destroy(tracker->pages);
    spill_destroy(tracker->tuples);
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

struct raw_tuple *tracker_tuple(struct tracker *tracker, size_t number, bool write)
{
    struct raw_tuple *page = spill_page(tracker->tuples, number / TUPLES, write);
    return page ? page + number % TUPLES : NULL;
}

void tracker_seal(struct tracker *tracker)
{
    free(tracker->table);
    tracker->table = NULL;
}

enum status tracker_trouble(const struct tracker *tracker, struct error *err)
{
    enum status status = spill_trouble(tracker->pages, err);
    return status == STATUS_OK ? spill_trouble(tracker->tuples, err) : status;
}

/* Returns the slot of a tuple, or the free slot where it must be inserted. Returns null if memory is short or the disk
 * failed. */
static struct tuple_slot *slot_find(struct tracker *tracker, const struct flow_key *key,
                                    uint64_t hash)
{
    size_t mask = tracker->table_size - 1;
    struct tuple_slot *slot = &tracker->table[hash & mask];
    for (; slot->tuple != 0; slot = &tracker->table[(size_t)(slot - tracker->table + 1) & mask]) {
        if (slot->mark != (uint32_t)(hash >> 32))
            continue;
        const struct raw_tuple *tuple = tracker_tuple(tracker, slot->tuple - 1, false);
        if (!tuple || memcmp(&tuple->key, key, sizeof *key) == 0)
            return tuple ? slot : NULL;
    }
    return slot;
}

/* Makes the table larger if it is full to three quarters. The new table is filled from the tuples, so that the old one need
 * not stay in memory meanwhile. */
static bool table_make_space(struct tracker *tracker)
{
    if (tracker->tuple_count < tracker->table_size / 4 * 3)
        return true;
    size_t size = tracker->table_size ? tracker->table_size * 2 : TABLE_FIRST;
    free(tracker->table);
    tracker->table = calloc(size, sizeof *tracker->table);
    tracker->table_size = tracker->table ? size : 0;
    if (!tracker->table)
        return false;
    for (size_t i = 0; i < tracker->tuple_count; i++) {
        const struct raw_tuple *tuple = tracker_tuple(tracker, i, false);
        if (!tuple)
            return false;
        uint64_t hash = key_hash(&tuple->key);
        size_t at = hash & (size - 1);
        while (tracker->table[at].tuple)
            at = (at + 1) & (size - 1);
        tracker->table[at] = (struct tuple_slot){(uint32_t)i + 1, (uint32_t)(hash >> 32)};
    }
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
    *key = flow_key_reversed(key);
    return 0;
}

/* Returns the tuple with this key, which is added if it is new. Returns null if memory is short or the disk failed. */
static struct raw_tuple *tuple_of(struct tracker *tracker, const struct flow_key *key)
{
    uint64_t hash = key_hash(key);
    struct tuple_slot *slot = slot_find(tracker, key, hash);
    if (!slot)
        return NULL;
    if (slot->tuple)
        return tracker_tuple(tracker, slot->tuple - 1, true);
    struct raw_tuple *tuple = tracker_tuple(tracker, tracker->tuple_count, true);
    if (!tuple)
        return NULL;
    *tuple = (struct raw_tuple){.key = *key};
    *slot = (struct tuple_slot){(uint32_t)++tracker->tuple_count, (uint32_t)(hash >> 32)};
    return tuple;
}

bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment)
{
    assert(packet->kind == PACKET_TCP);
    assert(vlan != VLAN_MAP_FULL);
    struct flow_key key;
    uint8_t dir = key_make(packet, vlan, &key);
    struct raw_tuple *tuple = table_make_space(tracker) ? tuple_of(tracker, &key) : NULL;
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
    return tracker->table_size * sizeof *tracker->table;
}

uint64_t tracker_stored_bytes(const struct tracker *tracker)
{
    return tracker->tuple_count * sizeof(struct raw_tuple);
}

bool tracker_is_accepted(const struct raw_tuple *tuple, const struct raw_segment *segment)
{
    return segment->checksum != RAW_BAD || tuple->good[segment->dir] == 0;
}

bool tracker_has_dropped(const struct raw_tuple *tuple)
{
    return (tuple->bad[0] && tuple->good[0]) || (tuple->bad[1] && tuple->good[1]);
}

bool tracker_count_checksums(struct tracker *tracker, uint64_t *repaired, uint64_t *dropped)
{
    *repaired += tracker->unfilled_checksums;
    for (size_t i = 0; i < tracker->tuple_count; i++) {
        const struct raw_tuple *tuple = tracker_tuple(tracker, i, false);
        if (!tuple)
            return false;
        for (int dir = 0; dir < 2; dir++)
            *(tuple->good[dir] ? dropped : repaired) += tuple->bad[dir];
    }
    return true;
}

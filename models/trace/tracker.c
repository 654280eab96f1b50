#include "models/trace/tracker.h"

#include "models/trace/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_FIRST = 1024 };

/* As many as fit into a page, so that none lies in two. */
enum { SEGMENTS_PER_PAGE = SPILL_PAGE_BYTES / sizeof(struct raw_segment) };

bool tracker_init(struct tracker *tracker)
{
    *tracker = (struct tracker){.segments = spill_create(spill_memory_default() / 2)};
    vlan_map_init(&tracker->vlans);
    return tracker->segments != NULL;
}

void tracker_free(struct tracker *tracker)
{
    spill_destroy(tracker->segments);
    free(tracker->tuples);
    free(tracker->table);
    *tracker = (struct tracker){0};
}

static struct raw_segment *segment_at(const struct tracker *tracker, size_t index, bool write)
{
    struct raw_segment *page = spill_page(tracker->segments, index / SEGMENTS_PER_PAGE, write);
    return page ? page + index % SEGMENTS_PER_PAGE : NULL;
}

bool tracker_get(const struct tracker *tracker, size_t index, struct raw_segment *out)
{
    assert(index < tracker->segment_count);
    const struct raw_segment *kept = segment_at(tracker, index, false);
    if (kept)
        *out = *kept;
    return kept != NULL;
}

bool tracker_put(struct tracker *tracker, size_t index, const struct raw_segment *segment)
{
    struct raw_segment *kept = segment_at(tracker, index, true);
    if (kept)
        *kept = *segment;
    return kept != NULL;
}

static uint64_t key_hash(const struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)key;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* The slot of a tuple: its own, or the free one where it belongs. */
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

static bool table_make_room(struct tracker *tracker)
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

/* The lower endpoint becomes `local`; returns the sender: 0 or 1. */
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
        array_grow(tracker->tuples, tracker->tuple_count, &tracker->tuple_room, sizeof *tuples);
    if (!tuples)
        return NULL;
    tracker->tuples = tuples;
    struct raw_tuple *tuple = &tuples[tracker->tuple_count++];
    *tuple = (struct raw_tuple){.key = *key, .first = RAW_NONE, .last = RAW_NONE};
    if (tracker->table[slot] == 0)
        tracker->table_used++;
    tracker->table[slot] = (uint32_t)tracker->tuple_count;
    return tuple;
}

static bool tuple_append(struct tracker *tracker, struct raw_tuple *tuple,
                         const struct raw_segment *segment)
{
    uint32_t index = (uint32_t)tracker->segment_count;
    struct raw_segment *last = NULL;
    if (tuple->last == RAW_NONE)
        tuple->first = index;
    else if (!(last = segment_at(tracker, tuple->last, true)))
        return false;
    else
        last->next = index;
    tracker->segment_count++;
    tuple->last = index;
    tuple->count[segment->dir]++;
    tuple->good[segment->dir] += segment->checksum == RAW_GOOD;
    return tracker_put(tracker, index, segment);
}

bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment)
{
    assert(packet->kind == PACKET_TCP);
    assert(vlan != VLAN_NO_ROOM);
    if (!table_make_room(tracker))
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
    kept.next = RAW_NONE;
    kept.index = (uint32_t)tracker->segment_count;
    kept.tuple = (uint32_t)(tuple - tracker->tuples);
    memcpy(tuple->mac[dir], packet->src_mac, 6);
    return tuple_append(tracker, tuple, &kept);
}

bool tracker_settle_checksums(struct tracker *tracker, uint64_t *repaired, uint64_t *dropped)
{
    for (size_t i = 0; i < tracker->segment_count; i++) {
        struct raw_segment *segment = segment_at(tracker, i, true);
        if (!segment)
            return false;
        const struct raw_tuple *tuple = &tracker->tuples[segment->tuple];
        segment->accepted = segment->checksum != RAW_BAD || tuple->good[segment->dir] == 0;
        if (!segment->accepted)
            (*dropped)++;
        else if (segment->checksum == RAW_BAD || segment->checksum == RAW_UNFILLED)
            (*repaired)++;
    }
    return true;
}

#include "host-sw/stack/time_wait.h"

#include "models/base/memory.h"
#include "models/base/planted.h"

#include "host-sw/stack/seq.h"
#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"

#include <assert.h>
#include <stdlib.h>

#define NONE UINT32_MAX

bool time_wait_init(struct time_wait_table *table, uint64_t duration_ps)
{
    *table = (struct time_wait_table){.free_head = NONE,
                                      .head = NONE,
                                      .tail = NONE,
                                      .duration_ps = duration_ps,
                                      .next_ps = TIME_NEVER};
    return flow_table_init(&table->by_key, 6);
}

void time_wait_free(struct time_wait_table *table)
{
    flow_table_free(&table->by_key);
    free(table->entries);
    *table = (struct time_wait_table){0};
}

static uint32_t entry_alloc(struct time_wait_table *table)
{
    if (table->free_head == NONE) {
        uint32_t capacity = table->capacity ? 2 * table->capacity : 64;
        table->entries = realloc(table->entries, capacity * sizeof *table->entries);
        memory_check(table->entries);
        for (uint32_t i = capacity; i > table->capacity; i--) {
            table->entries[i - 1].next = table->free_head;
            table->free_head = i - 1;
        }
        table->capacity = capacity;
    }
    uint32_t index = table->free_head;
    table->free_head = table->entries[index].next;
    return index;
}

static void note_next(struct time_wait_table *table)
{
    table->next_ps = table->head == NONE ? TIME_NEVER : table->entries[table->head].expires_ps;
}

static void append(struct time_wait_table *table, uint32_t index, uint64_t now_ps)
{
    struct time_wait *entry = &table->entries[index];
    entry->expires_ps = now_ps + table->duration_ps;
    entry->prev = table->tail;
    entry->next = NONE;
    if (table->tail != NONE)
        table->entries[table->tail].next = index;
    else
        table->head = index;
    table->tail = index;
    note_next(table);
}

static void unlink_entry(struct time_wait_table *table, const struct time_wait *entry)
{
    if (entry->prev != NONE)
        table->entries[entry->prev].next = entry->next;
    else
        table->head = entry->next;
    if (entry->next != NONE)
        table->entries[entry->next].prev = entry->prev;
    else
        table->tail = entry->prev;
    note_next(table);
}

void time_wait_add(struct time_wait_table *table, const struct time_wait *entry, uint64_t now_ps)
{
    struct time_wait *old = time_wait_find(table, &entry->key);
    if (old)
        time_wait_remove(table, old);
    uint32_t index = entry_alloc(table);
    table->entries[index] = *entry;
    append(table, index, now_ps);
    flow_table_insert(&table->by_key, &entry->key, index);
}

struct time_wait *time_wait_find(struct time_wait_table *table, const struct flow_key *key)
{
    uint32_t index = flow_table_find(&table->by_key, key);
    return index == FLOW_TABLE_NONE ? NULL : &table->entries[index];
}

void time_wait_remove(struct time_wait_table *table, struct time_wait *entry)
{
    bool found = flow_table_remove(&table->by_key, &entry->key);
    assert(found);
    (void)found;
    unlink_entry(table, entry);
    entry->next = table->free_head;
    table->free_head = (uint32_t)(entry - table->entries);
}

/* Returns true if the SYN may open a new incarnation (RFC 6191 section 2). */
static bool may_reopen(const struct time_wait *entry, const struct tcp_segment *seg)
{
    bool both_ts = (entry->features & CTX_FEATURE_TS) != 0 && (seg->options & TCP_HAS_TS) != 0;
    if (both_ts && host_seq_lt(entry->ts_recent, seg->tsval))
        return true;
    if (both_ts && seg->tsval != entry->ts_recent)
        return false;
    return host_seq_lt(entry->rcv_nxt, seg->seq);
}

enum time_wait_verdict time_wait_input(struct time_wait_table *table, struct time_wait *entry,
                                       const struct tcp_segment *seg, uint64_t now_ps)
{
    if ((seg->flags & TCP_RST) != 0)
        return TIME_WAIT_IGNORE; /* this prevents TIME-WAIT assassination (RFC 1337) */
    if ((seg->flags & TCP_SYN) != 0)
        return (seg->flags & TCP_ACK) == 0 && may_reopen(entry, seg) ? TIME_WAIT_REOPEN
                                                                     : TIME_WAIT_ACK;
    if ((seg->flags & TCP_FIN) != 0 || PLANTED(time_wait_restarted)) {
        uint32_t index = (uint32_t)(entry - table->entries);
        unlink_entry(table, entry);
        append(table, index, now_ps);
        return TIME_WAIT_ACK;
    }
    bool is_expected_ack = tcp_segment_len(seg) == 0 && seg->seq == entry->rcv_nxt;
    return is_expected_ack ? TIME_WAIT_IGNORE : TIME_WAIT_ACK;
}

bool time_wait_expire(struct time_wait_table *table, uint64_t now_ps, struct time_wait *expired)
{
    if (table->next_ps > now_ps)
        return false;
    assert(table->head != NONE);
    struct time_wait *entry = &table->entries[table->head];
    *expired = *entry;
    time_wait_remove(table, entry);
    return true;
}

uint64_t time_wait_count(const struct time_wait_table *table)
{
    uint64_t count = 0;
    for (uint32_t i = table->head; table->entries && i != NONE; i = table->entries[i].next)
        count++;
    return count;
}

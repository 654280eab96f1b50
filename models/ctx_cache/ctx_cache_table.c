#include "models/ctx_cache/ctx_cache_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIES = 64,    /* the limit of moves after a new entry or a freed slot */
    TAPS = 0xb400, /* x^16 + x^14 + x^13 + x^11 + 1, which has the maximal length */
};

static uint32_t table_size(const struct ctx_table *table)
{
    return table->rows * CTX_TABLE_ROW_SLOTS + CTX_TABLE_STASH;
}

bool ctx_table_init(struct ctx_table *table, uint32_t lookup_entries, uint32_t conn_ids)
{
    assert(lookup_entries >= 2 * CTX_TABLE_ROW_SLOTS);
    assert((lookup_entries & (lookup_entries - 1)) == 0);
    table->rows = lookup_entries / CTX_TABLE_ROW_SLOTS;
    table->used = 0;
    table->conn_ids = conn_ids;
    table->entries = calloc(table_size(table), sizeof *table->entries);
    table->where = calloc(conn_ids, sizeof *table->where);
    table->displace = (struct ctx_displace){.lfsr = 1};
    ctx_hash_key_init(&table->hash_key);
    return table->entries && table->where;
}

void ctx_table_free(struct ctx_table *table)
{
    free(table->entries);
    free(table->where);
    table->entries = NULL;
    table->where = NULL;
}

struct wanted {
    const struct flow_key *key;
    struct ctx_hash hash;
};

/* Examines `count` slots from `first` on. It counts the free ones and remembers the lowest of
 * them. */
static uint32_t table_look(const struct ctx_table *table, uint32_t first, uint32_t count,
                           const struct wanted *wanted, struct ctx_table_found *result,
                           uint32_t *lowest_free)
{
    uint32_t free_slots = 0;
    for (uint32_t i = first; i < first + count; i++) {
        const struct ctx_entry *entry = &table->entries[i];
        if (entry->state == CTX_ENTRY_FREE) {
            if (free_slots++ == 0)
                *lowest_free = i;
        } else if (memcmp(&entry->key, wanted->key, sizeof *wanted->key) == 0) {
            assert(!result->found && !result->clash);
            result->found = true;
            result->index = i;
        } else if (ctx_hash_equal(&entry->hash, &wanted->hash)) {
            assert(!result->found && !result->clash);
            result->clash = true;
        }
    }
    return free_slots;
}

struct ctx_table_found ctx_table_find(const struct ctx_table *table, const struct flow_key *key)
{
    struct ctx_table_found result = {0};
    uint32_t slot[2] = {0}, stash_slot = 0;
    struct wanted wanted = {key, ctx_cache_hash(&table->hash_key, key, table->rows)};
    const uint32_t *row = wanted.hash.row;
    uint32_t free0 = table_look(table, row[0] * CTX_TABLE_ROW_SLOTS, CTX_TABLE_BANK_SLOTS, &wanted,
                                &result, &slot[0]);
    uint32_t free1 = table_look(table, row[1] * CTX_TABLE_ROW_SLOTS + CTX_TABLE_BANK_SLOTS,
                                CTX_TABLE_BANK_SLOTS, &wanted, &result, &slot[1]);
    uint32_t free_stash = table_look(table, table->rows * CTX_TABLE_ROW_SLOTS, CTX_TABLE_STASH,
                                     &wanted, &result, &stash_slot);
    result.has_free = !result.clash && free0 + free1 + free_stash != 0;
    if (free1 > free0)
        result.free_index = slot[1];
    else if (free0 != 0)
        result.free_index = slot[0];
    else
        result.free_index = stash_slot;
    return result;
}

static bool entry_is_live(const struct ctx_entry *entry)
{
    return entry->state == CTX_ENTRY_HOT || entry->state == CTX_ENTRY_COLD ||
           entry->state == CTX_ENTRY_FROZEN;
}

/* Remembers the slot of a live entry. A connection has at most one live entry; reservations and
 * tombstones are found only by their key. */
static void table_note_where(struct ctx_table *table, uint32_t index)
{
    const struct ctx_entry *entry = &table->entries[index];
    if (!entry_is_live(entry))
        return;
    assert(entry->conn < table->conn_ids);
    table->where[entry->conn] = index;
}

void ctx_table_insert(struct ctx_table *table, uint32_t index, const struct flow_key *key,
                      uint32_t conn, uint16_t gen, enum ctx_entry_state state)
{
    assert(index < table_size(table));
    assert(state != CTX_ENTRY_FREE);
    struct ctx_entry *entry = &table->entries[index];
    if (entry->state == CTX_ENTRY_FREE) {
        table->used++;
        table->displace.tries = TRIES;
    } else {
        assert(entry->state == CTX_ENTRY_TOMBSTONE);
    }
    *entry = (struct ctx_entry){.key = *key,
                                .conn = conn,
                                .gen = gen,
                                .state = (uint8_t)state,
                                .hash = ctx_cache_hash(&table->hash_key, key, table->rows)};
    table_note_where(table, index);
}

void ctx_table_set_state(struct ctx_table *table, uint32_t index, enum ctx_entry_state state)
{
    assert(index < table_size(table));
    assert(table->entries[index].state != CTX_ENTRY_FREE);
    if (state == CTX_ENTRY_FREE) {
        table->used--;
        table->displace.tries = TRIES;
    }
    table->entries[index].state = (uint8_t)state;
    table_note_where(table, index);
}

void ctx_table_set_state_of(struct ctx_table *table, uint32_t conn, enum ctx_entry_state state)
{
    assert(conn < table->conn_ids);
    uint32_t index = table->where[conn];
    assert(table->entries[index].conn == conn);
    assert(entry_is_live(&table->entries[index]));
    ctx_table_set_state(table, index, state);
}

/* Makes one move. The entry of the stash goes to a free slot of its rows, or else changes places
 * with the entry in one of these slots. */
static void table_move(struct ctx_table *table, uint32_t stash_index)
{
    struct ctx_displace *displace = &table->displace;
    struct ctx_entry *from = &table->entries[stash_index];
    struct ctx_table_found slot = ctx_table_find(table, &from->key);
    uint32_t stash = table->rows * CTX_TABLE_ROW_SLOTS, to = slot.free_index;
    if (!slot.has_free || to >= stash) {
        const uint32_t *row = from->hash.row;
        to = row[displace->bank] * CTX_TABLE_ROW_SLOTS + displace->bank * CTX_TABLE_BANK_SLOTS +
             displace->lfsr % CTX_TABLE_BANK_SLOTS;
        displace->lfsr = (uint16_t)(displace->lfsr >> 1 ^ ((displace->lfsr & 1) ? TAPS : 0));
        displace->bank ^= 1;
    }
    struct ctx_entry other = table->entries[to];
    table->entries[to] = *from;
    *from = other;
    table_note_where(table, to);
    table_note_where(table, stash_index);
    displace->moves++;
}

bool ctx_table_wants_move(const struct ctx_table *table)
{
    const struct ctx_entry *stash = &table->entries[(size_t)table->rows * CTX_TABLE_ROW_SLOTS];
    for (int slot = 0; slot < CTX_TABLE_STASH; slot++)
        if (stash[slot].state != CTX_ENTRY_FREE)
            return table->displace.tries > 0;
    return false;
}

void ctx_table_displace_once(struct ctx_table *table)
{
    struct ctx_displace *displace = &table->displace;
    uint32_t stash = table->rows * CTX_TABLE_ROW_SLOTS, slot = displace->from;
    assert(ctx_table_wants_move(table));
    while (table->entries[stash + slot].state == CTX_ENTRY_FREE)
        slot = (slot + 1) % CTX_TABLE_STASH;
    table_move(table, stash + slot);
    if (--displace->tries == 0)
        displace->from = (slot + 1) % CTX_TABLE_STASH;
}

void ctx_table_displace(struct ctx_table *table)
{
    while (ctx_table_wants_move(table))
        ctx_table_displace_once(table);
}

bool ctx_table_scan(const struct ctx_table *table, uint32_t *index)
{
    for (uint32_t i = *index; i < table_size(table); i++) {
        if (table->entries[i].state != CTX_ENTRY_FREE) {
            *index = i;
            return true;
        }
    }
    return false;
}

enum ctx_place ctx_entry_place(const struct ctx_entry *entry)
{
    return entry->state == CTX_ENTRY_TOMBSTONE ? CTX_PLACE_MOVED : (enum ctx_place)entry->state;
}

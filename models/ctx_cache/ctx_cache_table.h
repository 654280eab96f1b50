/* Lookup table: flow key to connection, generation and state; mirrors
 * rtl/ctx_cache/ctx_cache_table.sv, ctx_cache_where.sv and ctx_cache_displace.sv. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_TABLE_H
#define TOESIM_CTX_CACHE_CTX_CACHE_TABLE_H

#include "models/ctx_cache/ctx_cache_hash.h"
#include "models/hwif/ctx_store.h"

#include <stdbool.h>
#include <stdint.h>

enum { CTX_TABLE_ROW_SLOTS = 8, CTX_TABLE_BANK_SLOTS = 4, CTX_TABLE_STASH = 8 };

/* Up to FROZEN the number is also enum ctx_place; a tombstone reads as moved. */
enum ctx_entry_state {
    CTX_ENTRY_FREE = 0,
    CTX_ENTRY_HOT = 1,
    CTX_ENTRY_COLD = 2,
    CTX_ENTRY_RESERVED = 3,
    CTX_ENTRY_FROZEN = 4,
    CTX_ENTRY_TOMBSTONE = 5,
};

struct ctx_entry {
    struct flow_key key;
    uint32_t conn;
    uint16_t gen;
    uint8_t state;        /* enum ctx_entry_state */
    struct ctx_hash hash; /* of the key */
};

/* The state of displacement between moves. */
struct ctx_displace {
    uint32_t tries; /* moves left until a new entry or a free slot gives a reason for more */
    uint32_t from;  /* slot of the stash to begin with */
    uint16_t lfsr;
    uint8_t bank; /* that makes room next */
    uint64_t moves;
};

/* Index of an entry: row * 8 + bank * 4 + slot; the stash is the row after the last. */
struct ctx_table {
    uint32_t rows;
    uint32_t used;
    uint32_t conn_ids;
    struct ctx_entry *entries; /* (rows + 1) * CTX_TABLE_ROW_SLOTS */
    uint32_t *where;           /* per connection: index of its live entry, if it has one */
    struct ctx_displace displace;
    struct ctx_hash_key hash_key; /* changes only while the table is empty */
};

struct ctx_table_found {
    bool found;
    uint32_t index; /* of the key's entry */
    bool clash; /* another key with an equal hash has an entry, so there is no slot for this one */
    bool has_free;
    uint32_t free_index; /* where it would be inserted */
};

/* lookup_entries: a power of two, at least 16. False when memory is short. */
bool ctx_table_init(struct ctx_table *table, uint32_t lookup_entries, uint32_t conn_ids);
void ctx_table_free(struct ctx_table *table);

struct ctx_table_found ctx_table_find(const struct ctx_table *table, const struct flow_key *key);

/* Overwrites the entry at index, which is free or the key's own tombstone. */
void ctx_table_insert(struct ctx_table *table, uint32_t index, const struct flow_key *key,
                      uint32_t conn, uint16_t gen, enum ctx_entry_state state);
void ctx_table_set_state(struct ctx_table *table, uint32_t index, enum ctx_entry_state state);
/* Of the connection's live entry (hot, cold or frozen), which it has. */
void ctx_table_set_state_of(struct ctx_table *table, uint32_t conn, enum ctx_entry_state state);

/* Between two requests: moves entries from the stash to their rows, as far as that leads. */
void ctx_table_displace(struct ctx_table *table);
/* One such move, and whether there is one to be made. */
void ctx_table_displace_once(struct ctx_table *table);
bool ctx_table_wants_move(const struct ctx_table *table);

/* First used entry at or behind index; false: none. */
bool ctx_table_scan(const struct ctx_table *table, uint32_t *index);

/* What LOOKUP and SCAN say about an entry. */
enum ctx_place ctx_entry_place(const struct ctx_entry *entry);

#endif

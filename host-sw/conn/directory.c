#include "host-sw/conn/directory.h"

#include "models/base/memory.h"

#include "host-sw/stack/seq.h"
#include "models/wire/flow_hash.h"

#include <assert.h>
#include <stdlib.h>

bool directory_init(struct directory *dir, uint32_t conn_max)
{
    assert(conn_max > 0);
    *dir = (struct directory){.conn_max = conn_max, .free_count = conn_max};
    dir->entries = calloc(conn_max, sizeof *dir->entries);
    dir->free_ids = calloc(conn_max, sizeof *dir->free_ids);
    dir->freed_ps = calloc(conn_max, sizeof *dir->freed_ps);
    if (!dir->entries || !dir->free_ids || !dir->freed_ps || !flow_table_init(&dir->by_key, 8)) {
        directory_free(dir);
        return false;
    }
    for (uint32_t i = 0; i < conn_max; i++)
        dir->free_ids[i] = i;
    return true;
}

void directory_free(struct directory *dir)
{
    free(dir->entries);
    free(dir->free_ids);
    free(dir->freed_ps);
    free(dir->rows);
    flow_table_free(&dir->by_key);
    *dir = (struct directory){0};
}

static size_t row_alloc(struct directory *dir)
{
    if (dir->row_count == dir->row_capacity) {
        dir->row_capacity = dir->row_capacity ? 2 * dir->row_capacity : 64;
        dir->rows = realloc(dir->rows, dir->row_capacity * sizeof *dir->rows);
        memory_check(dir->rows);
    }
    return dir->row_count++;
}

/* Takes the id that has been free for the longest time, if its quarantine is over. If it is not, no other id's
 * quarantine is over either, because all others were freed later. */
static uint32_t take_id(struct directory *dir, uint64_t now_ps)
{
    if (dir->free_count == 0)
        return DIR_NONE;
    uint32_t conn = dir->free_ids[dir->free_head];
    if (dir->freed_ps[conn] != 0 && now_ps < dir->freed_ps[conn] + DIR_QUARANTINE_PS)
        return DIR_NONE;
    dir->free_head = (dir->free_head + 1) % dir->conn_max;
    dir->free_count--;
    return conn;
}

uint32_t directory_open(struct directory *dir, const struct flow_key *key, uint64_t now_ps)
{
    uint32_t conn = take_id(dir, now_ps);
    if (conn == DIR_NONE)
        return DIR_NONE;
    struct dir_entry *entry = &dir->entries[conn];
    assert(entry->state == DIR_FREE);
    uint16_t gen = (uint16_t)(entry->gen + 1);
    *entry = (struct dir_entry){.conn = conn,
                                .key = *key,
                                .flow_hash = flow_hash_of_tuple(key),
                                .state = DIR_OPENING,
                                .gen = gen,
                                .first_gen = gen,
                                .held_head = DIR_NONE,
                                .held_tail = DIR_NONE,
                                .opened_ps = now_ps};
    entry->row = row_alloc(dir);
    dir->rows[entry->row] = (struct dir_row){.conn = conn};
    flow_table_insert(&dir->by_key, key, conn);
    dir->live++;
    dir->used_end = u32_max(dir->used_end, conn + 1);
    return conn;
}

void directory_establish(struct directory *dir, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    assert(!entry->established);
    entry->established = true;
    dir->established++;
    dir->established_max = u32_max(dir->established_max, dir->established);
}

void directory_unlist(struct directory *dir, uint32_t conn, const struct dir_view *last)
{
    struct dir_entry *entry = &dir->entries[conn];
    assert(entry->state != DIR_FREE);
    bool found = flow_table_remove(&dir->by_key, &entry->key);
    assert(found);
    (void)found;
    dir->rows[entry->row] = (struct dir_row){.conn = DIR_NONE, .view = *last};
    entry->state = DIR_CLOSING;
    dir->live--;
    dir->established -= entry->established;
}

void directory_release(struct directory *dir, uint32_t conn, uint64_t now_ps)
{
    struct dir_entry *entry = &dir->entries[conn];
    assert(entry->state == DIR_CLOSING);
    assert(entry->held_count == 0 && entry->pending == 0);
    entry->state = DIR_FREE;
    dir->freed_ps[conn] = u64_max(now_ps, 1);
    dir->free_ids[(dir->free_head + dir->free_count) % dir->conn_max] = conn;
    dir->free_count++;
}

uint32_t directory_find(const struct directory *dir, const struct flow_key *key)
{
    uint32_t conn = flow_table_find(&dir->by_key, key);
    return conn == FLOW_TABLE_NONE ? DIR_NONE : conn;
}

bool directory_is_live(const struct directory *dir, uint32_t conn)
{
    return conn < dir->conn_max && dir->entries[conn].state != DIR_FREE &&
           dir->entries[conn].state != DIR_CLOSING;
}

uint32_t directory_flow_hash(const struct directory *dir, uint32_t conn)
{
    return conn < dir->conn_max ? dir->entries[conn].flow_hash : 0;
}

struct dir_entry *directory_match(struct directory *dir, uint32_t conn, uint16_t gen)
{
    if (!directory_is_live(dir, conn))
        return NULL;
    struct dir_entry *entry = &dir->entries[conn];
    if (host_gen_lt(gen, entry->first_gen) || host_gen_lt(entry->gen, gen))
        return NULL;
    return entry;
}

void directory_view(const struct directory *dir, size_t row, struct dir_view *view)
{
    assert(row < dir->row_count);
    const struct dir_row *from = &dir->rows[row];
    if (from->conn == DIR_NONE) {
        *view = from->view;
        return;
    }
    const struct dir_entry *entry = &dir->entries[from->conn];
    *view = (struct dir_view){.state = (enum dir_state)entry->state,
                              .key = entry->key,
                              .owner = entry->owner,
                              .rx_if = entry->rx_if,
                              .host_reason = (enum host_reason)entry->host_reason,
                              .gen = entry->gen,
                              .cookie = entry->cookie,
                              .moves = entry->moves,
                              .opened_ps = entry->opened_ps,
                              .last_rx_ps = entry->last_rx_ps,
                              .rx_bytes = entry->rx_bytes,
                              .tx_bytes = entry->tx_bytes};
}

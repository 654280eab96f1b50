/*
 * Accounts of the program's resources. For each kind of resource that is taken and given back, an account compares the
 * number that its owner has given out with the number that its users have. Both are equal at the end of a run, and
 * between any two steps.
 */
#include "host-sw/server/audit.h"

#include "host-sw/server/server.h"
#include "host-sw/team/checkpoint.h"
#include "host-sw/transfer/transfer.h"

/* Sums over all entries of the directory. */
struct totals {
    uint64_t used, held_frames, held_bytes, pending, turns, on_nics, embryonic, resolving;
    uint64_t on_host, timers, resting_timers, with_lost, transfers;
};

static bool takes_turn(const struct host_sw *sw, uint32_t conn)
{
    return conn_list_has(&sw->transfers.under_way, conn) &&
           sw->dir.entries[conn].transfer.takes_turn;
}

/* Returns true if the connection is left with a lost NIC although the other NIC is in the team. */
static bool is_with_lost(const struct host_sw *sw, const struct dir_entry *entry)
{
    bool has_owner = entry->state == DIR_ACTIVE || entry->state == DIR_INACTIVE;
    return has_owner && entry->owner < NIC_COUNT && !sw->nics[entry->owner].up &&
           sw->nics[team_other(entry->owner)].up && sw->stats.nics_lost == 1;
}

static void add_entry(const struct host_sw *sw, uint32_t conn, struct totals *t)
{
    const struct dir_entry *entry = &sw->dir.entries[conn];
    bool has_timer = sw->idle.timers && timer_heap_get(sw->idle.timers, conn) != TIME_NEVER;
    t->timers += has_timer;
    if (entry->state == DIR_FREE)
        return;
    t->used++;
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = sw->hold.nodes[i].next) {
        t->held_frames++;
        t->held_bytes += sw->hold.nodes[i].frame.bytes;
    }
    t->pending += entry->pending;
    t->turns += takes_turn(sw, conn);
    t->on_nics += entry->on_nics;
    t->embryonic += entry->embryonic;
    t->resolving += entry->resolving;
    t->on_host += host_tcp_has(&sw->tcp, conn);
    t->resting_timers += has_timer && entry->state == DIR_INACTIVE;
    t->with_lost += is_with_lost(sw, entry);
    t->transfers += transfer_is_under_way(entry) && !entry->resolving;
}

static uint64_t requests_of(const struct nic_driver *driver, uint32_t conn_max, bool with_buffer)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < driver->request_count; i++) {
        const struct nic_request *request = &driver->requests[i];
        count += request->used && (with_buffer ? request->buffer != 0 : request->conn < conn_max);
    }
    return count;
}

static uint64_t posted_to(const struct nic_driver *driver)
{
    uint64_t count = 0;
    for (uint32_t i = 0; driver->posted && i < driver->pool->count; i++)
        count += driver->posted[i];
    return count;
}

static uint64_t references(const struct buffer_pool *pool)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < pool->count; i++)
        count += pool->refs[i];
    return count;
}

static uint64_t references_claimed(const struct host_sw *sw, const struct totals *t)
{
    uint64_t count = t->held_frames + sw->pool.lent.count + sw->fragments.count;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        count += posted_to(&sw->nics[nic]) + requests_of(&sw->nics[nic], 0, true);
    return count;
}

static uint64_t nodes_out(const struct hold_pool *pool)
{
    uint64_t count = pool->capacity;
    for (uint32_t i = pool->free_head; i != DIR_NONE; i = pool->nodes[i].next)
        count--;
    return count;
}

static uint64_t rows_in_time_wait(const struct directory *dir)
{
    uint64_t count = 0;
    for (size_t i = 0; i < dir->row_count; i++)
        count += dir->rows[i].conn == DIR_NONE && dir->rows[i].view.state == DIR_TIME_WAIT;
    return count;
}

size_t audit_accounts(const struct host_sw *sw, bool at_rest, struct host_sw_account *accounts)
{
    if (!sw->is_up)
        return 0;
    struct totals t = {0};
    uint64_t commands = 0;
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        add_entry(sw, conn, &t);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        commands += requests_of(&sw->nics[nic], sw->dir.conn_max, false);
    const struct host_sw_account all[] = {
        {"references to frame buffers", references(&sw->pool), references_claimed(sw, &t)},
        {"places for held frames", nodes_out(&sw->hold), t.held_frames},
        {"bytes of held frames", sw->hold.bytes, t.held_bytes},
        {"numbers of connections", sw->dir.conn_max - sw->dir.free_count, t.used},
        {"tuples in the directory", sw->dir.by_key.count, sw->dir.live},
        {"commands of connections", commands, t.pending},
        {"turns of transfers", sw->transfers.turns_taken, t.turns},
        {"places on the NICs", sw->nic_places.taken, t.on_nics},
        {"connections that open", sw->openings.embryonic, t.embryonic},
        {"connections that wait for an address", sw->openings.resolving, t.resolving},
        {"connections on the host", sw->tcp.stats.live, t.on_host},
        {"timers of resting connections", t.timers, t.resting_timers},
        {"tuples in TIME_WAIT", time_wait_count(&sw->stack.time_waits),
         rows_in_time_wait(&sw->dir)},
        {"connections left with a lost NIC", t.with_lost, 0},
        /* The accounts from here on must be 0 at the end of a run. */
        {"commands without a completion", commands, 0},
        {"frames with a NIC", sw->pool.lent.count, 0},
        {"contexts on their way", t.transfers, 0},
        {"frames that are held", t.held_frames, 0},
    };
    enum { AT_REST = 4 };
    const size_t rows = sizeof all / sizeof all[0];
    static_assert(sizeof all <= HOST_SW_ACCOUNTS_MAX * sizeof all[0], "one for each");
    size_t count = at_rest ? rows : rows - AT_REST;
    for (size_t i = 0; i < count; i++)
        accounts[i] = all[i];
    return count;
}

static uint64_t pages(uint64_t bytes) { return ceil_div(bytes, BUS_PAGE_BYTES); }

static uint64_t pages_of_ring(const struct ring_place *place)
{
    return place->base ? pages((uint64_t)place->entry_bytes << place->log2_entries) : 0;
}

uint64_t audit_memory_pages(const struct host_sw *sw)
{
    uint64_t conns = sw->params.conn_max, rings = 0;
    uint64_t held = sw->params.hold_frames_per_conn * sizeof(struct nic_held);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        rings += sw->dir.entries[conn].state != DIR_FREE;
    uint64_t count = pages(conns * TEAM_ENTRY_BYTES) + pages(conns * CTX_BYTES) +
                     pages(conns * held) + pages(checkpoint_bytes(&sw->params)) +
                     pages((uint64_t)sw->pool.count * NIC_BUFFER_BYTES) +
                     2 * rings * pages(sw->params.ring_bytes);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const struct nic_driver *driver = &sw->nics[nic];
        count += pages_of_ring(&driver->commands.place) + pages_of_ring(&driver->buffers.place) +
                 pages_of_ring(&driver->records.place) + pages_of_ring(&driver->events.place) +
                 pages(command_lists_bytes(&driver->lists));
    }
    return count;
}

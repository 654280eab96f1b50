/*
 * Calls to the application. They are noted while the driver reads records, and made after the records, with a
 * bounded amount of work per step. Otherwise an application that copies many bytes would delay later records
 * and events, and with them the moves of other connections. The bound is low while connections wait for their turn to
 * move. These cannot hear their peers until they have moved, but the application's work is done as soon either way.
 */
#include "host-sw/conn/app_calls.h"

#include "host-sw/server/server.h"

#include <assert.h>

enum {
    CALL_WORK = 1024, /* the work of one call, in bytes copied */
    STEP_WORK =
        64 * CALL_WORK, /* the limit for all calls in one step; the last call may exceed it */
    STORM_WORK = 2 * CALL_WORK /* the same while connections wait for their turn to move */
};

void app_calls_note(struct host_sw *sw, struct dir_entry *entry, unsigned calls)
{
    assert(dir_entry_is_sane(entry));
    if (calls == 0)
        return;
    if (entry->app_calls == 0)
        conn_list_add(&sw->app.calls_due, entry->conn);
    entry->app_calls |= (uint8_t)calls;
    assert(dir_entry_is_sane(entry));
}

static void call(struct host_sw *sw, void (*fn)(void *, uint32_t, uint32_t),
                 const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!fn)
        return;
    server_charge(sw, CPU_COST_APP_CALL, 1);
    sw->app.called = true;
    sw->app.work += CALL_WORK;
    fn(sw->app.self, entry->conn, entry->cookie);
}

void app_calls_make(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    unsigned calls = entry->app_calls;
    if (calls == 0)
        return;
    conn_list_remove(&sw->app.calls_due, entry->conn);
    entry->app_calls = 0;
    const struct app_ops *app = sw->app.ops;
    if (calls & APP_CALL_ESTABLISHED)
        call(sw, app->on_established, entry);
    if (calls & APP_CALL_URGENT)
        call(sw, app->on_urgent, entry);
    if ((calls & APP_CALL_READABLE) && dir_entry_rx_end(entry) != entry->rx_consumed)
        call(sw, app->on_readable, entry);
    if (calls & APP_CALL_WRITABLE)
        call(sw, app->on_writable, entry);
    if (calls & APP_CALL_PEER_FIN)
        call(sw, app->on_peer_fin, entry);
}

static void make_on_core(struct host_sw *sw, struct dir_entry *entry)
{
    server_run_on(sw, entry->flow_hash);
    app_calls_make(sw, entry);
}

bool app_calls_run(struct host_sw *sw)
{
    bool any = sw->app.calls_due.count > 0;
    uint64_t limit = sw->transfers.wanted.count > 0 ? STORM_WORK : STEP_WORK;
    sw->app.work = 0;
    while (sw->app.calls_due.count > 0 && sw->app.work < limit)
        make_on_core(sw, &sw->dir.entries[conn_list_first(&sw->app.calls_due)]);
    server_run_on_first(sw);
    return any;
}

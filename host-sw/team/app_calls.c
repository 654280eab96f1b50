/*
 * What the application is to be told: noted while records are read, told behind them, a bounded
 * amount of work per step. An application that copies much would otherwise hold up the records and
 * events behind its own, of connections whose move waits for them.
 */
#include "host-sw/team/team.h"

#include <assert.h>

enum {
    CALL_WORK = 1024,          /* a call counts as so many bytes copied */
    STEP_WORK = 64 * CALL_WORK /* of all calls in one step; the last one may exceed it */
};

void app_calls_init(struct host_sw *sw) { sw->app_head = sw->app_tail = DIR_NONE; }

static void link_last(struct host_sw *sw, struct dir_entry *entry)
{
    uint32_t conn = team_conn_of(sw, entry);
    entry->app_prev = sw->app_tail;
    entry->app_next = DIR_NONE;
    if (sw->app_tail == DIR_NONE)
        sw->app_head = conn;
    else
        sw->dir.entries[sw->app_tail].app_next = conn;
    sw->app_tail = conn;
}

static void unlink_entry(struct host_sw *sw, struct dir_entry *entry)
{
    if (entry->app_prev == DIR_NONE)
        sw->app_head = entry->app_next;
    else
        sw->dir.entries[entry->app_prev].app_next = entry->app_next;
    if (entry->app_next == DIR_NONE)
        sw->app_tail = entry->app_prev;
    else
        sw->dir.entries[entry->app_next].app_prev = entry->app_prev;
}

void app_calls_note(struct host_sw *sw, struct dir_entry *entry, unsigned calls)
{
    if (calls == 0)
        return;
    if (entry->app_calls == 0)
        link_last(sw, entry);
    entry->app_calls |= (uint8_t)calls;
}

static void call(struct host_sw *sw, void (*fn)(void *, uint32_t, uint32_t),
                 const struct dir_entry *entry)
{
    if (!fn)
        return;
    team_charge(sw, CPU_COST_APP_CALL, 1);
    sw->app_called = true;
    sw->app_work += CALL_WORK;
    fn(sw->app_self, team_conn_of(sw, entry), entry->cookie);
}

void app_calls_make(struct host_sw *sw, struct dir_entry *entry)
{
    unsigned calls = entry->app_calls;
    if (calls == 0)
        return;
    unlink_entry(sw, entry);
    entry->app_calls = 0;
    const struct app_ops *app = sw->app;
    if (calls & APP_CALL_ESTABLISHED)
        call(sw, app->on_established, entry);
    if (calls & APP_CALL_URGENT)
        call(sw, app->on_urgent, entry);
    if ((calls & APP_CALL_READABLE) && conn_io_rx_end(entry) != entry->rx_consumed)
        call(sw, app->on_readable, entry);
    if (calls & APP_CALL_WRITABLE)
        call(sw, app->on_writable, entry);
    if (calls & APP_CALL_PEER_FIN)
        call(sw, app->on_peer_fin, entry);
}

bool app_calls_run(struct host_sw *sw)
{
    bool any = sw->app_head != DIR_NONE;
    sw->app_work = 0;
    while (sw->app_head != DIR_NONE && sw->app_work < STEP_WORK)
        app_calls_make(sw, &sw->dir.entries[sw->app_head]);
    return any;
}

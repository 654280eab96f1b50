#include "models/stats/server_timers.h"

#include "models/base/units.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_enums.h"

#include <stdlib.h>
#include <string.h>

/* A timer that was due this long ago will not fire any more, because the context was lost during
 * a move or a reload. Moves and reloads that succeed are much shorter. */
static const uint64_t late_max_ps = 10 * PS_PER_S;

struct connection {
    struct flow_key key;
    bool open;
    bool runs;
    uint64_t due_ps; /* valid if runs is true */
};

struct server_timers {
    uint32_t conn_max;
    uint32_t used; /* only ids below this number have been in use */
    struct connection connections[];
};

struct server_timers *server_timers_create(uint32_t conn_max)
{
    struct server_timers *timers =
        calloc(1, sizeof *timers + (size_t)conn_max * sizeof timers->connections[0]);
    if (timers)
        timers->conn_max = conn_max;
    return timers;
}

void server_timers_destroy(struct server_timers *timers) { free(timers); }

uint64_t server_timers_kinds(void)
{
    return UINT64_C(1) << PROBE_CONN_OPEN | UINT64_C(1) << PROBE_CTX_WRITTEN |
           UINT64_C(1) << PROBE_CONN_GONE | UINT64_C(1) << PROBE_APP_NOTICE |
           UINT64_C(1) << PROBE_APP_CLOSED;
}

/* A context that moves keeps its timers, so the context that was written last is the right one. */
static void on_written(struct connection *connection, const struct probe_event *event)
{
    const struct conn_ctx *ctx = event->context.image;
    int32_t left_us = (int32_t)(ctx->rexmt_deadline - (uint32_t)(event->now_ps / PS_PER_US));
    connection->runs = (ctx->timers & CTX_TIMER_REXMT) != 0;
    connection->due_ps = event->now_ps + (left_us > 0 ? (uint64_t)left_us * PS_PER_US : 0);
}

void server_timers_on_event(struct server_timers *timers, const struct probe_event *event)
{
    if (event->conn >= timers->conn_max)
        return;
    struct connection *connection = &timers->connections[event->conn];
    switch (event->kind) {
    case PROBE_CONN_OPEN:
        connection->key = *event->opened.key;
        connection->open = true;
        connection->runs = false;
        if (event->conn >= timers->used)
            timers->used = event->conn + 1;
        break;
    case PROBE_CTX_WRITTEN:
        on_written(connection, event);
        break;
    case PROBE_CONN_GONE:
    /* If the NIC has died, this event is the only sign of the connection's end. */
    case PROBE_APP_NOTICE:
    case PROBE_APP_CLOSED:
        connection->open = connection->runs = false;
        break;
    default:
        break;
    }
}

bool server_timers_runs(const struct server_timers *timers, const struct flow_key *key,
                        uint64_t now_ps)
{
    for (uint32_t i = 0; i < timers->used; i++) {
        const struct connection *connection = &timers->connections[i];
        if (connection->open && memcmp(&connection->key, key, sizeof *key) == 0)
            return connection->runs && now_ps <= connection->due_ps + late_max_ps;
    }
    return false;
}

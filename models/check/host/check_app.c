#include "models/check/host/check_app.h"

#include "models/check/check_state.h"

/* The host reports reads when a quarter of the ring is free again (docs/hwif.md). */
enum { READ_FRACTION = 4 };

static bool read_is_unreported(const struct check *check, const struct check_conn *c)
{
    const struct conn_ctx *live = &c->carry.live;
    uint32_t read = c->irs + 1 + (uint32_t)c->app_offset;
    return check->params.ring_bytes && c->irs_known && live->tcp_state >= TCP_ESTABLISHED &&
           !seq_before(read, live->rx_consumed) &&
           read - live->rx_consumed >= check->params.ring_bytes / READ_FRACTION;
}

static bool write_is_unreported(const struct check_conn *c)
{
    return c->carry.tx_known && seq_before(c->carry.live.tx_prod, c->carry.tx_written);
}

/* Handles the context as its place has it now. A change that the context contains is no longer awaited, and
 * a place that has just begun, or that learns of a change, gets the full time from now on. */
static void on_context(struct check_conn *c, const struct check *check,
                       const struct probe_event *event)
{
    struct check_waits *w = &c->waits;
    bool begins = event->kind == PROBE_CTX_LIVE;
    if (w->write_ps && (begins || w->owner_prod != c->carry.live.tx_prod))
        w->write_ps = write_is_unreported(c) ? event->now_ps : 0;
    w->owner_prod = c->carry.live.tx_prod;
    if (w->read_ps && (begins || !read_is_unreported(check, c)))
        w->read_ps = read_is_unreported(check, c) ? event->now_ps : 0;
    if (w->shut_ps && begins)
        w->shut_ps = event->now_ps;
    if (c->carry.live.flags & CTX_FLAG_FIN_QUEUED)
        w->shut_ps = 0;
}

void check_app_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    struct check_waits *w = &c->waits;
    switch (event->kind) {
    case PROBE_CTX_LIVE:
    case PROBE_CTX_WRITTEN:
        on_context(c, check, event);
        break;
    case PROBE_APP_TX:
        check_watch_from(check, event->conn, &w->write_ps, event->now_ps);
        break;
    case PROBE_APP_RX:
        if (read_is_unreported(check, c))
            check_watch_from(check, event->conn, &w->read_ps, event->now_ps);
        break;
    case PROBE_APP_SHUT:
        check_watch_from(check, event->conn, &w->shut_ps, event->now_ps);
        break;
    case PROBE_CONN_GONE:
    case PROBE_APP_NOTICE:
    case PROBE_APP_CLOSED:
    case PROBE_RESTS:
        w->write_ps = w->read_ps = w->shut_ps = 0;
        break;
    default:
        break;
    }
}

#include "models/check/tcp/check_time_wait.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

/* The host's enum dir_state, which models may not include (event_fields.c). */
enum { DIR_STATE_TIME_WAIT = 7 };

static const uint64_t late_ps = 100 * PS_PER_MS;

static bool is_too_long(const struct check *check, const struct check_time_wait *wait,
                        uint64_t now_ps)
{
    uint64_t from_ps = u64_max(wait->since_ps, wait->fin_ps);
    return now_ps > from_ps + check->params.time_wait_ps + late_ps + check->params.slack_ps;
}

static void on_over(struct check *check, const struct probe_event *event)
{
    uint32_t conn = check_flow_of_key(check, event->over.key);
    if (conn == CHECK_NO_CONN)
        return; /* The connection id has already been given to another connection. */
    struct check_time_wait *wait = &check->conns[conn]->wait;
    struct probe_event at = *event;
    at.conn = conn;
    if (wait->since_ps == 0)
        return;
    if (!event->over.is_reopened && event->now_ps < wait->since_ps + check->params.time_wait_ps)
        check_fail(check, INVARIANT_TWAIT, &at, "it ended %llu ps after it began",
                   (unsigned long long)(event->now_ps - wait->since_ps));
    if (is_too_long(check, wait, event->now_ps))
        check_fail(check, INVARIANT_TWAIT, &at, "it began at %llu ps, the last FIN came at %llu ps",
                   (unsigned long long)wait->since_ps, (unsigned long long)wait->fin_ps);
    wait->since_ps = 0;
}

void check_time_wait_on_event(struct check *check, const struct probe_event *event)
{
    if (check->params.time_wait_ps == 0)
        return;
    if (event->kind == PROBE_TIME_WAIT_OVER) {
        on_over(check, event);
    } else if (event->kind == PROBE_FRAME_RX && check->packet_conn != CHECK_NO_CONN) {
        if (check->packet.seg.flags & TCP_FIN)
            check->conns[check->packet_conn]->wait.fin_ps = event->now_ps;
    } else if (event->kind == PROBE_DIR_STATE && event->dir.state == DIR_STATE_TIME_WAIT) {
        struct check_conn *c = check_conn_of(check, event);
        if (c && c->open)
            c->wait.since_ps = event->now_ps;
    }
}

void check_time_wait_look(struct check *check, uint32_t conn, uint64_t now_ps)
{
    struct check_time_wait *wait = &check->conns[conn]->wait;
    if (wait->since_ps == 0 || check->fragments || !is_too_long(check, wait, now_ps))
        return;
    struct probe_event at = {.now_ps = now_ps, .conn = conn, .kind = PROBE_TIME_WAIT_OVER};
    check_fail(check, INVARIANT_TWAIT, &at, "it has been in TIME_WAIT since %llu ps",
               (unsigned long long)wait->since_ps);
    wait->since_ps = 0;
}

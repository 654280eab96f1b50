#include "models/check/check_watch.h"

#include "models/base/memory.h"
#include "models/base/units.h"
#include "models/check/check_state.h"
#include "models/check/move/check_idle.h"
#include "models/check/tcp/check_due.h"

#include <stdlib.h>

enum { TCP_IPV4_BYTES = 40 };

/* The bounds in simulated time. Each comment says what the bound includes. */
static const uint64_t look_ps = 10 * PS_PER_MS;
static const uint64_t move_max_ps = 2000 * PS_PER_MS; /* T_move_max beyond the move's deadline */
static const uint64_t notice_max_ps =
    1000 * PS_PER_MS; /* from the end to the application's callback */
static const uint64_t ack_max_ps =
    600 * PS_PER_MS; /* 500 ms of RFC 9293 MUST-40, plus time for a move */
static const uint64_t second_max_ps = 100 * PS_PER_MS;   /* an immediate ACK, plus time in queues */
static const uint64_t report_max_ps = 2000 * PS_PER_MS;  /* from the application's call */
static const uint64_t probe_max_ps = 100 * PS_PER_MS;    /* to the start of the persist timer */
static const uint64_t foreign_max_ps = 2000 * PS_PER_MS; /* T_detect_max */

void check_watch_add(struct check *check, uint32_t conn)
{
    struct check_list *list = &check->watched;
    struct check_waits *waits = &check->conns[conn]->waits;
    if (waits->listed)
        return;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->conns = realloc(list->conns, list->capacity * sizeof *list->conns);
        memory_check(list->conns);
    }
    list->conns[list->count++] = conn;
    waits->listed = true;
}

/* Returns true if the bound is exceeded. The bounds are wide for a system with usual latencies; a scenario with
 * slower parts adds slack_ps. */
static bool is_late(const struct check *check, uint64_t since_ps, uint64_t now_ps, uint64_t max_ps)
{
    return since_ps && now_ps > since_ps + max_ps + check->params.slack_ps;
}

/* Returns true if a place can process the connection now. Otherwise nobody can send an ACK or a window probe. */
static bool is_served(const struct check *check, const struct check_conn *c)
{
    for (unsigned place = 0; place < PLACE_COUNT; place++)
        if (c->own[place] == OWN_ACTIVE)
            return !check->fenced[place];
    return false;
}

/* Reports writes, reads and a shutdown of the application of which the serving place has not been told in time. */
static void look_at_app(struct check *check, struct check_conn *c, const struct probe_event *at)
{
    struct check_waits *w = &c->waits;
    if (!is_served(check, c) || c->carry.tainted || c->carry.live.tcp_state < TCP_ESTABLISHED)
        return;
    if (is_late(check, w->write_ps, at->now_ps, report_max_ps)) {
        check_fail(check, INVARIANT_DB, at,
                   "the application has written up to %u, but the place knows of %u",
                   c->carry.tx_written, c->carry.live.tx_prod);
        w->write_ps = 0;
    }
    if (is_late(check, w->read_ps, at->now_ps, report_max_ps)) {
        check_fail(check, INVARIANT_DB, at,
                   "the application has read %llu bytes, but the place knows of %u",
                   (unsigned long long)c->app_offset, c->carry.live.rx_consumed - c->irs - 1);
        w->read_ps = 0;
    }
    if (is_late(check, w->shut_ps, at->now_ps, report_max_ps)) {
        check_fail(check, INVARIANT_FINSEQ, at,
                   "the application has closed it, but no FIN is queued");
        w->shut_ps = 0;
    }
}

/* RFC 9293 3.8.6.3: an acknowledgment is delayed by less than 500 ms, and one of two segments of full size is not
 * delayed. The time starts again at
 * each activation, because nobody acknowledges during a move. */
static void look_at_acks(struct check *check, struct check_conn *c, const struct probe_event *at)
{
    struct check_waits *w = &c->waits;
    if (is_late(check, w->ack_ps, at->now_ps, ack_max_ps)) {
        check_fail(check, INVARIANT_DACK, at, "bytes received at %llu ps are not acknowledged",
                   (unsigned long long)w->ack_ps);
        w->ack_ps = 0;
    }
    if (is_late(check, w->second_ps, at->now_ps, second_max_ps)) {
        check_fail(check, INVARIANT_DACK, at,
                   "two full segments are not acknowledged since %llu ps",
                   (unsigned long long)w->second_ps);
        w->second_ps = 0;
    }
}

static void look_at(struct check *check, uint32_t conn, uint64_t now_ps, bool at_the_end)
{
    struct check_conn *c = check->conns[conn];
    struct check_waits *w = &c->waits;
    struct probe_event at = {.now_ps = now_ps, .conn = conn, .kind = PROBE_MOVE_END};
    if (is_late(check, w->move_ps, now_ps, check->params.move_deadline_ps + move_max_ps)) {
        check_fail(check, INVARIANT_LIVE1, &at, "a move that began at %llu ps has not ended",
                   (unsigned long long)w->move_ps);
        w->move_ps = 0;
    }
    if (is_late(check, w->notice_ps, now_ps, at_the_end ? PS_PER_MS : notice_max_ps)) {
        check_fail(check, INVARIANT_TERM, &at,
                   "it ended at %llu ps, but the application was not notified",
                   (unsigned long long)w->notice_ps);
        w->notice_ps = 0;
    }
    if (is_served(check, c))
        look_at_acks(check, c, &at);
    if (is_late(check, w->probe_ps, now_ps, probe_max_ps) && is_served(check, c)) {
        check_fail(check, INVARIANT_ZWP, &at, "data has waited since %llu ps, and no timer runs",
                   (unsigned long long)w->probe_ps);
        w->probe_ps = 0;
    }
    if (is_late(check, w->reload_ps, now_ps, check->params.move_deadline_ps + move_max_ps)) {
        check_fail(check, INVARIANT_LIVE1, &at, "it has been on its way to a place since %llu ps",
                   (unsigned long long)w->reload_ps);
        w->reload_ps = 0;
    }
    look_at_app(check, c, &at);
}

static bool has_waits(const struct check_waits *w)
{
    return w->move_ps || w->reload_ps || w->notice_ps || w->ack_ps || w->second_ps || w->probe_ps ||
           w->write_ps || w->read_ps || w->shut_ps;
}

static void look_at_frames(struct check *check, uint64_t now_ps)
{
    for (size_t i = 0; check->fate_foreign > 0 && i < check->fate_capacity; i++) {
        struct frame_fate *fate = &check->fates[i];
        if (!fate->id || fate->done || !is_late(check, fate->waits_ps, now_ps, foreign_max_ps))
            continue;
        struct probe_event at = {.now_ps = now_ps, .conn = fate->conn, .nic = fate->nic};
        check_fail(check, INVARIANT_LIVE2, &at, "the host has not decided on foreign frame %llu",
                   (unsigned long long)fate->id);
        fate->waits_ps = 0;
        check->fate_foreign--;
    }
}

void check_watch_look(struct check *check, uint64_t now_ps, bool force)
{
    if (now_ps < check->next_look_ps && !force)
        return;
    check->next_look_ps = now_ps + look_ps;
    struct check_list *list = &check->watched;
    for (uint32_t i = 0; i < list->count;) {
        struct check_waits *w = &check->conns[list->conns[i]]->waits;
        look_at(check, list->conns[i], now_ps, force);
        if (has_waits(w)) {
            i++;
            continue;
        }
        w->listed = false;
        list->conns[i] = list->conns[--list->count];
    }
    look_at_frames(check, now_ps);
    check_idle_look(check, now_ps);
    check_due_look(check, now_ps, force);
}

void check_watch_from(struct check *check, uint32_t conn, uint64_t *since_ps, uint64_t now_ps)
{
    if (*since_ps == 0)
        *since_ps = now_ps;
    check_watch_add(check, conn);
}

/* The host's enum dir_state, which models may not include (event_fields.c). */
enum { DIR_STATE_FREEZING = 3, DIR_STATE_INSTALLING = 4 };

/* A transfer of any kind is in progress while the directory state is FREEZING or INSTALLING. */
static void on_dir_state(struct check *check, struct check_waits *w,
                         const struct probe_event *event)
{
    if (event->dir.state == DIR_STATE_FREEZING || event->dir.state == DIR_STATE_INSTALLING)
        check_watch_from(check, event->conn, &w->reload_ps, event->now_ps);
    else
        w->reload_ps = 0;
}

/* Returns how many in-order bytes of the peer no segment has acknowledged yet. */
static uint32_t unacknowledged(const struct check_conn *c)
{
    return c->announced.has_ack && seq_before(c->announced.ack, c->written.edge)
               ? c->written.edge - c->announced.ack
               : 0;
}

/* Returns true if so many bytes require an ACK at once. The size of a full segment follows from the MTU, whatever MSS
 * was announced. */
static bool is_two_segments(const struct check *check, uint32_t bytes)
{
    return check->params.mtu_bytes && bytes >= 2 * (check->params.mtu_bytes - TCP_IPV4_BYTES);
}

static void on_bytes_written(struct check *check, const struct check_conn *c, struct check_waits *w,
                             const struct probe_event *event)
{
    uint32_t bytes = unacknowledged(c);
    if (bytes > 0)
        check_watch_from(check, event->conn, &w->ack_ps, event->now_ps);
    if (is_two_segments(check, bytes))
        check_watch_from(check, event->conn, &w->second_ps, event->now_ps);
}

static void on_acknowledged(struct check *check, struct check_conn *c,
                            const struct probe_event *event)
{
    struct check_waits *w = &c->waits;
    uint32_t ack = check->packet.seg.ack;
    uint32_t left = seq_before(ack, c->written.edge) ? c->written.edge - ack : 0;
    if (is_late(check, c->idle.live_ps, event->now_ps, ack_max_ps))
        look_at_acks(check, c, event);
    w->ack_ps = left ? event->now_ps : 0;
    w->second_ps = is_two_segments(check, left) ? event->now_ps : 0;
}

void check_watch_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    struct check_waits *w = &c->waits;
    switch (event->kind) {
    case PROBE_DIR_STATE:
        on_dir_state(check, w, event);
        break;
    case PROBE_MOVE_BEGIN:
        w->move_ps = 0;
        check_watch_from(check, event->conn, &w->move_ps, event->now_ps);
        break;
    case PROBE_CTX_LIVE:
        w->move_ps = 0;
        w->second_ps = w->second_ps ? event->now_ps : 0;
        break;
    case PROBE_CONN_GONE:
        w->move_ps = w->ack_ps = w->second_ps = w->probe_ps = 0;
        break;
    case PROBE_APP_NOTICE:
    case PROBE_APP_CLOSED:
    case PROBE_RESTS:
        w->move_ps = w->ack_ps = w->second_ps = w->probe_ps = 0;
        break;
    case PROBE_RX_WRITTEN:
        on_bytes_written(check, c, w, event);
        break;
    case PROBE_TX_BUILT:
        if (check->has_packet && (check->packet.seg.flags & TCP_ACK))
            on_acknowledged(check, c, event);
        break;
    default:
        break;
    }
}

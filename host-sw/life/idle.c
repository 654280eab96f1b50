/*
 * A connection of which no packet was received for the idle time leaves its NIC, or the host's own TCP, and rests in
 * host memory, in any state from ESTABLISHED on. The next frame, the application, or one of the connection's timers
 * brings it back. Each resting connection has one timer, which is set to the earliest deadline of its image.
 */
#include "host-sw/life/idle.h"

#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/planted.h"

#include <assert.h>

/* A connection with a timer that is due within this time does not rest, because moving it out and back costs more. */
enum { LEFT_US_MIN = 1000 };

const char *idle_reason_key(enum idle_reason reason)
{
    static const char *const keys[IDLE_REASON_COUNT] = {
#define X(id, key, text) key,
        IDLE_REASONS(X)
#undef X
    };
    assert(reason < IDLE_REASON_COUNT);
    return keys[reason];
}

/* Returns the reason why a connection of the host's own TCP may not rest, or IDLE_REASON_COUNT if it may. */
static enum idle_reason host_refuses(const struct host_sw *sw, uint32_t conn)
{
    uint64_t now_ps = server_now(sw);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    if (!host_tcp_is_quiet(&sw->tcp, conn))
        return IDLE_REASON_SENDING;
    return tcp_deadline_us(host_tcp_context(&sw->tcp, conn), now) < LEFT_US_MIN ? IDLE_REASON_TIMER
                                                                                : IDLE_REASON_COUNT;
}

/* Returns the reason why the connection may not rest as far as the driver knows without asking a NIC, or
 * IDLE_REASON_COUNT if there is none. */
static enum idle_reason driver_refuses(const struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!entry->established)
        return IDLE_REASON_OPENING;
    if (entry->wanted.listed)
        return IDLE_REASON_MOVING;
    if (entry->abort_wanted || entry->rung_tx != entry->tx_prod ||
        entry->rung_fin != entry->fin_wanted || entry->options_new)
        return IDLE_REASON_APPLICATION;
    return entry->owner == PLACE_HOST ? host_refuses(sw, entry->conn) : IDLE_REASON_COUNT;
}

/* Returns the reason in the context why the connection may not rest, or IDLE_REASON_COUNT if there is none. */
static enum idle_reason image_refuses(const struct host_sw *sw, const struct conn_ctx *image)
{
    if (!tcp_may_rest(image, &sw->params.tcp))
        return IDLE_REASON_SENDING;
    return tcp_image_left_us(image) < LEFT_US_MIN ? IDLE_REASON_TIMER : IDLE_REASON_COUNT;
}

/* Returns the time before which the connection is not asked to rest. If it was found busy and nothing was received
 * since, the wait doubles each time, because every attempt stops the connection and moves its context twice. */
static uint64_t may_rest_ps(const struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    uint64_t heard_ps = u64_max(entry->last_rx_ps, entry->opened_ps);
    bool heard = heard_ps > entry->idle_refused_ps;
    return u64_max(heard_ps, entry->idle_refused_ps) +
           u64_max(sw->params.idle_ps, heard ? 0 : entry->idle_wait_ps);
}

static void arm_at(struct host_sw *sw, const struct dir_entry *entry, uint64_t at_ps)
{
    assert(dir_entry_is_sane(entry));
    if (!sw->idle.timers) {
        if (at_ps == TIME_NEVER)
            return;
        sw->idle.timers = timer_heap_create(sw->dir.conn_max);
        assert(sw->idle.timers);
    }
    timer_heap_set(sw->idle.timers, entry->conn, at_ps);
    sw->idle.next_ps = timer_heap_next_ps(sw->idle.timers);
}

void idle_arm(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    uint64_t left_us = tcp_image_left_us(image);
    arm_at(sw, entry,
           left_us == UINT64_MAX ? TIME_NEVER : entry->extracted_ps + left_us * PS_PER_US);
}

void idle_disarm(struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    arm_at(sw, entry, TIME_NEVER);
}

static void inactivate_if_silent(struct host_sw *sw, struct dir_entry *entry, uint64_t now_ps)
{
    assert(dir_entry_is_sane(entry));
    if (entry->state != DIR_ACTIVE || transfer_is_under_way(entry) ||
        now_ps < may_rest_ps(sw, entry) || PLANTED(claim_never_rests) || PLANTED(rest_never))
        return;
    enum idle_reason reason = driver_refuses(sw, entry);
    if (reason != IDLE_REASON_COUNT) {
        sw->stats.not_inactivated[reason]++;
        return;
    }
    struct move_trigger why = {.at_ps = now_ps, .decided_ps = now_ps, .kind = TRIGGER_TIMER};
    transfer_begin(sw, entry, PLACE_MEMORY, MOVE_NONE, &why);
}

void idle_scan(struct host_sw *sw, uint64_t now_ps)
{
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        inactivate_if_silent(sw, &sw->dir.entries[conn], now_ps);
}

/* Counts the reason why the connection may not rest (R-29 is one of them). The connection is not asked again before
 * another idle time has passed. */
static void note_refusal(struct host_sw *sw, struct dir_entry *entry, enum idle_reason reason)
{
    assert(dir_entry_is_sane(entry));
    bool heard = entry->last_rx_ps > entry->idle_refused_ps;
    sw->stats.not_inactivated[reason]++;
    entry->idle_wait_ps =
        heard ? sw->params.idle_ps : u64_max(sw->params.idle_ps, 2 * entry->idle_wait_ps);
    entry->idle_refused_ps = server_now(sw);
    assert(dir_entry_is_sane(entry));
}

bool idle_accepts(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    enum idle_reason reason = driver_refuses(sw, entry);
    if (entry->held_count > 0 || server_now(sw) < entry->last_rx_ps + sw->params.idle_ps)
        reason = IDLE_REASON_HEARD;
    if (reason == IDLE_REASON_COUNT)
        reason = image_refuses(sw, image);
    if (reason != IDLE_REASON_COUNT)
        note_refusal(sw, entry, reason);
    return reason == IDLE_REASON_COUNT;
}

/* Chooses the place that a resting connection goes back to: `wanted` if that NIC may own it, or else the other NIC. The
 * connection goes to the host if no NIC has room or a usable port, or if the host had it for a reason that still holds.
 */
static unsigned place_for(const struct host_sw *sw, const struct dir_entry *entry, unsigned wanted,
                          enum host_reason *reason)
{
    assert(dir_entry_is_sane(entry));
    if (entry->owner == PLACE_HOST && entry->host_reason != HOST_REASON_TABLE_FULL &&
        entry->host_reason != HOST_REASON_NO_MEMBER) {
        *reason = (enum host_reason)entry->host_reason;
        return PLACE_HOST;
    }
    *reason = HOST_REASON_TABLE_FULL;
    if (sw->nic_places.taken >= sw->params.offload_max)
        return PLACE_HOST;
    *reason = HOST_REASON_NO_MEMBER;
    if (wanted == PLACE_HOST)
        wanted = entry->rx_if;
    if (sw->mode->may_own(&sw->ports, wanted))
        return wanted;
    return sw->mode->may_own(&sw->ports, team_other(wanted)) ? team_other(wanted)
                                                             : (unsigned)PLACE_HOST;
}

void idle_reactivate(struct host_sw *sw, struct dir_entry *entry, unsigned wanted,
                     const struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state == DIR_INACTIVE);
    enum host_reason reason;
    unsigned place = place_for(sw, entry, wanted, &reason);
    if (place == PLACE_HOST)
        entry->host_reason = (uint8_t)reason;
    entry->t0_ps = why->at_ps;
    entry->idle_refused_ps = server_now(sw);
    entry->idle_wait_ps = 0;
    transfer_begin(sw, entry, place, MOVE_REACTIVATED, why);
    assert(dir_entry_is_sane(entry));
}

bool idle_on_time(struct host_sw *sw, uint64_t now_ps)
{
    bool busy = false;
    while (sw->idle.next_ps <= now_ps) {
        struct dir_entry *entry = &sw->dir.entries[timer_heap_first(sw->idle.timers)];
        struct move_trigger why = {.at_ps = now_ps, .decided_ps = now_ps, .kind = TRIGGER_TIMER};
        sw->stats.timers_of_resting++;
        idle_reactivate(sw, entry, entry->owner, &why);
        busy = true;
    }
    return busy;
}

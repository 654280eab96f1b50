#include "models/mac/lacp/lacp_port.h"

#include <assert.h>
#include <string.h>

/* The bits of our state that the partner echoes. The partner must learn at once when one of them changes. */
enum { KNOWN_BITS = LACP_ACTIVITY | LACP_TIMEOUT | LACP_SYNC | LACP_AGGREGATION };

static uint64_t timeout_ps(uint8_t state)
{
    return LACP_TIMEOUT_PERIODS * (state & LACP_TIMEOUT ? LACP_FAST_PS : LACP_SLOW_PS);
}

static bool is_same_port(const struct lacp_port *a, const struct lacp_port *b)
{
    return a->port == b->port && a->port_priority == b->port_priority &&
           a->system_priority == b->system_priority && a->key == b->key &&
           memcmp(a->system, b->system, sizeof a->system) == 0 &&
           ((a->state ^ b->state) & LACP_AGGREGATION) == 0;
}

static bool is_partner_in_sync(const struct lacp_port_machine *port)
{
    return (port->partner.state & LACP_SYNC) != 0;
}

/* Periodic machine: sets the time of the next LACPDU from the period that the partner asks for. */
static void set_period(struct lacp_port_machine *port, uint64_t now_ps)
{
    uint64_t period = port->partner.state & LACP_TIMEOUT ? LACP_FAST_PS : LACP_SLOW_PS;
    port->periodic_ps = port->is_enabled ? u64_min(port->periodic_ps, now_ps + period) : TIME_NEVER;
}

static void enter_expired(struct lacp_port_machine *port, uint64_t now_ps)
{
    port->rx = LACP_RX_EXPIRED;
    port->partner.state = (uint8_t)((port->partner.state | LACP_TIMEOUT) & ~(unsigned)LACP_SYNC);
    port->actor.state |= LACP_EXPIRED;
    port->current_while_ps = now_ps + timeout_ps(LACP_TIMEOUT);
    set_period(port, now_ps);
}

/* Assumes default values for the partner: no identity, and never in sync. */
static void enter_defaulted(struct lacp_port_machine *port)
{
    port->rx = LACP_RX_DEFAULTED;
    port->partner = (struct lacp_port){.state = LACP_TIMEOUT};
    port->is_selected = false;
    port->actor.state = (uint8_t)((port->actor.state | LACP_DEFAULTED) & ~(unsigned)LACP_EXPIRED);
    port->current_while_ps = TIME_NEVER;
}

static void enter_mux(struct lacp_port_machine *port, enum lacp_mux mux, uint64_t now_ps)
{
    static const uint8_t bits[] = {[LACP_MUX_DETACHED] = 0,
                                   [LACP_MUX_WAITING] = 0,
                                   [LACP_MUX_ATTACHED] = LACP_SYNC,
                                   [LACP_MUX_COLLECTING] = LACP_SYNC | LACP_COLLECTING,
                                   [LACP_MUX_DISTRIBUTING] =
                                       LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING};
    unsigned mine = LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING;
    port->mux = mux;
    port->actor.state = (uint8_t)((port->actor.state & ~mine) | bits[mux]);
    port->wait_while_ps = mux == LACP_MUX_WAITING ? now_ps + LACP_AGGREGATE_WAIT_PS : TIME_NEVER;
    if (mux != LACP_MUX_WAITING)
        port->need_to_send = true;
}

/* Returns the next state of the multiplexer, or the same one. */
static enum lacp_mux next_mux(const struct lacp_port_machine *port, uint64_t now_ps)
{
    bool in_sync = port->is_selected && is_partner_in_sync(port);
    switch (port->mux) {
    case LACP_MUX_DETACHED:
        return port->is_selected ? LACP_MUX_WAITING : LACP_MUX_DETACHED;
    case LACP_MUX_WAITING:
        if (!port->is_selected)
            return LACP_MUX_DETACHED;
        return port->wait_while_ps <= now_ps ? LACP_MUX_ATTACHED : LACP_MUX_WAITING;
    case LACP_MUX_ATTACHED:
        if (!port->is_selected)
            return LACP_MUX_DETACHED;
        return in_sync ? LACP_MUX_COLLECTING : LACP_MUX_ATTACHED;
    case LACP_MUX_COLLECTING:
        if (!in_sync)
            return LACP_MUX_ATTACHED;
        return port->partner.state & LACP_COLLECTING ? LACP_MUX_DISTRIBUTING : LACP_MUX_COLLECTING;
    case LACP_MUX_DISTRIBUTING:
        return in_sync && (port->partner.state & LACP_COLLECTING) ? LACP_MUX_DISTRIBUTING
                                                                  : LACP_MUX_COLLECTING;
    }
    return port->mux;
}

/* Selection. There is one group, so any partner that is heard and may be aggregated is selected. A port
 * whose partner changed was unselected first, and is selected again only after it has been detached. */
static void select_port(struct lacp_port_machine *port)
{
    if (port->mux == LACP_MUX_DETACHED)
        port->is_selected =
            port->rx == LACP_RX_CURRENT && (port->partner.state & LACP_AGGREGATION) != 0;
}

static void settle(struct lacp_port_machine *port, uint64_t now_ps)
{
    enum lacp_mux mux;
    do {
        select_port(port);
        mux = port->mux;
        enum lacp_mux next = next_mux(port, now_ps);
        if (next != mux)
            enter_mux(port, next, now_ps);
    } while (port->mux != mux);
}

void lacp_port_begin(struct lacp_port_machine *port, const struct lacp_port *identity,
                     enum lacp_period period, uint64_t now_ps)
{
    assert(period != LACP_OFF);
    *port = (struct lacp_port_machine){.actor = *identity, .is_enabled = true};
    port->wait_while_ps = port->periodic_ps = port->current_while_ps = TIME_NEVER;
    port->actor.state = (uint8_t)(LACP_ACTIVITY | LACP_AGGREGATION | LACP_DEFAULTED |
                                  (period == LACP_FAST ? (unsigned)LACP_TIMEOUT : 0));
    enter_expired(port, now_ps);
    port->need_to_send = true;
}

static void agree(struct lacp_port_machine *port, uint64_t now_ps)
{
    port->rx = LACP_RX_CURRENT;
    port->is_selected = true;
    port->actor.state &= (uint8_t) ~(unsigned)(LACP_EXPIRED | LACP_DEFAULTED);
    port->current_while_ps = now_ps + timeout_ps(port->actor.state);
    enter_mux(port, LACP_MUX_DISTRIBUTING, now_ps);
    port->need_to_send = false;
}

void lacp_port_begin_agreed(struct lacp_port_machine *a, struct lacp_port_machine *b,
                            uint64_t now_ps)
{
    agree(a, now_ps);
    agree(b, now_ps);
    a->partner = b->actor;
    b->partner = a->actor;
    a->periodic_ps = b->periodic_ps = TIME_NEVER;
    set_period(a, now_ps);
    set_period(b, now_ps);
}

void lacp_port_set_carrier(struct lacp_port_machine *port, bool up, uint64_t now_ps)
{
    if (port->is_enabled == up)
        return;
    port->is_enabled = up;
    if (up) {
        enter_expired(port, now_ps);
        port->need_to_send = true;
        return;
    }
    port->rx = LACP_RX_DISABLED;
    port->partner.state &= (uint8_t) ~(unsigned)LACP_SYNC;
    port->is_selected = false;
    port->current_while_ps = port->periodic_ps = TIME_NEVER;
    settle(port, now_ps);
    port->need_to_send = false;
}

/* Records what the partner reports about itself. It is in sync only if it also reports our identity and one
 * of the two ends sends periodically. */
static void record(struct lacp_port_machine *port, const struct lacp_pdu *pdu)
{
    port->partner = pdu->actor;
    port->actor.state &= (uint8_t) ~(unsigned)(LACP_DEFAULTED | LACP_EXPIRED);
    bool is_kept_alive = ((pdu->actor.state | port->actor.state) & LACP_ACTIVITY) != 0;
    if (!is_same_port(&pdu->partner, &port->actor) || !is_kept_alive)
        port->partner.state &= (uint8_t) ~(unsigned)LACP_SYNC;
}

void lacp_port_hear(struct lacp_port_machine *port, const struct lacp_pdu *pdu, uint64_t now_ps)
{
    if (!port->is_enabled)
        return;
    /* A LACPDU at the exact end of the timeout is still in time. */
    if (port->current_while_ps < now_ps)
        lacp_port_run(port, now_ps);
    if (!is_same_port(&pdu->actor, &port->partner))
        port->is_selected = false;
    if (!is_same_port(&pdu->partner, &port->actor) ||
        ((pdu->partner.state ^ port->actor.state) & KNOWN_BITS))
        port->need_to_send = true;
    record(port, pdu);
    port->rx = LACP_RX_CURRENT;
    port->current_while_ps = now_ps + timeout_ps(port->actor.state);
    set_period(port, now_ps);
    settle(port, now_ps);
}

void lacp_port_run(struct lacp_port_machine *port, uint64_t now_ps)
{
    if (port->current_while_ps <= now_ps) {
        if (port->rx == LACP_RX_CURRENT)
            enter_expired(port, port->current_while_ps);
        else
            enter_defaulted(port);
    }
    if (port->periodic_ps <= now_ps) {
        port->need_to_send = true;
        port->periodic_ps = TIME_NEVER;
        set_period(port, now_ps);
    }
    settle(port, now_ps);
}

/* Returns the first time at which a LACPDU may be sent. */
static uint64_t may_send_ps(const struct lacp_port_machine *port)
{
    return port->sent < LACP_SENT_PER_FAST_MAX ? 0 : port->sent_ps[0] + LACP_FAST_PS;
}

bool lacp_port_take_pdu(struct lacp_port_machine *port, struct lacp_pdu *pdu, uint64_t now_ps)
{
    if (!port->need_to_send || !port->is_enabled || now_ps < may_send_ps(port))
        return false;
    *pdu = (struct lacp_pdu){.actor = port->actor, .partner = port->partner};
    if (port->sent == LACP_SENT_PER_FAST_MAX)
        memmove(port->sent_ps, port->sent_ps + 1, sizeof port->sent_ps - sizeof port->sent_ps[0]);
    else
        port->sent++;
    port->sent_ps[port->sent - 1] = now_ps;
    port->need_to_send = false;
    return true;
}

uint64_t lacp_port_next_ps(const struct lacp_port_machine *port)
{
    uint64_t next = u64_min(port->current_while_ps, port->wait_while_ps);
    next = u64_min(next, port->periodic_ps);
    return port->need_to_send && port->is_enabled ? u64_min(next, may_send_ps(port)) : next;
}

#include "models/check/host/check_rxif.h"

#include "models/base/units.h"
#include "models/check/check_state.h"

static void compare(struct check *check, uint32_t conn, const struct probe_event *event)
{
    const struct check_conn *c = check->conns[conn];
    if (!c->open || c->heard_ps == 0 || c->heard_nic == PLACE_COUNT || c->term.notified)
        return;
    uint8_t stored = check->params.stored_rx_if(check->params.self, conn);
    if (stored == c->heard_nic)
        return;
    struct probe_event at = *event;
    at.conn = conn;
    check_fail(check, INVARIANT_RXIF, &at,
               "memory says nic%u, the frame of %llu ps, the newest, came in at nic%u", stored,
               (unsigned long long)c->heard_ps, c->heard_nic);
}

void check_rxif_compare(struct check *check, const struct probe_event *event)
{
    struct check_rxif *r = &check->rxif;
    for (uint32_t i = 0; i < r->count; i++)
        compare(check, r->conns[i], event);
    r->count = 0;
}

/* Records the newest frame by MAC time that the host has processed. */
static void note_newest(const struct check *check, struct check_conn *c,
                        const struct frame_fate *fate)
{
    bool same = check_is_same_time(check, fate->rx_ps, c->heard_ps);
    if (fate->rx_ps < c->heard_ps && !same)
        return;
    bool tie = same && fate->nic != c->heard_nic;
    c->heard_nic = tie ? PLACE_COUNT : fate->nic;
    c->heard_ps = u64_max(fate->rx_ps, c->heard_ps);
}

void check_rxif_on_event(struct check *check, const struct probe_event *event,
                         const struct frame_fate *fate)
{
    struct check_rxif *r = &check->rxif;
    struct check_conn *c = check_conn_of(check, event);
    if (!check->params.stored_rx_if)
        return;
    if (event->now_ps != r->step_ps)
        check_rxif_compare(check, event);
    r->step_ps = event->now_ps;
    if (!c || !c->open)
        return;
    /* The host is so far behind that the frame's entry was dropped, so nothing is known. */
    if (!fate) {
        c->heard_ps = event->now_ps;
        c->heard_nic = PLACE_COUNT;
        return;
    }
    note_newest(check, c, fate);
    if (event->kind == PROBE_RECORD_USED && r->count < CHECK_RXIF_MAX)
        r->conns[r->count++] = event->conn;
}

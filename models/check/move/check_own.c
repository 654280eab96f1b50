#include "models/check/move/check_own.h"

#include "models/check/check_state.h"

#include "models/hwif/nic_desc.h"

static bool serves(uint8_t own) { return own == OWN_ACTIVE || own == OWN_QUIESCE; }

/* Checks that another place has given the connection up before. */
static void check_other(struct check *check, const struct check_conn *c,
                        const struct probe_event *event, unsigned other)
{
    if (check->fenced[other])
        return;
    if (serves(c->own[other]))
        check_fail(check, INVARIANT_OWN, event, "place %u is still in own_state %u", other,
                   c->own[other]);
    bool extracted = c->own[other] == OWN_ABSENT || c->own[other] == OWN_TOMBSTONE ||
                     c->own[other] == OWN_RESERVED || c->own[other] == OWN_INACTIVE;
    if (!extracted)
        check_fail(check, INVARIANT_FENCE, event, "place %u is in own_state %u, not extracted",
                   other, c->own[other]);
    if (c->writes_pending[other])
        check_fail(check, INVARIANT_FENCE, event, "%u receive writes of place %u are not visible",
                   c->writes_pending[other], other);
}

/* Records a refused INSTALL. The driver may skip its generation and use the next one, or try the same one
 * again. */
static void on_refused(struct check_conn *c, const struct probe_event *event)
{
    if ((uint16_t)(event->gen - c->last_gen) == c->refused + 1)
        c->refused++;
}

/* Nobody can know whether the dead NIC has activated the last generation that it was given. */
static void on_rebuild(struct check_conn *c, const struct probe_event *event)
{
    c->last_gen = event->gen;
    c->refused = 0;
    c->rebuilt = true;
}

static bool is_next_gen(const struct check_conn *c, uint16_t gen)
{
    uint16_t ahead = (uint16_t)(gen - c->last_gen);
    return ahead == c->refused + 1 || (c->refused > 0 && ahead == c->refused);
}

static void on_activation(struct check *check, struct check_conn *c,
                          const struct probe_event *event)
{
    for (unsigned other = 0; other < PLACE_COUNT; other++)
        if (other != event->nic)
            check_other(check, c, event, other);
    if (c->ever_active && !is_next_gen(c, event->gen))
        check_fail(check, INVARIANT_GEN, event,
                   "activated as generation %u after %u and %u that were refused", event->gen,
                   c->last_gen, c->refused);
    c->ever_active = true;
    c->last_gen = event->gen;
    c->refused = 0;
}

/* I-DMA: only the place that serves the connection writes into its rings, until all of its writes are issued. */
static void on_queued(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    c->writes_pending[event->nic]++;
    c->writes_queued[event->nic]++;
    if (!serves(c->own[event->nic]))
        check_fail(check, INVARIANT_DMA, event, "payload is written in own_state %u",
                   c->own[event->nic]);
}

static void on_written(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    if (c->writes_queued[event->nic])
        c->writes_queued[event->nic]--;
    if (c->own[event->nic] == OWN_TOMBSTONE)
        check_fail(check, INVARIANT_DMA, event, "payload is issued after the extraction");
}

static void on_own_state(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    uint8_t state = event->own.state;
    if (state == OWN_ACTIVE && c->own[event->nic] != OWN_ACTIVE)
        on_activation(check, c, event);
    if (state != OWN_ACTIVE && serves(state) && event->gen != c->last_gen)
        check_fail(check, INVARIANT_GEN, event,
                   "own_state %u has generation %u, but the current one is %u", state, event->gen,
                   c->last_gen);
    if (state == OWN_ABSENT &&
        check->fenced[event->nic]) /* the writes that have not left are lost */
        c->writes_pending[event->nic] = c->writes_queued[event->nic] = 0;
    c->own[event->nic] = state;
    c->own_gen[event->nic] = event->gen;
}

/* I-FENCE of a grant: the host acts on no record of the new place before the completion of FREEZE is in memory, because
 * nothing else shows that the old place has written everything. Frames that the new place only gives to the host
 * say nothing about the connection. */
static void on_used(struct check *check, const struct check_conn *c,
                    const struct probe_event *event)
{
    const struct check_move *move = &c->move;
    bool is_own = event->verdict.verdict == NIC_VERDICT_APPLIED ||
                  event->verdict.verdict == NIC_VERDICT_DROPPED;
    bool is_of_new = move->open && event->gen == (uint16_t)(move->gen + 1);
    if (is_own && is_of_new && move->dest < PLACE_HOST && move->done_ps == 0)
        check_fail(check, INVARIANT_FENCE, event,
                   "the host acts on a record of the new place before FREEZE has completed");
}

void check_own_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open || event->nic >= PLACE_COUNT)
        return;
    switch (event->kind) {
    case PROBE_OWN_STATE:
        on_own_state(check, c, event);
        break;
    case PROBE_TRANSFER_BEGIN:
        if (event->move.kind == TRANSFER_REBUILD)
            on_rebuild(c, event);
        break;
    case PROBE_CTX_REFUSED:
        on_refused(c, event);
        break;
    case PROBE_TX_BUILT:
        if (!serves(c->own[event->nic]) || event->gen != c->own_gen[event->nic])
            check_fail(check, INVARIANT_TX1, event,
                       "frame built in own_state %u, generation %u, frame's generation %u",
                       c->own[event->nic], c->own_gen[event->nic], event->gen);
        if (check->fenced[event->nic])
            check_fail(check, INVARIANT_TX1, event, "frame built by a fenced NIC");
        break;
    case PROBE_RX_QUEUED:
        on_queued(check, c, event);
        break;
    case PROBE_RX_WRITTEN:
        on_written(check, c, event);
        break;
    case PROBE_RX_VISIBLE:
        if (c->writes_pending[event->nic])
            c->writes_pending[event->nic]--;
        break;
    case PROBE_RECORD_USED:
        on_used(check, c, event);
        break;
    case PROBE_CTX_OUT:
        if (c->writes_queued[event->nic])
            check_fail(check, INVARIANT_FENCE, event, "extracted with %u receive writes not issued",
                       c->writes_queued[event->nic]);
        break;
    case PROBE_DOORBELL:
        if (!serves(c->own[event->nic]) && c->own[event->nic] != OWN_HOLD)
            check_fail(check, INVARIANT_DB, event, "a doorbell takes effect in own_state %u",
                       c->own[event->nic]);
        else if (event->gen != c->own_gen[event->nic])
            check_fail(check, INVARIANT_DB, event,
                       "a doorbell of generation %u takes effect in generation %u", event->gen,
                       c->own_gen[event->nic]);
        break;
    default:
        break;
    }
}

#include "models/toe/toe_fence.h"

#include "models/base/planted.h"
#include "models/toe/toe_core.h"

#include <assert.h>

void toe_discard_all(struct toe_engine *engine, uint64_t now_ps)
{
    size_t count = 0;
    engine->epoch++;
    while (engine->parts[count])
        count++;
    while (count-- > 0)
        engine->parts[count]->discard(engine, now_ps);
    for (int i = 0; i < UNIT_COUNT; i++)
        engine->due[i].at_ps = TIME_NEVER;
    for (uint32_t i = 0; i < engine->params.conn_max; i++) {
        struct toe_conn *c = &engine->conn[i];
        toe_set_own(engine, i, OWN_ABSENT, now_ps);
        toe_conn_forget(c);
        c->end_slot = TOE_NO_INDEX;
        c->held_op = TOE_NONE;
        c->tx_queued = 0;
        c->busy = c->ready = c->stale_reported = false;
    }
    assert(engine->active == 0);
}

void toe_set_dark(struct toe_engine *engine, bool is_dark, uint64_t now_ps)
{
    if (engine->is_dark == is_dark)
        return;
    engine->is_dark = is_dark;
    if (engine->wiring.set_carrier && !PLANTED(claim_carrier_stays))
        engine->wiring.set_carrier(engine->wiring.carrier_self, !is_dark, now_ps);
}

static void set_fenced(struct toe_engine *engine, bool is_fenced, uint64_t now_ps)
{
    if (engine->wiring.mac_set_fenced)
        engine->wiring.mac_set_fenced(engine->wiring.mac_self, is_fenced, now_ps);
    if (is_fenced)
        toe_set_dark(engine, true, now_ps);
    toe_probe(engine, (struct probe_event){.kind = PROBE_FENCE,
                                           .now_ps = now_ps,
                                           .conn = PROBE_NO_CONN,
                                           .fence.is_fenced = is_fenced});
}

void toe_fence(struct toe_engine *engine, uint64_t now_ps)
{
    assert(engine->regs.fenced_by_link || engine->regs.fenced_by_self);
    engine->regs.control = 0;
    engine->fenced_ps = now_ps;
    set_fenced(engine, true, now_ps);
    toe_discard_all(engine, now_ps);
    if (engine->regs.fenced_by_self && engine->wiring.pcie.ops->stop)
        engine->wiring.pcie.ops->stop(engine->wiring.pcie.self, now_ps);
}

void toe_unfence(struct toe_engine *engine, uint64_t now_ps)
{
    assert(!engine->regs.fenced_by_link && !engine->regs.fenced_by_self);
    set_fenced(engine, false, now_ps);
}

void toe_heartbeat_missed(struct toe_engine *engine, uint64_t now_ps)
{
    engine->regs.fenced_by_self = true;
    toe_fence(engine, now_ps);
}

void toe_read(struct toe_engine *engine, uint64_t address, uint32_t len, uint32_t index,
              pcie_read_fn *fn, uint64_t now_ps)
{
    struct pcie_read_done done = {.fn = fn, .self = engine, .cookie = toe_cookie(engine, index)};
    engine->wiring.pcie.ops->read(engine->wiring.pcie.self, address, len, done, now_ps);
}

bool toe_read_is_good(struct toe_engine *engine, uint64_t cookie, bool ok, uint64_t now_ps)
{
    if (!toe_cookie_is_now(engine, cookie))
        return false;
    if (!ok) { /* a failed read means a dead link, even if the link reports that it is up */
        engine->regs.fenced_by_self = true;
        toe_fence(engine, now_ps);
    }
    return ok;
}

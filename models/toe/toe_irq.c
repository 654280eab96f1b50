#include "models/toe/toe_irq.h"

#include "models/hwif/nic_regs.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_ring.h"

#include <string.h>

static const struct toe_ring *ring_of(const struct toe_engine *engine, unsigned vector)
{
    return vector == NIC_VECTOR_RECORD ? &engine->rings->record : &engine->rings->event;
}

void toe_irq_arm(struct toe_engine *engine, unsigned vector, uint32_t seen, uint64_t now_ps)
{
    engine->irq[vector].armed = true;
    engine->irq[vector].seen = seen;
    toe_irq_fire(engine, vector, now_ps);
}

void toe_irq_fire(struct toe_engine *engine, unsigned vector, uint64_t now_ps)
{
    struct toe_irq *irq = &engine->irq[vector];
    if (!irq->armed || ring_of(engine, vector)->producer == irq->seen)
        return;
    uint64_t next = irq->fired_ps + engine->regs.moderation_ns * PS_PER_NS;
    if (irq->fired_before && next > now_ps) {
        enum toe_unit unit = vector == NIC_VECTOR_RECORD ? UNIT_IRQ_RECORD : UNIT_IRQ_EVENT;
        if (engine->due[unit].at_ps != next)
            toe_due_set(engine, unit, next);
        return;
    }
    irq->armed = false;
    irq->fired_before = true;
    irq->fired_ps = now_ps;
    engine->wiring.pcie.ops->msix(engine->wiring.pcie.self, vector, now_ps);
}

void toe_irq_fire_record(struct toe_engine *engine, uint64_t now_ps)
{
    toe_irq_fire(engine, NIC_VECTOR_RECORD, now_ps);
}

void toe_irq_fire_event(struct toe_engine *engine, uint64_t now_ps)
{
    toe_irq_fire(engine, NIC_VECTOR_EVENT, now_ps);
}

void toe_irq_discard(struct toe_engine *engine) { memset(engine->irq, 0, sizeof engine->irq); }

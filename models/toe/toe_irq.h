/* Interrupts of the record ring and the event ring, with moderation. */
#ifndef TOESIM_TOE_TOE_IRQ_H
#define TOESIM_TOE_TOE_IRQ_H

#include <stdint.h>

struct toe_engine;

/* Arms one interrupt of the vector. The host has seen `seen` entries of the ring and wants to hear of more. */
void toe_irq_arm(struct toe_engine *engine, unsigned vector, uint32_t seen, uint64_t now_ps);

/* Sends the interrupt if it is armed, there are new entries, and moderation does not delay it. */
void toe_irq_fire(struct toe_engine *engine, unsigned vector, uint64_t now_ps);

/* Run at UNIT_IRQ_RECORD and UNIT_IRQ_EVENT, when the moderation delay has ended. */
void toe_irq_fire_record(struct toe_engine *engine, uint64_t now_ps);
void toe_irq_fire_event(struct toe_engine *engine, uint64_t now_ps);

/* Disarms all interrupts. */
void toe_irq_discard(struct toe_engine *engine);

#endif

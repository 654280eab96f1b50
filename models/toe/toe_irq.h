/* Interrupts of the record and the event ring, with moderation. */
#ifndef TOESIM_TOE_TOE_IRQ_H
#define TOESIM_TOE_TOE_IRQ_H

#include <stdint.h>

struct toe_engine;

/* The host has seen `seen` entries of the vector's ring and wants one interrupt when there are more. */
void toe_irq_arm(struct toe_engine *engine, unsigned vector, uint32_t seen, uint64_t now_ps);

/* Sends the interrupt if it is wanted, due and not held back. */
void toe_irq_fire(struct toe_engine *engine, unsigned vector, uint64_t now_ps);

/* UNIT_IRQ_RECORD and UNIT_IRQ_EVENT: moderation has ended. */
void toe_irq_fire_record(struct toe_engine *engine, uint64_t now_ps);
void toe_irq_fire_event(struct toe_engine *engine, uint64_t now_ps);

/* No interrupt is wanted any more. */
void toe_irq_discard(struct toe_engine *engine);

#endif

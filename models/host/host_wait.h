/*
 * How the software learns of events.
 *
 * Interrupt: a message at the root port is delivered interrupt_ps later. A second one of the same vector that arrives
 * before the software has taken the first is merged with it.
 *
 * Poll: the loop reads the watched entries at each whole multiple of poll_period_ps. Polls that find nothing are not
 * scheduled; their number is computed. A poll that finds an entry runs at the first multiple at or after the time
 * when the write became visible.
 *
 * Adaptive: interrupts are delivered, and the loop also polls while the software watches an entry. A watched entry and
 * the interrupt for it may both wake the software; the second then finds nothing new.
 *
 * A wake-up cannot be lost: if watch() names an entry that was not read since it was last written, or whose reading
 * is no longer recorded, the entry counts as visible and wait() returns at once. At worst the software polls once in
 * vain.
 */
#ifndef TOESIM_HOST_HOST_WAIT_H
#define TOESIM_HOST_HOST_WAIT_H

#include "models/host/host_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called from outside the core: makes wait() return with bit 31 (the application has work). */
void host_cpu_kick(struct host_cpu *cpu, uint64_t now_ps);

/* Returns false while the software waits and no event has happened that it will be told of. */
bool host_cpu_has_work(const struct host_cpu *cpu);

uint32_t host_wait(void *self, uint64_t until_ps);
void host_wait_watch(void *self, unsigned slot, uint64_t address);
void host_wait_on_interrupt(struct host_cpu *cpu, unsigned slot, uint64_t now_ps);
void host_wait_on_port(struct host_cpu *cpu, unsigned nic, uint64_t at_ps);
void host_wait_on_write(struct host_cpu *cpu, uint64_t address, uint32_t len, uint64_t now_ps);
void host_wait_on_look(struct host_cpu *cpu, uint64_t address, uint32_t len);

#ifdef __cplusplus
}
#endif

#endif

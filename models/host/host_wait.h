/*
 * How the software learns that something happened.
 *
 * Interrupt: a message at the root port is delivered interrupt_ps later; a second one of the same
 * vector that comes before the software took the first is merged with it.
 *
 * Poll: the loop looks at the watched entries at each whole multiple of poll_period_ps. Nothing is
 * scheduled for looks that find nothing; their number is computed. A look that finds something is
 * at the first instant at or after the write became visible.
 *
 * A lost wake-up is impossible: when watch() names an entry that was not read since it was last
 * written, or whose reading has been forgotten, the entry counts as visible and wait() returns at
 * once. At worst the software looks once for nothing.
 */
#ifndef TOESIM_HOST_HOST_WAIT_H
#define TOESIM_HOST_HOST_WAIT_H

#include "models/host/host_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From outside the core: makes wait() return with bit 31 (the application has work). */
void host_cpu_kick(struct host_cpu *cpu, uint64_t now_ps);

/* False while the software waits and nothing has happened that it will be told of. */
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

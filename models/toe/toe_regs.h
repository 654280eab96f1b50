/* BAR 0 of the NIC (hwif/nic_regs.h), and the fence by the link. */
#ifndef TOESIM_TOE_TOE_REGS_H
#define TOESIM_TOE_TOE_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps);
uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps);

/* Called by the link: `fenced` is true for function reset, bus master off or link down, false when it is back. */
void toe_regs_fence(void *self, bool fenced, uint64_t now_ps);

/* Gives every register its value after a reset. The link state and a fence by the link stay as they are. */
void toe_regs_power_on(struct toe_engine *engine);

#endif

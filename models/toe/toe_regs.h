/* BAR 0 of the NIC (hwif/nic_regs.h), and the fence by the link. */
#ifndef TOESIM_TOE_TOE_REGS_H
#define TOESIM_TOE_TOE_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps);
uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps);

/* From the link: function reset, bus master off or link down (true), or back (false). */
void toe_regs_fence(void *self, bool fenced, uint64_t now_ps);

/* Every register has its value after a reset; link and fence by the link stay as they are. */
void toe_regs_power_on(struct toe_engine *engine);

#endif

/* Fence, discarding what is under way, and DMA reads, whose failure fences the engine. */
#ifndef TOESIM_TOE_TOE_FENCE_H
#define TOESIM_TOE_TOE_FENCE_H

#include "models/hwif/pcie_port.h"

struct toe_engine;

/* Everything under way is void: frames are lost with a reason, and derived state goes. */
void toe_discard_all(struct toe_engine *engine, uint64_t now_ps);

/* Takes the port's carrier away, or gives it back. */
void toe_set_dark(struct toe_engine *engine, bool is_dark, uint64_t now_ps);

/* The flags in regs say why. Afterwards the driver has to reset and set up this NIC again. */
void toe_fence(struct toe_engine *engine, uint64_t now_ps);

/* A fence has ended: the MAC may send and receive again. */
void toe_unfence(struct toe_engine *engine, uint64_t now_ps);

/* UNIT_HEARTBEAT: the driver has not written its heartbeat in time. */
void toe_heartbeat_missed(struct toe_engine *engine, uint64_t now_ps);

/* Reads len bytes of host memory; fn is called with a cookie that has `index` in its lower half. */
void toe_read(struct toe_engine *engine, uint64_t address, uint32_t len, uint32_t index,
              pcie_read_fn *fn, uint64_t now_ps);

/* What the end of every DMA read asks first. False: the read is from a time before the last reset, or
 * it failed, and then the link counts as lost. */
bool toe_read_is_good(struct toe_engine *engine, uint64_t cookie, bool ok, uint64_t now_ps);

#endif

/* Fence, discarding of work under way, and DMA reads, whose failure fences the engine. */
#ifndef TOESIM_TOE_TOE_FENCE_H
#define TOESIM_TOE_TOE_FENCE_H

#include "models/hwif/pcie_port.h"

struct toe_engine;

/* Discards all work under way and all derived state. Each frame that is lost gets a drop reason. */
void toe_discard_all(struct toe_engine *engine, uint64_t now_ps);

/* Takes the port's carrier away (true) or gives it back (false). */
void toe_set_dark(struct toe_engine *engine, bool is_dark, uint64_t now_ps);

/* Fences the engine; the flags in `regs` give the reason. The driver must reset and set up this NIC again. */
void toe_fence(struct toe_engine *engine, uint64_t now_ps);

/* Ends a fence, so that the MAC may send and receive again. */
void toe_unfence(struct toe_engine *engine, uint64_t now_ps);

/* Runs at UNIT_HEARTBEAT, when the driver has not written its heartbeat in time. */
void toe_heartbeat_missed(struct toe_engine *engine, uint64_t now_ps);

/* Reads `len` bytes of host memory. `fn` gets a cookie that has `index` in its lower half. */
void toe_read(struct toe_engine *engine, uint64_t address, uint32_t len, uint32_t index,
              pcie_read_fn *fn, uint64_t now_ps);

/* Every callback of a DMA read calls this first. Returns false if the read was started before the last
 * reset, or if it failed; a failed read also fences the engine, because the link counts as lost. */
bool toe_read_is_good(struct toe_engine *engine, uint64_t cookie, bool ok, uint64_t now_ps);

#endif

/* Memory as the NICs see it: address translation and the way to it, DMA in both directions, the last-level
 * cache in front, and interrupts. */
#ifndef TOESIM_HOST_HOST_RC_H
#define TOESIM_HOST_HOST_RC_H

#include "models/host/host_cpu_pvt.h"

void host_rc_init(struct host_cpu *cpu);

#endif

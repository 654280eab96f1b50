/* Doorbells of connections: the newest values of the application's ring positions. */
#ifndef TOESIM_TOE_TOE_DOORBELL_H
#define TOESIM_TOE_TOE_DOORBELL_H

#include "models/hwif/nic_desc.h"

struct toe_engine;

void toe_doorbell(struct toe_engine *engine, const struct nic_doorbell *bell, uint64_t now_ps);

/* A doorbell for a connection that is not here, or no longer, has no effect but an event, once. */
void toe_doorbell_is_stale(struct toe_engine *engine, uint32_t conn, uint16_t gen, uint32_t value,
                           uint64_t now_ps);

#endif

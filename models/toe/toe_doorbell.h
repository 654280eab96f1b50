/* Doorbells of connections. They carry the newest positions of the application in its rings. */
#ifndef TOESIM_TOE_TOE_DOORBELL_H
#define TOESIM_TOE_TOE_DOORBELL_H

#include "models/hwif/nic_desc.h"

struct toe_engine;

void toe_doorbell(struct toe_engine *engine, const struct nic_doorbell *bell, uint64_t now_ps);

/* Handles a doorbell for a connection that is not, or no longer, active here. The value is not applied; the
 * host gets one STALE_DOORBELL event. */
void toe_doorbell_is_stale(struct toe_engine *engine, uint32_t conn, uint16_t gen, uint32_t value,
                           uint64_t now_ps);

#endif

/* Events to the host. Events that find their ring full wait here, and meanwhile no command starts. */
#ifndef TOESIM_TOE_TOE_EVENT_H
#define TOESIM_TOE_TOE_EVENT_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;
struct toe_part;

extern const struct toe_part toe_event_part;

void toe_event_post(struct toe_engine *engine, const struct nic_event *event, uint64_t now_ps);

/* Returns true if an event waits for room in its ring. */
bool toe_event_waits(const struct toe_engine *engine);

#endif

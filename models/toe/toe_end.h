/* The end of a connection. The host is told when the context is removed and the last frame is built. */
#ifndef TOESIM_TOE_TOE_END_H
#define TOESIM_TOE_TOE_END_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

bool toe_end_create(struct toe_engine *engine);
void toe_end_destroy(struct toe_engine *engine);
void toe_end_discard(struct toe_engine *engine);

/* Tells the host of the end at once. `own` is OWN_ABSENT, or OWN_TOMBSTONE if the cache keeps an entry. */
void toe_end_now(struct toe_engine *engine, const struct nic_event *end, uint8_t own,
                 uint64_t now_ps);

/* Tells the host of the end as soon as no frame of the connection is queued. */
void toe_end_after_frames(struct toe_engine *engine, const struct nic_event *end, uint64_t now_ps);

/* Called when a frame of the connection was built. Tells the host of an end that waited for this frame. */
void toe_end_on_built(struct toe_engine *engine, uint32_t conn, uint64_t now_ps);

#endif

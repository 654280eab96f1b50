/* Receive records: what the engine tells the host of every frame it decided on. */
#ifndef TOESIM_TOE_TOE_RECORD_H
#define TOESIM_TOE_TOE_RECORD_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

/* A full record ring holds the receive pipeline. */
bool toe_record_has_room(const struct toe_engine *engine);

/* Writes one record; its phase is set here. */
void toe_record_write(struct toe_engine *engine, struct nic_record *record, uint64_t now_ps);

#endif

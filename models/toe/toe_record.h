/* Receive records, with which the engine tells the host about every frame it has decided. */
#ifndef TOESIM_TOE_TOE_RECORD_H
#define TOESIM_TOE_TOE_RECORD_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

/* Returns false if the record ring is full; then the receive pipeline waits. */
bool toe_record_has_space(const struct toe_engine *engine);

/* Writes one record and sets its phase bit. */
void toe_record_write(struct toe_engine *engine, struct nic_record *record, uint64_t now_ps);

#endif

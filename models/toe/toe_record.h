/* Receive records, with which the engine tells the host about every frame it has decided. */
#ifndef TOESIM_TOE_TOE_RECORD_H
#define TOESIM_TOE_TOE_RECORD_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

struct toe_engine;

bool toe_records_create(struct toe_engine *engine);
void toe_records_destroy(struct toe_engine *engine);

/* Returns how many records the engine has handed to PCIe since it was created. */
uint64_t toe_records_count(const struct toe_engine *engine);

/* Returns false if the record ring is full; then the receive pipeline waits. */
bool toe_record_has_space(const struct toe_engine *engine);

/* Writes one record and sets its phase bit. A record reports the progress of its connection if it has a TCP
 * state from SYN_RCVD on; an acknowledgment with ACK_POLICY_RECORDED rests on such a record. */
void toe_record_write(struct toe_engine *engine, struct nic_record *record, uint64_t now_ps);

#endif

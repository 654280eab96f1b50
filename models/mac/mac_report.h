/* Counts and reports frames. */
#ifndef TOESIM_MAC_MAC_REPORT_H
#define TOESIM_MAC_MAC_REPORT_H

#include "models/mac/mac_state.h"

/* Counts, reports and frees a lost frame. A null frame was lost before and is ignored. */
void mac_drop(struct mac *mac, struct frame *frame, enum drop_reason reason, uint64_t now_ps);

/* Reports an event of a NIC's port. Other ports are not observed. */
void mac_emit(const struct mac *mac, enum probe_kind kind, const struct frame *frame,
              uint64_t now_ps);

#endif

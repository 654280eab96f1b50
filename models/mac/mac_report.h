/* What a MAC counts and tells of frames. */
#ifndef TOESIM_MAC_MAC_REPORT_H
#define TOESIM_MAC_MAC_REPORT_H

#include "models/mac/mac_state.h"

/* Counts, reports and frees. A null frame (lost before) is nothing. */
void mac_drop(struct mac *mac, struct frame *frame, enum drop_reason reason, uint64_t now_ps);

/* Tells the observers of a NIC's port; other ports are not observed. */
void mac_emit(const struct mac *mac, enum probe_kind kind, const struct frame *frame,
              uint64_t now_ps);

#endif

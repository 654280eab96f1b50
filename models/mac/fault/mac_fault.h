/*
 * Carries out the faults of a line, as a repeater at the end of the cable. It takes a frame with its last
 * bit and sends it at once, later, twice, damaged, or never. It sends one frame at a time, so two frames
 * never overlap at the receiver. It holds at most HELD_MAX frames and drops the others (drops.fault).
 */
#ifndef TOESIM_MAC_MAC_FAULT_H
#define TOESIM_MAC_MAC_FAULT_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds a rule for faults of the line toward this MAC (line_fault.h). The rule is off until it is started.
 * Its random numbers are the stream (seed, name, number of the rule). Returns the rule's number, or -1 if
 * memory is short. The line then works as a repeater that stores each frame completely, so a cut-through
 * port has no advantage; it still passes damaged frames on. */
int mac_fault_add(struct mac *mac, const struct line_fault_rule *rule, uint64_t seed,
                  const char *name);
void mac_fault_start(struct mac *mac, int rule, uint64_t now_ps);
/* Returns counters, which are all zero if there are no rules. */
const struct line_fault_stats *mac_fault_stats(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif

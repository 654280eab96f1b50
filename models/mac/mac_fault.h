/*
 * The faults of a line, carried out: a repeater at the end of the cable. It takes a frame with its
 * last bit and sends it on at once, later, twice, damaged, or never; one frame at a time, so two
 * frames never overlap at the receiver. It holds HELD_MAX frames at most; what comes then is lost
 * (drops.fault).
 */
#ifndef TOESIM_MAC_MAC_FAULT_H
#define TOESIM_MAC_MAC_FAULT_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Faults of the line toward this MAC (line_fault.h): adds a rule, which is off until it is started;
 * its random numbers are the stream (seed, name, number of the rule). Returns the rule's number, or
 * -1 when memory is short. The line is then a repeater that sends on what it has in whole, so that
 * a cut-through port gains no time any more; it still passes on what is damaged. */
int mac_fault_add(struct mac *mac, const struct line_fault_rule *rule, uint64_t seed,
                  const char *name);
void mac_fault_start(struct mac *mac, int rule, uint64_t now_ps);
/* All zero without rules. */
const struct line_fault_stats *mac_fault_stats(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif

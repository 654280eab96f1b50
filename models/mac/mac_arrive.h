/* The verdict on a frame when its last bit has arrived. */
#ifndef TOESIM_MAC_MAC_ARRIVE_H
#define TOESIM_MAC_MAC_ARRIVE_H

#include "models/mac/mac_state.h"

/* Judges the frame of the slot. A lost frame is removed from the slot. */
void mac_arrive(struct mac *mac, struct mac_slot *slot);

#endif

/* Joins the two directions of conversations whose directions have different VLAN tags. */
#ifndef TOESIM_TRACE_TRACKER_JOIN_H
#define TOESIM_TRACE_TRACKER_JOIN_H

#include "models/trace/conversation/tracker.h"

/* Joins tuples that differ only by their VLANs and have one direction each, because some networks tag the two directions
 * of a conversation differently. The tag of the first tuple is kept. Returns false if memory is short or the disk
 * failed. */
bool tracker_join_vlans(struct tracker *tracker);

#endif

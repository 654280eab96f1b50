/* Which connections NICs may have, how many they have, and who waits for a place there. */
#ifndef TOESIM_HOST_TRANSFER_NIC_PLACES_H
#define TOESIM_HOST_TRANSFER_NIC_PLACES_H

#include "host-sw/host_sw.h"

struct dir_entry;

/* May a new connection of this tuple go to a NIC? HOST_REASON_NONE: yes. */
enum host_reason nic_places_refuse(const struct host_sw *sw, const struct flow_key *key);

/* Counts the connection among those that NICs have, or no longer. */
void nic_places_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics);

/* The connection waits for a free place on the NICs, or waits no longer. */
void nic_places_wait(struct host_sw *sw, struct dir_entry *entry);
void nic_places_stop_waiting(struct host_sw *sw, struct dir_entry *entry);

/* The connection has ended. */
void nic_places_on_ended(struct host_sw *sw, struct dir_entry *entry);

#endif

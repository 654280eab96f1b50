/* The places for connections on the NICs: which connections may have one, how many do, and which ones wait. */
#ifndef TOESIM_HOST_TRANSFER_NIC_PLACES_H
#define TOESIM_HOST_TRANSFER_NIC_PLACES_H

#include "host-sw/conn/conn_list.h"
#include "host-sw/types/reasons.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>

struct host_sw;
struct dir_entry;

/* The places on the NICs. nic_places.c writes here. */
struct nic_places {
    uint32_t taken;           /* connections that NICs have or are given */
    struct conn_list waiting; /* connections on the host that wait for a place on the NICs */
};

/* Returns HOST_REASON_NONE if a connection with this tuple may go to a NIC now, or else the reason why it may not. */
enum host_reason nic_places_refuse(const struct host_sw *sw, const struct flow_key *key);

/* Counts the connection among those that NICs have if on_nics is true, and stops counting it otherwise. */
void nic_places_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics);

/* Add the connection to the queue for a free place on the NICs, or remove it. */
void nic_places_wait(struct host_sw *sw, struct dir_entry *entry);
void nic_places_stop_waiting(struct host_sw *sw, struct dir_entry *entry);

/* Frees the place of a connection that has ended, and removes the connection from the queue. */
void nic_places_on_ended(struct host_sw *sw, struct dir_entry *entry);

/* Returns the key of the reason in stats.json and conns.csv; static text. */
const char *host_reason_key(enum host_reason reason);

#endif

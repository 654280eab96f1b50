/* One connection: its state, commands about it, and whether its doorbells are to be looked at. */
#ifndef TOESIM_HOST_CONN_CONN_H
#define TOESIM_HOST_CONN_CONN_H

#include "host-sw/host_sw.h"
#include "models/base/probe.h"
#include "models/hwif/nic_desc.h"

struct dir_entry;

/* The state changes, and observers are told. */
void conn_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state);

/* Tells observers of an event of the connection: fills in its time, number and generation. entry may be null: the
 * event is of no connection. */
void conn_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event);

/* Issues a command about the connection to a NIC; its completion is awaited. buffer: that of a frame it carries, which
 * the command takes a reference of; 0: none. */
void conn_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer);

/* Puts the connection on the list whose doorbells are looked at when the step ends. */
void conn_touch(struct host_sw *sw, struct dir_entry *entry);

#endif

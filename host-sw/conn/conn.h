/* Operations on one connection: change its state, issue commands about it, and request a check of its doorbells. */
#ifndef TOESIM_HOST_CONN_CONN_H
#define TOESIM_HOST_CONN_CONN_H

#include "host-sw/host_sw.h"
#include "models/base/probe.h"
#include "models/hwif/nic_desc.h"

struct dir_entry;

/* Changes the state of the connection and tells observers. */
void conn_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state);

/* Tells observers of an event of the connection, after filling in its time, connection id and generation. entry is
 * null if the event concerns no connection. */
void conn_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event);

/* Issues a command about the connection to a NIC and counts the command as pending until it completes. If the command
 * carries a frame, buffer is the buffer of that frame and the command takes a reference to it; otherwise buffer is
 * 0. */
void conn_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer);

/* Puts the connection on the list of those whose doorbells are checked when the step ends. */
void conn_touch(struct host_sw *sw, struct dir_entry *entry);

#endif

/* How connections end, and how the application is told. */
#ifndef TOESIM_HOST_LIFE_TERMINATION_H
#define TOESIM_HOST_LIFE_TERMINATION_H

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <stdint.h>

struct host_sw;
struct dir_entry;
struct time_wait;

void termination_on_terminated(struct host_sw *sw, const struct nic_event *event);
void termination_on_closed(struct host_sw *sw, const struct nic_event *event);
void termination_on_abort_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event);
void termination_forget_time_wait(struct host_sw *sw, struct time_wait *waiting);
/* Ends a connection whose NIC cannot tell: one notice. */
void termination_give_up(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause);
/* The last command of an ended connection has completed. */
void termination_settle(struct host_sw *sw, struct dir_entry *entry);
/* Frames held for a connection that ended are looked at as what they are now. */
void termination_examine_held(struct host_sw *sw, struct dir_entry *entry);
/* Every connection of a dead NIC ends. */
void termination_of_nic(struct host_sw *sw, unsigned nic);
void termination_expire_time_waits(struct host_sw *sw, uint64_t now_ps);

#endif

/* Ends connections and tells the application. */
#ifndef TOESIM_HOST_LIFE_TERMINATION_H
#define TOESIM_HOST_LIFE_TERMINATION_H

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <stdint.h>

struct host_sw;
struct dir_entry;
struct time_wait;
struct move_trigger;

/* Act on the end events of a NIC or the host's own TCP: a premature end, and an orderly end. */
void termination_on_terminated(struct host_sw *sw, const struct nic_event *event);
void termination_on_closed(struct host_sw *sw, const struct nic_event *event);
/* Acts on the completion of ABORT. */
void termination_on_abort_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event);
/* Ends TIME_WAIT of a tuple early, because a new SYN opens it again. */
void termination_forget_time_wait(struct host_sw *sw, struct time_wait *waiting);
/* Ends a connection whose NIC cannot report the end. The application gets one notice. */
void termination_give_up(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause);
/* Frees the rings and the id of an ended connection if all its commands have completed. */
void termination_settle(struct host_sw *sw, struct dir_entry *entry);
/* Examines again the frames that were held for a connection that has ended, because they may now open a new one or need
 * a reset. */
void termination_examine_held(struct host_sw *sw, struct dir_entry *entry);
/* Ends every connection of a dead NIC, except those at rest, which the other NIC then owns. If `rebuild` is not null,
 * their rebuild at the other NIC begins instead, and `rebuild` is the loss of the NIC as the trigger that is reported. */
void termination_of_nic(struct host_sw *sw, unsigned nic, const struct move_trigger *rebuild);
/* Ends TIME_WAIT of all tuples whose time is over at now_ps. */
void termination_expire_time_waits(struct host_sw *sw, uint64_t now_ps);

#endif

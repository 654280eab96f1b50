/* A NIC as the place of a connection: FREEZE, RESERVE, INSTALL, RELEASE, and what their ends mean. */
#ifndef TOESIM_HOST_TRANSFER_PLACE_NIC_H
#define TOESIM_HOST_TRANSFER_PLACE_NIC_H

#include "host-sw/transfer/place.h"

#include <stdint.h>

struct nic_event;

extern const struct place_ops place_nic;

/* Completions of the commands that this place issues. */
void place_nic_on_freeze_done(struct host_sw *sw, struct dir_entry *entry,
                              const struct nic_event *event);
void place_nic_on_reserve_done(struct dir_entry *entry, const struct nic_event *event);
void place_nic_on_install_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event);

/* The same of a connection that has ended meanwhile; ok: the command succeeded. */
void place_nic_on_freeze_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                   uint16_t gen, const struct nic_event *event);
void place_nic_on_install_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                    uint16_t gen, bool ok);

/* The destination of the transfer is lost: it will keep no place. */
void place_nic_on_dest_lost(struct dir_entry *entry);

/* Releases the tombstone that the source of the transfer keeps, if it does: another place has the
 * connection now. */
void place_nic_release_source(struct host_sw *sw, struct dir_entry *entry);

/* Releases whatever NICs keep for the transfer, because the connection has ended. */
void place_nic_forget(struct host_sw *sw, struct dir_entry *entry);

/* The INSTALLs of this step have taken effect: that is T8 of their transfers. */
void place_nic_on_step_end(struct host_sw *sw);

#endif

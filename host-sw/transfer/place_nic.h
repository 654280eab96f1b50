/* A NIC as the place of a connection. This part issues FREEZE, RESERVE, INSTALL and RELEASE, and acts on their
 * completions. */
#ifndef TOESIM_HOST_TRANSFER_PLACE_NIC_H
#define TOESIM_HOST_TRANSFER_PLACE_NIC_H

#include "host-sw/transfer/place.h"

#include <stdint.h>

struct nic_event;
struct transfer;

enum { TEAM_HELD_SLOT_FRAMES_MAX = 256 }; /* held frames of a connection in one list for INSTALL */

/* An INSTALL without T8. It waits for the end of the step in which it enters the command ring. */
struct install {
    uint32_t conn;
    uint32_t command; /* index of the command at its NIC */
    uint16_t gen;
    uint8_t nic;
};

/* All of them, in the order in which they were issued. place_nic.c writes here. */
struct installs {
    struct install *rows;
    uint32_t count, capacity;
};

extern const struct place_ops place_nic;

/* Act on the completions of the commands that this place issues. */
void place_nic_on_freeze_done(struct host_sw *sw, struct dir_entry *entry,
                              const struct nic_event *event);
void place_nic_on_reserve_done(struct dir_entry *entry, const struct nic_event *event);
void place_nic_on_install_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event);

/* Act on completions of a connection that has ended meanwhile. ok is true if the command succeeded. */
void place_nic_on_freeze_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                   uint16_t gen, const struct nic_event *event);
void place_nic_on_install_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                    uint16_t gen, bool ok);

/* Makes the next INSTALL of the transfer take its image from a slot of its NIC. If no slot is free, or the NIC finds no good
 * image in the slot, the NIC reads the image from host memory. */
void place_nic_push_next(struct dir_entry *entry);

/* Freezes the connection. If `peer` is not 0, the source also writes the image to this bus address. */
void place_nic_take_to(struct host_sw *sw, struct dir_entry *entry, uint64_t peer);

/* Notes the values that an INSTALL carries, so that only later ones need a doorbell. */
void place_nic_note_rung(struct dir_entry *entry);

/* Writes the list of held frames for the NIC, and returns its address, or 0 if there are none. The NIC has each of these frames
 * from now on, until its record comes. */
uint64_t place_nic_lend_held(struct host_sw *sw, struct dir_entry *entry, unsigned nic);

/* Makes a dead NIC the owner of a connection that it has, or may have been given. The connection is with no place until
 * it is rebuilt, so its frames are held. */
void place_nic_adopt(struct host_sw *sw, struct dir_entry *entry, unsigned dead);

/* Settles what the transfer `before`, which the death of a NIC has ended, has left at the destination of the rebuild. A
 * reservation stays, because that NIC counts the frames that it gives to the host meanwhile. */
void place_nic_inherit(struct host_sw *sw, struct dir_entry *entry, const struct transfer *before);

/* Notes that the destination of the transfer is lost, so that its reservation is void. */
void place_nic_on_dest_lost(struct dir_entry *entry);

/* Releases the tombstone of the source, if it has one, because another place has the connection now. */
void place_nic_release_source(struct host_sw *sw, struct dir_entry *entry);

/* Releases the reservation and the tombstone of the transfer, because the connection has ended. */
void place_nic_forget(struct host_sw *sw, struct dir_entry *entry);

/* Marks T8 of the transfers whose INSTALL has entered the command ring in this step, because it takes effect now. */
void place_nic_on_step_end(struct host_sw *sw);

#endif

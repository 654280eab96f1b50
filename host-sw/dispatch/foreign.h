/* Decides whether a frame moves its connection. This part asks the policies and enforces the progress rule. */
#ifndef TOESIM_HOST_DISPATCH_FOREIGN_H
#define TOESIM_HOST_DISPATCH_FOREIGN_H

#include <stdbool.h>

struct dir_entry;
struct dir_frame;
struct host_sw;
struct nic_record;
struct packet;

/* Acts on a frame that no NIC has taken, of an active connection without a transfer under way. The frame moves the
 * connection, or is relayed to its owner. raced is true for a frame that must not move the connection: it was held or
 * injected before, or arrived in fragments. */
void foreign_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                   const struct packet *packet, bool raced);

/* Tells the policies of a frame that the connection's NIC has received itself. */
void foreign_note_own(struct host_sw *sw, const struct dir_entry *entry,
                      const struct nic_record *record);

#endif

/* Frames of connections that a NIC serves, as triggers of moves: the policies are asked, and the progress rule
 * is kept. */
#ifndef TOESIM_HOST_DISPATCH_FOREIGN_H
#define TOESIM_HOST_DISPATCH_FOREIGN_H

#include <stdbool.h>

struct dir_entry;
struct dir_frame;
struct host_sw;
struct nic_record;
struct packet;

/* A frame that no NIC has taken, of an active connection no transfer of which is under way: it moves the
 * connection, or is relayed to its owner. A raced frame was on its way to a NIC that lost the connection
 * meanwhile, so it only has to arrive. */
void foreign_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                   const struct packet *packet, bool raced);

/* The connection's NIC has received this frame itself: policies count it. */
void foreign_note_own(struct host_sw *sw, const struct dir_entry *entry,
                      const struct nic_record *record);

#endif

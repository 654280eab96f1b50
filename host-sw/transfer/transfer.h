/*
 * Transfers: whatever takes a connection from one place to another. This part owns their queue and limit,
 * their deadline, their end and its report. How the context travels is the mechanism's (mechanism.h), and
 * what a place does for it the place's (place.h).
 */
#ifndef TOESIM_HOST_TRANSFER_TRANSFER_H
#define TOESIM_HOST_TRANSFER_TRANSFER_H

#include "host-sw/transfer/mechanism.h"
#include "host-sw/transfer/place.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/move_event.h"

/* --- for whoever wants a connection elsewhere --- */

/* Begins the transfer to dest, a NIC or PLACE_HOST, or queues it when too many are under way; `why` goes
 * with it. True: it has begun, and the frame that asked for it is part of it. */
bool transfer_request(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                      enum move_reason reason, const struct move_trigger *why);

/* The same without queue and limit: it begins at once. The connection may be at rest, or nowhere yet. */
void transfer_begin(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                    enum move_reason reason, const struct move_trigger *why);

/* Begins queued transfers while there is room. */
void transfer_run_queue(struct host_sw *sw);

/* --- what happens meanwhile --- */

/* A frame that no NIC has taken, of a connection with a transfer under way. */
void transfer_on_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       const struct packet *packet);

/* The NIC is lost. True: the connection ends with it. */
bool transfer_on_nic_lost(struct host_sw *sw, struct dir_entry *entry, unsigned nic);

/* May a record of the connection be acted on now? Its mechanism, or that of its next move, says so. */
bool transfer_may_consume(const struct host_sw *sw, const struct dir_entry *entry,
                          const struct nic_record *record);

/* A record of the connection was acted on: its mechanism, or that of its next move, is told. */
void transfer_on_record(struct host_sw *sw, struct dir_entry *entry,
                        const struct nic_record *record);

/* The connection has ended: the transfer does too, if one is under way, and waits no longer. */
void transfer_on_conn_ended(struct host_sw *sw, struct dir_entry *entry);

void transfer_on_deadline(struct host_sw *sw, uint64_t now_ps);
/* TIME_NEVER: nothing is under way. */
uint64_t transfer_next_deadline_ps(const struct host_sw *sw);

/* --- for mechanisms --- */

/* The image goes to the destination, or back where the destination does not accept it. */
void transfer_give(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image);

/* The destination did not take the connection: it goes back to its source if that is a NIC, else to the
 * host's own TCP. image: null for the one in host memory. */
void transfer_go_back(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image);

/* From now on the source is told of no more bytes that the application writes; INSTALL carries them. */
void transfer_keep_data(struct dir_entry *entry);

/* Ends a transfer as failed that has not begun to take the connection from its source. */
void transfer_cancel(struct host_sw *sw, struct dir_entry *entry);

/* The connection is served where it was to go, or where it came from. The transfer is over. */
void transfer_finish(struct host_sw *sw, struct dir_entry *entry);

#endif

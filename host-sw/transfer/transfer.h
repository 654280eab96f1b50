/*
 * A transfer takes a connection from one place to another. This part owns the queue and the limit of transfers, their
 * deadline, their end and its report. The mechanism decides how the context travels (mechanism.h), and each place
 * carries out its own part (place.h).
 */
#ifndef TOESIM_HOST_TRANSFER_TRANSFER_H
#define TOESIM_HOST_TRANSFER_TRANSFER_H

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/transfer/place.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/move_event.h"

/* --- for callers that want to move a connection --- */

/* Begins a transfer to dest, which is a NIC or PLACE_HOST, or queues it if too many are under way. `why` is the trigger
 * that is reported. Returns true if the transfer has begun; the caller then passes the frame that triggered it to
 * transfer_on_frame(). */
bool transfer_request(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                      enum move_reason reason, const struct move_trigger *why);

/* Begins a transfer at once, without queue and limit. The connection may be at rest, or may have no place yet. */
void transfer_begin(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                    enum move_reason reason, const struct move_trigger *why);

/* Holds a frame of a connection that waits for its turn to move from NIC to NIC, so that the frame arrives at the
 * destination together with the context, behind the earlier ones. Returns false if the frame is to be forwarded to the
 * owner: the connection does not wait, or frames of it cannot be held any more. In the latter case all frames that were
 * held have been forwarded before, so the order is kept. */
bool transfer_hold_waiting(struct host_sw *sw, struct dir_entry *entry,
                           const struct dir_frame *frame);

/* From now on, all transfers that are requested wait in the queue, until transfer_release() begins them as one list. A
 * policy must have a time at which run() is called. */
void transfer_gather(struct host_sw *sw);
void transfer_release(struct host_sw *sw);

/* Begins queued transfers while there is room. */
void transfer_run_queue(struct host_sw *sw);

/* --- events during a transfer --- */

/* Acts on a frame that no NIC has taken, of a connection with a transfer under way. */
void transfer_on_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       const struct packet *packet);

/* Acts on the loss of a NIC. Returns true if the connection ends with it. */
bool transfer_on_nic_lost(struct host_sw *sw, struct dir_entry *entry, unsigned nic);

/* Begins the rebuild of a connection whose NIC is dead: a transfer from there to the other NIC that waits for its image.
 * A transfer that was under way has failed. `why` is the loss of the NIC. */
void transfer_begin_rebuild(struct host_sw *sw, struct dir_entry *entry, unsigned dead,
                            const struct move_trigger *why);

/* Returns true if the connection waits for the image of a rebuild, because NIC `dead` is dead. */
bool transfer_awaits_rebuild(const struct dir_entry *entry, unsigned dead);

/* Goes on with a rebuild. `image` is sealed, and of the connection's generation. */
void transfer_rebuilt(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image);

/* Returns true if a record of the connection may be acted on now. The mechanism of the transfer under way decides, or
 * else the scenario's mechanism. */
bool transfer_may_consume(const struct host_sw *sw, const struct dir_entry *entry,
                          const struct nic_record *record);

/* Tells the mechanism of the transfer under way, or else the scenario's mechanism, that a record of the connection was
 * acted on. */
void transfer_on_record(struct host_sw *sw, struct dir_entry *entry,
                        const struct nic_record *record);

/* Ends the transfer of a connection that has ended, or removes the connection from the queue. */
void transfer_on_conn_ended(struct host_sw *sw, struct dir_entry *entry);

/* Acts on all deadlines up to now_ps. */
void transfer_on_deadline(struct host_sw *sw, uint64_t now_ps);

/* --- for mechanisms --- */

/* Gives a connection that the destination did not take back to its source if that is a working NIC, or else to the
 * host's own TCP. image is null if the image is in host memory only. */
void transfer_go_back(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image);

/* Stops telling the source of bytes that the application writes. INSTALL tells the destination of them later. */
void transfer_keep_data(struct dir_entry *entry);

/* Ends a transfer as failed. The transfer must not have begun to take the connection from its source. */
void transfer_cancel(struct host_sw *sw, struct dir_entry *entry);

/* Ends a transfer whose connection has arrived at its destination, or is back at its source. */
void transfer_finish(struct host_sw *sw, struct dir_entry *entry);

/* Returns true if a NIC tells something of a generation that it was granted, and the driver must not act on it yet, because
 * FREEZE has not completed at the source. */
bool transfer_awaits_source(const struct dir_entry *entry, uint16_t gen);

#endif

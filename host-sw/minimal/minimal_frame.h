/* The frames that the host has, and what becomes of them. */
#ifndef TOESIM_HOST_MINIMAL_FRAME_H
#define TOESIM_HOST_MINIMAL_FRAME_H

#include "host-sw/minimal/minimal_state.h"

void minimal_give_back(struct minimal *m, const struct minimal_frame *frame);
void minimal_lend(struct minimal *m, const struct minimal_frame *frame);
/* Takes back a frame that a NIC has. The id may be cut to 32 bits, as in a cookie. Returns false if no NIC has it. */
bool minimal_take_lent(struct minimal *m, uint64_t id, struct minimal_frame *frame);
/* Reports that the frame is lost for this reason, and gives its buffer back. */
void minimal_drop(struct minimal *m, const struct minimal_frame *frame, uint32_t conn,
                  enum drop_reason reason);
/* The same, and answers the segment with a reset if one is due (RFC 9293 3.10.7.1). */
void minimal_refuse(struct minimal *m, const struct minimal_frame *frame,
                    const struct packet *packet, enum drop_reason reason);
void minimal_hold(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame);
/* Lets the NIC process the frame as if it had received it. */
void minimal_inject(struct minimal *m, struct minimal_conn *c, unsigned nic,
                    const struct minimal_frame *frame);
/* Decides about a frame that no NIC has taken (section 5). */
void minimal_on_foreign(struct minimal *m, const struct minimal_frame *frame,
                        const struct nic_record *record);
void minimal_rx_if(struct minimal *m, struct minimal_conn *c, unsigned nic, uint64_t mac_time_ps,
                   uint64_t frame_id);

#endif

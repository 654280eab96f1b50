/* A move, from the foreign frame to the RELEASE, and the events of the NICs. */
#ifndef TOESIM_HOST_MINIMAL_MOVE_H
#define TOESIM_HOST_MINIMAL_MOVE_H

#include "host-sw/minimal/minimal_state.h"

void minimal_move(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame);
void minimal_install(struct minimal *m, struct minimal_conn *c, unsigned nic,
                     struct conn_ctx *image, enum move_reason reason);
void minimal_on_event(struct minimal *m, unsigned nic, const struct nic_event *event);

#endif

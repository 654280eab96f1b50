/* Takes off what lies between Ethernet and IP on provider and data center links. */
#ifndef TOESIM_TRACE_CAPTURE_PEEL_H
#define TOESIM_TRACE_CAPTURE_PEEL_H

#include "models/trace/capture/capture_link.h"

/* PPPoE sessions, MPLS labels (over IP, or over Ethernet with a control word), 802.1ah service tags,
 * Cisco metadata (0x8909), VLAN tags behind the second, and 802.3 with SNAP. What is not understood,
 * or cut off, stays as it is. */
void capture_peel(struct link_frame *frame);

#endif

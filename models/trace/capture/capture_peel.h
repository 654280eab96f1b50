/* Removes the headers between Ethernet and IP that provider and data center links add. */
#ifndef TOESIM_TRACE_CAPTURE_PEEL_H
#define TOESIM_TRACE_CAPTURE_PEEL_H

#include "models/trace/capture/capture_link.h"

/* Removes headers of PPPoE sessions, MPLS labels (before IP, or before Ethernet with a control word), 802.1ah service
 * tags, Cisco metadata (0x8909), VLAN tags after the second, and 802.3 with SNAP. Unknown and truncated headers stay
 * as they are. */
void capture_peel(struct link_frame *frame);

#endif

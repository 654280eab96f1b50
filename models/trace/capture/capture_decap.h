/* Takes frames out of the tunnels they were captured in. */
#ifndef TOESIM_TRACE_CAPTURE_DECAP_H
#define TOESIM_TRACE_CAPTURE_DECAP_H

#include "models/trace/capture/capture_link.h"
#include "models/trace/capture/left_out.h"

enum { DECAP_FRAGMENTED_MAX = 64 };

/* Zero but for `open` before the first frame of a capture. */
struct capture_decap {
    bool open; /* take frames out of tunnels */
    uint32_t
        fragmented[DECAP_FRAGMENTED_MAX]; /* packets whose first fragment has a UDP tunnel's port */
    uint32_t next;
};

/*
 * Tunnels are GRE version 0 (RFC 2784, 2890; NVGRE, RFC 7637) over IP, Ethernet or MPLS, ERSPAN I, II
 * and III, VXLAN (RFC 7348, and the port that Linux used before), VXLAN-GPE, GENEVE (RFC 8926), and IP
 * in IP. With decap->open the inner frame takes the outer one's place, through several layers; IP without
 * Ethernet gets the outer MAC addresses and no tag. frame->tunnel tells tunnels apart afterwards.
 * True: go on with the frame, which is in no tunnel any more. False: *why says why it is left out:
 * LEFT_OUT_TUNNEL without `open`, or for a tunnel of unknown content or too deep; a fragment of the
 * outer packet; a tunnel header that is cut off, or contradicts its packet.
 */
bool capture_decap(struct capture_decap *decap, struct link_frame *frame, enum left_out *why);

#endif

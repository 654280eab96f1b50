/* Removes the tunnel headers of captured frames, so that the inner frames can be replayed. */
#ifndef TOESIM_TRACE_CAPTURE_DECAP_H
#define TOESIM_TRACE_CAPTURE_DECAP_H

#include "models/trace/capture/capture_link.h"
#include "models/trace/capture/left_out.h"

enum { DECAP_FRAGMENTED_MAX = 64 };

/* The state of decapsulation for one capture. Before the first frame all members except `open` are zero. */
struct capture_decap {
    bool open; /* take frames out of tunnels */
    uint32_t
        fragmented[DECAP_FRAGMENTED_MAX]; /* packets whose first fragment has a UDP tunnel's port */
    uint32_t next;
};

/*
 * Tunnels are GRE version 0 (RFC 2784, 2890; NVGRE, RFC 7637) over IP, Ethernet or MPLS, ERSPAN I, II
 * and III, VXLAN (RFC 7348, and the port that Linux used before), VXLAN-GPE, GENEVE (RFC 8926), and IP
 * in IP. With decap->open the inner frame replaces the outer one, through several layers. An inner IP packet without
 * Ethernet gets the outer MAC addresses and no tag. Afterwards frame->tunnel distinguishes the tunnels.
 *
 * Returns true if the frame is in no tunnel any more and can be used. Otherwise returns false with the reason in *why.
 * The reason is LEFT_OUT_TUNNEL without `open`, for unknown content and for too many layers. Further reasons are a
 * fragment of the outer packet, a tunnel header that is cut off, and one that contradicts its packet.
 */
bool capture_decap(struct capture_decap *decap, struct link_frame *frame, enum left_out *why);

#endif

/*
 * The contents of frames that the server builds: I-CAP, I-SACK, I-TSR, I-ACKCNT, I-FINSEQ, I-RST,
 * I-NOGHOST, I-RTXBUF, and at the MACs I-MAC.
 */
#ifndef TOESIM_CHECK_CHECK_SENT_H
#define TOESIM_CHECK_CHECK_SENT_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection. */
struct check_sent {
    bool has_fin, has_tsecr, peer_has_ts;
    bool syn_built, syn_heard; /* the options of both SYNs are known */
    uint8_t options_built, options_heard;
    bool fresh; /* active, and no event has happened since */
    uint8_t fresh_acks, resets;
    uint32_t resets_on_wire, dropped; /* resets at the MACs; dropped frames of the connection */
    uint32_t fin_seq;
    uint32_t tsecr;      /* TSecr of the last frame */
    uint32_t peer_tsval; /* newest TSval of the peer at a tap */
    /* Transmissions, for the rules of timers (check_step.h). */
    uint64_t una_sent_ps; /* last transmission that began at or before snd_una */
    uint64_t resent_ps;   /* last retransmission, of [resent_seq, resent_end) */
    uint64_t acked_ps;    /* last advance of snd_una */
    uint32_t resent_seq, resent_end;
};

void check_sent_on_event(struct check *check, const struct probe_event *event);

#endif

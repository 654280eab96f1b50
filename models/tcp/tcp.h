/*
 * The TCP core: RFC 9293 on one connection context. No memory, no clock, no payload of its own:
 * the caller passes the context, the time and a segment, and gets back what to do. Used by the TOE
 * engine, the host stack and the generators, so all of them speak exactly the same TCP.
 *
 * A caller's loop: tcp_input() or tcp_on_timer() or tcp_on_app_*(), act on the result, then
 * tcp_output() until it returns false, then arm one timer for tcp_deadline_us().
 *
 * Bounds of this version: data in a SYN is left to the peer to repeat; urgent data is delivered in
 * line (RFC 6093), the pointer beside it.
 */
#ifndef TOESIM_TCP_TCP_H
#define TOESIM_TCP_TCP_H

#include "models/base/drop_reason.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/tcp_hdr.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Challenge ACKs of all connections of one place (RFC 5961 10). What a second allows is drawn between
 * half the rate and one and a half, so that nobody can learn by counting them whether another
 * connection has used some up. */
struct tcp_challenges {
    uint32_t rate; /* per second; 0: no limit */
    uint32_t key;  /* secret of the draw */
    uint32_t second, left;
    uint64_t refused; /* not sent for this limit */
};

/* Knobs; the same for all connections of a stack. Times in the context's ticks. */
struct tcp_params {
    uint32_t rto_min_us;               /* 200,000 (RFC 6298 2.4 says 1 s SHOULD; Linux 200 ms) */
    uint32_t rto_initial_us;           /* 1,000,000 */
    uint32_t rto_max_us;               /* 60,000,000 */
    uint32_t delack_us;                /* 40,000; RFC 9293 MUST-40: below 500,000 */
    uint32_t time_wait_us;             /* 2 MSL: 60,000,000 */
    uint32_t fin_wait_2_us;            /* 60,000,000; 0: for ever */
    uint32_t keepalive_idle_ms;        /* 7,200,000; used only with CTX_FLAG_KEEPALIVE */
    uint32_t keepalive_interval_ms;    /* 75,000 */
    uint8_t keepalive_probes;          /* 9 */
    uint8_t rexmt_max;                 /* 15: R2 for data, unless the connection has its own */
    uint8_t rexmt_notice;              /* 3: R1, when the application is told; 0: never */
    uint8_t syn_rexmt_max;             /* 7: R2 for SYN and SYN-ACK, 183 s (RFC 9293 MUST-23) */
    uint8_t dupack_threshold;          /* 3 */
    uint16_t mss_max;                  /* largest MSS the port takes: MTU - 40; with IPv6 20 less */
    uint32_t challenge_period_us;      /* 5,000,000 */
    uint8_t challenge_max;             /* 10 per period */
    struct tcp_challenges *challenges; /* of the whole place, borrowed; null: no limit */
    uint8_t congestion;                /* enum cc_alg: of connections that open from now on */
    bool ecn;                          /* offer ECN (RFC 3168) on every connection; false */
};

void tcp_params_default(struct tcp_params *params);

/* Time as the core wants it. */
struct tcp_now {
    uint32_t us; /* us_ticks(now_ps) */
    uint32_t ms; /* ms_ticks(now_ps) */
};

enum { TCP_PLACEMENTS_MAX = 2 };

/* What one event did. The caller acts in this order: payload, notices, output. */
struct tcp_result {
    uint8_t verdict;  /* enum nic_verdict: APPLIED or DROPPED */
    uint16_t reason;  /* enum drop_reason */
    bool established; /* the handshake was completed by this segment */
    bool peer_fin;    /* the peer's FIN was reached by rcv_nxt for the first time */
    bool urgent;      /* the peer announced urgent data not announced before (RFC 9293 MUST-32) */
    bool closed; /* orderly end: the context is to be removed; tcp_state says CLOSED or TIME_WAIT */
    uint8_t terminated;     /* enum nic_term_cause: premature end, the context is to be removed */
    uint8_t notice;         /* enum nic_notice: trouble to tell the application, nothing ends */
    bool send_reset;        /* a reset must be sent now: see tcp_build_reset() */
    bool reset_for_segment; /* a reset answers this segment: see tcp_build_reset_to() */
    bool reusable; /* TIME_WAIT: the SYN may open a new incarnation: remove the context, admit it */
    uint32_t payload_seq; /* store `payload_len` bytes of the segment, from byte payload_skip, at */
    uint32_t payload_skip; /* ring position of payload_seq */
    uint32_t payload_len;
};

/* An ICMP error that quotes a segment of the connection. */
struct tcp_icmp {
    uint8_t notice; /* enum nic_notice: what it says */
    bool is_hard;   /* RFC 9293 3.9.2.2: protocol or port unreachable, and so on */
    uint32_t seq;   /* sequence number in the quoted segment */
    uint32_t mtu;   /* NIC_NOTICE_PATH_MTU: of the next hop; 0: not said */
};

/* One segment to send; payload is read by the caller from the transmit ring at seq. */
struct tcp_tx {
    uint32_t seq;
    uint32_t ack;
    uint32_t len;        /* payload bytes */
    uint16_t flags;      /* enum tcp_flag */
    uint16_t window;     /* as sent: already scaled */
    uint8_t options_len; /* padded to a multiple of 4 */
    bool retransmission;
    uint8_t ecn;     /* ECN field of the IP header (RFC 3168 5): 0 or 2 */
    uint16_t urgent; /* with TCP_URG */
    uint8_t options[40];
};

/* Prepares a context for a SYN the driver admitted: state LISTEN, iss as snd_una = snd_nxt =
 * snd_max, buffers empty. The caller has filled the constant line (with `offered`), ring sizes,
 * features = 0, generation and id. */
void tcp_open_passive(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                      struct tcp_now now);

/* Prepares an active open: state SYN_SENT; tcp_output() gives the SYN. */
void tcp_open_active(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                     struct tcp_now now);

/* Processes one segment (checksum verified by the caller). */
void tcp_input(struct conn_ctx *ctx, const struct tcp_segment *seg, const struct tcp_params *params,
               struct tcp_now now, struct tcp_result *result);

/* The next segment that may be sent now; advances snd_nxt, arms timers, clears owed ACKs. False:
 * nothing to send now. */
bool tcp_output(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                struct tcp_tx *tx);

/* True when tcp_output() would return a segment, or must be called once to start the persist timer
 * (it then returns false): cheap, for ready lists. */
bool tcp_has_output(const struct conn_ctx *ctx, const struct tcp_params *params,
                    struct tcp_now now);

/* Handles every timer that is due. */
void tcp_on_timer(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                  struct tcp_result *result);

/* Microseconds from now to the earliest running timer, 0 if one is due; UINT32_MAX: none runs. */
uint32_t tcp_deadline_us(const struct conn_ctx *ctx, struct tcp_now now);

/* The application wrote up to sequence number tx_prod (older values are ignored). */
void tcp_on_app_write(struct conn_ctx *ctx, uint32_t tx_prod);

/* The application read up to rx_consumed; may owe a window update. */
void tcp_on_app_read(struct conn_ctx *ctx, uint32_t rx_consumed, const struct tcp_params *params);

/* The application sets all its options. The path MTU and what was negotiated bound mss. */
void tcp_on_app_set(struct conn_ctx *ctx, const struct nic_options *options,
                    const struct tcp_params *params, struct tcp_now now);

/* The application wrote urgent data that ends before sequence number `up`, which is at most tx_prod:
 * the pointer names the first byte that is not urgent (RFC 9293 MUST-62). */
void tcp_on_app_urgent(struct conn_ctx *ctx, uint32_t up);

/* Bytes the application has to read to get past the urgent data; 0: none (RFC 9293 MUST-33). */
uint32_t tcp_urgent_bytes(const struct conn_ctx *ctx);

/* The application gives the connection up (RFC 9293 3.10.5): the result says whether a reset goes
 * out; the context is to be removed. */
void tcp_on_app_abort(struct conn_ctx *ctx, struct tcp_result *result);

/* The application closed its side: FIN after tx_prod. Idempotent. */
void tcp_on_app_close(struct conn_ctx *ctx, uint32_t tx_prod);

/* Processes an ICMP error. Verdict DROPPED: it was not believed. */
void tcp_on_icmp(struct conn_ctx *ctx, const struct tcp_icmp *icmp, struct tcp_result *result);

/* Fills the reset for this connection (RFC 9293 3.10.7): seq = snd_nxt; ack = rcv_nxt; with stamps
 * if they were negotiated (RFC 7323 3.2). */
void tcp_build_reset(const struct conn_ctx *ctx, struct tcp_now now, struct tcp_tx *tx);

/* Fills the reset that answers a segment of this connection, which it cannot accept (RFC 9293
 * 3.10.7.3, 3.10.7.4); false: none is due. */
bool tcp_build_reset_to(const struct conn_ctx *ctx, const struct tcp_segment *seg,
                        struct tcp_now now, struct tcp_tx *tx);

/* Fills the reset for a segment of no connection (RFC 9293 3.10.7.1); false: none is due. */
bool tcp_build_reset_for(const struct tcp_segment *seg, struct tcp_tx *tx);

/* Live context to image and back: deadlines and stamps to remaining time and ages, CRC set or
 * checked. tcp_image_check is false on a wrong CRC or version. */
void tcp_image_from_live(struct conn_ctx *ctx, struct tcp_now now);
bool tcp_image_check(const struct conn_ctx *image);
void tcp_live_from_image(struct conn_ctx *ctx, struct tcp_now now);
void tcp_image_seal(struct conn_ctx *image); /* sets crc */

/* A context, live or an image, that can rest where nobody runs it until a segment, the application or
 * one of its timers calls: established at least, and nothing is to be sent now. */
bool tcp_may_rest(const struct conn_ctx *ctx, const struct tcp_params *params);

/* Segments beyond a hole are in the receive ring. */
bool tcp_holds_out_of_order(const struct conn_ctx *ctx);

/* Of an image: microseconds to its earliest timer, from when it was taken out; UINT64_MAX: none runs. */
uint64_t tcp_image_left_us(const struct conn_ctx *image);

/* An image has rested for so long: what is left of its timers shrinks, to 0 at the least, and ages grow. The
 * caller seals it again. */
void tcp_image_age(struct conn_ctx *image, uint64_t us);

/* Consistency of a live context (I-SND and others), for asserts and checkers. */
bool tcp_is_sane(const struct conn_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif

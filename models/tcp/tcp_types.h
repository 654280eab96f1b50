/* Types that the TCP core and its callers exchange: parameters, time, segments to send, and results. */
#ifndef TOESIM_TCP_TCP_TYPES_H
#define TOESIM_TCP_TCP_TYPES_H

#include "models/base/drop_reason.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/tcp_hdr.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The limit of challenge ACKs for all connections of one place (RFC 5961 10). The number allowed per second
 * is drawn between half the rate and one and a half, so that nobody can find out by counting them whether
 * another connection has used some. */
struct tcp_challenges {
    uint32_t rate; /* per second; 0: no limit */
    uint32_t key;  /* secret of the random draw */
    uint32_t second, left;
    uint64_t refused; /* challenge ACKs not sent because of this limit */
};

/* Parameters, equal for all connections of a stack. Times are in the ticks of the context. */
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
    uint8_t rexmt_notice;              /* 3: R1, when the application is told; 0 means never */
    uint8_t syn_rexmt_max;             /* 7: R2 for SYN and SYN-ACK, 183 s (RFC 9293 MUST-23) */
    uint8_t dupack_threshold;          /* 3 */
    uint16_t mss_max;                  /* largest MSS of the port: MTU - 40; with IPv6 20 less */
    uint32_t challenge_period_us;      /* 5,000,000 */
    uint8_t challenge_max;             /* 10 per period */
    struct tcp_challenges *challenges; /* of the whole place, borrowed; null if there is no limit */
    uint8_t congestion;                /* enum cc_alg of connections that open from now on */
    bool ecn;                          /* offer ECN (RFC 3168) on every connection; false */
};

/* The time, in the two units that the core uses. */
struct tcp_now {
    uint32_t us; /* us_ticks(now_ps) */
    uint32_t ms; /* ms_ticks(now_ps) */
};

enum { TCP_PLACEMENTS_MAX = 2 };

/* The result of one event. The caller acts in this order: payload, notices, output. */
struct tcp_result {
    uint8_t verdict;  /* enum nic_verdict: APPLIED or DROPPED */
    uint16_t reason;  /* enum drop_reason */
    bool established; /* the handshake was completed by this segment */
    bool peer_fin;    /* the peer's FIN was reached by rcv_nxt for the first time */
    bool urgent;      /* the peer announced new urgent data (RFC 9293 MUST-32) */
    bool closed; /* orderly end: the caller removes the context; tcp_state is CLOSED or TIME_WAIT */
    uint8_t terminated; /* enum nic_term_cause: premature end; the caller removes the context */
    /* Enum nic_notice: a problem to report to the application; the connection continues. */
    uint8_t notice;
    bool timed_out;         /* the retransmission timer has expired (RFC 6298 5.4) */
    bool send_reset;        /* a reset must be sent now: see tcp_build_reset() */
    bool reset_for_segment; /* a reset answers this segment: see tcp_build_reset_to() */
    /* TIME_WAIT: the SYN may open a new incarnation; the caller removes the context and admits the SYN. */
    bool reusable;
    uint32_t payload_seq; /* store `payload_len` bytes of the segment, from byte payload_skip, at */
    uint32_t payload_skip; /* ring position of payload_seq */
    uint32_t payload_len;
};

/* An ICMP error that quotes a segment of the connection. */
struct tcp_icmp {
    uint8_t notice; /* enum nic_notice: the kind of the error */
    bool is_hard;   /* RFC 9293 3.9.2.2: protocol or port unreachable, and so on */
    uint32_t seq;   /* sequence number in the quoted segment */
    uint32_t mtu;   /* NIC_NOTICE_PATH_MTU: MTU of the next hop; 0 if not reported */
};

/* One segment to send. The caller reads the payload from the transmit ring at seq. */
struct tcp_tx {
    uint32_t seq;
    uint32_t ack;
    uint32_t len;        /* payload bytes */
    uint16_t flags;      /* enum tcp_flag */
    uint16_t window;     /* field value, already scaled */
    uint8_t options_len; /* padded to a multiple of 4 */
    bool retransmission;
    uint8_t ecn;     /* ECN field of the IP header (RFC 3168 5): 0 or 2 */
    uint16_t urgent; /* with TCP_URG */
    uint8_t options[40];
};

#ifdef __cplusplus
}
#endif

#endif

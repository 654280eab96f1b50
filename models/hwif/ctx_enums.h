/* Values of the enumerated and bit fields of the connection context (conn_ctx.def). */
#ifndef TOESIM_HWIF_CTX_ENUMS_H
#define TOESIM_HWIF_CTX_ENUMS_H

enum { CTX_VERSION = 2, CTX_BYTES = 320, CTX_LINE_BYTES = 64, CTX_LINES = 5, CTX_CONST_LINE = 4 };

enum own_state {
    OWN_ABSENT = 0,
    OWN_RESERVED = 1,  /* a lookup entry is reserved; frames go to the host */
    OWN_HOLD = 2,      /* image arrived, held frames not yet applied */
    OWN_ACTIVE = 3,    /* this NIC does all protocol processing */
    OWN_QUIESCE = 4,   /* FREEZE accepted; the NIC finishes work in progress */
    OWN_FROZEN = 5,    /* nothing more is applied, built or timed */
    OWN_TOMBSTONE = 6, /* extracted; frames answer "moved" */
    OWN_INACTIVE = 7,  /* the image rests in host memory */
};

enum tcp_state {
    TCP_CLOSED = 0,
    TCP_LISTEN = 1, /* image the driver built for a SYN */
    TCP_SYN_SENT = 2,
    TCP_SYN_RCVD = 3,
    TCP_ESTABLISHED = 4,
    TCP_FIN_WAIT_1 = 5,
    TCP_FIN_WAIT_2 = 6,
    TCP_CLOSE_WAIT = 7,
    TCP_CLOSING = 8,
    TCP_LAST_ACK = 9,
    TCP_TIME_WAIT = 10,
};

enum move_reason {
    MOVE_NONE = 0,
    MOVE_OPENED = 1,      /* first activation */
    MOVE_FOREIGN = 2,     /* a frame arrived on the other NIC */
    MOVE_LINK_DOWN = 3,   /* the owner's link went down */
    MOVE_REACTIVATED = 4, /* back from inactivity */
    MOVE_RETURNED = 5,    /* the move failed; back to the old owner */
    MOVE_ONLOADED = 6,    /* from a NIC, or instead of one, to the host's own TCP */
    MOVE_OFFLOADED = 7,   /* from the host's own TCP to a NIC */
};

/* Negotiated TCP options (features), or those the listener may offer (offered). */
enum ctx_feature {
    CTX_FEATURE_TS = 1 << 0,   /* RFC 7323 timestamps */
    CTX_FEATURE_SACK = 1 << 1, /* RFC 2018 SACK permitted */
    CTX_FEATURE_WS = 1 << 2,   /* RFC 7323 window scaling */
    CTX_FEATURE_ECN = 1 << 3,  /* RFC 3168 */
    CTX_FEATURE_MSS = 1 << 4,  /* an MSS option is sent on the SYN */
};

enum ctx_flag {
    CTX_FLAG_FIN_QUEUED = 1 << 0,     /* application closed: FIN follows the byte tx_prod - 1 */
    CTX_FLAG_FIN_SENT = 1 << 1,       /* snd_max covers our FIN */
    CTX_FLAG_FIN_ACKED = 1 << 2,      /* our FIN is acknowledged */
    CTX_FLAG_PEER_FIN = 1 << 3,       /* peer's FIN received; rcv_nxt covers it */
    CTX_FLAG_ACK_NOW = 1 << 4,        /* an ACK is owed at once */
    CTX_FLAG_NAGLE = 1 << 5,          /* RFC 9293 3.7.4 */
    CTX_FLAG_KEEPALIVE = 1 << 6,      /* keepalive enabled */
    CTX_FLAG_SYN_REXMT = 1 << 7,      /* our SYN or SYN-ACK was retransmitted (RFC 6298 5.7) */
    CTX_FLAG_RTT_TIMING = 1 << 8,     /* rtt_seq and rtt_start are valid */
    CTX_FLAG_ECE_OWED = 1 << 9,       /* RFC 3168 */
    CTX_FLAG_CWR_OWED = 1 << 10,      /* RFC 3168 */
    CTX_FLAG_ABORT = 1 << 11,         /* application aborted: send a reset, then gone */
    CTX_FLAG_DATA_SENT = 1 << 12,     /* last_send is valid */
    CTX_FLAG_ACTIVE_OPEN = 1 << 13,   /* we sent the first SYN */
    CTX_FLAG_URGENT = 1 << 14,        /* rcv_up is valid: not read up to there */
    CTX_FLAG_TIMESTAMP_OK = 1 << 15,  /* ts_recent is valid */
    CTX_FLAG_OOO_FIN = 1 << 16,       /* fin_seq is valid: a FIN waits beyond a hole */
    CTX_FLAG_REXMT_NOW = 1 << 17,     /* the segment at snd_una is to be sent again at once */
    CTX_FLAG_PROBE_NOW = 1 << 18,     /* a window probe is due (RFC 9293 3.8.6.1) */
    CTX_FLAG_KEEPALIVE_NOW = 1 << 19, /* a keepalive probe is due (RFC 9293 3.8.4) */
    CTX_FLAG_ECN_CUT = 1 << 20,    /* cwnd was cut for an ECE: not again before high_rxt is acked */
    CTX_FLAG_SND_URGENT = 1 << 21, /* snd_up is valid: urgent data waits or is in flight */
    CTX_FLAG_BLIND_RECOVERY = 1 << 22, /* fast recovery began without any report of the peer */
    CTX_FLAG_SACK_FULL = 1 << 23, /* in this recovery the peer dropped segments beyond a hole */
    CTX_FLAG_CORK = 1 << 24,      /* the application wants full segments only */
};

enum ctx_timer {
    CTX_TIMER_REXMT = 1 << 0,
    CTX_TIMER_PERSIST = 1 << 1, /* shares rexmt_deadline with CTX_TIMER_REXMT; never both */
    CTX_TIMER_DELACK = 1 << 2,
    CTX_TIMER_KEEPALIVE = 1 << 3,
    CTX_TIMER_WAIT = 1 << 4, /* FIN_WAIT_2 or TIME_WAIT */
};

enum ctx_recovery {
    CTX_RECOVERY_NONE = 0,
    CTX_RECOVERY_FAST = 1, /* RFC 6582 fast recovery */
    CTX_RECOVERY_RTO = 2,  /* after a retransmission timeout, until recover is acknowledged */
};

#endif

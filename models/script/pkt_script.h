/*
 * Packet scripts: one line per event, in the spirit of packetdrill (docs/tcp-scripts.md). The peer's
 * segments are injected (`<`), the server's are expected (`>`); lines between act for the server's
 * application or look at its connection. Sequence numbers count from each side's SYN.
 */
#ifndef TOESIM_SCRIPT_PKT_SCRIPT_H
#define TOESIM_SCRIPT_PKT_SCRIPT_H

#include "models/script/pkt_segment.h"
#include "models/tcp/tcp.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PKT_LINES_MAX = 256,
    PKT_ERROR_MAX = 400,
    PKT_REASON_MAX = 160,
    PKT_KEYS_MAX = 4,
    PKT_KEY_MAX = 80
};

enum pkt_kind {
    PKT_IN,         /* `<` segment of the peer */
    PKT_ICMP,       /* `< icmp`: a router's error about the segment seg.seq; value: MTU */
    PKT_OUT,        /* `>` segment of the server */
    PKT_QUIET,      /* nothing is sent for this long */
    PKT_WRITE,      /* the application writes `value` bytes */
    PKT_READ,       /* reads `value` bytes (with `set manual 1`) */
    PKT_CLOSE,      /* closes its side */
    PKT_ABORT,      /* gives up */
    PKT_CONNECT,    /* opens actively */
    PKT_OPTION,     /* the application sets option `word` of its connection to `value` */
    PKT_STATE,      /* the connection is in state `word` */
    PKT_VERDICT,    /* verdict on the last segment: `applied` or a drop reason's key */
    PKT_RECEIVED,   /* so many bytes came in order, unchanged */
    PKT_CLOSED,     /* the NIC reported an orderly end into state `word` */
    PKT_TERMINATED, /* the NIC reported a premature end for cause `word` */
    PKT_URGENT,     /* the NIC told the host of urgent data with the last segment */
    PKT_NOTICE,     /* the application was told of trouble `word` that ended nothing */
};

struct pkt_line {
    unsigned number;
    enum pkt_kind kind;
    uint64_t delay_ps;
    struct pkt_segment seg;
    uint32_t value;
    char word[32];
};

struct pkt_script {
    const char *path;
    uint8_t ip_version;               /* `only ipv4` or `only ipv6`; 0: either */
    char only_core[PKT_REASON_MAX];   /* `only core: why`: not in the whole system */
    char only_system[PKT_REASON_MAX]; /* `only system: why` */
    char key[PKT_KEYS_MAX]
            [PKT_KEY_MAX]; /* `system KEY=VALUE`: of the scenario, with `only system` */
    unsigned key_count;
    uint8_t offered;   /* enum ctx_feature, by `offer` */
    uint32_t flags;    /* CTX_FLAG_NAGLE and CTX_FLAG_KEEPALIVE, by `set` */
    bool manual;       /* the application reads only when told */
    uint8_t ring_log2; /* both rings */
    uint8_t rcv_ws;
    uint8_t congestion;
    uint32_t rto_min_us, delack_us, time_wait_us, fin_wait_2_us, rexmt_max, syn_rexmt_max;
    uint32_t keepalive_idle_ms, keepalive_interval_ms, keepalive_probes, challenge_max;
    uint32_t user_timeout_ms; /* R2 of this connection; 0: rexmt_max */
    uint32_t dscp, ttl;       /* of its packets; ttl 0: 64 */
    uint32_t mss;             /* announced; 0: what the port takes */
    struct pkt_line line[PKT_LINES_MAX];
    size_t count;
    char error[PKT_ERROR_MAX]; /* file:line: what is wrong */
};

/* path is kept. False: see error. */
bool pkt_script_read(struct pkt_script *script, const char *path);
bool pkt_script_parse(struct pkt_script *script, const char *path, const char *text);

/* What `option` lines may set. */
enum pkt_option {
    PKT_OPTION_NODELAY,
    PKT_OPTION_CORK,
    PKT_OPTION_KEEPALIVE,
    PKT_OPTION_KEEPIDLE,  /* seconds */
    PKT_OPTION_KEEPINTVL, /* seconds */
    PKT_OPTION_KEEPCNT,
    PKT_OPTION_MAXSEG,
    PKT_OPTION_DSCP,
    PKT_OPTION_USER_TIMEOUT, /* ms */
    PKT_OPTION_COUNT
};

#ifdef __cplusplus
}
#endif

#endif

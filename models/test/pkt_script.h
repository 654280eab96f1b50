/*
 * Packet scripts: one line per event, in the spirit of packetdrill (docs/tcp-scripts.md). The peer's
 * segments are injected (`<`), the server's are expected (`>`); lines between act for the server's
 * application or look at its connection. Sequence numbers count from each side's SYN.
 */
#ifndef TOESIM_TEST_PKT_SCRIPT_H
#define TOESIM_TEST_PKT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PKT_LINES_MAX = 256, PKT_SACK_MAX = 4, PKT_TEXT_MAX = 200, PKT_ERROR_MAX = 400 };

enum pkt_kind {
    PKT_IN,         /* `<` segment of the peer */
    PKT_OUT,        /* `>` segment of the server */
    PKT_QUIET,      /* nothing is sent for this long */
    PKT_WRITE,      /* the application writes `value` bytes */
    PKT_READ,       /* reads `value` bytes (with `set manual 1`) */
    PKT_CLOSE,      /* closes its side */
    PKT_ABORT,      /* gives up */
    PKT_CONNECT,    /* opens actively */
    PKT_STATE,      /* the connection is in state `word` */
    PKT_VERDICT,    /* verdict on the last segment: `applied` or a drop reason's key */
    PKT_RECEIVED,   /* so many bytes came in order, unchanged */
    PKT_CLOSED,     /* the NIC reported an orderly end into state `word` */
    PKT_TERMINATED, /* the NIC reported a premature end for cause `word` */
    PKT_URGENT,     /* the NIC told the host of urgent data with the last segment */
};

enum pkt_has {
    PKT_HAS_ACK = 1 << 0,
    PKT_HAS_WIN = 1 << 1,
    PKT_HAS_MSS = 1 << 2,
    PKT_HAS_WS = 1 << 3,
    PKT_HAS_SACKOK = 1 << 4,
    PKT_HAS_TS = 1 << 5,
    PKT_HAS_URG = 1 << 6,
    PKT_HAS_ECN = 1 << 7,
    PKT_HAS_NOSACK = 1 << 8,
    PKT_HAS_TSVAL = 1 << 9,
};

struct pkt_segment {
    uint16_t flags; /* enum tcp_flag */
    uint16_t has;   /* enum pkt_has: what the line names */
    uint32_t seq, len, ack, win, mss, ws, tsval, tsecr, urg, ecn;
    bool tsecr_newest; /* `*`: the server's newest stamp */
    unsigned sack_count;
    uint32_t sack[PKT_SACK_MAX][2];
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
    uint8_t offered;   /* enum ctx_feature, by `offer` */
    uint32_t flags;    /* CTX_FLAG_NAGLE and CTX_FLAG_KEEPALIVE, by `set` */
    bool manual;       /* the application reads only when told */
    uint8_t ring_log2; /* both rings */
    uint8_t rcv_ws;
    uint8_t congestion;
    uint32_t rto_min_us, delack_us, time_wait_us, fin_wait_2_us, rexmt_max, syn_rexmt_max;
    uint32_t keepalive_idle_ms, keepalive_interval_ms, keepalive_probes, challenge_max;
    struct pkt_line line[PKT_LINES_MAX];
    size_t count;
    char error[PKT_ERROR_MAX]; /* file:line: what is wrong */
};

/* path is kept. False: see error. */
bool pkt_script_read(struct pkt_script *script, const char *path);
bool pkt_script_parse(struct pkt_script *script, const char *path, const char *text);

/* A segment as a script writes it; without timestamps and window. */
void pkt_segment_text(const struct pkt_segment *seg, char text[PKT_TEXT_MAX]);

#endif

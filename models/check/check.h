/*
 * The online invariants (docs/moves.md): a probe listener that judges every event of a run. Never
 * switched off. The first violation is kept with its connection's last events; the run ends there.
 */
#ifndef TOESIM_CHECK_CHECK_H
#define TOESIM_CHECK_CHECK_H

#include "models/base/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "key in stats.json under invariants", "rule") */
#define INVARIANTS(X)                                                                              \
    X(OWN, "I-OWN", "at most one NIC, or the host's own TCP, is ACTIVE or QUIESCE")                \
    X(TX1, "I-TX1", "a frame is built only by the place that owns the connection")                 \
    X(GEN, "I-GEN", "generation at activation is the next that no NIC refused to install")         \
    X(FENCE, "I-FENCE", "activation only after the old owner is extracted and drained, or fenced") \
    X(CRC, "I-CRC", "the installed image is the extracted one but for the fields that may change") \
    X(ACK, "I-ACK",                                                                                \
      "acknowledged bytes are in issued posted writes (posted) or visible (flushed)")              \
    X(ACKFWD, "I-ACKFWD", "the acknowledgment number of frames built later never decreases")       \
    X(WND, "I-WND", "the right edge of the window of frames built later never decreases")          \
    X(TSV, "I-TSV", "the timestamp value of frames built later never decreases")                   \
    X(SND, "I-SND", "snd_una <= snd_nxt <= snd_max, and snd_max covers all that was sent")         \
    X(SEQ, "I-SEQ", "bytes at one sequence number are the same in every transmission")             \
    X(RXONCE, "I-RXONCE", "each received frame has exactly one verdict")                           \
    X(RXIF, "I-RXIF", "the receiving NIC's number is stored before the record is acted on")        \
    X(NODUP, "I-NODUP", "a received byte reaches the application exactly once, in order")          \
    X(MOVE, "I-MOVE", "the context at the new place is that of the old one, field by field")       \
    X(DMA, "I-DMA", "only who serves a connection writes into its rings")                          \
    X(DB, "I-DB",                                                                                  \
      "doorbells are taken by the generation they are for, and what they tell arrives")            \
    X(HOLD, "I-HOLD", "held frames and moves under way stay within their limits")                  \
    X(ORDER, "I-ORDER", "held frames are applied in the order of their MAC times")                 \
    X(FLAP, "I-FLAP", "between two moves that frames asked for a segment is applied")              \
    X(LIVE1, "I-LIVE1", "every move ends")                                                         \
    X(LIVE2, "I-LIVE2", "something comes of every foreign frame")                                  \
    X(TERM, "I-TERM", "the application is told of each end once, with its cause")                  \
    X(IDLE, "I-IDLE", "a connection rests when both NICs were silent, and then it does")           \
    X(RTXBUF, "I-RTXBUF", "bytes that are not acknowledged stay in the transmit ring")             \
    X(NOGHOST, "I-NOGHOST", "exactly what was sent can be acknowledged")                           \
    X(TSR, "I-TSR", "the echoed timestamp never goes back, and the newest is accepted")            \
    X(RTO, "I-RTO", "no timeout comes before the RTO has passed, and each timer fires when due")   \
    X(KARN, "I-KARN", "without timestamps no RTT sample spans a retransmission")                   \
    X(CC, "I-CC", "one multiplicative decrease for the losses of a window")                        \
    X(SACK, "I-SACK", "selective acknowledgments are of bytes that are held")                      \
    X(DACK, "I-DACK", "an acknowledgment is never delayed for more than half a second")            \
    X(ACKCNT, "I-ACKCNT", "a move brings one acknowledgment at most that nobody asked for")        \
    X(ZWP, "I-ZWP", "a closed window is probed, and not before the interval has passed")           \
    X(RST, "I-RST", "one reset for a connection, at a number the peer accepts")                    \
    X(FINSEQ, "I-FINSEQ", "the FIN keeps its number, and states follow each other as they may")    \
    X(CAP, "I-CAP", "frames fit the MTU and carry what both sides have agreed on")                 \
    X(MAC, "I-MAC", "both ports send from the one address of the team")                            \
    X(CTX, "I-CTX",                                                                                \
      "a NIC ends a connection for a context error only after a soft error there, since it has "   \
      "it")                                                                                        \
    X(TRIG, "I-TRIG",                                                                              \
      "each move has a trigger of its own, and its time and port are those of the frame or event") \
    X(MARK, "I-MARK", "each latency mark is the time of the event it names, in their order")       \
    X(TWAIT, "I-2MSL", "TIME_WAIT lasts 2 MSL from the last FIN, no less and no longer")           \
    X(AUDIT, "I-AUDIT", "all that was taken is with somebody who will give it back")               \
    X(SUM, "I-SUM",                                                                                \
      "moves: started = completed + failed + cancelled + open, in every place that counts them")

enum invariant {
#define X(id, key, rule) INVARIANT_##id,
    INVARIANTS(X)
#undef X
        INVARIANT_COUNT,
};

const char *invariant_key(enum invariant invariant);

struct check_params {
    uint32_t conn_max;
    bool ack_flushed; /* ack_policy: flushed */
    /* What the run is configured to; zero or false: the rule that needs it is not checked. */
    bool has_app_calls; /* APP_CLOSED tells what the application is called with */
    bool has_mac;       /* mac, ipv4 and ipv6 are the team's */
    uint8_t mac[6];
    uint8_t ipv4[16], ipv6[16]; /* as in a packet */
    uint32_t mtu_bytes;
    uint32_t ring_bytes; /* transmit ring of a connection */
    uint32_t moves_max;  /* under way at a time */
    uint32_t hold_frames;
    uint64_t hold_bytes;
    uint64_t move_deadline_ps;
    uint64_t slack_ps; /* added to every bound in time: what the configured latencies may cost */
    uint64_t idle_ps, scan_ps;
    uint32_t rto_min_us, rto_max_us;
    uint64_t time_wait_ps; /* 2 MSL */
    /* Reads from host memory which NIC is stored as the receiver of conn's latest frame. */
    uint8_t (*stored_rx_if)(void *self, uint32_t conn);
    void *self;
};

struct check; /* opaque */

/* Null when memory is short. */
struct check *check_create(const struct check_params *params);
void check_destroy(struct check *check);
struct probe_listener check_listener(struct check *check);

/* Moves as somebody counts them; open: begun and not ended. */
struct check_moves {
    uint64_t started, completed, failed, cancelled, open;
};

/* At the end of each run, for everybody who counts moves: they must have seen what was seen here. */
void check_count_moves(struct check *check, const char *who, const struct check_moves *told,
                       uint64_t now_ps);

/* How far a received frame without a verdict is known to have come. */
enum check_place {
    CHECK_AT_NIC,  /* accepted by the MAC */
    CHECK_ON_PCIE, /* given to the host, not visible there yet */
    CHECK_AT_HOST, /* its record is in host memory */
};

/*
 * At the end of each run: a kind of thing that is taken and given back. kept: how many are out, as
 * their owner counts; claimed: how many those who use them have. Different: I-AUDIT.
 */
struct check_account {
    const char *what; /* "references to frame buffers" */
    uint64_t kept, claimed;
};
void check_settle(struct check *check, const struct check_account *account, uint64_t now_ps);

/* The same for what must be over when nothing is under way anywhere: connections that a NIC has
 * begun to take or to give (nothing but ACTIVE and ABSENT is left), and frames that are held.
 * entries[nic]: tuples in the lookup table of that NIC's context cache. */
void check_settle_rest(struct check *check, const uint64_t entries[2], uint64_t now_ps);

/* Says whether a frame can be there: in a queue, on a link or in a buffer. Null holds: never. */
struct check_places {
    bool (*holds)(const void *self, enum check_place place, unsigned nic, uint64_t frame);
    const void *self;
};

/* At the end of a run. A frame without a verdict is in flight where a place holds it, and counted;
 * one that is nowhere violates I-RXONCE. */
void check_finish(struct check *check, const struct check_places *places, uint64_t now_ps);
/* Frames that were in flight then. */
size_t check_frames_in_flight(const struct check *check);

/* Frames that a NIC received and that have no verdict yet. */
size_t check_open_frames(const struct check *check);

uint64_t check_violations(const struct check *check, enum invariant invariant);
uint64_t check_violations_total(const struct check *check);
/* Several lines: the first violation, its time, connection and last 32 events. "" when none. */
const char *check_report(const struct check *check);

#ifdef __cplusplus
}
#endif

#endif

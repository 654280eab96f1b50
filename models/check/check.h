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
    X(CTX, "I-CTX",                                                                                \
      "a NIC ends a connection for a context error only after a soft error there, since it has "   \
      "it")                                                                                        \
    X(TRIG, "I-TRIG",                                                                              \
      "each move has a trigger of its own, and its time and port are those of the frame or event") \
    X(MARK, "I-MARK", "each latency mark is the time of the event it names, in their order")       \
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

/*
 * The outcome of each conversation of a run. A conversation has exactly one outcome, which only outcome_decide() may
 * choose. The outcomes of a run add up to the number of its conversations.
 */
#ifndef TOESIM_TRACE_OUTCOME_H
#define TOESIM_TRACE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outcomes of conversations that were judged. X(identifier, "key in stats.json under streams",
 * "meaning") */
#define OUTCOMES_JUDGED(X)                                                                         \
    X(INTACT, "intact", "ended, and every byte was right")                                         \
    X(DAMAGED, "damaged", "a byte was wrong, missing or doubled, or the end came too early")       \
    X(STALLED, "stalled", "nothing moved for traffic.stall, and no timer would have helped")       \
    X(UNFINISHED, "unfinished", "the run ended first")

/* Why a conversation of a capture is not judged. X(identifier, "key in stats.json under
 * streams.partial", "meaning") */
#define PARTIAL_REASONS(X)                                                                         \
    X(NO_SYN, "no_syn", "starts before the capture")                                               \
    X(NO_SYN_ACK, "no_syn_ack", "nobody answered the SYN")                                         \
    X(NO_END, "no_end", "neither FIN from both sides nor a reset")                                 \
    X(MISSING_BYTES, "missing_bytes", "acknowledged bytes that the capture does not hold")         \
    X(CONFLICT, "conflict", "one sequence number, different bytes")                                \
    X(SPLIT_HANDSHAKE, "split_handshake", "SYN from both sides")                                   \
    X(TUPLE, "tuple", "no free tuple on the team's address")                                       \
    X(STACK, "stack", "endpoint mode: the peers' stack refuses to play it")

enum outcome {
    OUTCOME_OPEN = 0,            /* not decided: the run goes on */
    PARTIAL_NONE = OUTCOME_OPEN, /* of a conversation in a capture: complete, so it can be judged */
#define X(id, key, text) OUTCOME_##id,
    OUTCOMES_JUDGED(X)
#undef X
        OUTCOME_NOT_COMPARED, /* frames of a caller, who alone knows what they should hold */
#define X(id, key, text) PARTIAL_##id,
    PARTIAL_REASONS(X)
#undef X
        OUTCOME_COUNT,
    OUTCOME_PARTIAL_FIRST = OUTCOME_NOT_COMPARED + 1, /* from here on: partial, by reason */
};

/* Returns the key in stats.json, which is also the text in conns.csv; "waiting" for OUTCOME_OPEN. It is static text. */
const char *outcome_key(enum outcome outcome);
/* Returns a description of one line for documents and tables, as static text. */
const char *outcome_meaning(enum outcome outcome);

static inline bool outcome_is_partial(enum outcome outcome)
{
    return outcome >= OUTCOME_PARTIAL_FIRST;
}

/* The facts about a conversation from which its outcome is decided. */
struct outcome_facts {
    enum outcome partial; /* PARTIAL_NONE, or why it cannot be judged */
    bool damaged;         /* something was wrong */
    bool ended;           /* both sides have closed, or one was reset as it should be */
    bool delivered;       /* every byte reached its reader */
    bool stalled;         /* given up after traffic.stall */
};

/* Decides the outcome of a conversation. It never returns OUTCOME_OPEN. */
enum outcome outcome_decide(const struct outcome_facts *facts);

/* The number of conversations with each outcome. */
struct outcome_counts {
    uint64_t total;
    uint64_t of[OUTCOME_COUNT];
};

/* Counts one more conversation with this outcome, which must not be OUTCOME_OPEN. */
void outcome_count(struct outcome_counts *counts, enum outcome outcome);

/* Returns the number of partial conversations, over all reasons. */
uint64_t outcome_partial_total(const struct outcome_counts *counts);
/* Returns the number of conversations whose bytes were compared and judged. Partial and not compared ones are left
 * out. */
uint64_t outcome_judged_total(const struct outcome_counts *counts);
/* Returns true if the outcomes add up to the total. */
bool outcome_counts_are_sane(const struct outcome_counts *counts);

#ifdef __cplusplus
}
#endif

#endif

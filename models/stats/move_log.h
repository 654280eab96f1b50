/*
 * One record per transfer of a connection from one place to another, with its latency marks T0..T13
 * (docs/moves.md). A probe listener; the source of moves.csv and of the latency tables.
 */
#ifndef TOESIM_STATS_MOVE_LOG_H
#define TOESIM_STATS_MOVE_LOG_H

#include "models/base/move_event.h"
#include "models/base/probe.h"
#include "models/base/units.h"
#include "models/stats/move_cost.h"
#include "models/stats/samples.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* T0..T13, and behind them when the move began. That is T3, unless too many others were under way and
 * it had to wait for its turn. */
enum { MOVE_MARKS = 14, MOVE_BEGUN = MOVE_MARKS, MOVE_TIMES };

enum move_outcome { MOVE_RUNNING, MOVE_COMPLETED, MOVE_FAILED, MOVE_CANCELLED, MOVE_OUTCOME_COUNT };

struct move_row {
    uint32_t conn;
    uint16_t gen;                /* generation moved away from */
    uint8_t reason;              /* enum move_reason */
    uint8_t kind;                /* enum transfer_kind */
    uint8_t source, destination; /* NICs, or the places of host-sw/transfer/place.h */
    uint8_t outcome;             /* enum move_outcome */
    bool late;                   /* it was not over at its deadline */
    bool cold;                   /* FREEZE found the context in the DRAM of the source only */
    const char *mechanism;       /* static text */
    struct move_trigger trigger;
    uint64_t trigger_number;  /* of the trigger's record in nicN.pcap, from 1; 0: no frame */
    uint32_t held, forwarded; /* as the driver reported at the end */
    uint64_t held_bytes;
    uint64_t mark_ps[MOVE_TIMES];  /* TIME_NEVER: did not happen */
    uint64_t own_ps[MARK_OWN_MAX]; /* marks of the mechanism's own; TIME_NEVER: did not happen */
    bool sent;                     /* first_* describe the first frame after the move */
    uint32_t first_seq, first_len, first_ack;
};

/* X(name, from mark, to mark, "meaning") */
/* clang-format off */
#define MOVE_PHASES(X)                                                                             \
    X(detect, 0, 2, "from T0 to T2") X(notify, 2, 3, "from T2 to T3")                              \
    X(queue, 3, MOVE_BEGUN, "from T3 to begun_ps")                                                 \
    X(command, MOVE_BEGUN, 4, "from begun_ps to T4")                                               \
    X(quiesce, 4, 5, "from T4 to T5") X(drain, 5, 6, "from T5 to T6")                              \
    X(extract, 6, 7, "from T6 to T7") X(decide, 7, 8, "from T7 to T8")                             \
    X(transfer, 8, 9, "from T8 to T9") X(install, 9, 10, "from T9 to T10")                         \
    X(replay, 10, 11, "from T10 to T11")
/* clang-format on */

enum move_phase {
#define X(name, from, to, text) MOVE_PHASE_##name,
    MOVE_PHASES(X)
#undef X
        MOVE_PHASE_COUNT,
};

const char *move_phase_name(enum move_phase phase);

/* In nanoseconds, rounded down; over completed moves from NIC to NIC only. */
struct move_summary {
    bool any;                /* makespan_ns is valid: at least one move has completed */
    uint64_t makespan_ns;    /* from the first T0 to the last T10 */
    struct samples latency;  /* T10 - T0 */
    struct samples blackout; /* T10 - T5 */
    struct samples recovery; /* T13 - T0 */
    struct samples phase[MOVE_PHASE_COUNT];
    uint64_t cost[COST_KIND_COUNT]; /* over all moves from NIC to NIC, however they ended */
};

struct move_log; /* opaque */

struct move_log *move_log_create(uint32_t conn_max);
void move_log_destroy(struct move_log *log);
struct probe_listener move_log_listener(struct move_log *log);

size_t move_log_count(const struct move_log *log);
const struct move_row *move_log_row(const struct move_log *log, size_t index);
/* Returns the row of the newest move of the connection, or null if it never moved. */
const struct move_row *move_log_newest_move(const struct move_log *log, uint32_t conn);
/* What the transfer of the row has cost so far. Valid until the next event. */
const struct move_cost *move_log_cost(const struct move_log *log, size_t index);
/* True while a transfer has begun and may still see T12. */
bool move_log_is_moving(const struct move_log *log);

/* Rows of one kind of transfer, in all and by outcome. */
struct move_counts {
    uint64_t total, by_outcome[MOVE_OUTCOME_COUNT];
};
struct move_counts move_log_counts(const struct move_log *log, enum transfer_kind kind);

/* Adds, for each completed move by this mechanism, the time in nanoseconds from its begin to the mark
 * `own` (below MARK_OWN_MAX) of the mechanism's own, as far as it happened. */
void move_log_own_phase(const struct move_log *log, const char *mechanism, unsigned own,
                        struct samples *samples);

void move_log_summarize(const struct move_log *log, struct move_summary *summary);
void move_summary_free(struct move_summary *summary);

#ifdef __cplusplus
}
#endif

#endif

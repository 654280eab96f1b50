/* What became of one offset of a race. */
#ifndef TOESIM_SIM_RACE_REPORT_H
#define TOESIM_SIM_RACE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "name in outcomes.csv", letter of the bar, is it a failure, "meaning"). A later one hides an earlier one
 * in the bar. */
/* clang-format off */
#define RACE_OUTCOMES(X)                                                                           \
    X(INTACT, "intact", '.', false, "every byte arrived, and both sides ended in order")           \
    X(NOT_PLACED, "not_placed", '-', false, "the client could not do that any more")               \
    X(RESET, "reset", 'r', false, "the client aborted, and the server was told once")              \
    X(LOST, "lost", 'l', true, "somebody ended its process, or its result was not written")       \
    X(EXPECT, "expect", 'E', true, "an expectation of the scenario does not hold")                 \
    X(DAMAGED, "damaged", 'D', true, "a byte was wrong or missing, or an end came without cause")  \
    X(HANG, "hang", 'H', true, "a conversation, or the server's side of it, did not end")          \
    X(CRASH, "crash", 'C', true, "the simulator failed")                                           \
    X(VIOLATION, "violation", 'V', true, "an invariant was violated")
/* clang-format on */

enum race_outcome {
#define X(id, name, letter, failure, meaning) RACE_##id,
    RACE_OUTCOMES(X)
#undef X
        RACE_OUTCOME_COUNT,
};

enum { RACE_DETAIL_MAX = 256 };

struct race_report {
    uint32_t outcome; /* enum race_outcome */
    uint32_t moves;   /* completed, from NIC to NIC */
    uint64_t sim_time_ps;
    uint64_t cpu_us; /* of the branch alone */
    char detail[RACE_DETAIL_MAX];
};

const char *race_outcome_name(enum race_outcome outcome);
const char *race_outcome_meaning(enum race_outcome outcome);
char race_outcome_letter(enum race_outcome outcome);
bool race_outcome_is_failure(enum race_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif

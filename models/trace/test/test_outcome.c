/* Tests that each conversation has one outcome, and that the outcomes add up. */
#include "models/trace/replay/outcome.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

struct row {
    struct outcome_facts facts;
    enum outcome outcome;
};

static const struct row rows[] = {
    {{.ended = true, .delivered = true}, OUTCOME_INTACT},
    {{0}, OUTCOME_UNFINISHED},
    {{.delivered = true}, OUTCOME_UNFINISHED}, /* without an end more bytes may arrive */
    {{.ended = true}, OUTCOME_UNFINISHED},     /* the application may still read bytes */
    {{.stalled = true}, OUTCOME_STALLED},
    {{.stalled = true, .delivered = true}, OUTCOME_STALLED},
    {{.stalled = true, .ended = true}, OUTCOME_DAMAGED},
    {{.stalled = true, .ended = true, .delivered = true}, OUTCOME_INTACT},
    {{.damaged = true}, OUTCOME_DAMAGED},
    {{.damaged = true, .stalled = true}, OUTCOME_DAMAGED},
    {{.damaged = true, .ended = true, .delivered = true}, OUTCOME_DAMAGED},
    {{.partial = PARTIAL_NO_END, .damaged = true}, PARTIAL_NO_END},
    {{.partial = PARTIAL_STACK, .ended = true, .delivered = true}, PARTIAL_STACK},
};

Test(outcome, facts_lead_to_one_outcome)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(outcome_decide(&rows[i].facts), rows[i].outcome, "row %zu", i);
}

Test(outcome, counts_add_up_and_tell_judged_from_partial)
{
    struct outcome_counts counts = {0};
    for (int i = OUTCOME_OPEN + 1; i < OUTCOME_COUNT; i++)
        outcome_count(&counts, (enum outcome)i);
    cr_assert(outcome_counts_are_sane(&counts));
    cr_assert_eq(counts.total, OUTCOME_COUNT - 1);
    cr_assert_eq(outcome_judged_total(&counts), 4); /* intact, damaged, stalled, unfinished */
    /* One more outcome is neither judged nor partial, because the bytes were not compared. */
    cr_assert_eq(outcome_partial_total(&counts), counts.total - 5);
    counts.of[OUTCOME_STALLED]++;
    cr_assert_not(outcome_counts_are_sane(&counts));
}

Test(outcome, an_open_conversation_cannot_be_counted, .signal = SIGABRT)
{
    struct outcome_counts counts = {0};
    outcome_count(&counts, OUTCOME_OPEN);
}

Test(outcome, each_has_its_own_key_and_a_meaning)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        cr_assert_gt(strlen(outcome_meaning((enum outcome)i)), 5);
        for (int j = 0; j < i; j++)
            cr_assert_str_neq(outcome_key((enum outcome)i), outcome_key((enum outcome)j));
    }
}

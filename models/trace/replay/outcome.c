#include "models/trace/replay/outcome.h"

#include <assert.h>

static const struct {
    const char *key, *meaning;
} outcomes[OUTCOME_COUNT] = {
    [OUTCOME_OPEN] = {"waiting", "the run goes on"},
#define X(id, key, text) [OUTCOME_##id] = {key, text},
    OUTCOMES_JUDGED(X)
#undef X
        [OUTCOME_NOT_COMPARED] = {"not_compared", "traffic of a caller, who alone can judge it"},
#define X(id, key, text) [PARTIAL_##id] = {key, text},
    PARTIAL_REASONS(X)
#undef X
};

const char *outcome_key(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].key;
}

const char *outcome_meaning(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].meaning;
}

enum outcome outcome_decide(const struct outcome_facts *facts)
{
    if (outcome_is_partial(facts->partial))
        return facts->partial;
    if (facts->damaged)
        return OUTCOME_DAMAGED;
    if (facts->ended && facts->delivered)
        return OUTCOME_INTACT;
    /* After the end of the conversation nothing more can arrive, so the missing bytes are lost. */
    if (facts->stalled)
        return facts->ended ? OUTCOME_DAMAGED : OUTCOME_STALLED;
    return OUTCOME_UNFINISHED;
}

void outcome_count(struct outcome_counts *counts, enum outcome outcome)
{
    assert(outcome != OUTCOME_OPEN);
    assert(outcome < OUTCOME_COUNT);
    counts->total++;
    counts->of[outcome]++;
}

static uint64_t sum(const struct outcome_counts *counts, int from, int to)
{
    uint64_t total = 0;
    for (int i = from; i < to; i++)
        total += counts->of[i];
    return total;
}

uint64_t outcome_partial_total(const struct outcome_counts *counts)
{
    return sum(counts, OUTCOME_PARTIAL_FIRST, OUTCOME_COUNT);
}

uint64_t outcome_judged_total(const struct outcome_counts *counts)
{
    return sum(counts, OUTCOME_OPEN + 1, OUTCOME_NOT_COMPARED);
}

bool outcome_counts_are_sane(const struct outcome_counts *counts)
{
    return counts->of[OUTCOME_OPEN] == 0 && sum(counts, 0, OUTCOME_COUNT) == counts->total;
}

#include "sim/race/race_report.h"

#include <assert.h>

static const struct {
    const char *name, *meaning;
    char letter;
    bool is_failure;
} outcomes[RACE_OUTCOME_COUNT] = {
#define X(id, name, letter, failure, meaning) {name, meaning, letter, failure},
    RACE_OUTCOMES(X)
#undef X
};

const char *race_outcome_name(enum race_outcome outcome)
{
    assert(outcome < RACE_OUTCOME_COUNT);
    return outcomes[outcome].name;
}

const char *race_outcome_meaning(enum race_outcome outcome)
{
    assert(outcome < RACE_OUTCOME_COUNT);
    return outcomes[outcome].meaning;
}

char race_outcome_letter(enum race_outcome outcome)
{
    assert(outcome < RACE_OUTCOME_COUNT);
    return outcomes[outcome].letter;
}

bool race_outcome_is_failure(enum race_outcome outcome)
{
    assert(outcome < RACE_OUTCOME_COUNT);
    return outcomes[outcome].is_failure;
}

#include "models/mac/fault/line_fault.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Longest wait of a reordered frame if the rule gives none; without a limit, a silent line would hold it forever. */
#define PATIENCE_PS PS_PER_MS

struct line_fault_entry {
    struct line_fault_rule rule;
    struct rng rng;
    bool is_on;
    uint64_t until_ps;
};

int line_fault_add(struct line_fault *fault, const struct line_fault_rule *rule, uint64_t seed,
                   const char *name)
{
    char stream[64];
    assert(rule->kind < LINE_FAULT_KINDS && rule->range_count <= LINE_FAULT_RANGES_MAX);
    assert(rule->rate_ppm <= LINE_FAULT_PPM);
    struct line_fault_entry *rules =
        realloc(fault->rules, (fault->rule_count + 1) * sizeof *fault->rules);
    if (!rules)
        return -1;
    fault->rules = rules;
    struct line_fault_entry *entry = &rules[fault->rule_count];
    *entry = (struct line_fault_entry){.rule = *rule};
    (void)snprintf(stream, sizeof stream, "%s.%u", name, fault->rule_count);
    rng_init(&entry->rng, seed, stream);
    return (int)fault->rule_count++;
}

void line_fault_start(struct line_fault *fault, int rule, uint64_t now_ps)
{
    assert(rule >= 0 && (uint32_t)rule < fault->rule_count);
    struct line_fault_entry *entry = &fault->rules[rule];
    entry->is_on = true;
    entry->until_ps = entry->rule.lasting_ps ? now_ps + entry->rule.lasting_ps : TIME_NEVER;
}

void line_fault_free(struct line_fault *fault)
{
    free(fault->rules);
    fault->rules = NULL;
    fault->rule_count = 0;
}

static bool is_chosen(struct line_fault_entry *entry, uint64_t number)
{
    const struct line_fault_rule *rule = &entry->rule;
    if (rule->range_count == 0)
        return rng_below(&entry->rng, LINE_FAULT_PPM) < rule->rate_ppm;
    for (uint32_t i = 0; i < rule->range_count; i++)
        if (number >= rule->ranges[i].first && number <= rule->ranges[i].last)
            return true;
    return false;
}

static void apply(struct line_fault_entry *entry, struct line_fault_verdict *verdict)
{
    const struct line_fault_rule *rule = &entry->rule;
    switch (rule->kind) {
    case LINE_FAULT_DROP:
        verdict->drop = true;
        break;
    case LINE_FAULT_CORRUPT:
        verdict->corrupt = true;
        break;
    case LINE_FAULT_TRUNCATE:
        verdict->truncate = true;
        break;
    case LINE_FAULT_DUPLICATE:
        verdict->duplicate = true;
        break;
    case LINE_FAULT_REORDER:
        verdict->behind = u32_max(rule->behind, 1);
        verdict->patience_ps = rule->delay_ps ? rule->delay_ps : PATIENCE_PS;
        break;
    case LINE_FAULT_DELAY:
        verdict->delay_ps += rule->delay_ps;
        if (rule->jitter_ps)
            verdict->delay_ps += rng_below(&entry->rng, rule->jitter_ps + 1);
        break;
    case LINE_FAULT_KINDS:
        assert(!"a kind");
    }
}

struct line_fault_verdict line_fault_judge(struct line_fault *fault, uint64_t now_ps)
{
    struct line_fault_verdict verdict = {0};
    fault->stats.frames++;
    for (uint32_t i = 0; i < fault->rule_count && !verdict.drop; i++) {
        struct line_fault_entry *entry = &fault->rules[i];
        if (entry->is_on && now_ps >= entry->until_ps)
            entry->is_on = false;
        if (!entry->is_on || !is_chosen(entry, fault->stats.frames))
            continue;
        apply(entry, &verdict);
        if (entry->rule.kind != LINE_FAULT_DUPLICATE)
            fault->stats.chosen[entry->rule.kind]++;
    }
    return verdict;
}

#include "sim/scenario/value/scenario_frames.h"

#include <stdio.h>
#include <string.h>

static bool parse_number(const char **at, uint32_t *number)
{
    uint64_t value = 0;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9' && value <= UINT32_MAX; ++*at)
        value = value * 10 + (uint64_t)(**at - '0');
    *number = (uint32_t)value;
    return *at > from && value >= 1 && value <= UINT32_MAX;
}

bool scenario_frames_parse(const char *text, struct line_fault_rule *rule,
                           char why[SCENARIO_WHY_MAX])
{
    const char *at = text;
    bool good = true;
    rule->range_count = 0;
    for (;;) {
        at += strspn(at, " ,");
        if (*at == '\0' || !good)
            break;
        struct line_fault_range range;
        good = rule->range_count < LINE_FAULT_RANGES_MAX && parse_number(&at, &range.first);
        range.last = range.first;
        if (good && *at == '-') {
            at++;
            good = parse_number(&at, &range.last) && range.last >= range.first;
        }
        good = good && strchr(" ,", *at) != NULL; /* the end of the text is in the string too */
        if (good)
            rule->ranges[rule->range_count++] = range;
    }
    if (good && rule->range_count > 0)
        return true;
    (void)snprintf(why, SCENARIO_WHY_MAX,
                   "'%.60s' is wrong; write up to %d numbers from 1 or ranges, such as 3 7 10-12",
                   text, LINE_FAULT_RANGES_MAX);
    return false;
}

void scenario_frames_format(const struct line_fault_rule *rule, char text[SCENARIO_VALUE_MAX])
{
    int used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < rule->range_count; i++) {
        const struct line_fault_range *range = &rule->ranges[i];
        size_t space = (size_t)(SCENARIO_VALUE_MAX - used);
        used += snprintf(text + used, space, "%s%u", i ? " " : "", range->first);
        space = (size_t)(SCENARIO_VALUE_MAX - used);
        if (range->last != range->first)
            used += snprintf(text + used, space, "-%u", range->last);
    }
}

#include "sim/compare/compare_limit.h"

#include "sim/schema/output_keys.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status refuse(const char *text, struct error *err)
{
    return error_set(err, STATUS_BAD_INPUT,
                     "--fail-if: '%s': write KEY > CHANGE or KEY < CHANGE, such as "
                     "'moves.latency_ns.p50 > +2%%' or 'moves.failed > +0'",
                     text);
}

enum status compare_limit_read(const char *text, struct compare_limit *limit, struct error *err)
{
    size_t at = strcspn(text, "<>"), len = at;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (text[at] == '\0' || len == 0 || len >= sizeof limit->key)
        return refuse(text, err);
    (void)snprintf(limit->key, sizeof limit->key, "%.*s", (int)len, text);
    limit->is_above = text[at] == '>';
    const char *number = text + at + 1;
    while (isspace((unsigned char)*number))
        number++;
    char *end;
    limit->change = strtod(number, &end);
    bool has_sign = *number == '+' || *number == '-';
    while (isspace((unsigned char)*end))
        end++;
    limit->is_relative = *end == '%';
    end += limit->is_relative;
    return has_sign && isdigit((unsigned char)number[1]) && *end == '\0' && isfinite(limit->change)
               ? STATUS_OK
               : refuse(text, err);
}

static enum status check_side(const struct compare_limit *limit, const struct comparison *c,
                              const struct compare_line *line, size_t side, struct error *err)
{
    const struct compare_value *base = &line->of[0], *value = &line->of[side];
    if (!base->is_number || !value->is_number)
        return error_set(err, STATUS_BAD_INPUT, "--fail-if: %s: is no number in %s", limit->key,
                         c->names[base->is_number ? side : 0]);
    double change = (double)value->number - (double)base->number;
    if (limit->is_relative &&
        base->number == 0) /* any change from 0 is more than each percentage */
        change = change == 0 ? 0 : change > 0 ? INFINITY : -INFINITY;
    else if (limit->is_relative)
        change = 100 * change / fabs((double)base->number);
    if (limit->is_above ? change <= limit->change : change >= limit->change)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED, "%s: %s in %s, %s in %s, beyond %c %+g%s", limit->key,
                     base->text, c->names[0], value->text, c->names[side],
                     limit->is_above ? '>' : '<', limit->change, limit->is_relative ? "%" : "");
}

enum status compare_limit_check(const struct compare_limit *limit, const struct comparison *c,
                                struct error *err)
{
    bool is_same;
    struct output_key key;
    const struct compare_line *line = comparison_find(c, limit->key, &is_same);
    if (is_same && output_keys_find(limit->key, &key) && key.type != OUTPUT_INTEGER)
        return error_set(err, STATUS_BAD_INPUT, "--fail-if: %s: is no number", limit->key);
    if (!line && !is_same)
        return error_set(err, STATUS_BAD_INPUT,
                         "--fail-if: %s: no such key; toesim check --outputs lists them",
                         limit->key);
    enum status status = STATUS_OK;
    for (size_t side = 1; line && side < c->side_count && status == STATUS_OK; side++)
        status = check_side(limit, c, line, side, err);
    /* A value that is the same in all runs fails only if no change is too little. */
    if (!line && (limit->is_above ? limit->change < 0 : limit->change > 0))
        status =
            error_set(err, STATUS_FAILED, "%s: did not change, beyond %c %+g%s", limit->key,
                      limit->is_above ? '>' : '<', limit->change, limit->is_relative ? "%" : "");
    return status;
}

#include "sim/results/verdict.h"

#include "models/check/violation.h"
#include "models/trace/capture/capture_access.h"
#include "sim/results/results_streams.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Appends "N key" to a list separated by commas, if there is space left. */
static void add_reason(char *text, size_t size, uint64_t count, const char *key)
{
    size_t used = strlen(text);
    if (count > 0 && used + 1 < size)
        (void)snprintf(text + used, size - used, "%s%" PRIu64 " %s", used ? ", " : "", count, key);
}

/* Lists the reasons why records of the capture are in no conversation. */
static void add_record_reasons(char *text, size_t size, const struct capture_stats *c)
{
    add_reason(text, size, c->records, "records");
    add_reason(text, size, c->tcp_segments, "TCP segments");
    for (int i = 0; i < LEFT_OUT_REASON_COUNT; i++)
        add_reason(text, size, c->left_out[i], left_out_meaning((enum left_out)i));
}

/* Records that are not there as they were on the wire, for which a conversation may lack its beginning or its end. */
static const enum left_out lost[] = {LEFT_OUT_CUT_HEADER, LEFT_OUT_MALFORMED, LEFT_OUT_FRAGMENT,
                                     LEFT_OUT_BAD_CHECKSUM};

static void add_lost_reasons(char *text, size_t size, const struct capture_stats *c)
{
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
        add_reason(text, size, c->left_out[lost[i]], left_out_meaning(lost[i]));
}

/* Tells how to make a capture that can be judged. */
static const char *cure(const struct capture_stats *c, bool decap)
{
    if (c->left_out[LEFT_OUT_CUT_HEADER] > 0)
        return "capture with a longer snap length (tcpdump -s 0)";
    if (c->left_out[LEFT_OUT_TUNNEL] > 0)
        return decap ? "--decap cannot open such tunnels" : "--decap takes frames out of tunnels";
    return "a conversation is judged if it is in the file from its SYN to its end";
}

static enum status nothing_judged(const struct results_input *in,
                                  const struct outcome_counts *counts, struct error *err)
{
    char why[256] = "";
    for (int i = OUTCOME_PARTIAL_FIRST; i < OUTCOME_COUNT; i++)
        add_reason(why, sizeof why, counts->of[i], outcome_key((enum outcome)i));
    const struct capture_stats *c = in->capture ? capture_get_stats(in->capture) : NULL;
    if (why[0] == '\0' && c)
        add_record_reasons(why, sizeof why, c);
    else if (c)
        add_lost_reasons(why, sizeof why, c);
    return error_set(err, STATUS_BAD_INPUT,
                     "%s: no conversation could be judged: %" PRIu64 " in all (%s); %s; "
                     "--allow-empty accepts that",
                     in->config->capture_path, counts->total, why[0] ? why : "an empty capture",
                     c ? cure(c, in->config->capture.decap) : "none began");
}

/* Reports the first expectation that does not hold, and how many others do not hold. */
static enum status expectation_failed(const struct results_input *in, const json_t *stats,
                                      struct error *err)
{
    const json_t *rows = json_object_get(stats, "expect");
    const char *first = NULL;
    size_t index, failed = 0;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        if (json_is_true(json_object_get(row, "ok")))
            continue;
        if (failed++ == 0)
            first = json_string_value(json_object_get(row, "text"));
    }
    char more[32] = "";
    if (failed > 1)
        (void)snprintf(more, sizeof more, " and %zu more", failed - 1);
    return error_set(err, STATUS_FAILED, "%s: expectation failed: %s%s; see summary.txt%s",
                     in->config->name, first ? first : "", more,
                     in->replay || in->gen ? " and conns.csv" : "");
}

static enum status capture_cut(const struct results_input *in, const struct capture_stats *capture,
                               struct error *err)
{
    const char *path = in->config->capture_path;
    if (capture->damaged_record == 1)
        return error_set(err, STATUS_BAD_INPUT, "%s: record 1: %s: nothing could be replayed", path,
                         capture->damage);
    return error_set(
        err, STATUS_BAD_INPUT,
        "%s: record %" PRIu64 ": %s: the results are of the %" PRIu64
        " records before it, and what follows is missing from them; tcpdump -r OLD -w NEW "
        "writes those alone to a new file",
        path, capture->damaged_record, capture->damage, capture->damaged_record - 1);
}

/* The message has space for the complete headline. The last events are in violation.txt. */
static enum status violated(const struct check *check, struct error *err)
{
    char text[ERROR_TEXT_MAX] = "";
    FILE *memory = fmemopen(text, sizeof text, "w");
    if (memory) {
        violation_print_headline(check_first_violation(check), memory);
        (void)fclose(memory);
    }
    return error_set(err, STATUS_FAILED, "%s", text);
}

enum status verdict_of_run(const struct results_input *in, const json_t *stats,
                           bool expectations_hold, struct error *err)
{
    const struct capture_stats *capture = in->capture ? capture_get_stats(in->capture) : NULL;
    struct outcome_counts counts;
    results_outcomes(in, &counts);
    /* A violation is a bug of the models, so no fault of the input may hide it. */
    if (check_violations_total(in->check))
        return violated(in->check, err);
    if (capture && capture->damaged_record)
        return capture_cut(in, capture, err);
    if (in->replay && outcome_judged_total(&counts) == 0 && !in->config->allow_empty)
        return nothing_judged(in, &counts, err);
    return expectations_hold ? STATUS_OK : expectation_failed(in, stats, err);
}

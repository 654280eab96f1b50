/* Runs random operations of four requesters at once in four shapes, with RTL and golden model in
 * lock step. CTX_CACHE_OPS=n runs n operations per shape (`make ctx-cache-long`). */
#include "rtl/test/ctx_cache_crowd.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPERATIONS = 20000, ROUND = 500000 };

struct crowd_row {
    char name[48];
    struct crowd_params params;
};

ParameterizedTestParameters(ctx_cache_crowd, golden_model_in_lock_step)
{
    static struct crowd_row rows[] = {
        {"2 sets x 1 way", {0, 11, 2, 60, 51650, 0, 0}},
        {"2 sets x 1 way, slow DRAM, soft errors", {0, 15, 8, 30, 300000, 100, 0}},
        {"2 sets x 1 way, stalls, soft errors", {0, 17, 1, 20, 51650, 60, 3}},
        {"4 sets x 2 ways, soft errors", {1, 12, 2, 60, 51650, 40, 0}},
        {"4 sets x 2 ways, few locks", {1, 16, 1, 4, 51650, 0, 0}},
        {"4 sets x 2 ways, long stalls, soft errors", {1, 18, 1, 20, 51650, 100, 40}},
        {"16 sets x 4 ways, soft errors", {2, 13, 3, 60, 51650, 200, 0}},
        {"128 sets x 8 ways, soft errors", {3, 14, 2, 60, 51650, 200, 0}},
    };
    return cr_make_param_array(struct crowd_row, rows, sizeof rows / sizeof rows[0]);
}

/* With soft errors, each of their consequences must have occurred often enough for the test to
 * prove something. */
static void check_errors(const struct ctx_store_stats *stats, const struct crowd_params *params,
                         uint64_t operations)
{
    if (params->flip_one_in == 0) {
        cr_assert_eq(stats->flips + stats->flips_missed + stats->tag_errors + stats->bad_reads, 0);
        return;
    }
    cr_assert_gt(stats->flips, operations / 1000);
    cr_assert_gt(stats->flips_missed, operations / 10000);
    cr_assert_gt(stats->tag_errors, operations / 10000);
    cr_assert_gt(stats->bad_reads, operations / 1000);
    cr_assert_gt(stats->bad_victims, operations / 10000);
}

static void print_errors(const struct ctx_store_stats *stats)
{
    fprintf(stderr, "  %llu flips (%llu missed) %llu tag errors %llu bad reads %llu bad victims\n",
            (unsigned long long)stats->flips, (unsigned long long)stats->flips_missed,
            (unsigned long long)stats->tag_errors, (unsigned long long)stats->bad_reads,
            (unsigned long long)stats->bad_victims);
}

ParameterizedTest(struct crowd_row *row, ctx_cache_crowd, golden_model_in_lock_step,
                  .timeout = 100000)
{
    const char *wanted = getenv("CTX_CACHE_OPS");
    uint64_t left = wanted ? strtoull(wanted, NULL, 10) : OPERATIONS, done = 0;
    for (struct crowd_params params = row->params; left > 0; params.seed += 100) {
        uint64_t round = left < ROUND ? left : ROUND;
        if (getenv("CTX_CACHE_VERBOSE"))
            fprintf(stderr, "%s\n", row->name);
        struct crowd *crowd = crowd_create(&params);
        crowd_run(crowd, round);
        crowd_finish(crowd);
        const struct ctx_store_stats *stats = crowd_stats(crowd);
        cr_assert_gt(stats->lock_waits, round / 1000);
        cr_assert_gt(stats->extracts, round / 10000);
        cr_assert_gt(stats->evictions, round / 1000);
        cr_assert(params.shape == 3 || stats->clashes > round / 2000, "%llu clashes",
                  (unsigned long long)stats->clashes);
        check_errors(stats, &params, round);
        done += round;
        left -= round;
        if (wanted || getenv("CTX_CACHE_VERBOSE"))
            fprintf(stderr,
                    "%s: %llu operations, %llu cycles, longest wait %llu, %llu hits %llu misses "
                    "%llu evictions %llu extracts %llu installs %llu clashes\n",
                    row->name, (unsigned long long)done, (unsigned long long)crowd_cycles(crowd),
                    (unsigned long long)crowd_wait_max(crowd), (unsigned long long)stats->hits,
                    (unsigned long long)stats->misses, (unsigned long long)stats->evictions,
                    (unsigned long long)stats->extracts, (unsigned long long)stats->installs,
                    (unsigned long long)stats->clashes);
        if (wanted || getenv("CTX_CACHE_VERBOSE"))
            print_errors(stats);
        if (getenv("CTX_CACHE_VERBOSE"))
            crowd_print_latencies(crowd);
        crowd_destroy(crowd);
    }
}

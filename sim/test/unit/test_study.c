/* Tests sim/sweep/study.c and study_point.c: how many runs a study has, and what each of them is. The rows, the bad input
 * and the processes are tested by sim/test/run/system_sweep.sh. */
#include "models/base/units.h"
#include "sim/sweep/study_point.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct study study;
static struct error err;

/* Reads a study of the default scenario whose other lines are `text`. */
static enum status read_text(const char *text)
{
    char path[] = "/tmp/study-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    cr_assert_not_null(file);
    char folder[512];
    cr_assert_not_null(getcwd(folder, sizeof folder));
    (void)fprintf(file, "scenario: %s/scenarios/000-default.yaml\nreport: [complete]\n%s", folder,
                  text);
    (void)fclose(file);
    enum status status = study_read(path, &study, &err);
    (void)unlink(path);
    return status;
}

Test(study, the_first_axis_changes_most_slowly)
{
    cr_assert_eq(read_text("axes: {nics.pcie.gen: [1, 2], nics.pcie.lanes: [4, 8, 16]}\n"
                           "zip: {team.idle: [1ms, 2ms], team.scan_period: [10us, 20us]}\n"
                           "seeds: 5..6\nrepeat: {count: 2}\n"),
                 STATUS_OK, "%s", err.text);
    cr_assert_eq(study_run_count(&study), 2 * 3 * 2 * 2 * 2);
    cr_assert_eq(study_runs_per_point(&study), 4);
    for (uint64_t n = 0; n < study_run_count(&study); n++) {
        static struct sim_config config;
        struct study_point point;
        study_point(&study, n, &point);
        cr_expect_eq(point.repeat, n % 2);
        cr_expect_eq(point.seed, 5 + n / 2 % 2);
        cr_assert_eq(study_point_config(&study, &point, &config, &err), STATUS_OK, "%s", err.text);
        static const unsigned lanes[] = {4, 8, 16};
        cr_expect_eq(config.pcie.gen, 1 + n / 24);
        cr_expect_eq(config.pcie.lanes, lanes[n / 8 % 3]);
        cr_expect_eq(config.team.idle_ps, (1 + n / 4 % 2) * PS_PER_MS);
        cr_expect_eq(config.team.scan_period_ps, (1 + n / 4 % 2) * 10 * PS_PER_US);
        cr_expect_eq(config.seed, point.seed);
    }
    study_free(&study);
}

Test(study, too_many_runs_are_as_many_as_can_be_counted)
{
    cr_assert_eq(read_text("seeds: 0..9223372036854775807\nrepeat: {count: 4294967295}\n"),
                 STATUS_OK, "%s", err.text);
    cr_expect_eq(study_run_count(&study), UINT64_MAX);
    study_free(&study);
}

Test(study, draws_stay_in_their_range_and_are_the_same_again)
{
    char seen[8][STUDY_VALUE_MAX];
    cr_assert_eq(read_text("seeds: 1..2\naxes: {nics.pcie.gen: [1, 2]}\n"
                           "repeat: {count: 4, draw: {traffic.connections: 3..9}}\n"),
                 STATUS_OK, "%s", err.text);
    unsigned different = 0;
    for (uint64_t n = 0; n < 16; n++) {
        struct study_point point;
        study_point(&study, n, &point);
        int value = atoi(point.drawn[0]);
        cr_expect(value >= 3 && value <= 9, "%s", point.drawn[0]);
        if (n < 8)
            (void)strcpy(seen[n], point.drawn[0]);
        cr_expect_str_eq(seen[n % 8], point.drawn[0], "both points have the same draws");
        different += n > 0 && n < 8 && strcmp(seen[n], seen[0]) != 0;
    }
    cr_expect_gt(different, 2);
    study_free(&study);
}

Test(study, any_change_gives_another_hash)
{
    static const char *const texts[] = {"axes: {nics.pcie.gen: [1, 2]}\n",
                                        "axes: {nics.pcie.gen: [2, 1]}\n",
                                        "axes: {nics.pcie.lanes: [1, 2]}\n",
                                        "zip: {nics.pcie.gen: [1, 2]}\n",
                                        "set: {nics.pcie.gen: 1}\n",
                                        "seeds: 1..2\n",
                                        "repeat: {count: 2}\n",
                                        "repeat: {draw: {traffic.start: 0us..1us}}\n",
                                        "repeat: {draw: {traffic.start: 0us..2us}}\n"};
    enum { TEXTS = sizeof texts / sizeof texts[0] };
    char hashes[TEXTS][SHA256_TEXT_MAX];
    for (size_t i = 0; i < TEXTS; i++) {
        cr_assert_eq(read_text(texts[i]), STATUS_OK, "%s", err.text);
        (void)strcpy(hashes[i], study.hash);
        study_free(&study);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(hashes[j], hashes[i], "%s%s", texts[j], texts[i]);
    }
}

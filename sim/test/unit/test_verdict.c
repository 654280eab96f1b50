/* Tests sim/results/verdict.c: which of several reasons decides the exit status of a run. The expected statuses are
 * those of docs/results.md, Exit status. */
#include "models/check/check.h"
#include "models/trace/capture/capture.h"
#include "sim/results/results_streams.h"
#include "sim/results/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct check *check;
static struct capture *capture;
static struct sim_config config;
static struct results_input input;
static struct outcome_counts outcomes;
static struct error err;
static json_t *stats;

/* The conversations of the run, instead of those of a real replay. */
void results_outcomes(const struct results_input *in, struct outcome_counts *counts)
{
    (void)in;
    *counts = outcomes;
}

static void setup(void)
{
    struct check_params params = {.conn_max = 8};
    check = check_create(&params);
    stats = json_object();
    json_object_set_new(stats, "expect", json_array());
    (void)snprintf(config.name, sizeof config.name, "a run");
    input = (struct results_input){.config = &config, .check = check};
}

static void teardown(void)
{
    json_decref(stats);
    capture_destroy(capture);
    check_destroy(check);
}

TestSuite(verdict, .init = setup, .fini = teardown);

static void load(const char *path)
{
    struct capture_params params;
    capture_params_default(&params);
    capture = capture_load(path, &params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    (void)snprintf(config.capture_path, sizeof config.capture_path, "%s", path);
    input.capture = capture;
}

/* Loads the first 1000 bytes of a sound file, which end within a record. */
static void load_cut_capture(void)
{
    char path[] = "/tmp/toesim-verdict-XXXXXX", bytes[1000];
    FILE *sound = fopen("traces/half-close.pcap", "rb");
    cr_assert_not_null(sound);
    cr_assert_eq(fread(bytes, 1, sizeof bytes, sound), sizeof bytes);
    (void)fclose(sound);
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    (void)close(fd);
    load(path);
    (void)unlink(path);
}

static void violate(void)
{
    const struct probe_event event = {.kind = PROBE_RX_VERDICT, .conn = PROBE_NO_CONN};
    check_fail(check, INVARIANT_RXONCE, &event, "a frame never got a verdict");
}

static void fail_expectation(void)
{
    json_t *row = json_object();
    json_object_set_new(row, "text", json_string("streams.damaged == 0"));
    json_object_set_new(row, "ok", json_false());
    json_array_append_new(json_object_get(stats, "expect"), row);
}

Test(verdict, a_sound_run_whose_expectations_hold_succeeds)
{
    load("traces/half-close.pcap");
    cr_assert_eq(verdict_of_run(&input, stats, true, &err), STATUS_OK);
}

Test(verdict, a_failed_expectation_fails_the_run)
{
    load("traces/half-close.pcap");
    fail_expectation();
    cr_assert_eq(verdict_of_run(&input, stats, false, &err), STATUS_FAILED);
    cr_assert_not_null(strstr(err.text, "streams.damaged == 0"), "%s", err.text);
}

Test(verdict, a_violation_fails_the_run_before_any_expectation)
{
    load("traces/half-close.pcap");
    violate();
    fail_expectation();
    cr_assert_eq(verdict_of_run(&input, stats, false, &err), STATUS_FAILED);
    cr_assert_not_null(strstr(err.text, "I-RXONCE"), "%s", err.text);
}

Test(verdict, a_capture_that_is_cut_is_bad_input_whatever_became_of_the_expectations)
{
    load_cut_capture();
    fail_expectation();
    cr_assert_eq(verdict_of_run(&input, stats, false, &err), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "tcpdump -r OLD -w NEW"), "%s", err.text);
}

Test(verdict, a_violation_wins_over_a_capture_that_is_cut)
{
    load_cut_capture();
    violate();
    cr_assert_eq(verdict_of_run(&input, stats, true, &err), STATUS_FAILED);
    cr_assert_not_null(strstr(err.text, "I-RXONCE"), "%s", err.text);
}

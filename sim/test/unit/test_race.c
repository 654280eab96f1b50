/* Tests sim/race: the offsets of a race, the order of its lines, and what becomes of branches that do not report. */
#include "models/base/units.h"
#include "sim/race/race_jobs.h"
#include "sim/race/race_moment.h"
#include "sim/race/race_table.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void make_path(void)
{
    (void)strcpy(path, "/tmp/toesim-race-XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    (void)close(file);
}

static void expect_text(const char *expected)
{
    char text[2048];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    (void)fclose(file);
    cr_expect_str_eq(text, expected);
}

#define HEADER "offset_ps,time_ps,outcome,moves,sim_time_ps,detail\n"

Test(race, lines_have_the_order_of_the_offsets)
{
    struct error err;
    make_path();
    struct race_table *table = race_table_create(path, 1000, -10, 10, 4, &err);
    cr_assert_not_null(table);
    race_table_add(table, 2, &(struct race_report){RACE_RESET, 1, 70, 5, "a \"word\""});
    expect_text(HEADER);
    race_table_add(table, 0, &(struct race_report){RACE_HANG, 2, 80, 9, ""});
    expect_text(HEADER "-10,990,hang,2,80,\"\"\n");
    race_table_add(table, 1, &(struct race_report){RACE_INTACT, 1, 90, 1, "x"});
    expect_text(HEADER "-10,990,hang,2,80,\"\"\n0,1000,intact,1,90,\"x\"\n"
                       "10,1010,reset,1,70,\"a \"\"word\"\"\"\n");
    cr_expect_eq(race_table_failures(table), 1);
    cr_expect_eq(race_table_close(table, &err), STATUS_OK);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    race_table_print(table, out);
    (void)fclose(out);
    cr_expect_not_null(strstr(text, "[H.r ]"), "%s", text);
    cr_expect_not_null(strstr(text, "3 offsets tried, 1 intact (.), 1 reset (r), 1 hang (H)"), "%s",
                       text);
    cr_expect_not_null(strstr(text, "5 us on average, 9 us at most"), "%s", text);
    free(text);
    race_table_destroy(table);
    (void)unlink(path);
}

Test(race, a_full_disk_is_reported)
{
    struct error err;
    struct race_table *table = race_table_create("/dev/full", 1000, 0, 10, 1, &err);
    cr_assert_not_null(table);
    race_table_add(table, 0, &(struct race_report){.outcome = RACE_INTACT});
    cr_expect_eq(race_table_close(table, &err), STATUS_ENVIRONMENT);
    cr_expect_not_null(strstr(err.text, "/dev/full: No space left"), "%s", err.text);
    race_table_destroy(table);
}

static struct race_report got[4];

static void take(void *self, uint64_t index, const struct race_report *report)
{
    (void)self;
    got[index] = *report;
}

/* One branch reports, one is killed, one fails an assertion, and one ends by itself. */
Test(race, each_branch_has_a_report)
{
    struct race_jobs *jobs = race_jobs_create(2, (struct race_sink){take, NULL});
    cr_assert_not_null(jobs);
    for (uint64_t i = 0; i < 4; i++) {
        if (race_jobs_fork(jobs, i) != RACE_BRANCH)
            continue;
        const struct race_report report = {RACE_INTACT, 7, 8, 9, "good"};
        if (i == 0)
            race_jobs_end_branch(jobs, &report);
        (void)signal(SIGABRT, SIG_DFL);
        if (i < 3)
            (void)raise(i == 1 ? SIGKILL : SIGABRT);
        _exit(5);
    }
    race_jobs_wait(jobs);
    cr_expect_eq(got[0].outcome, RACE_INTACT);
    cr_expect_eq(got[0].moves, 7);
    cr_expect_str_eq(got[0].detail, "good");
    cr_expect_eq(got[1].outcome, RACE_LOST);
    cr_expect_not_null(strstr(got[1].detail, "signal 9"), "%s", got[1].detail);
    cr_expect_eq(got[2].outcome, RACE_CRASH);
    cr_expect_eq(got[3].outcome, RACE_CRASH);
    cr_expect_not_null(strstr(got[3].detail, "status 5"), "%s", got[3].detail);
    race_jobs_destroy(jobs);
}

Test(race, offsets_lie_around_the_moment)
{
    struct race_times times;
    struct error err;
    struct sim_race race = {.from_ps = -2000, .to_ps = 8000, .step_ps = 3000};
    cr_assert_eq(race_moment_times(&race, 10000, &times, &err), STATUS_OK);
    cr_expect_eq(times.first_ps, 8000);
    cr_expect_eq(times.step_ps, 3000);
    cr_expect_eq(times.count, 4); /* 8, 11, 14 and 17 ns */
    cr_expect_eq(race_moment_times(&race, 2000, &times, &err), STATUS_BAD_INPUT);
    race.to_ps = (int64_t)PS_PER_S;
    race.step_ps = 1;
    cr_expect_eq(race_moment_times(&race, 10000, &times, &err), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "too many"), "%s", err.text);
}

/* Only moves from NIC to NIC count, wherever their columns are. */
Test(race, the_moment_comes_from_moves_csv)
{
    static const char text[] = "conn,kind,x,t0_ps,t5_ps,t10_ps\n"
                               "0,onload,1,5,6,7\n0,move,1,10,20,30\n1,move,,40,,\n";
    char place[64], file[80];
    struct error err;
    uint64_t time_ps = 0;
    (void)strcpy(place, "/tmp/toesim-race-XXXXXX");
    cr_assert_not_null(mkdtemp(place));
    (void)snprintf(file, sizeof file, "%s/moves.csv", place);
    struct sim_race race = {.move = 1, .at = RACE_AT_FROZEN};
    cr_expect_eq(race_moment_find(place, &race, &time_ps, &err), STATUS_ENVIRONMENT);
    FILE *out = fopen(file, "w");
    cr_assert_not_null(out);
    (void)fputs(text, out);
    (void)fclose(out);
    cr_expect_eq(race_moment_find(place, &race, &time_ps, &err), STATUS_OK);
    cr_expect_eq(time_ps, 20);
    race = (struct sim_race){.move = 2, .at = RACE_AT_MOVE};
    cr_expect_eq(race_moment_find(place, &race, &time_ps, &err), STATUS_OK);
    cr_expect_eq(time_ps, 40);
    race.at = RACE_AT_ACTIVE;
    cr_expect_eq(race_moment_find(place, &race, &time_ps, &err), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "has no mark t10_ps"), "%s", err.text);
    race.move = 3;
    cr_expect_eq(race_moment_find(place, &race, &time_ps, &err), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "has 2 moves"), "%s", err.text);
    (void)unlink(file);
    (void)rmdir(place);
}

/* Tests the command line with a fake run: options, messages, exit status, and the files that are
 * left. */
#include "sim/cli/cli.h"

#include "models/base/units.h"
#include "sim/test/unit/fake_run.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char base[48];
static char output[65536], errors[65536];

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void begin(void)
{
    (void)strcpy(base, "/tmp/toesim-cli-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    cr_assert_eq(chdir(base), 0);
    write_file("good.yaml", "traffic: {kind: generator}\n");
    write_file("bad.yaml", "traffic: {kind: generator}\nseed: many\n");
    write_file("x.pcap", "");
    write_file("good.pkt", "# RFC 9293 3.5: says something\n+0 write 1\n");
    write_file("fails.pkt", "+0 write 7\n");
    write_file("parts.pkt", "+0 write 8\n");
    write_file("dies.pkt", "+0 write 9\n");
    write_file("set.pkt", "+0 write 10\n");
    write_file("core.pkt", "only core: no urgent bell\n+0 write 1\n");
    write_file("six.pkt", "only ipv6\n+0 write 1\n");
    write_file("wrong.pkt", "+0 write 1\n+0 jump\n");
}

static void end(void)
{
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf %s", base);
    cr_assert_eq(system(command), 0);
}

TestSuite(cli, .init = begin, .fini = end);

static void read_back(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, size - 1, file) : 0;
    text[len] = '\0';
    if (file)
        (void)fclose(file);
}

/* Runs the program and stores what it prints in `output` and `errors`. */
static int toesim(const char *line)
{
    char words[1024], *argv[32] = {(char[]){"toesim"}};
    int argc = 1;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    (void)fflush(NULL);
    int saved[2] = {dup(1), dup(2)};
    int files[2] = {open("stdout.txt", O_CREAT | O_TRUNC | O_WRONLY, 0600),
                    open("stderr.txt", O_CREAT | O_TRUNC | O_WRONLY, 0600)};
    for (int i = 0; i < 2; i++) {
        (void)dup2(files[i], i + 1);
        (void)close(files[i]);
    }
    int status = toesim_main(argc, argv);
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        (void)dup2(saved[i], i + 1);
        (void)close(saved[i]);
    }
    read_back("stdout.txt", output, sizeof output);
    read_back("stderr.txt", errors, sizeof errors);
    return status;
}

static bool has(const char *path) { return access(path, F_OK) == 0; }

/* --- usage --- */

struct usage_row {
    char line[80];
    int status;
    const char *out, *err; /* expected parts of stdout and stderr */
};

static const struct usage_row usage_rows[] = {
    {"", 2, "", "usage: toesim COMMAND"},
    {"--help", 0, "usage: toesim COMMAND", ""},
    {"--version", 0, "toesim 0.", ""},
    {"fly", 2, "", "toesim: fly: no such command"},
    {"run --help", 0, "usage: toesim run SCENARIO", ""},
    {"replay --help", 0, "--port-policy", ""},
    {"check --help", 0, "--schema", ""},
    {"regress --help", 0, "--bless", ""},
    {"wavediff --help", 0, "usage: toesim wavediff", ""},
    {"run", 2, "", "toesim run: needs exactly one SCENARIO; see toesim run --help"},
    {"run a b", 2, "", "needs exactly one SCENARIO"},
    {"run --fly good.yaml", 2, "", "toesim run: unknown option --fly"},
    {"run -x good.yaml", 2, "", "toesim run: unknown option -x"},
    {"run good.yaml --seed", 2, "", "toesim run: --seed needs a value"},
    {"run good.yaml --mode exact", 2, "", "unknown option --mode"},
    {"run no.yaml", 2, "", "toesim: no.yaml: No such file or directory"},
    {"run bad.yaml", 2, "", "toesim: bad.yaml:2: seed: 'many' is not a number"},
    {"run good.yaml --seed x", 2, "", "toesim: --seed: seed: 'x' is not a number"},
    {"run good.yaml --set team.idle=5", 2, "", "toesim: --set: team.idle: '5' has no unit"},
    {"run good.yaml --waves some", 2, "", "--waves: measure.waves: 'some' is none of:"},
    {"replay", 2, "", "toesim replay: needs exactly one CAPTURE"},
    {"replay no.pcap", 2, "", "traffic.capture: 'no.pcap': No such file or directory"},
    {"replay x.pcap --mode live", 2, "", "--mode: traffic.mode: 'live' is none of: exact"},
    {"replay x.pcap --port-policy both", 2, "", "--port-policy: switch.policy: 'both' is none of:"},
    {"replay x.pcap --port-policy flip", 2, "", "flip:K, such as flip:8"},
    {"replay x.pcap --port-policy flip:0", 2, "", "switch.flip_frames: '0' is out of range"},
    {"replay x.pcap --max-gap 5", 2, "", "--max-gap: traffic.max_gap: '5' has no unit"},
    {"script --help", 0, "usage: toesim script FILE...", ""},
    {"script", 2, "", "toesim script: no script is given; see toesim script --help"},
    {"script good.pkt --port-policy both", 2, "", "--port-policy is one of nic0, alternate"},
    {"script good.pkt --ip 5", 2, "", "--ip is 4 or 6"},
    {"script good.pkt -j 0", 2, "", "--jobs is a number from 1 to 64"},
    {"script good.pkt --results no/such", 3, "", "no/such: cannot be written: No such file"},
    {"script no.pkt", 2, "", "no.pkt:0: cannot be read"},
    {"script good.pkt wrong.pkt", 2, "", "wrong.pkt:2: 'jump' is no event"},
    {"script set.pkt", 2, "fail: set.pkt", "set.pkt: port policy nic0: no such key"},
    {"script good.pkt", 0, "pass: good.pkt (IPv4, 0 segments, 0 moves)\n1 passed, 0 failed", ""},
    {"script good.pkt --ip 6 --transcript", 0, "  port policy flip, 0 moves:", ""},
    {"script good.pkt core.pkt six.pkt", 0, "not played: core.pkt: no urgent bell", ""},
    {"script six.pkt", 0, "not played: six.pkt: only IPv6", ""},
    {"script fails.pkt good.pkt", 1, "1 passed, 1 failed, 0 not played", "fails.pkt:1: it differs"},
    {"script parts.pkt", 1, "fail: parts.pkt", "policy flip: segment 'R 1:1(0)' is one more"},
    {"script parts.pkt --port-policy flip", 0, "pass: parts.pkt (IPv4, 1 segments", ""},
    {"script dies.pkt", 1, "fail: dies.pkt", "policy random: the simulation broke off (signal 6)"},
    {"check", 2, "",
     "toesim check: needs SCENARIO..., --schema, --keys, --outputs or "
     "--columns"},
    {"check good.yaml", 0, "good.yaml: ok", ""},
    {"check good.yaml bad.yaml", 2, "good.yaml: ok", "bad.yaml:2: seed: 'many'"},
    {"check --schema", 0, "\"additionalProperties\": false", ""},
    {"check --keys", 0, "| `team.idle` | time, at least 0s | ", ""},
    {"wavediff a", 2, "", "toesim wavediff: needs two files"},
    {"wavediff a.fst b.fst", 2, "", "toesim: a.fst: No such file"},
    {"regress", 2, "", "no scenarios/regress/*.yaml here"},
};

Test(cli, usage_and_bad_input)
{
    for (size_t i = 0; i < sizeof usage_rows / sizeof usage_rows[0]; i++) {
        const struct usage_row *row = &usage_rows[i];
        cr_expect_eq(toesim(row->line), row->status, "%s: %s", row->line, errors);
        cr_expect(strstr(output, row->out) != NULL, "%s: %s", row->line, output);
        cr_expect(strstr(errors, row->err) != NULL, "%s: %s", row->line, errors);
        cr_expect(row->err[0] || !errors[0], "%s: %s", row->line, errors);
    }
    cr_expect_eq(fake_runs, 0);
}

/* --- run and replay --- */

Test(cli, run_leaves_results_under_the_scenario_name_and_prints_the_summary)
{
    cr_assert_eq(toesim("run good.yaml"), 0, "%s", errors);
    cr_assert_eq(strncmp(output, "summary of a run\nwall time ", 27), 0, "%s", output);
    cr_assert_not_null(strstr(output, "\nresults in results/good\n"), "%s", output);
    cr_assert(has("results/good/stats.json"));
    cr_assert(has("results/good/effective.yaml"));
    cr_assert_eq(fake_config.waves, WAVES_MOVES);
}

Test(cli, run_options_reach_the_config)
{
    cr_assert_eq(toesim("run good.yaml -o there --seed 5 --set team.idle=3ms --waves all"), 0, "%s",
                 errors);
    cr_assert(has("there/stats.json"));
    cr_assert_eq(fake_config.seed, 5);
    cr_assert_eq(fake_config.team.idle_ps, 3 * PS_PER_MS);
    cr_assert_eq(fake_config.waves, WAVES_ALL);
}

Test(cli, replay_options_reach_the_config)
{
    cr_assert_eq(toesim("replay x.pcap --mode exact --port-policy flip:9 --max-gap 2ms --stall 1s "
                        "--set seed=3"),
                 0, "%s", errors);
    cr_assert(has("results/x/stats.json"));
    cr_assert_str_eq(fake_config.capture_path, "x.pcap");
    cr_assert_eq(fake_config.traffic, TRAFFIC_REPLAY);
    cr_assert_eq(fake_config.lan_switch.policy, PORT_POLICY_FLIP);
    cr_assert_eq(fake_config.lan_switch.flip_frames, 9);
    cr_assert_eq(fake_config.capture.max_gap_ps, 2 * PS_PER_MS);
    cr_assert_eq(fake_config.replay.stall_ps, PS_PER_S);
    cr_assert_eq(fake_config.seed, 3);
}

Test(cli, effective_yaml_in_the_results_runs_again_to_the_same)
{
    cr_assert_eq(toesim("replay x.pcap --port-policy alternate"), 0, "%s", errors);
    struct sim_config first = fake_config;
    cr_assert_eq(toesim("run results/x/effective.yaml -o again"), 0, "%s", errors);
    memcpy(first.source, fake_config.source, sizeof first.source);
    first.origins =
        fake_config.origins; /* the values are the same, but now all of them are from a file */
    cr_assert_arr_eq((const char *)&first, (const char *)&fake_config, sizeof first);
}

Test(cli, exit_status_and_what_stays)
{
    cr_assert_eq(toesim("run good.yaml --seed 7"), 1);
    cr_assert_str_eq(errors, "toesim: an expectation failed\n");
    cr_assert(strstr(output, "summary of a run"));
    cr_assert_eq(toesim("run good.yaml --seed 8"), 2);
    cr_assert(strstr(output, "summary of a run"));
    cr_assert(strstr(errors, "record 7 is damaged"));
    cr_assert_eq(toesim("run good.yaml --seed 9"), 3);
    cr_assert(strstr(errors, "No space left"));
    json_t *stats = json_load_file("results/good/stats.json", 0, NULL); /* from the run before */
    cr_assert_eq(json_integer_value(json_object_get(stats, "seed")), 8);
    json_decref(stats);
    cr_assert_eq(toesim("run good.yaml --seed 11 -o other"), 2);
    cr_assert_not(has("other"));
    cr_assert_eq(system("test -z \"$(ls -A results | grep -v '^good$')\""), 0);
}

Test(cli, an_unwritable_place_gives_3_and_a_foreign_folder_2)
{
    cr_assert_eq(toesim("run good.yaml -o /proc/x"), 3);
    cr_assert(strstr(errors, "/proc/x: cannot make a results folder here"), "%s", errors);
    cr_assert_eq(mkdir("mine", 0700), 0);
    write_file("mine/letter", "text");
    cr_assert_eq(toesim("run good.yaml -o mine"), 2);
    cr_assert(strstr(errors, "mine: exists and holds no results"), "%s", errors);
    cr_assert_eq(fake_runs, 0);
}

/* Returns the exit status of a run that waits for the signal. */
static int status_after(int number, const char *command)
{
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        /* Under nohup HUP is ignored, and the program would keep that. */
        (void)signal(number, SIG_DFL);
        _exit(toesim(command));
    }
    while (system("ls .stopped.new-* >/dev/null 2>&1") != 0 && waitpid(child, NULL, WNOHANG) == 0)
        (void)usleep(1000);
    (void)usleep(20000);
    cr_assert_eq(kill(child, number), 0);
    int how = 0;
    cr_assert_eq(waitpid(child, &how, 0), child);
    cr_assert(WIFEXITED(how), "%d", how);
    return WEXITSTATUS(how);
}

static json_int_t seed_of(const char *path)
{
    json_t *stats = json_load_file(path, 0, NULL);
    json_int_t seed = json_integer_value(json_object_get(stats, "seed"));
    json_decref(stats);
    return seed;
}

Test(cli, a_signal_ends_the_run_in_order_with_128_and_its_number)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGXCPU};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cr_expect_eq(status_after(numbers[i], "run good.yaml --seed 12 -o stopped"),
                     128 + numbers[i]);
    json_t *stats = json_load_file("stopped/stats.json", 0, NULL);
    cr_assert(json_is_false(json_object_get(stats, "complete")));
    json_decref(stats);
    cr_expect_not(has("stopped.cut")); /* there were no finished results to keep */
}

Test(cli, a_signal_leaves_finished_results_alone)
{
    cr_assert_eq(toesim("run good.yaml --seed 3 -o stopped"), 0);
    cr_expect_eq(status_after(SIGTERM, "run good.yaml --seed 12 -o stopped"), 128 + SIGTERM);
    cr_expect_eq(seed_of("stopped/stats.json"), 3);
    cr_expect_eq(seed_of("stopped.cut/stats.json"), 12);
}

/* --- regress --- */

Test(cli, regress_blesses_compares_and_reports)
{
    write_file("a.yaml", "traffic: {kind: generator}\nswitch: {flip_frames: 3}\n");
    cr_assert_eq(toesim("regress a.yaml good.yaml"), 1);
    cr_assert(strstr(output, "FAILED  a: results/golden/a.json: no golden results"), "%s", output);
    cr_assert(strstr(output, "0 passed, 2 failed\n"), "%s", output);
    cr_assert_eq(toesim("regress a.yaml good.yaml --bless"), 0, "%s", output);
    cr_assert(strstr(output, "blessed a\nblessed good\n2 passed, 0 failed\n"), "%s", output);
    cr_assert_eq(toesim("regress a.yaml good.yaml"), 0, "%s", output);
    cr_assert(strstr(output, "ok      a\nok      good\n2 passed, 0 failed\n"), "%s", output);
    write_file("a.yaml", "traffic: {kind: generator}\nswitch: {flip_frames: 4}\n");
    cr_assert_eq(toesim("regress a.yaml good.yaml --junit out.xml"), 1);
    cr_assert(strstr(output, "FAILED  a: stats.json: moves.started: golden 3, now 4\n"), "%s",
              output);
    cr_assert(strstr(output, "1 passed, 1 failed\n"), "%s", output);
    read_back("out.xml", output, sizeof output);
    cr_assert_str_eq(output,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<testsuite name=\"toesim regress\" tests=\"2\" failures=\"1\">\n"
                     "  <testcase classname=\"toesim.regress\" name=\"a\">\n"
                     "    <failure message=\"stats.json: moves.started: golden 3, now 4\"/>\n"
                     "  </testcase>\n"
                     "  <testcase classname=\"toesim.regress\" name=\"good\"/>\n"
                     "</testsuite>\n");
    cr_assert_eq(fake_runs, 0); /* every run was in a child */
}

Test(cli, regress_survives_runs_that_die_and_bad_scenarios)
{
    write_file("dies.yaml", "seed: 10\ntraffic: {kind: generator}\n");
    write_file("full.yaml", "seed: 9\ntraffic: {kind: generator}\n");
    cr_assert_eq(toesim("regress dies.yaml"), 1);
    cr_assert(strstr(output, "FAILED  dies: the run died: Aborted"), "%s", output);
    cr_assert_eq(toesim("regress full.yaml"), 3);
    cr_assert(strstr(output, "FAILED  full: stats.json: No space left"), "%s", output);
    cr_assert_eq(toesim("regress bad.yaml"), 2);
    cr_assert(strstr(output, "FAILED  bad.yaml: bad.yaml:2: seed: 'many'"), "%s", output);
    cr_assert_eq(toesim("regress good.yaml --bless --junit /proc/x.xml"), 3);
}

Test(cli, regress_does_not_bless_a_failed_run)
{
    write_file("fails.yaml", "seed: 7\ntraffic: {kind: generator}\n");
    cr_assert_eq(toesim("regress fails.yaml --bless"), 1);
    cr_assert_not(has("results/golden/fails.json"));
}

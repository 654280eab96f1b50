#include "sim/cli/cli_script.h"

#include "models/base/publish.h"
#include "models/process/child.h"
#include "models/script/pkt_compare.h"
#include "sim/cli/cli_command.h"
#include "sim/run/script_run.h"
#include "sim/run/stop_signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SETS_MAX = 64,
    JOBS_MAX = 64,
    POLICY_ALL = PKT_POLICY_COUNT,
    OPTION_POLICY = 256,
    OPTION_IP,
    OPTION_SET,
    OPTION_TRANSCRIPT,
    OPTION_RESULTS
};

struct script_cli {
    const struct cli_command *command;
    unsigned policy; /* enum pkt_policy, or POLICY_ALL */
    uint8_t ip_version;
    unsigned jobs;
    bool transcript;
    const char *results_path;
    /* A memory stream, whose bytes go to the file when all results are known. It is null without
     * --results. */
    FILE *results;
    const char *sets[SETS_MAX];
    size_t set_count;
    unsigned passed, failed, unplayed;
    enum status worst;
};

/* The result of one process, in memory that it shares with its parent. */
struct played {
    enum status status;
    char why[PKT_ERROR_MAX];
    struct pkt_result result;
};

/* --- options --- */

static bool policy_of(const char *name, unsigned *policy)
{
    for (*policy = 0; *policy < PKT_POLICY_COUNT; ++*policy)
        if (strcmp(name, pkt_policy_name((enum pkt_policy) * policy)) == 0)
            return true;
    return strcmp(name, "all") == 0;
}

static int take_option(struct script_cli *cli, int option)
{
    char *end;
    switch (option) {
    case OPTION_POLICY:
        if (policy_of(optarg, &cli->policy))
            return 0;
        return cli_usage_error(cli->command,
                               "--port-policy is one of nic0, alternate, random, flip and all");
    case OPTION_IP:
        cli->ip_version = (uint8_t)(*optarg - '0');
        if ((cli->ip_version == 4 || cli->ip_version == 6) && optarg[1] == '\0')
            return 0;
        return cli_usage_error(cli->command, "--ip is 4 or 6");
    case 'j':
        cli->jobs = (unsigned)strtoul(optarg, &end, 10);
        if (*end == '\0' && cli->jobs >= 1 && cli->jobs <= JOBS_MAX && *optarg != '-')
            return 0;
        return cli_usage_error(cli->command, "--jobs is a number from 1 to 64");
    case OPTION_SET:
        if (cli->set_count == SETS_MAX)
            return cli_usage_error(cli->command, "too many --set");
        cli->sets[cli->set_count++] = optarg;
        return 0;
    case OPTION_TRANSCRIPT:
        cli->transcript = true;
        return 0;
    default:
        cli->results_path = optarg;
        return 0;
    }
}

/* Reads the options. Returns -1 if the program should go on, and otherwise its exit status. */
static int read_options(struct script_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"port-policy", required_argument, NULL, OPTION_POLICY},
                                            {"ip", required_argument, NULL, OPTION_IP},
                                            {"set", required_argument, NULL, OPTION_SET},
                                            {"transcript", no_argument, NULL, OPTION_TRANSCRIPT},
                                            {"results", required_argument, NULL, OPTION_RESULTS},
                                            {"jobs", required_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    while ((c = cli_next_option(cli->command, argc, argv, ":j:h", options)) != -1) {
        if (c == 'h')
            return STATUS_OK;
        int status = c == '?' ? STATUS_BAD_INPUT : take_option(cli, c);
        if (status != 0)
            return status;
    }
    if (optind == argc)
        return cli_usage_error(cli->command, "no script is given");
    return -1;
}

/* --- one script --- */

static void play_in_child(const struct script_cli *cli, const struct pkt_script *script,
                          enum pkt_policy policy, struct played *played)
{
    struct script_options options = {.policy = policy,
                                     .ip_version = cli->ip_version,
                                     .sets = cli->sets,
                                     .set_count = cli->set_count};
    struct error err = {0};
    stop_signals_follow_parent();
    played->status = script_run(script, &options, &played->result, &err);
    if (played->status != STATUS_OK)
        (void)snprintf(played->why, sizeof played->why, "%.390s", err.text);
    (void)fflush(NULL);
    _exit(0);
}

static void await(pid_t pid, struct played *played)
{
    int status = 0;
    (void)child_wait(pid, &status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    played->status = STATUS_FAILED;
    (void)snprintf(played->why, sizeof played->why, "the simulation broke off (%s %d)",
                   WIFSIGNALED(status) ? "signal" : "exit status",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void play(const struct script_cli *cli, const struct pkt_script *script,
                 struct played *played, unsigned first, unsigned last)
{
    /* This is not in the shared memory, because fork() returns 0 in the child. */
    pid_t pid[PKT_POLICY_COUNT];
    unsigned done = first;
    for (unsigned i = first; i <= last; i++) {
        played[i].status = STATUS_ENVIRONMENT;
        (void)snprintf(played[i].why, sizeof played[i].why, "not begun");
    }
    for (unsigned i = first; i <= last; i++) {
        if (i - done == cli->jobs) {
            await(pid[done], &played[done]);
            done++;
        }
        (void)fflush(NULL);
        pid[i] = fork();
        if (pid[i] == 0)
            play_in_child(cli, script, (enum pkt_policy)i, &played[i]);
        if (pid[i] < 0) {
            (void)snprintf(played[i].why, sizeof played[i].why, "no process: %s", strerror(errno));
            last = i; /* the processes that have begun are still waited for */
        }
    }
    for (; done <= last; done++)
        if (pid[done] > 0)
            await(pid[done], &played[done]);
}

/* --- reporting --- */

static void worsen(struct script_cli *cli, enum status status)
{
    if (status > cli->worst)
        cli->worst = status;
}

/* Prints what went wrong. Sets *one to the result of the first policy alone. */
static bool judge(struct script_cli *cli, const struct pkt_script *script,
                  const struct played *played, unsigned first, unsigned last, bool *one)
{
    bool good = true;
    for (unsigned i = first; i <= last; i++) {
        const struct played *p = &played[i];
        const char *name = pkt_policy_name((enum pkt_policy)i);
        char why[PKT_ERROR_MAX];
        bool ok = p->status == STATUS_OK && p->result.ok;
        if (p->status != STATUS_OK) {
            cli_print(stderr, "%s: port policy %s: %s\n", script->path, name, p->why);
            worsen(cli, p->status);
        } else if (!p->result.ok) {
            cli_print(stderr, "%s\n", p->result.error);
        } else if (i > first && good && !pkt_same(&played[first].result, &p->result, why)) {
            cli_print(stderr, "%s: port policy %s: %s\n", script->path, name, why);
            ok = false;
        }
        good = good && ok;
        if (i == first)
            *one = ok;
    }
    if (!good)
        worsen(cli, STATUS_FAILED);
    return good;
}

static void report(const struct script_cli *cli, const struct pkt_script *script,
                   const struct played *played, unsigned first, unsigned last, bool good)
{
    unsigned moves = 0;
    for (unsigned i = first; i <= last; i++)
        moves += played[i].result.moves;
    cli_print(stdout, "%s: %s (IPv%u, %u segments, %u moves)\n", good ? "pass" : "fail",
              script->path, cli->ip_version, played[first].result.sent_count, moves);
    for (unsigned i = first; cli->transcript && i <= last; i++) {
        (void)printf("  port policy %s, %u moves:\n", pkt_policy_name((enum pkt_policy)i),
                     played[i].result.moves);
        for (unsigned line = 0; line < played[i].result.sent_count; line++)
            (void)printf("    > %s\n", played[i].result.sent[line].text);
    }
}

static void run_one(struct script_cli *cli, const struct pkt_script *script, struct played *played)
{
    const char *why = NULL;
    char family[40];
    if (script->ip_version && script->ip_version != cli->ip_version) {
        (void)snprintf(family, sizeof family, "only IPv%u", script->ip_version);
        why = family;
    } else if (*script->only_core) {
        why = script->only_core;
    }
    if (why) {
        cli_print(stdout, "not played: %s: %s\n", script->path, why);
        if (cli->results)
            (void)fprintf(cli->results, "- - %s %s\n", script->path, why);
        cli->unplayed++;
        return;
    }
    unsigned first = cli->policy == POLICY_ALL ? 0 : cli->policy;
    unsigned last = cli->policy == POLICY_ALL ? PKT_POLICY_COUNT - 1 : cli->policy;
    play(cli, script, played, first, last);
    bool one = false, good = judge(cli, script, played, first, last, &one);
    report(cli, script, played, first, last, good);
    if (cli->results)
        (void)fprintf(cli->results, "%s %s %s\n", one ? "pass" : "fail", good ? "pass" : "fail",
                      script->path);
    cli->passed += good;
    cli->failed += !good;
}

/* Reads every script before the first one is played, so that a mistake in the last one is
 * reported at once. */
static enum status check_all(int count, char **paths, struct pkt_script *script)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < count; i++)
        if (!pkt_script_read(script, paths[i])) {
            cli_print(stderr, "%s\n", script->error);
            status = STATUS_BAD_INPUT;
        }
    return status;
}

static enum status run_all(struct script_cli *cli, int count, char **paths)
{
    struct pkt_script *script = malloc(sizeof *script);
    struct played *played = mmap(NULL, PKT_POLICY_COUNT * sizeof *played, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum status status = STATUS_OK;
    if (!script || played == MAP_FAILED) {
        (void)fprintf(stderr, "toesim script: not enough memory\n");
        status = STATUS_ENVIRONMENT;
    } else {
        status = check_all(count, paths, script);
        for (int i = 0; status == STATUS_OK && cli->worst < STATUS_BAD_INPUT && i < count; i++) {
            if (pkt_script_read(script, paths[i]))
                run_one(cli, script, played);
        }
    }
    if (played != MAP_FAILED)
        (void)munmap(played, PKT_POLICY_COUNT * sizeof *played);
    free(script);
    return status > cli->worst ? status : cli->worst;
}

/* The file is written only at the end, so that a signal leaves no temporary file behind. */
static enum status publish_results(struct script_cli *cli, char **text, const size_t *len,
                                   struct error *err)
{
    struct publish out;
    if (fclose(cli->results) != 0 || !*text)
        return error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", cli->results_path);
    enum status status = publish_open(&out, cli->results_path, err);
    if (status != STATUS_OK)
        return status;
    (void)fwrite(*text, 1, *len, out.stream);
    return publish_close(&out, err);
}

int cli_script(const struct cli_command *command, int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct script_cli cli = {.command = command,
                             .policy = POLICY_ALL,
                             .ip_version = 4,
                             .jobs = processors > 0 && processors < JOBS_MAX ? (unsigned)processors
                                                                             : 1};
    int early = read_options(&cli, argc, argv);
    if (early >= 0)
        return early;
    struct error err;
    if (cli.results_path && publish_check(cli.results_path, &err) != STATUS_OK)
        return cli_report(&err);
    char *text = NULL;
    size_t len = 0;
    cli.results = cli.results_path ? open_memstream(&text, &len) : NULL;
    enum status status = run_all(&cli, argc - optind, argv + optind);
    if (cli.results && publish_results(&cli, &text, &len, &err) != STATUS_OK)
        status = (enum status)cli_report(&err);
    free(text);
    if (status != STATUS_BAD_INPUT || cli.passed + cli.failed > 0)
        (void)printf("%u passed, %u failed, %u not played\n", cli.passed, cli.failed, cli.unplayed);
    return (int)status;
}

#include "sim/cli/cli.h"

#include "models/base/printable.h"
#include "sim/cli/cli_check.h"
#include "sim/cli/cli_command.h"
#include "sim/cli/cli_compare.h"
#include "sim/cli/cli_equal.h"
#include "sim/cli/cli_regress.h"
#include "sim/cli/cli_report_page.h"
#include "sim/cli/cli_run.h"
#include "sim/cli/cli_script.h"
#include "sim/cli/cli_show.h"
#include "sim/cli/cli_swarm.h"
#include "sim/cli/cli_sweep.h"
#include "sim/cli/cli_sweep_race.h"
#include "sim/cli/cli_wavediff.h"
#include "sim/run/run_record.h"
#include "sim/run/stop_signals.h"
#include "sim/run/version.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char run_help[] =
    "usage: toesim run SCENARIO [OPTION]...\n"
    "\n"
    "Simulates a scenario file (YAML, see docs/scenario.md) and prints its summary.\n"
    "\n"
    "  -o, --output DIR      results folder (default: results/NAME); results of an\n"
    "                        earlier run in it are replaced\n"
    "      --seed N          overrides the scenario's seed\n"
    "      --set KEY=VALUE   overrides any key, such as --set team.idle=5ms; may be repeated\n"
    "      --waves WHAT      none, moves or all: what waves.fst holds\n"
    "      --log TOPIC[=1|2|3]  writes events.log; topics: move tcp cache pcie driver link\n"
    "      --trace conn=N    writes everything about connection N to events.log\n"
    "      --allow-empty     accepts a capture without any conversation to judge\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status:\n"
    "  0        every conversation that can be judged is intact (or an expectation allows\n"
    "           otherwise), and every expectation holds\n"
    "  1        an expectation or an invariant failed\n"
    "  2        the input or the usage is wrong, or no conversation could be judged\n"
    "  3        the environment failed (disk full, no permission)\n"
    "  128 + N  signal N ended the run; the results so far are in DIR, or in DIR.cut if DIR\n"
    "           holds finished results\n";

static const char replay_help[] =
    "usage: toesim replay CAPTURE [OPTION]...\n"
    "\n"
    "Replays a pcap or pcapng file (plain or gzip) against the team. All keys of the scenario\n"
    "that no option sets have their defaults.\n"
    "\n"
    "      --port-policy P   hash (the switch decides), nic0, alternate (every frame), random,\n"
    "                        flip:K (the other NIC after every K frames of a connection), or\n"
    "                        captured (the NIC of the interface a frame was captured on)\n"
    "      --port-of I=NIC   for policy captured: interface I is nic0 or nic1 (default: the first\n"
    "                        two interfaces of the file that carry frames of the peers)\n"
    "      --interface I     reads only frames of this interface; may be repeated\n"
    "      --decap           takes frames out of tunnels: GRE, VXLAN, GENEVE, ERSPAN, IP in IP\n"
    "      --max-gap TIME    shortens longer idle gaps of the capture to TIME (default 10ms)\n"
    "      --stall TIME      a conversation has stalled if nothing moves for TIME and no timer\n"
    "                        runs (default 60s)\n"
    "      --mode MODE       exact (sends the peers' segments as captured), or endpoint (a live\n"
    "                        TCP stack, lwIP, sends the same bytes)\n"
    "  -o, --output DIR      results folder (default: results/NAME of the capture)\n"
    "      --seed N          seed of every random stream\n"
    "      --set KEY=VALUE   sets any key of docs/scenario.md; may be repeated\n"
    "      --waves WHAT      none, moves or all: what waves.fst holds\n"
    "      --log TOPIC[=1|2|3]  writes events.log; topics: move tcp cache pcie driver link\n"
    "      --trace conn=N    writes everything about connection N to events.log\n"
    "      --allow-empty     accepts a capture without any conversation to judge\n"
    "      --no-recheck      does not replay damaged or stalled conversations again under nic0\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: as for `toesim run`; 2 also if the capture is damaged in the middle.\n";

static const char live_help[] =
    "usage: toesim live SCENARIO --tap NAME [OPTION]...\n"
    "\n"
    "Connects the simulated switch to a Linux TAP device, so that the kernel and real programs\n"
    "can talk to the simulated server. Simulated time follows wall time as far as the simulation\n"
    "is fast enough. The command needs root or CAP_NET_ADMIN.\n"
    "The server answers ping and serves echo (7), discard (9), chargen (19) and HTTP (80).\n"
    "\n"
    "      --tap NAME        the TAP device; it is created if it does not exist\n"
    "      --files DIR       the files that HTTP serves, read into memory at the start (default:\n"
    "                        no HTTP)\n"
    "      --duration TIME   longest simulated time (default: until SIGINT or SIGTERM)\n"
    "      --port-policy P   as for toesim replay\n"
    "  -o, --output DIR      results folder (default: results/NAME)\n"
    "      --seed N          overrides the scenario's seed\n"
    "      --set KEY=VALUE   overrides any key; may be repeated\n"
    "      --waves WHAT      none, moves or all: what waves.fst holds\n"
    "      --log TOPIC[=1|2|3]  writes events.log; topics: move tcp cache pcie driver link\n"
    "      --trace conn=N    writes everything about connection N to events.log\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: as for `toesim run`; 3 also if the device cannot be opened.\n";

static const char script_help[] =
    "usage: toesim script FILE... [OPTION]...\n"
    "\n"
    "Plays packet scripts (docs/tcp-scripts.md) against the complete simulated server. The\n"
    "peer's segments are put on the wire, and the segments that the server sends are compared\n"
    "with those that the script expects. Under every port policy the server must send the same\n"
    "segments. Their windows and times may differ by no more than docs/moves.md allows.\n"
    "\n"
    "      --port-policy P   nic0, alternate, random, flip (after 3 frames), or all (default)\n"
    "      --ip 4|6          the IP version (default 4)\n"
    "      --transcript      prints the segments that the server sent\n"
    "      --results FILE    writes a line per script: pass or fail on one NIC, pass or fail\n"
    "                        while the connection moves, and the script's name; - stands for\n"
    "                        pass or fail if the script is not played\n"
    "  -j, --jobs N          number of simulations at the same time (default: one per processor)\n"
    "      --set KEY=VALUE   sets any key of docs/scenario.md; may be repeated\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 every script passed, or says why the complete system cannot play it; 1 a\n"
    "script failed; 2 a script or an option is wrong; 3 the environment failed.\n";

static const char check_help[] =
    "usage: toesim check SCENARIO...\n"
    "       toesim check --schema | --keys | --outputs [--schema] | --columns\n"
    "\n"
    "Reads scenarios without running them, and reports all errors of each one.\n"
    "\n"
    "      --schema          prints the JSON Schema of a scenario, for editors\n"
    "      --keys            prints every key with its range, default and meaning\n"
    "      --outputs         prints every key of stats.json with its unit and meaning; together\n"
    "                        with --schema, prints the JSON Schema of stats.json\n"
    "      --columns         prints every column of the tables that a run writes\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 no scenario has errors; 2 at least one has.\n";

static const char regress_help[] =
    "usage: toesim regress [SCENARIO...] [OPTION]...\n"
    "\n"
    "Runs scenarios (default: scenarios/regress/*.yaml) and compares each one's stats.json with\n"
    "results/golden/NAME.json, and its waves with results/golden/NAME.fst if that file exists.\n"
    "The results stay in results/regress/NAME.\n"
    "\n"
    "      --bless           makes the new results the golden ones\n"
    "      --junit FILE      writes the outcome to FILE as JUnit XML\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all results equal the golden ones; 1 a result differs, or an expectation\n"
    "failed; 2 the input is wrong; 3 the environment failed.\n";

static const char wavediff_help[] =
    "usage: toesim wavediff A.fst B.fst\n"
    "\n"
    "Compares two wave files by signal path and value changes, and names the first difference.\n"
    "\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 the files are equal; 1 they differ; 2 a file cannot be read.\n";

static const char swarm_help[] =
    "usage: toesim swarm --seeds A..B [OPTION]...\n"
    "\n"
    "Runs random systems under random traffic and faults (docs/swarm.md). Each seed determines a\n"
    "scenario. Its run must end by itself, must violate no invariant, and may damage only what a\n"
    "fault explains. A second run from its effective.yaml must write the same bytes. Some seeds\n"
    "run once more with their outputs off (or on, if they were off), or are ended by a signal. A\n"
    "seed that fails leaves its scenario file and its results, and the command that runs it\n"
    "again is printed.\n"
    "\n"
    "      --seeds A..B      the seeds from A to B; a single number stands for one seed\n"
    "  -j, --jobs N          number of seeds at the same time (default 1)\n"
    "      --captures DIR    folder of captures that some scenarios replay (default traces)\n"
    "      --shrink          writes DIR/SEED.min.yaml for each seed that fails: a small scenario\n"
    "                        that fails in the same way. A seed that passes says so\n"
    "  -o, --output DIR      folder for the results of failed seeds (default build/swarm)\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all seeds passed; 1 a seed failed; 2 the usage is wrong; 3 the environment\n"
    "failed.\n";

static const char equal_help[] =
    "usage: toesim equal SCENARIO [OPTION]...\n"
    "\n"
    "Runs a scenario three times: on the host's own TCP (host), on the NICs, where foreign\n"
    "frames are forwarded and no connection moves (forward), and as the scenario says (moves).\n"
    "In all three runs each conversation must bring the same bytes to the server and to the\n"
    "client, and must end in the same way (docs/moves.md, section 9, has the exceptions).\n"
    "Expectations of the scenario are not looked at, and no waves or captures are written.\n"
    "\n"
    "  -j, --jobs N          number of runs at the same time (default 1)\n"
    "  -o, --output DIR      the results of the runs go to DIR/host, DIR/forward and DIR/moves\n"
    "                        (default: results/NAME.equal)\n"
    "      --seed N          overrides the scenario's seed\n"
    "      --set KEY=VALUE   overrides any key in all three runs; may be repeated\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all conversations are equal; 1 one differs, or an invariant failed; 2 the\n"
    "input is wrong, or no conversation came to its end; 3 the environment failed, or a run was\n"
    "killed.\n";

static const char sweep_help[] =
    "usage: toesim sweep STUDY [OPTION]...\n"
    "\n"
    "Runs a study (YAML, see docs/study.md): one scenario with all combinations of the values of\n"
    "some keys. DIR/study.sqlite and DIR/study.csv have a row for each run, DIR/runs/ has the\n"
    "results of each, and a table of the reported values is printed at the end.\n"
    "\n"
    "  -j, --jobs N          number of runs at the same time (default 1)\n"
    "  -o, --output DIR      the study's folder (default: results/NAME)\n"
    "      --resume          runs what is left of a study that has begun; runs that have ended\n"
    "                        are not run again\n"
    "      --slurm           submits what is left as a job array of Slurm (sbatch), and ends\n"
    "      --slurm-chunk N   runs of one element of the array (default: at most 1,000 elements)\n"
    "      --collect         takes what the elements have left, and prints the table\n"
    "      --yes             runs also more than 10,000 runs\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all runs are there and ok; 1 a run failed or was refused (its row says why);\n"
    "2 the study or the usage is wrong; 3 the environment failed; 128 + N: signal N ended it.\n"
    "Runs that have ended are kept in every case.\n";

static const char sweep_race_help[] =
    "usage: toesim sweep-race SCENARIO... [OPTION]...\n"
    "\n"
    "Places a frame of a generated client at every offset around a move (section `race` of the\n"
    "scenario: from, to and step). The scenario runs once without the frame. All branches are\n"
    "then forked from one simulation at their times, and each runs to its end. The outcomes\n"
    "are printed as a bar and written to outcomes.csv. For an offset that fails, the command\n"
    "that runs it from the start is printed. No waves or captures are written.\n"
    "\n"
    "  -j, --jobs N          number of branches at the same time (default 1)\n"
    "  -o, --output DIR      the results go to DIR/NAME (default: results/NAME.race)\n"
    "      --keep            the stats.json of each branch stays in branches/TIME.json\n"
    "      --seed N          overrides the scenario's seed\n"
    "      --set KEY=VALUE   overrides any key; may be repeated\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 no offset failed; 1 an offset failed, or the run without the frame did; 2 the\n"
    "input is wrong, or the scenario has no such move; 3 the environment failed, or a branch was\n"
    "killed; 128 + N signal N ended the sweep. The outcomes so far stay.\n";

static const char show_help[] =
    "usage: toesim show DIR [--move N | --floors]\n"
    "\n"
    "Explains a move of a run from its results folder: what caused it, how long each phase took "
    "and\n"
    "what it waited for, which frames were held, and what both ends noticed. Without --move it\n"
    "lists the moves.\n"
    "\n"
    "      --move N          the move from NIC to NIC, from 1 in the order of moves.csv\n"
    "      --floors          the arithmetic floor of each phase to either NIC, as CSV\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 done; 2 these are no results of a run, or there is no such move.\n";

static const char compare_help[] =
    "usage: toesim compare RESULTS RESULTS... [OPTION]...\n"
    "\n"
    "Compares the results of 2 to 8 runs: first what an architect asks first, then the durations "
    "of all\n"
    "moves, then each key of stats.json that differs. The first run is the base of all changes. "
    "RESULTS\n"
    "is a results folder, or STUDY.sqlite:NUMBER for the run of that row (docs/compare.md).\n"
    "\n"
    "      --fail-if LIMIT   exit status 1 if a change is beyond the limit, such as\n"
    "                        'moves.latency_ns.p50 > +2%' or 'moves.failed > +0'; may be repeated\n"
    "      --markdown        tables in Markdown\n"
    "      --csv             one row for each key\n"
    "      --json            everything as one JSON document\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 compared, even if the runs differ; 1 a change is beyond a limit; 2 these are "
    "no\n"
    "results, or a limit is wrong.\n";

static const char report_page_help[] =
    "usage: toesim report DIR|STUDY.sqlite [-o FILE]\n"
    "\n"
    "Writes one HTML file that shows the results of a run, or of a study. The file needs no "
    "network\n"
    "and no other file (docs/report.md).\n"
    "\n"
    "  -o, --output FILE     default: report.html\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 done; 2 these are no results of toesim; 3 the file cannot be written.\n";

static const char main_help[] =
    "usage: toesim COMMAND [ARGUMENT]...\n"
    "\n"
    "Simulates a server with two teamed TCP-offload NICs.\n"
    "\n"
    "  run SCENARIO          simulate a scenario file\n"
    "  replay CAPTURE        replay a capture against the team\n"
    "  live SCENARIO         let real programs talk to the simulated server\n"
    "  script FILE...        play packet scripts against the simulated server\n"
    "  check SCENARIO...     look for errors in scenario files\n"
    "  regress [SCENARIO...] compare results with golden ones\n"
    "  wavediff A B          compare two wave files\n"
    "  swarm --seeds A..B    run random systems, each drawn from a seed\n"
    "  sweep-race SCENARIO   place a frame at every offset around a move\n"
    "  equal SCENARIO        compare a scenario's streams with and without offload and moves\n"
    "  sweep STUDY           run a scenario with many values, and compare what it gives\n"
    "  show DIR              explain the moves of a run\n"
    "  compare A B...        compare the results of runs\n"
    "  report DIR            show the results of a run or of a study as an HTML page\n"
    "\n"
    "toesim COMMAND --help explains a command; toesim --version prints the version, and\n"
    "toesim --version --json also what the program was built from.\n";

static const struct cli_command commands[] = {
    {"run", run_help, cli_run},
    {"replay", replay_help, cli_replay},
    {"live", live_help, cli_live},
    {"script", script_help, cli_script},
    {"check", check_help, cli_check},
    {"regress", regress_help, cli_regress},
    {"wavediff", wavediff_help, cli_wavediff},
    {"swarm", swarm_help, cli_swarm},
    {"sweep-race", sweep_race_help, cli_sweep_race},
    {"equal", equal_help, cli_equal},
    {"sweep", sweep_help, cli_sweep},
    {"show", show_help, cli_show},
    {"compare", compare_help, cli_compare},
    {"report", report_page_help, cli_report_page},
};

/* Checks once, for all functions that print, whether standard output could be written. A program
 * that has already reported a failure of its environment, or was ended by a signal, keeps its
 * exit status. */
static int flush_output(int status)
{
    bool flushed = fflush(stdout) == 0;
    if ((flushed && !ferror(stdout)) || status >= STATUS_ENVIRONMENT)
        return status;
    /* The stream does not remember why an earlier part was not written, but one more line fails for the same reason. */
    bool is_known = !flushed || write(STDOUT_FILENO, "\n", 1) < 0;
    cli_print(stderr, "toesim: standard output: %s",
              is_known ? strerror(errno) : "a part could not be written");
    return STATUS_ENVIRONMENT;
}

static int print_version(const char *option)
{
    if (!option) {
        (void)printf("toesim %s\n", TOESIM_VERSION);
        return STATUS_OK;
    }
    if (strcmp(option, "--json") != 0) {
        cli_print(stderr, "toesim: --version: unknown option %s; write --json, or nothing\n",
                  option);
        return STATUS_BAD_INPUT;
    }
    json_t *build = run_record_build();
    bool dumped = build && json_dumpf(build, stdout, JSON_INDENT(2)) == 0;
    json_decref(build);
    (void)putchar('\n');
    if (dumped || ferror(stdout))
        return STATUS_OK; /* flush_output() reports an output that cannot be written */
    (void)fputs("toesim: out of memory for the version\n", stderr);
    return STATUS_ENVIRONMENT;
}

static int run_command(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        (void)fputs(main_help, stdout);
        return STATUS_OK;
    }
    if (strcmp(name, "--version") == 0)
        return print_version(argc > 2 ? argv[2] : NULL);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0) {
            optind = 0; /* getopt must start again, because a test may call the program twice */
            return commands[i].main(&commands[i], argc - 1, argv + 1);
        }
    if (argc > 1)
        cli_print(stderr, "toesim: %s: no such command\n", name);
    (void)fputs(main_help, stderr);
    return STATUS_BAD_INPUT;
}

int toesim_main(int argc, char **argv)
{
    stop_signals_ignore_file_size();
    if (!run_record_set_command(argc, argv)) {
        (void)fputs("toesim: out of memory\n", stderr);
        return STATUS_ENVIRONMENT;
    }
    return flush_output(run_command(argc, argv));
}

#include "sim/sweep/sweep_slurm.h"

#include "models/process/child.h"
#include "sim/cli/cli_command.h"
#include "sim/run/run_record.h"
#include "sim/run/stop_signals.h"
#include "sim/sweep/sweep_child.h"

#include "models/base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_LONG = 2 * SIM_PATH_MAX, ELEMENTS_MAX = 1000, OUTPUT_MAX = 1024 };

static void row_path(char path[PATH_LONG], const char *folder, uint64_t number)
{
    (void)snprintf(path, PATH_LONG, "%s/slurm/%06" PRIu64 ".json", folder, number);
}

/* --- rows --- */

bool sweep_slurm_row(const char *folder, uint64_t number, struct slurm_row *row)
{
    char path[PATH_LONG];
    row_path(path, folder, number);
    json_t *json = json_load_file(path, 0, NULL);
    const char *message = json_string_value(json_object_get(json, "message"));
    const char *hash = json_string_value(json_object_get(json, "hash"));
    const json_t *status = json_object_get(json, "exit_status");
    bool is_whole = message && hash && json_is_integer(status);
    if (is_whole) {
        row->exit_status = (int)json_integer_value(status);
        (void)snprintf(row->message, sizeof row->message, "%s", message);
        (void)snprintf(row->hash, sizeof row->hash, "%s", hash);
    }
    json_decref(json);
    return is_whole;
}

static enum status write_row(const char *folder, uint64_t number, const struct slurm_row *row,
                             struct error *err)
{
    char path[PATH_LONG];
    struct publish out;
    row_path(path, folder, number);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    json_t *json = json_pack("{s:i, s:s, s:s}", "exit_status", row->exit_status, "message",
                             row->message, "hash", row->hash);
    (void)json_dumpf(json, out.stream, JSON_INDENT(2));
    (void)fputc('\n', out.stream);
    json_decref(json);
    return publish_close(&out, err);
}

/* --- submitting --- */

/* Runs a program of Slurm and returns what it has written, its error output included. Returns false if it cannot be run or
 * fails. */
static bool ask(const char *const argv[], char output[OUTPUT_MAX])
{
    int ends[2];
    output[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
        (void)dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
        _exit(127);
    }
    (void)close(ends[1]);
    size_t len = 0;
    for (ssize_t got;
         len < OUTPUT_MAX - 1 && (got = read(ends[0], output + len, OUTPUT_MAX - 1 - len)) > 0;)
        len += (size_t)got;
    output[len] = '\0';
    output[strcspn(output, "\n")] = '\0'; /* the first line says what is wrong */
    (void)close(ends[0]);
    int status = 0;
    return child_wait(child, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* An element of an earlier job would run a run at the same time as the new job. */
static enum status check_earlier(const char *folder, struct error *err)
{
    char path[PATH_LONG], job[32] = "", output[OUTPUT_MAX];
    (void)snprintf(path, sizeof path, "%s/slurm/job", folder);
    FILE *file = fopen(path, "r");
    if (!file)
        return STATUS_OK;
    bool has_job = fscanf(file, "%31s", job) == 1;
    (void)fclose(file);
    if (!has_job || !ask((const char *[]){"squeue", "-h", "-j", job, "-o", "%T", NULL}, output) ||
        output[0] == '\0') /* Slurm does not know it any more, or it has ended */
        return STATUS_OK;
    return error_set(err, STATUS_BAD_INPUT,
                     "%s: job %s is %s; wait for its end and use --collect, or scancel %s", folder,
                     job, output, job);
}

static enum status write_numbers(const char *folder, const uint64_t *numbers, uint64_t count,
                                 uint64_t chunk, struct error *err)
{
    char path[PATH_LONG];
    struct publish out;
    (void)snprintf(path, sizeof path, "%s/slurm/runs", folder);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    (void)fprintf(out.stream, "%" PRIu64 "\n", chunk);
    for (uint64_t i = 0; i < count; i++)
        (void)fprintf(out.stream, "%" PRIu64 "\n", numbers[i]);
    return publish_close(&out, err);
}

/* Writes text for a shell, in quotes. */
static void put_quoted(FILE *file, const char *text)
{
    (void)fputc('\'', file);
    for (; *text; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", file);
        else
            (void)fputc(*text, file);
    }
    (void)fputc('\'', file);
}

static enum status write_script(const char *study_file, const char *folder, struct error *err)
{
    char path[PATH_LONG], program[SIM_PATH_MAX] = "";
    struct publish out;
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len < 0)
        return error_set(err, STATUS_ENVIRONMENT, "/proc/self/exe: %s", strerror(errno));
    (void)snprintf(path, sizeof path, "%s/slurm/job.sh", folder);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    (void)fputs("#!/bin/sh\nexec ", out.stream);
    put_quoted(out.stream, program);
    (void)fputs(" sweep ", out.stream);
    put_quoted(out.stream, study_file);
    (void)fputs(" -o ", out.stream);
    put_quoted(out.stream, folder);
    (void)fputs(" --slurm-element \"$SLURM_ARRAY_TASK_ID\"\n", out.stream);
    return publish_close(&out, err);
}

static enum status submit(const char *folder, uint64_t elements, char job[32], struct error *err)
{
    char array[48], log[PATH_LONG], script[PATH_LONG], path[PATH_LONG], output[OUTPUT_MAX];
    (void)snprintf(array, sizeof array, "--array=0-%" PRIu64, elements - 1);
    (void)snprintf(log, sizeof log, "--output=%s/slurm/%%A_%%a.log", folder);
    (void)snprintf(script, sizeof script, "%s/slurm/job.sh", folder);
    const char *argv[] = {"sbatch", "--parsable", "--job-name=toesim", array, log, script, NULL};
    if (!ask(argv, output))
        return error_set(err, STATUS_ENVIRONMENT, "sbatch: %.400s",
                         output[0] ? output : "has failed without a message");
    (void)snprintf(job, 32, "%.*s", (int)strcspn(output, ";"), output); /* JOB;CLUSTER */
    struct publish out;
    (void)snprintf(path, sizeof path, "%s/slurm/job", folder);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    (void)fprintf(out.stream, "%s\n", job);
    return publish_close(&out, err);
}

enum status sweep_slurm_submit(const char *study_file, const char *folder, const uint64_t *numbers,
                               uint64_t count, uint64_t chunk, char job[32], struct error *err)
{
    char study_path[SIM_PATH_MAX], folder_path[SIM_PATH_MAX], path[PATH_LONG];
    if (chunk == 0)
        chunk = (count + ELEMENTS_MAX - 1) / ELEMENTS_MAX;
    (void)snprintf(path, sizeof path, "%s/slurm", folder);
    if (!cli_make_folder(path))
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    if (!realpath(study_file, study_path) || !realpath(folder, folder_path))
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", study_file, strerror(errno));
    enum status status = check_earlier(folder_path, err);
    for (uint64_t i = 0; i < count && status == STATUS_OK; i++) {
        row_path(path, folder_path, numbers[i]); /* that of an earlier, failed try */
        if (unlink(path) != 0 && errno != ENOENT)
            status = error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    }
    if (status == STATUS_OK)
        status = write_numbers(folder_path, numbers, count, chunk, err);
    if (status == STATUS_OK)
        status = write_script(study_path, folder_path, err);
    return status == STATUS_OK ? submit(folder_path, (count + chunk - 1) / chunk, job, err)
                               : status;
}

/* --- an element --- */

/* Runs one configuration in a child, because SystemC elaborates once per process. */
static enum status run_one(const struct sim_config *config, const char *place,
                           struct slurm_row *row, struct error *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return error_set(err, STATUS_ENVIRONMENT, "no run can be started: %s", strerror(errno));
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        sweep_child(config, place, ends[1]);
    }
    (void)close(ends[1]);
    ssize_t len = child > 0 ? read(ends[0], row->message, sizeof row->message - 1) : -1;
    row->message[len > 0 ? len : 0] = '\0';
    (void)close(ends[0]);
    int status = 0;
    if (!child_wait(child, &status))
        return error_set(err, STATUS_ENVIRONMENT, "no run can be started: %s", strerror(errno));
    row->exit_status =
        WIFEXITED(status) ? WEXITSTATUS(status) : STOP_SIGNAL_STATUS + WTERMSIG(status);
    if (!WIFEXITED(status) && row->message[0] == '\0')
        (void)snprintf(row->message, sizeof row->message, "ended by signal %d", WTERMSIG(status));
    return STATUS_OK;
}

static enum status run_number(const struct study *study, const char *folder, uint64_t number,
                              struct error *err)
{
    static struct sim_config config;
    struct study_point point;
    struct slurm_row row = {0};
    struct error wrong = {STATUS_OK, ""};
    char place[PATH_LONG];
    if (number >= study_run_count(study))
        return error_set(err, STATUS_BAD_INPUT, "the study has no run %" PRIu64, number);
    study_point(study, number, &point);
    enum status status = study_point_config(study, &point, &config, &wrong);
    if (status == STATUS_OK) {
        run_record_hash(&config, row.hash);
        (void)snprintf(place, sizeof place, "%s/runs/%06" PRIu64, folder, number);
        status = run_one(&config, place, &row, err);
    } else {
        row.exit_status = (int)status;
        (void)snprintf(row.message, sizeof row.message, "%s", wrong.text);
        status = STATUS_OK;
    }
    if (status != STATUS_OK || *stop_signals_flag())
        return status; /* a run that was cut leaves no row, so that it is submitted again */
    return write_row(folder, number, &row, err);
}

enum status sweep_slurm_element(const struct study *study, const char *folder, uint64_t index,
                                struct error *err)
{
    char path[PATH_LONG];
    uint64_t chunk = 0, number, line = 0;
    (void)snprintf(path, sizeof path, "%s/slurm/runs", folder);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%" SCNu64, &chunk) != 1 || chunk == 0) {
        if (file)
            (void)fclose(file);
        return error_set(err, STATUS_BAD_INPUT, "%s: is no list of runs; --slurm writes it", path);
    }
    stop_signals_catch();
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && !*stop_signals_flag() && fscanf(file, "%" SCNu64, &number) == 1;
         line++)
        if (line / chunk == index)
            status = run_number(study, folder, number, err);
    (void)fclose(file);
    if (status == STATUS_OK && *stop_signals_flag())
        status =
            error_set(err, STATUS_FAILED, "ended by %s", stop_signals_name(*stop_signals_flag()));
    return status;
}

#include "sim/run/run_record.h"

#include "sim/results/results_files.h"
#include "sim/run/build_facts.h"
#include "sim/run/version.h"
#include "sim/scenario/scenario_flat.h"
#include "sim/testbed/kernel.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

/* A copy of the list, because getopt_long() changes the order of the words. */
static int command_count;
static char **command;

bool run_record_set_command(int argc, char *const *argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    if (!copy)
        return false;
    for (int i = 0; i < argc; i++)
        copy[i] = argv[i];
    free(command);
    command = copy;
    command_count = argc;
    return true;
}

json_t *run_record_build(void)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "schema", "toesim.build/1",
                     "version", TOESIM_VERSION, "commit", BUILD_COMMIT, "dirty", BUILD_DIRTY,
                     "rtl_sha256", BUILD_RTL_SHA256, "verilator", BUILD_VERILATOR, "systemc",
                     kernel_version(), "libpcap", pcap_lib_version());
}

static void hash_value(void *self, const struct scenario_flat *value)
{
    sha256_add(self, value->path, strlen(value->path));
    sha256_add(self, "=", 1);
    sha256_add(self, value->text, strlen(value->text));
    sha256_add(self, "\n", 1);
}

void run_record_hash(const struct sim_config *config, char text[SHA256_TEXT_MAX])
{
    struct sha256 hash;
    sha256_init(&hash);
    scenario_flatten(config, hash_value, &hash);
    sha256_end(&hash, text);
}

/* Counts and truth values are numbers and booleans of JSON. Every other value keeps the text that a scenario has. */
static json_t *json_of_value(const struct scenario_flat *value)
{
    switch (value->key->type) {
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        return json_integer((json_int_t)strtoull(value->text, NULL, 10));
    case SCENARIO_BOOL:
        return json_boolean(strcmp(value->text, "true") == 0);
    default:
        return json_string(value->text);
    }
}

static void add_value(void *self, const struct scenario_flat *value)
{
    static const char *const names[] = {[SIM_ORIGIN_DEFAULT] = "default",
                                        [SIM_ORIGIN_FILE] = "file",
                                        [SIM_ORIGIN_OPTION] = "option"};
    (void)json_object_set_new(
        self, value->path,
        json_pack("{s:o, s:s}", "value", json_of_value(value), "from", names[value->origin]));
}

/* An argument that is no UTF-8 cannot be in JSON, so its wrong bytes become '?'. */
static json_t *json_of_argument(const char *argument)
{
    json_t *json = json_string(argument);
    char *text = json ? NULL : strdup(argument);
    for (char *c = text; c && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    if (text)
        json = json_string(text);
    free(text);
    return json;
}

static json_t *json_of_command(void)
{
    json_t *list = json_array();
    for (int i = 0; i < command_count; i++)
        (void)json_array_append_new(list, json_of_argument(command[i]));
    return list;
}

enum status run_record_write(const char *dir, const struct sim_config *config, struct error *err)
{
    char hash[SHA256_TEXT_MAX];
    json_t *values = json_object();
    scenario_flatten(config, add_value, values);
    run_record_hash(config, hash);
    json_t *json = json_pack("{s:s, s:o, s:o, s:s, s:I, s:s, s:o}", "schema", "toesim.run/1",
                             "build", run_record_build(), "command", json_of_command(), "scenario",
                             config->source, "seed", (json_int_t)config->seed,
                             "configuration_sha256", hash, "configuration", values);
    if (!json)
        return error_set(err, STATUS_ENVIRONMENT, "%s/run.json: out of memory", dir);
    enum status status = results_write_json(dir, "run.json", json, err);
    json_decref(json);
    return status;
}

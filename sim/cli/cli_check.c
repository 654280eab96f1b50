#include "sim/cli/cli_check.h"

#include "sim/cli/cli_command.h"
#include "sim/scenario/scenario_keys.h"
#include "sim/schema/output_columns.h"
#include "sim/schema/output_keys.h"
#include "sim/schema/schema.h"
#include "sim/schema/schema_outputs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPTION_SCHEMA = 256, OPTION_KEYS, OPTION_OUTPUTS, OPTION_COLUMNS };

static int print_schema(json_t *schema)
{
    bool dumped = schema && json_dumpf(schema, stdout, JSON_INDENT(2) | JSON_SORT_KEYS) == 0;
    json_decref(schema);
    (void)putchar('\n');
    if (dumped || ferror(stdout))
        return STATUS_OK; /* toesim_main() reports an output that cannot be written */
    (void)fputs("toesim: out of memory for the schema\n", stderr);
    return STATUS_ENVIRONMENT;
}

static int print_table(bool outputs, bool columns)
{
    bool written = columns   ? output_columns_write(stdout)
                   : outputs ? output_keys_write(stdout)
                             : scenario_write_keys(stdout, true);
    if (written || ferror(stdout))
        return STATUS_OK; /* toesim_main() reports an output that cannot be written */
    (void)fputs("toesim: out of memory for the keys\n", stderr);
    return STATUS_ENVIRONMENT;
}

/* What the options request instead of a check of scenarios. */
struct wanted {
    bool schema, keys, outputs, columns;
};

static int print(const struct wanted *wanted)
{
    if (wanted->schema)
        return print_schema(wanted->outputs ? schema_of_outputs() : schema_create());
    return print_table(wanted->outputs, wanted->columns);
}

static int check_file(const char *path)
{
    static struct sim_config config;
    struct error err;
    char *messages = NULL;
    enum status status = scenario_load_all(path, &config, &messages, &err);
    if (status == STATUS_OK)
        cli_print(stdout, "%s: ok\n", path);
    else if (messages)
        (void)fputs(messages, stderr);
    else
        (void)fprintf(stderr, "%s\n", err.text);
    free(messages);
    return (int)status;
}

int cli_check(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"schema", no_argument, NULL, OPTION_SCHEMA},
                                            {"keys", no_argument, NULL, OPTION_KEYS},
                                            {"outputs", no_argument, NULL, OPTION_OUTPUTS},
                                            {"columns", no_argument, NULL, OPTION_COLUMNS},
                                            {NULL, 0, NULL, 0}};
    struct wanted wanted = {0};
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        wanted.schema |= c == OPTION_SCHEMA;
        wanted.keys |= c == OPTION_KEYS;
        wanted.outputs |= c == OPTION_OUTPUTS;
        wanted.columns |= c == OPTION_COLUMNS;
    }
    bool any = wanted.schema || wanted.keys || wanted.outputs || wanted.columns;
    bool two = (wanted.keys && (wanted.schema || wanted.outputs)) ||
               (wanted.columns && (wanted.keys || wanted.schema || wanted.outputs));
    if (any == (optind < argc) || two)
        return cli_usage_error(command,
                               "needs SCENARIO..., --schema, --keys, --outputs or --columns");
    if (any)
        return print(&wanted);
    int worst = STATUS_OK;
    for (int i = optind; i < argc; i++) {
        int status = check_file(argv[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

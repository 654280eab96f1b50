/* check: scenario files without a run; the JSON Schema. */
#include "sim/cli_command.h"
#include "sim/schema.h"

#include <stdio.h>

enum { OPTION_SCHEMA = 256, OPTION_KEYS };

static int print_schema(void)
{
    json_t *schema = schema_create();
    int failed = !schema || json_dumpf(schema, stdout, JSON_INDENT(2) | JSON_SORT_KEYS) != 0;
    json_decref(schema);
    if (failed || putchar('\n') == EOF || fflush(stdout) != 0) {
        (void)fputs("toesim: the schema cannot be written\n", stderr);
        return STATUS_ENVIRONMENT;
    }
    return STATUS_OK;
}

static int print_keys(void)
{
    if (!scenario_write_keys(stdout, true) || fflush(stdout) != 0) {
        (void)fputs("toesim: the keys cannot be written\n", stderr);
        return STATUS_ENVIRONMENT;
    }
    return STATUS_OK;
}

int cli_check(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"schema", no_argument, NULL, OPTION_SCHEMA},
                                            {"keys", no_argument, NULL, OPTION_KEYS},
                                            {NULL, 0, NULL, 0}};
    static struct sim_config config;
    int print = 0;
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        print = c;
    }
    if (print && optind == argc)
        return print == OPTION_SCHEMA ? print_schema() : print_keys();
    if (print || optind == argc)
        return cli_usage_error(command, "needs SCENARIO..., --schema or --keys");
    int worst = STATUS_OK;
    for (int i = optind; i < argc; i++) {
        struct error err;
        enum status status = scenario_load(argv[i], NULL, 0, &config, &err);
        if (status == STATUS_OK)
            (void)printf("%s: ok\n", argv[i]);
        else
            (void)fprintf(stderr, "%s\n", err.text);
        if ((int)status > worst)
            worst = (int)status;
    }
    return worst;
}

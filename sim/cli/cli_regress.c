#include "sim/cli/cli_regress.h"

#include "models/base/publish.h"
#include "sim/cli/cli_command.h"
#include "sim/regress/regress.h"
#include "sim/regress/regress_junit.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPTION_BLESS = 256, OPTION_JUNIT };

static int run_cases(char **scenarios, size_t count, bool bless, const char *junit)
{
    struct error err;
    struct regress_case *cases = calloc(count, sizeof *cases);
    size_t passed = 0;
    int worst = STATUS_OK;
    if (!cases) {
        (void)error_set(&err, STATUS_ENVIRONMENT, "out of memory");
        return cli_report(&err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct regress_case *c = &cases[i];
        regress_run_case(scenarios[i], bless, &cases[i]);
        cli_print(stdout, "%s %s%s%s\n", c->passed ? c->blessed ? "blessed" : "ok     " : "FAILED ",
                  c->name, c->passed ? "" : ": ", c->passed ? "" : c->message);
        passed += c->passed;
        if ((int)c->status > worst)
            worst = (int)c->status;
    }
    if (junit && regress_write_junit(junit, cases, count, &err) != STATUS_OK)
        worst = cli_report(&err);
    free(cases);
    (void)printf("%zu passed, %zu failed\n", passed, count - passed);
    return worst;
}

int cli_regress(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"bless", no_argument, NULL, OPTION_BLESS},
                                            {"junit", required_argument, NULL, OPTION_JUNIT},
                                            {NULL, 0, NULL, 0}};
    bool bless = false;
    const char *junit = NULL;
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == OPTION_BLESS)
            bless = true;
        else
            junit = optarg;
    }
    struct error err;
    /* A path that cannot be written is reported before minutes of runs. */
    if (junit && publish_check(junit, &err) != STATUS_OK)
        return cli_report(&err);
    if (optind < argc)
        return run_cases(argv + optind, (size_t)(argc - optind), bless, junit);
    glob_t found;
    if (glob("scenarios/regress/*.yaml", 0, NULL, &found) != 0)
        return cli_usage_error(command, "no scenarios/regress/*.yaml here; name SCENARIO...");
    int status = run_cases(found.gl_pathv, found.gl_pathc, bless, junit);
    globfree(&found);
    return status;
}

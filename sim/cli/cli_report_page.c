#include "sim/cli/cli_report_page.h"

#include "sim/report/report.h"

#include <stdio.h>

int cli_report_page(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"output", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    const char *path = "report.html";
    struct error err;
    for (int c; (c = cli_next_option(command, argc, argv, ":ho:", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        path = optarg;
    }
    if (optind != argc - 1)
        return cli_usage_error(command, "needs exactly one results folder or study");
    if (report_write(argv[optind], path, &err) != STATUS_OK)
        return cli_report(&err);
    cli_print(stdout, "report in %s\n", path);
    return STATUS_OK;
}

#include "sim/cli/cli_wavediff.h"

#include "sim/cli/cli_command.h"
#include "sim/regress/wavediff.h"

#include <stdio.h>

int cli_wavediff(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;)
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
    if (optind != argc - 2)
        return cli_usage_error(command, "needs two files");
    struct error err;
    bool identical;
    enum status status = wavediff_compare(argv[optind], argv[optind + 1], &identical, &err);
    if (status == STATUS_OK && !identical)
        status = error_set(&err, STATUS_FAILED,
                           "no signal and no change differ, but the bytes of the files do: one is "
                           "damaged, or another program wrote it");
    if (status == STATUS_OK)
        (void)puts("equal");
    else if (status == STATUS_FAILED)
        (void)puts(err.text);
    else
        return cli_report(&err);
    return (int)status;
}

#include "sim/cli/cli_show.h"

#include "sim/show/show.h"

#include <errno.h>
#include <stdlib.h>

enum { OPTION_MOVE = 256, OPTION_FLOORS };

int cli_show(const struct cli_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"move", required_argument, NULL, OPTION_MOVE},
                                            {"floors", no_argument, NULL, OPTION_FLOORS},
                                            {NULL, 0, NULL, 0}};
    struct error err = {STATUS_OK, ""};
    uint64_t number = 0;
    bool is_one = false, is_floors = false;
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;) {
        char *end;
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c == OPTION_FLOORS) {
            is_floors = true;
            continue;
        }
        errno = 0;
        number = strtoull(optarg, &end, 10);
        is_one = true;
        if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || errno != 0)
            return cli_usage_error(command, "--move needs the number of a move, from 1 on");
    }
    if (optind != argc - 1)
        return cli_usage_error(command, "needs exactly one results folder");
    if (is_one && is_floors)
        return cli_usage_error(command, "--move and --floors do not go together");
    enum status status = is_floors ? show_floors(stdout, argv[optind], &err)
                         : is_one  ? show_move(stdout, argv[optind], number, &err)
                                   : show_moves(stdout, argv[optind], &err);
    return status == STATUS_OK ? STATUS_OK : cli_report(&err);
}

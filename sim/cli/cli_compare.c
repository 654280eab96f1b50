#include "sim/cli/cli_compare.h"

#include "sim/compare/compare_limit.h"
#include "sim/compare/compare_print.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_MARKDOWN = 256, OPTION_CSV, OPTION_JSON, OPTION_FAIL_IF, LIMITS_MAX = 32 };

struct arguments {
    enum compare_format format;
    struct compare_limit limits[LIMITS_MAX];
    size_t limit_count;
};

/* Returns -1 if the program should go on, and otherwise its exit status. */
static int read_arguments(const struct cli_command *command, int argc, char **argv,
                          struct arguments *a)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"markdown", no_argument, NULL, OPTION_MARKDOWN},
                                            {"csv", no_argument, NULL, OPTION_CSV},
                                            {"json", no_argument, NULL, OPTION_JSON},
                                            {"fail-if", required_argument, NULL, OPTION_FAIL_IF},
                                            {NULL, 0, NULL, 0}};
    struct error err;
    for (int c; (c = cli_next_option(command, argc, argv, ":h", options)) != -1;) {
        if (c == 'h' || c == '?')
            return c == 'h' ? STATUS_OK : STATUS_BAD_INPUT;
        if (c != OPTION_FAIL_IF) {
            a->format = c == OPTION_CSV    ? COMPARE_CSV
                        : c == OPTION_JSON ? COMPARE_JSON
                                           : COMPARE_MARKDOWN;
        } else if (a->limit_count == LIMITS_MAX) {
            return cli_usage_error(command, "takes at most 32 times --fail-if");
        } else if (compare_limit_read(optarg, &a->limits[a->limit_count++], &err) != STATUS_OK) {
            return cli_report(&err);
        }
    }
    int count = argc - optind;
    if (count < 2 || count > COMPARE_SIDES_MAX)
        return cli_usage_error(command, "needs 2 to 8 results");
    return -1;
}

/* Checks all limits. A wrong key is worse than a change beyond a limit. */
static int check_limits(const struct arguments *a, const struct comparison *comparison)
{
    int status = STATUS_OK;
    struct error err;
    for (size_t i = 0; i < a->limit_count; i++) {
        enum status one = compare_limit_check(&a->limits[i], comparison, &err);
        if (one != STATUS_OK)
            (void)cli_report(&err);
        status = (int)one > status ? (int)one : status;
    }
    return status;
}

int cli_compare(const struct cli_command *command, int argc, char **argv)
{
    static struct arguments a;
    static struct comparison comparison;
    struct error err;
    a = (struct arguments){.format = COMPARE_TEXT};
    int status = read_arguments(command, argc, argv, &a);
    if (status >= 0)
        return status;
    const char *const *names = (const char *const *)argv + optind;
    if (comparison_read(&comparison, names, (size_t)(argc - optind), &err) != STATUS_OK) {
        status = cli_report(&err);
    } else {
        compare_print(stdout, &comparison, a.format);
        status = check_limits(&a, &comparison);
    }
    comparison_free(&comparison);
    return status;
}

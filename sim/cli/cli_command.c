#include "sim/cli/cli_command.h"

#include "models/base/printable.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int cli_next_option(const struct cli_command *command, int argc, char **argv,
                    const char *short_options, const struct option *long_options)
{
    char text[160];
    opterr = 0;
    int c = getopt_long(argc, argv, short_options, long_options, NULL);
    if (c == 'h') {
        (void)fputs(command->help, stdout);
    } else if (c == ':') {
        (void)snprintf(text, sizeof text, "%.100s needs a value", argv[optind - 1]);
        (void)cli_usage_error(command, text);
        c = '?';
    } else if (c == '?') {
        (void)snprintf(text, sizeof text, "unknown option %.100s", argv[optind - 1]);
        (void)cli_usage_error(command, text);
    }
    return c;
}

void cli_print(FILE *file, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        return;
    if (len > 0 && text[len - 1] == '\n')
        text[len - 1] = '\0';
    printable_make(text, false);
    (void)fprintf(file, "%s\n", text);
    free(text);
}

int cli_usage_error(const struct cli_command *command, const char *text)
{
    cli_print(stderr, "toesim %s: %s; see toesim %s --help\n", command->name, text, command->name);
    return STATUS_BAD_INPUT;
}

int cli_report(const struct error *err)
{
    (void)fprintf(stderr, "toesim: %s\n", err->text);
    return (int)err->status;
}

bool cli_make_folder(const char *path)
{
    char part[SIM_PATH_MAX];
    if (strlen(path) + 1 > sizeof part) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)strcpy(part, path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(part, 0777); /* if this fails, the last mkdir() fails too */
        *slash = '/';
    }
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return true;
    if (errno != EEXIST || stat(path, &info) != 0)
        return false;
    errno = ENOTDIR; /* for the case that it is a file */
    return S_ISDIR(info.st_mode);
}

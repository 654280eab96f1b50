#include "models/test/tshark.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tshark_or_skip(void)
{
    if (system("command -v tshark >/dev/null 2>&1") != 0)
        cr_skip("tshark is not installed");
}

void tshark_lines(const char *path, const char *options, int count, char lines[][TSHARK_LINE_BYTES])
{
    char command[1000];
    int len = snprintf(command, sizeof command, "tshark -n -r '%s' %s 2>/dev/null", path, options);
    cr_assert_lt((size_t)len, sizeof command);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    for (int i = 0; i < count; i++) {
        cr_assert_not_null(fgets(lines[i], TSHARK_LINE_BYTES, pipe), "%s", command);
        lines[i][strcspn(lines[i], "\n")] = '\0';
    }
    (void)pclose(pipe);
}

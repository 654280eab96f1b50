#include "models/base/status.h"

#include "models/base/printable.h"

#include <stdio.h>
#include <string.h>

enum status error_set(struct error *err, enum status status, const char *format, ...)
{
    if (err) {
        err->status = status;
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        /* The text may contain names that the user chose. A newline is our own only if the format has one,
         * or if it passes on a finished message. */
        bool lines = strchr(format, '\n') || strcmp(format, "%s") == 0;
        printable_make(err->text, lines);
    }
    return status;
}

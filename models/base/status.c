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
        /* Names that the user chose are in it. A newline is ours only where the format has one, or where
         * it hands on a message that was made before. */
        bool lines = strchr(format, '\n') || strcmp(format, "%s") == 0;
        printable_make(err->text, lines);
    }
    return status;
}

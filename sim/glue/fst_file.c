#include "sim/glue/fst_file.h"

#include "models/base/publish.h"
#include "models/trace/output/fst_check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 16 };

/* Copies all bytes except the date, which would differ from run to run. */
static bool copy_undated(FILE *from, FILE *to)
{
    static char buffer[COPY_BYTES];
    rewind(from);
    size_t n = fread(buffer, 1, sizeof buffer, from);
    if (n < FST_DATE_OFFSET + FST_DATE_BYTES)
        return false;
    memset(buffer + FST_DATE_OFFSET, 0, FST_DATE_BYTES);
    for (; n > 0; n = fread(buffer, 1, sizeof buffer, from))
        if (fwrite(buffer, 1, n, to) != n)
            return false;
    return !ferror(from);
}

static enum status publish_waves(FILE *from, const char *path, struct error *err)
{
    struct publish out;
    if (!fst_is_complete(from))
        return error_set(err, STATUS_ENVIRONMENT,
                         "%s: the waves could not be written completely (disk full?)", path);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    errno = 0;
    if (copy_undated(from, out.stream))
        return publish_close(&out, err);
    int why = errno;
    publish_discard(&out);
    return error_set(err, STATUS_ENVIRONMENT, "%s: the waves could not be written completely: %s",
                     path, strerror(why ? why : EIO));
}

enum status fst_file_finish(const char *temporary, const char *path, struct error *err)
{
    FILE *from = fopen(temporary, "rb");
    if (!from)
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", temporary, strerror(errno));
    enum status status = publish_waves(from, path, err);
    (void)fclose(from);
    (void)unlink(temporary);
    return status;
}

#include "sim/glue/fst_stdio.h"

#include <unistd.h>

static bool failed;

int fst_fclose(FILE *stream)
{
    bool is_bad = ferror(stream) != 0;
    int result = fclose(stream);
    failed |= is_bad || result != 0;
    return result;
}

int fst_ftruncate(int fd, off_t length)
{
    int result = ftruncate(fd, length);
    failed |= result != 0;
    return result;
}

bool fst_stdio_failed(void) { return failed; }

#include "models/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_ENVIRONMENT = 3 };

void memory_out(void)
{
    static const char text[] = "toesim: not enough memory; nothing was written\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(EXIT_ENVIRONMENT);
}

void *memory_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        memory_out();
    return memory;
}

void *memory_grow(void *memory, size_t count, size_t size)
{
    void *grown = count <= SIZE_MAX / size ? realloc(memory, count * size) : NULL;
    if (!grown)
        memory_out();
    return grown;
}

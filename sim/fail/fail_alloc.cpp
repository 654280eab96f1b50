// Allocators that fail once, at the call whose number is in TOESIM_FAIL_ALLOC (from 1). They count
// all calls into the file TOESIM_FAIL_COUNT. In build/fail/toesim the allocations of the program's
// own code call these functions; those of SystemC, Verilator and other libraries do not.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace
{
unsigned long calls = 0;

bool fails()
{
    static const char *const wanted = std::getenv("TOESIM_FAIL_ALLOC");
    static const unsigned long number = wanted ? std::strtoul(wanted, nullptr, 10) : 0;
    return ++calls == number;
}

struct counter {
    ~counter()
    {
        const char *path = std::getenv("TOESIM_FAIL_COUNT");
        std::FILE *file = path ? std::fopen(path, "w") : nullptr;
        if (!file)
            return;
        std::fprintf(file, "%lu\n", calls);
        std::fclose(file);
    }
} at_exit;
} // namespace

extern "C" {
void *fail_malloc(size_t size);
void *fail_calloc(size_t count, size_t size);
void *fail_realloc(void *memory, size_t size);
char *fail_strdup(const char *text);
FILE *fail_open_memstream(char **text, size_t *size);
void *fail_new(size_t size);

void *fail_malloc(size_t size) { return fails() ? nullptr : std::malloc(size); }

void *fail_calloc(size_t count, size_t size)
{
    return fails() ? nullptr : std::calloc(count, size);
}

void *fail_realloc(void *memory, size_t size)
{
    return fails() ? nullptr : std::realloc(memory, size);
}

char *fail_strdup(const char *text) { return fails() ? nullptr : strdup(text); }

FILE *fail_open_memstream(char **text, size_t *size)
{
    return fails() ? nullptr : open_memstream(text, size);
}

void *fail_new(size_t size)
{
    if (fails() && std::get_new_handler())
        std::get_new_handler()();
    return ::operator new(size);
}
}

/*
 * Allocation of memory that a running model cannot do without, for code whose caller could not handle a
 * failure. If no memory is left, the program ends with exit status 3 and a message. Code that creates an
 * object and can report a failure uses calloc() and returns null instead.
 */
#ifndef TOESIM_BASE_MEMORY_H
#define TOESIM_BASE_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns zeroed memory for `count` items of `size` bytes; release it with free(). */
void *memory_zeroed(size_t count, size_t size);

/* Like realloc(): resizes memory to `count` items of `size` bytes, possibly moving it. Added bytes are not
 * zeroed. Release it with free(). */
void *memory_grow(void *memory, size_t count, size_t size);

/* Reports on stderr that memory has run out and ends the process at once with exit status 3. Neither
 * destructors nor exit handlers run, so no incomplete file is published. */
__attribute__((noreturn)) void memory_out(void);

/* Calls memory_out() if an allocation has returned null. */
static inline void memory_check(const void *memory)
{
    if (!memory)
        memory_out();
}

#ifdef __cplusplus
}
#endif

#endif

/*
 * Memory that a model cannot do without, asked for while it runs, when no caller could act on a
 * failure: when there is none, the program ends with exit status 3 and a message. Code that creates
 * something and can report a failure uses calloc() and returns null instead.
 */
#ifndef TOESIM_BASE_MEMORY_H
#define TOESIM_BASE_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed memory for count things of size bytes; free() it. */
void *memory_zeroed(size_t count, size_t size);

/* realloc(): memory is moved to a place with room for count things of size bytes; what is new is not
 * zeroed. free() it. */
void *memory_grow(void *memory, size_t count, size_t size);

/* Says on stderr that memory has run out and ends the process with exit status 3, at once: neither
 * destructors nor exit handlers run, so no file is published that is not whole. */
__attribute__((noreturn)) void memory_out(void);

/* Ends the process as memory_out() does when an allocation has failed, that is, gave null. */
static inline void memory_check(const void *memory)
{
    if (!memory)
        memory_out();
}

#ifdef __cplusplus
}
#endif

#endif

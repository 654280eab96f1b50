/*
 * Writes the functions of host-sw that are called, one address for each call in the order in
 * which they begin, to the file that the variable TOESIM_ROOMS names. mk/tidy/rooms.mk compiles
 * host-sw with -finstrument-functions, which calls the functions of this file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern const char __executable_start[];

void __cyg_profile_func_enter(void *function, void *caller) __attribute__((no_instrument_function));
void __cyg_profile_func_exit(void *function, void *caller) __attribute__((no_instrument_function));

void __cyg_profile_func_enter(void *function, void *caller)
{
    static FILE *file;
    (void)caller;
    if (!file) {
        const char *path = getenv("TOESIM_ROOMS");
        file = path ? fopen(path, "wb") : NULL;
        if (!file) {
            (void)fputs("TOESIM_ROOMS names no file that can be written\n", stderr);
            exit(3);
        }
    }
    uint64_t offset = (uint64_t)((uintptr_t)function - (uintptr_t)__executable_start);
    (void)fwrite(&offset, sizeof offset, 1, file);
}

void __cyg_profile_func_exit(void *function, void *caller)
{
    (void)function;
    (void)caller;
}

/*
 * Loads the library at run time, as script languages and test harnesses do. The program makes a
 * simulation, lets time pass, and closes the library again.
 *
 *     load build/libtoesim.so
 */
#include "sim/toesim.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ISO C cannot convert the address of an object to that of a function, but POSIX can. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
}

int main(int argc, char **argv)
{
    struct toesim *(*create)(const char *, const char *const *, size_t) = NULL;
    int (*advance_to)(struct toesim *, uint64_t) = NULL;
    void (*destroy)(struct toesim *) = NULL;
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!library) {
        (void)fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: load LIBRARY");
        return 1;
    }
    find(library, "toesim_create", &create);
    find(library, "toesim_advance_to", &advance_to);
    find(library, "toesim_destroy", &destroy);
    if (!create || !advance_to || !destroy)
        return 1;
    struct toesim *sim = create(NULL, NULL, 0);
    bool ok = sim && advance_to(sim, UINT64_C(1000000000)) == 0;
    if (sim)
        destroy(sim);
    (void)puts(ok ? "1 ms of simulated time" : "no simulation");
    return !ok;
}

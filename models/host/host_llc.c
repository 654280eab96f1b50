#include "models/host/host_llc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool host_llc_init(struct host_llc *llc, uint64_t bytes)
{
    llc->sets = bytes / (HOST_LLC_WAYS * HOST_LINE_BYTES);
    llc->lines = NULL;
    if (llc->sets == 0)
        return true;
    llc->lines = calloc(llc->sets * HOST_LLC_WAYS, sizeof *llc->lines);
    return llc->lines != NULL;
}

void host_llc_free(struct host_llc *llc)
{
    free(llc->lines);
    llc->lines = NULL;
}

static uint64_t *set_of(const struct host_llc *llc, uint64_t line)
{
    return &llc->lines[line % llc->sets * HOST_LLC_WAYS];
}

static int way_of(const uint64_t *set, uint64_t line)
{
    for (int way = 0; way < HOST_LLC_WAYS; way++)
        if (set[way] == line)
            return way;
    return -1;
}

void host_llc_touch(struct host_llc *llc, uint64_t address, uint64_t len)
{
    assert(len > 0);
    if (llc->sets == 0)
        return;
    uint64_t last = (address + len - 1) / HOST_LINE_BYTES;
    for (uint64_t line = address / HOST_LINE_BYTES; line <= last; line++) {
        assert(line != 0);
        uint64_t *set = set_of(llc, line);
        int way = way_of(set, line);
        size_t moved = way < 0 ? HOST_LLC_WAYS - 1 : (size_t)way;
        memmove(set + 1, set, moved * sizeof *set);
        set[0] = line;
    }
}

bool host_llc_has(const struct host_llc *llc, uint64_t address, uint64_t len)
{
    assert(len > 0);
    if (llc->sets == 0)
        return false;
    uint64_t last = (address + len - 1) / HOST_LINE_BYTES;
    for (uint64_t line = address / HOST_LINE_BYTES; line <= last; line++)
        if (way_of(set_of(llc, line), line) < 0)
            return false;
    return true;
}

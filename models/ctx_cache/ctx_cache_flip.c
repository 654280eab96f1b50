/* Soft errors of the golden cache, which are bits of a way that change by themselves. The model
 * stores no parity bits. It stores the difference between the parity bits in the memory and
 * those of the data, because this is all that a parity check sees. */
#include "models/ctx_cache/ctx_cache_flip.h"

#include "models/ctx_cache/ctx_cache_ways.h"

#include <assert.h>
#include <stddef.h>

bool ctx_way_is_bad(const struct ctx_way *way, uint32_t lines)
{
    uint32_t bad = 0;
    assert(lines <= CTX_LINES);
    for (uint32_t line = 0; line < lines; line++)
        bad |= way->syndrome[line];
    return bad != 0;
}

void ctx_way_poison(struct ctx_way *way)
{
    for (uint32_t line = 0; line < CTX_LINES; line++)
        way->syndrome[line] = UINT32_MAX;
}

void ctx_way_drop(struct ctx_core *core, struct ctx_way *way)
{
    core->stats.tag_errors++;
    way->valid = way->tag_bad = false;
}

static void flip_data(struct ctx_way *way, uint8_t line, uint16_t bit)
{
    assert(line < CTX_LINES && bit < CTX_LINE_STORED_BITS);
    if (bit < 8 * CTX_LINE_BYTES)
        way->image[line * CTX_LINE_BYTES + bit / 8] ^= (uint8_t)(1u << bit % 8);
    way->syndrome[line] ^= 1u << bit % CTX_PARITY_BITS;
}

/* A way with a bad tag is lost, because no search can find it. But the holder of a lock does not
 * need the tag to find the way. */
static void flip_tag(struct ctx_core *core, struct ctx_way *way)
{
    if (ctx_ways_is_locked(core, way->conn))
        way->tag_bad = true;
    else
        ctx_way_drop(core, way);
}

bool ctx_core_flip(struct ctx_core *core, const struct ctx_flip *flip)
{
    struct ctx_way *way = flip->conn < core->conn_ids ? ctx_ways_hit(core, flip->conn) : NULL;
    core->stats.flips += way != NULL;
    core->stats.flips_missed += way == NULL;
    if (!way)
        return false;
    if (flip->tag)
        flip_tag(core, way);
    else
        flip_data(way, flip->line, flip->bit);
    return true;
}

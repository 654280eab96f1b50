#include "models/ctx_cache/ctx_cache_victim.h"

#include <assert.h>

static uint32_t ways_mask(uint32_t ways) { return ways == 32 ? UINT32_MAX : (1u << ways) - 1; }

/* The bit of a node points to the half that was used longer ago. A half without candidates is
 * not entered. */
static uint32_t victim_oldest(uint32_t candidates, uint32_t tree, uint32_t ways)
{
    uint32_t node = 0, base = 0;
    for (uint32_t half = ways / 2; half > 0; half /= 2) {
        uint32_t left = candidates >> base & ways_mask(half);
        uint32_t right = candidates >> (base + half) & ways_mask(half);
        bool goes_right = left == 0 || ((tree >> node & 1) != 0 && right != 0);
        base += goes_right ? half : 0;
        node = 2 * node + (goes_right ? 2 : 1);
    }
    return base;
}

bool ctx_victim_choose(const struct ctx_victim_set *set, uint32_t ways, uint32_t *way)
{
    assert(ways != 0 && ways <= 32 && (ways & (ways - 1)) == 0);
    uint32_t empty = ~set->valid & ~set->locked & ways_mask(ways);
    uint32_t last_resort = set->valid & ~set->locked;
    uint32_t plain = last_resort & ~set->frozen;
    if (empty != 0) {
        *way = (uint32_t)__builtin_ctz(empty);
        return true;
    }
    if (last_resort == 0)
        return false;
    *way = victim_oldest(plain != 0 ? plain : last_resort, set->tree, ways);
    return true;
}

uint32_t ctx_victim_touch(uint32_t tree, uint32_t ways, uint32_t way)
{
    assert(way < ways);
    uint32_t node = 0;
    for (uint32_t half = ways / 2; half > 0; half /= 2) {
        bool right = (way & half) != 0;
        if (right)
            tree &= ~(1u << node);
        else
            tree |= 1u << node;
        node = 2 * node + (right ? 2 : 1);
    }
    return tree;
}

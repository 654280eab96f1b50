#include "models/trace/store/hole_set.h"

#include <assert.h>

void hole_set_free(struct hole_set *set)
{
    piece_list_free(&set->holes);
    set->top = 0;
}

bool hole_set_find(const struct hole_set *set, uint64_t offset, struct piece *hole)
{
    struct piece_place place;
    return piece_list_find(&set->holes, offset, hole, &place);
}

bool hole_set_fill(struct hole_set *set, uint64_t from, uint64_t to)
{
    struct piece hole;
    struct piece_place place;
    if (!piece_list_find(&set->holes, from, &hole, &place))
        return false;
    assert(hole.from <= from && from < to && to <= hole.to);
    struct piece before = {hole.from, from, 0}, behind = {to, hole.to, 0};
    if (before.from == before.to && behind.from == behind.to)
        return piece_list_remove(&set->holes, &place);
    if (before.from == before.to)
        return piece_list_change(&set->holes, &place, &behind);
    return piece_list_change(&set->holes, &place, &before) &&
           (behind.from == behind.to || piece_list_insert(&set->holes, &behind));
}

bool hole_set_raise(struct hole_set *set, uint64_t from, uint64_t to)
{
    assert(from >= set->top && from < to);
    struct piece hole = {set->top, from, 0};
    if (from > set->top && !piece_list_insert(&set->holes, &hole))
        return false;
    set->top = to;
    return true;
}

bool hole_set_add(struct hole_set *set, uint64_t from, uint64_t to)
{
    while (from < to && from < set->top) {
        struct piece hole;
        if (!hole_set_find(set, from, &hole))
            return false;
        uint64_t begin = hole.from > from ? hole.from : from;
        uint64_t end = hole.to < to ? hole.to : to;
        if (begin < end && !hole_set_fill(set, begin, end))
            return false;
        from = begin < end ? end : to < set->top ? to : set->top;
    }
    return from >= to || hole_set_raise(set, from, to);
}

bool hole_set_reach(const struct hole_set *set, uint64_t *reach)
{
    struct piece hole;
    if (!hole_set_find(set, 0, &hole))
        return false;
    *reach = hole.from < set->top ? hole.from : set->top;
    return true;
}

#include "models/check/seq_set.h"

#include "models/check/check_state.h"

void seq_set_init(struct seq_set *set, uint32_t edge)
{
    set->edge = edge;
    set->count = 0;
    set->is_lossy = false;
}

static void remove_at(struct seq_set *set, uint32_t i)
{
    set->count--;
    set->start[i] = set->start[set->count];
    set->end[i] = set->end[set->count];
}

/* Joins [start, end) with every range that it touches and with the edge. */
void seq_set_add(struct seq_set *set, uint32_t start, uint32_t end)
{
    if (!seq_before(set->edge, end))
        return;
    for (uint32_t i = 0; i < set->count;) {
        bool apart = seq_before(end, set->start[i]) || seq_before(set->end[i], start);
        if (apart) {
            i++;
            continue;
        }
        if (seq_before(set->start[i], start))
            start = set->start[i];
        if (seq_before(end, set->end[i]))
            end = set->end[i];
        remove_at(set, i);
        i = 0;
    }
    if (!seq_before(set->edge, start)) {
        set->edge = end;
        for (uint32_t i = 0; i < set->count;) {
            if (seq_before(set->edge, set->start[i])) {
                i++;
                continue;
            }
            if (seq_before(set->edge, set->end[i]))
                set->edge = set->end[i];
            remove_at(set, i);
            i = 0;
        }
    } else if (set->count < CHECK_INTERVALS) {
        set->start[set->count] = start;
        set->end[set->count++] = end;
    } else {
        set->is_lossy = true;
    }
}

/* Conversations whose two directions have different VLAN tags. */
#include "models/trace/tracker.h"

#include <stdlib.h>
#include <string.h>

static const struct tracker *sorted; /* for the comparison only: qsort() passes no context */

static int compare_ends(const struct raw_tuple *a, const struct raw_tuple *b)
{
    struct flow_key x = a->key, y = b->key;
    x.vlan = y.vlan = 0;
    return memcmp(&x, &y, sizeof x);
}

static int compare(const void *a, const void *b)
{
    const struct raw_tuple *x = &sorted->tuples[*(const uint32_t *)a];
    const struct raw_tuple *y = &sorted->tuples[*(const uint32_t *)b];
    int order = compare_ends(x, y);
    return order ? order : x->first < y->first ? -1 : x->first > y->first;
}

static bool is_one_way(const struct raw_tuple *tuple)
{
    return (tuple->count[0] == 0) != (tuple->count[1] == 0);
}

/* Both lists are in the order of the file; so is the result. */
static void merge(struct tracker *tracker, uint32_t into, uint32_t from)
{
    struct raw_tuple *kept = &tracker->tuples[into], *gone = &tracker->tuples[from];
    struct raw_segment *segments = tracker->segments;
    uint8_t dir = gone->count[1] != 0;
    for (uint32_t i = gone->first; i != RAW_NONE; i = segments[i].next)
        segments[i].tuple = into;
    uint32_t a = kept->first, b = gone->first, *link = &kept->first;
    while (a != RAW_NONE || b != RAW_NONE) {
        uint32_t *next = a < b ? &a : &b; /* RAW_NONE is larger than any index */
        *link = *next;
        kept->last = *next;
        link = &segments[*next].next;
        *next = segments[*next].next;
    }
    kept->count[dir] = gone->count[dir];
    kept->good[dir] = gone->good[dir];
    memcpy(kept->mac[dir], gone->mac[dir], sizeof kept->mac[dir]);
    gone->first = gone->last = RAW_NONE;
    gone->count[dir] = gone->good[dir] = 0;
}

bool tracker_join_vlans(struct tracker *tracker)
{
    uint32_t *one_way = malloc((tracker->tuple_count + 1) * sizeof *one_way);
    size_t count = 0;
    if (!one_way)
        return false;
    for (uint32_t i = 0; i < tracker->tuple_count; i++)
        if (is_one_way(&tracker->tuples[i]))
            one_way[count++] = i;
    sorted = tracker;
    qsort(one_way, count, sizeof *one_way, compare);
    for (size_t i = 0; i + 1 < count; i++) {
        const struct raw_tuple *a = &tracker->tuples[one_way[i]];
        const struct raw_tuple *b = &tracker->tuples[one_way[i + 1]];
        if (compare_ends(a, b) != 0 || (a->count[0] == 0) == (b->count[0] == 0))
            continue;
        merge(tracker, one_way[i], one_way[i + 1]);
        i++;
    }
    free(one_way);
    return true;
}

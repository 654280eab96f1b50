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

static bool set_next(struct tracker *tracker, uint32_t index, uint32_t next, uint32_t tuple)
{
    struct raw_segment segment;
    if (!tracker_get(tracker, index, &segment))
        return false;
    segment.next = next;
    segment.tuple = tuple;
    return tracker_put(tracker, index, &segment);
}

/* The lists, each in the order of the file, become one that is. */
static bool merge_lists(struct tracker *tracker, uint32_t into, uint32_t a, uint32_t b)
{
    struct raw_tuple *kept = &tracker->tuples[into];
    kept->first = a < b ? a : b;
    while (a != RAW_NONE || b != RAW_NONE) {
        uint32_t *next = a < b ? &a : &b; /* RAW_NONE is larger than any index */
        uint32_t index = *next;
        struct raw_segment segment;
        if (!tracker_get(tracker, index, &segment))
            return false;
        *next = segment.next;
        if (!set_next(tracker, index, a < b ? a : b, into))
            return false;
        kept->last = index;
    }
    return true;
}

static bool merge(struct tracker *tracker, uint32_t into, uint32_t from)
{
    struct raw_tuple *kept = &tracker->tuples[into], *gone = &tracker->tuples[from];
    uint8_t dir = gone->count[1] != 0;
    if (!merge_lists(tracker, into, kept->first, gone->first))
        return false;
    kept->count[dir] = gone->count[dir];
    kept->good[dir] = gone->good[dir];
    memcpy(kept->mac[dir], gone->mac[dir], sizeof kept->mac[dir]);
    gone->first = gone->last = RAW_NONE;
    gone->count[dir] = gone->good[dir] = 0;
    return true;
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
    bool ok = true;
    for (size_t i = 0; ok && i + 1 < count; i++) {
        const struct raw_tuple *a = &tracker->tuples[one_way[i]];
        const struct raw_tuple *b = &tracker->tuples[one_way[i + 1]];
        if (compare_ends(a, b) != 0 || (a->count[0] == 0) == (b->count[0] == 0))
            continue;
        ok = merge(tracker, one_way[i], one_way[i + 1]);
        i++;
    }
    free(one_way);
    return ok;
}

/* Joins the two directions of conversations whose directions have different VLAN tags. */
#include "models/trace/conversation/tracker_join.h"

#include <stdlib.h>
#include <string.h>

static const struct tracker *sorted; /* used by the comparison, because qsort() passes no context */

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

/* One of two lists that are merged. */
struct source {
    struct raw_segment segments[SEGMENT_CHUNK_MAX];
    size_t at, count;
    uint64_t next; /* the chunk behind these, 0: none */
};

/* Returns the next segment, or null if none is left. Sets *ok to false if reading failed. */
static const struct raw_segment *source_look(struct tracker *tracker, struct source *source,
                                             bool *ok)
{
    while (*ok && source->at == source->count && source->next) {
        source->at = 0;
        *ok = segment_rows_read(tracker->segments, source->next, source->segments, &source->count,
                                &source->next);
    }
    return *ok && source->at < source->count ? &source->segments[source->at] : NULL;
}

/* Merges two lists, each in the order of the file, into one. The old lists are not freed, because such tuples are
 * rare. */
static bool merge_lists(struct tracker *tracker, struct segment_list *into,
                        const struct segment_list *from)
{
    struct source *sources = calloc(2, sizeof *sources);
    struct segment_list merged = {0};
    bool ok = sources != NULL;
    if (ok) {
        sources[0].next = into->first;
        sources[1].next = from->first;
    }
    while (ok) {
        const struct raw_segment *a = source_look(tracker, &sources[0], &ok);
        const struct raw_segment *b = source_look(tracker, &sources[1], &ok);
        if (!a && !b)
            break;
        bool first = a && (!b || a->index < b->index);
        ok = ok && segment_rows_add(tracker->segments, &merged, first ? a : b);
        sources[!first].at++;
    }
    free(sources);
    *into = merged;
    return ok;
}

static bool merge(struct tracker *tracker, uint32_t into, uint32_t from)
{
    struct raw_tuple *kept = &tracker->tuples[into], *gone = &tracker->tuples[from];
    uint8_t dir = gone->count[1] != 0;
    if (!merge_lists(tracker, &kept->list, &gone->list))
        return false;
    kept->count[dir] = gone->count[dir];
    kept->good[dir] = gone->good[dir];
    kept->bad[dir] = gone->bad[dir];
    memcpy(kept->mac[dir], gone->mac[dir], sizeof kept->mac[dir]);
    gone->list = (struct segment_list){0};
    gone->count[dir] = gone->good[dir] = gone->bad[dir] = 0;
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

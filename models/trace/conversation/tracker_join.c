/* Joins the two directions of conversations whose directions have different VLAN tags. */
#include "models/trace/conversation/tracker_join.h"

#include "models/trace/store/array.h"

#include <stdlib.h>
#include <string.h>

/* A tuple of which only one direction was captured. The hash of its ends brings those together that may belong together,
 * without a look at the tuples, which may be on disk. */
struct one_way {
    uint64_t ends;
    uint32_t tuple;
};

static uint64_t ends_hash(const struct flow_key *key)
{
    struct flow_key ends = *key;
    const uint8_t *bytes = (const uint8_t *)&ends;
    uint64_t hash = UINT64_C(14695981039346656037);
    ends.vlan = 0;
    for (size_t i = 0; i < sizeof ends; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static bool have_same_ends(const struct raw_tuple *a, const struct raw_tuple *b)
{
    struct flow_key x = a->key, y = b->key;
    x.vlan = y.vlan = 0;
    return memcmp(&x, &y, sizeof x) == 0;
}

/* Tuples with the same hash are in the order of the file. */
static int compare(const void *a, const void *b)
{
    const struct one_way *x = a, *y = b;
    if (x->ends != y->ends)
        return x->ends < y->ends ? -1 : 1;
    return x->tuple < y->tuple ? -1 : x->tuple > y->tuple;
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

static bool merge(struct tracker *tracker, struct raw_tuple *kept, struct raw_tuple *gone)
{
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

static bool tuple_load(struct tracker *tracker, uint32_t number, struct raw_tuple *out)
{
    const struct raw_tuple *tuple = tracker_tuple(tracker, number, false);
    if (tuple)
        *out = *tuple;
    return tuple != NULL;
}

static bool tuple_store(struct tracker *tracker, uint32_t number, const struct raw_tuple *changed)
{
    struct raw_tuple *tuple = tracker_tuple(tracker, number, true);
    if (tuple)
        *tuple = *changed;
    return tuple != NULL;
}

/* Joins two tuples if they are the two directions of one. Returns false if memory is short or the disk failed. */
static bool join_two(struct tracker *tracker, uint32_t into, uint32_t from, bool *joined)
{
    struct raw_tuple a, b;
    if (!tuple_load(tracker, into, &a) || !tuple_load(tracker, from, &b))
        return false;
    *joined = have_same_ends(&a, &b) && (a.count[0] == 0) != (b.count[0] == 0);
    return !*joined || (merge(tracker, &a, &b) && tuple_store(tracker, into, &a) &&
                        tuple_store(tracker, from, &b));
}

static bool one_way_list(struct tracker *tracker, struct one_way **list, size_t *count)
{
    size_t capacity = 0;
    for (uint32_t i = 0; i < tracker->tuple_count; i++) {
        const struct raw_tuple *tuple = tracker_tuple(tracker, i, false);
        if (!tuple)
            return false;
        if (!is_one_way(tuple))
            continue;
        struct one_way *grown = array_grow(*list, *count, &capacity, sizeof *grown);
        if (!grown)
            return false;
        *list = grown;
        grown[(*count)++] = (struct one_way){ends_hash(&tuple->key), i};
    }
    return true;
}

bool tracker_join_vlans(struct tracker *tracker)
{
    struct one_way *list = NULL;
    size_t count = 0;
    if (tracker->vlans.count <= 1)
        return true; /* No two tuples have the same ends. */
    bool ok = one_way_list(tracker, &list, &count);
    if (ok && count > 1)
        qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; ok && i + 1 < count; i++) {
        bool joined = false;
        if (list[i].ends == list[i + 1].ends)
            ok = join_two(tracker, list[i].tuple, list[i + 1].tuple, &joined);
        i += joined;
    }
    free(list);
    return ok;
}

#include "models/trace/conversation/conv_view.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 40, WATCH_EVERY = 64 /* chunks */ };

/* The verdict of acceptance.c about one segment, in packed form. The highest bits of the offsets are flags. */
struct verdict {
    uint32_t at, acked;
    uint16_t at_high, acked_high;
};
enum { FLAG = 0x8000, HIGH_NOWHERE = 0x4000, VERDICTS = SPILL_PAGE_BYTES / sizeof(struct verdict) };

/* A chunk of the tuple (segment_rows.h) that is in memory. */
struct loaded {
    size_t chunk; /* plus 1; 0: none */
    uint64_t used;
    bool dirty; /* a verdict has changed */
    struct raw_segment segments[SEGMENT_CHUNK_MAX];
};

/* A chunk, and the number of its first segment in the tuple. */
struct place {
    uint64_t at;
    size_t first;
    bool judged; /* verdicts of it were kept */
};

struct view_window {
    struct tracker *tracker;
    const struct payload_store *store;
    struct view_watch watch;
    const struct raw_tuple *tuple;
    struct place *places;
    size_t place_count, place_capacity;
    size_t count; /* segments */
    struct loaded *loaded[VIEW_CHUNKS];
    struct loaded *hot; /* the one used last */
    size_t hot_first, hot_count;
    uint64_t uses, loads;
    uint64_t bytes_most; /* over the tuples so far */
    uint64_t piece_bytes, index_bytes, reset_bytes;
    struct spill *verdicts;
    uint64_t done, total; /* passes over segments */
    uint64_t pass_done;   /* of the present conversation, */
    size_t pass_from;     /* which begins here */
    bool failed;
    struct raw_segment nothing;
};

struct view_window *view_window_create(struct tracker *tracker, const struct payload_store *store,
                                       const struct view_watch *watch, uint64_t total)
{
    struct view_window *window = calloc(1, sizeof *window);
    if (!window)
        return NULL;
    window->tracker = tracker;
    window->store = store;
    window->watch = *watch;
    window->total = total * VIEW_PASSES;
    window->verdicts = spill_create(spill_memory_default() / 8);
    if (window->verdicts)
        return window;
    free(window);
    return NULL;
}

void view_window_destroy(struct view_window *window)
{
    if (!window)
        return;
    for (int i = 0; i < VIEW_CHUNKS; i++)
        free(window->loaded[i]);
    free(window->places);
    spill_pass_trouble(window->verdicts, window->store->kept);
    spill_destroy(window->verdicts);
    free(window);
}

uint64_t view_window_bytes(const struct view_window *window) { return window->bytes_most; }

void view_note_spill(struct conv_view *view, const struct spill *spill)
{
    spill_pass_trouble(spill, view->window->store->kept);
}

void view_note_pieces(struct conv_view *view, const struct piece_list *list)
{
    struct view_window *window = view->window;
    uint64_t bytes = list->count_most * sizeof(struct piece), index = piece_list_index_bytes(list);
    window->piece_bytes = bytes > window->piece_bytes ? bytes : window->piece_bytes;
    window->index_bytes = index > window->index_bytes ? index : window->index_bytes;
    view_note_spill(view, list->spill);
}

void view_note_resets(struct conv_view *view, const struct reset_queue *queue)
{
    uint64_t *most = &view->window->reset_bytes;
    *most = queue->bytes_most > *most ? queue->bytes_most : *most;
    view_note_spill(view, queue->spill);
}

uint64_t view_window_piece_bytes(const struct view_window *window)
{
    return window->piece_bytes + window->reset_bytes;
}

uint64_t view_window_fixed_bytes(const struct view_window *window)
{
    return window->place_capacity * sizeof *window->places + window->index_bytes;
}

static void forget_all(struct view_window *window)
{
    for (int i = 0; i < VIEW_CHUNKS && window->loaded[i]; i++)
        window->loaded[i]->chunk = 0;
    window->hot = NULL;
    window->place_count = window->count = 0;
    window->hot_first = window->hot_count = 0;
}

/* Removes the segments with a bad checksum from the array and returns how many are left. */
static size_t drop_bad(const struct raw_tuple *tuple, struct raw_segment *segments, size_t count)
{
    size_t kept = 0;
    if (!tracker_has_dropped(tuple))
        return count;
    for (size_t i = 0; i < count; i++)
        if (tracker_is_accepted(tuple, &segments[i]))
            segments[kept++] = segments[i];
    return kept;
}

bool view_open(struct view_window *window, const struct raw_tuple *tuple, struct conv_view *view)
{
    static struct raw_segment segments[SEGMENT_CHUNK_MAX];
    forget_all(window);
    window->tuple = tuple;
    for (uint64_t chunk = tuple->list.first; chunk;) {
        struct place *grown =
            array_grow(window->places, window->place_count, &window->place_capacity, sizeof *grown);
        size_t count;
        if (!grown)
            return false;
        window->places = grown;
        grown[window->place_count++] = (struct place){.at = chunk, .first = window->count};
        if (!segment_rows_read(window->tracker->segments, chunk, segments, &count, &chunk))
            return false;
        window->count += drop_bad(tuple, segments, count);
    }
    uint64_t bytes =
        window->count * sizeof(struct verdict) + window->place_count * sizeof *window->places;
    window->bytes_most = bytes > window->bytes_most ? bytes : window->bytes_most;
    window->pass_from = 0;
    view->window = window;
    view->from = 0;
    view->count = window->count;
    return true;
}

struct conv_view view_behind(const struct conv_view *view, size_t from)
{
    struct conv_view part = *view;
    part.from += from;
    part.count -= from;
    part.window->pass_from = part.from;
    return part;
}

bool view_has_failed(const struct conv_view *view) { return view->window->failed; }

void view_pass(struct conv_view *view)
{
    view->window->done += view->count;
    view->window->pass_done += view->count;
    assert(view->window->pass_done <= (uint64_t)VIEW_PASSES * view->count);
}

void view_done(struct conv_view *view)
{
    view->window->done += (uint64_t)VIEW_PASSES * view->count - view->window->pass_done;
    view->window->pass_done = 0;
}

static size_t place_end(const struct view_window *window, size_t chunk)
{
    return chunk + 1 < window->place_count ? window->places[chunk + 1].first : window->count;
}

static struct verdict verdict_make(const struct raw_segment *segment)
{
    uint64_t at = (uint64_t)segment->at, acked = (uint64_t)segment->acked;
    bool nowhere = segment->at == STREAM_NOWHERE;
    assert(nowhere || (segment->at >= -(INT64_C(1) << 45) && segment->at < INT64_C(1) << 45));
    assert(segment->acked >= -1 && segment->acked < INT64_C(1) << 45);
    uint16_t at_high = nowhere ? HIGH_NOWHERE : (at >> 32 & (HIGH_NOWHERE - 1));
    uint16_t acked_high = acked >> 32 & (HIGH_NOWHERE - 1);
    return (struct verdict){
        .at = (uint32_t)at,
        .acked = (uint32_t)acked,
        .at_high = (uint16_t)(at_high | (segment->ignored ? FLAG : 0)),
        .acked_high = (uint16_t)(acked_high | (segment->false_sack ? FLAG : 0)),
    };
}

/* Returns the signed 46-bit number that is stored in the two parts. */
static int64_t offset_of(uint32_t low, uint16_t high)
{
    uint64_t bits = (uint64_t)(high & (HIGH_NOWHERE - 1)) << 32 | low;
    uint64_t sign = UINT64_C(1) << 45;
    return (int64_t)((bits ^ sign) - sign);
}

static void verdict_take(const struct verdict *verdict, struct raw_segment *segment)
{
    segment->at =
        verdict->at_high & HIGH_NOWHERE ? STREAM_NOWHERE : offset_of(verdict->at, verdict->at_high);
    segment->acked = offset_of(verdict->acked, verdict->acked_high);
    segment->ignored = verdict->at_high & FLAG;
    segment->false_sack = verdict->acked_high & FLAG;
}

static struct verdict *verdict_at(struct view_window *window, size_t number, bool write)
{
    struct verdict *page = spill_page(window->verdicts, number / VERDICTS, write);
    return page ? page + number % VERDICTS : NULL;
}

/* Writes the new verdicts of a chunk to the spill, so that another chunk can take its place in memory. */
static bool put_away(struct view_window *window, struct loaded *loaded)
{
    struct place *place = loaded->chunk ? &window->places[loaded->chunk - 1] : NULL;
    size_t count = place && loaded->dirty ? place_end(window, loaded->chunk - 1) - place->first : 0;
    for (size_t i = 0; i < count; i++) {
        struct verdict *verdict = verdict_at(window, place->first + i, true);
        if (!verdict)
            return false;
        *verdict = verdict_make(&loaded->segments[i]);
    }
    if (count)
        place->judged = true;
    loaded->chunk = 0;
    loaded->dirty = false;
    return true;
}

static bool bring(struct view_window *window, size_t chunk, struct loaded *loaded)
{
    const struct place *place = &window->places[chunk];
    size_t count;
    uint64_t next;
    if (!segment_rows_read(window->tracker->segments, place->at, loaded->segments, &count, &next))
        return false;
    count = drop_bad(window->tuple, loaded->segments, count);
    for (size_t i = 0; place->judged && i < count; i++) {
        const struct verdict *verdict = verdict_at(window, place->first + i, false);
        if (!verdict)
            return false;
        verdict_take(verdict, &loaded->segments[i]);
    }
    loaded->chunk = chunk + 1;
    loaded->dirty = false;
    return true;
}

/* Returns the chunk if it is in memory, otherwise the least recently used one. Returns null if memory is short. */
static struct loaded *loaded_find(struct view_window *window, size_t chunk)
{
    struct loaded *oldest = NULL;
    for (int i = 0; i < VIEW_CHUNKS; i++) {
        struct loaded *loaded = window->loaded[i];
        if (!loaded) {
            loaded = window->loaded[i] = calloc(1, sizeof *loaded);
            return loaded;
        }
        if (loaded->chunk == chunk + 1)
            return loaded;
        if (!oldest || loaded->used < oldest->used)
            oldest = loaded;
    }
    return oldest;
}

static void look_up(struct view_window *window, size_t number)
{
    if (++window->loads % WATCH_EVERY != 0 || !window->watch.go_on)
        return;
    uint64_t done = window->done + (number > window->pass_from ? number - window->pass_from : 0);
    if (!window->watch.go_on(window->watch.self, done < window->total ? done : window->total,
                             window->total))
        window->failed = true;
}

static size_t chunk_of(const struct view_window *window, size_t number)
{
    size_t low = 0, high = window->place_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (window->places[middle].first <= number)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct raw_segment *segment_find(struct view_window *window, size_t number)
{
    assert(number < window->count);
    if (number - window->hot_first < window->hot_count)
        return &window->hot->segments[number - window->hot_first];
    size_t chunk = chunk_of(window, number);
    struct loaded *loaded = window->failed ? NULL : loaded_find(window, chunk);
    window->hot_count = 0;
    if (!loaded || (loaded->chunk != chunk + 1 &&
                    (!put_away(window, loaded) || !bring(window, chunk, loaded)))) {
        window->failed = true;
        window->nothing = (struct raw_segment){.at = STREAM_NOWHERE, .acked = -1};
        return &window->nothing;
    }
    look_up(window, number);
    loaded->used = ++window->uses;
    window->hot = loaded;
    window->hot_first = window->places[chunk].first;
    window->hot_count = place_end(window, chunk) - window->hot_first;
    return &loaded->segments[number - window->hot_first];
}

const struct raw_segment *view_get(const struct conv_view *view, size_t i)
{
    return segment_find(view->window, view->from + i);
}

struct raw_segment *view_edit(const struct conv_view *view, size_t i)
{
    struct raw_segment *segment = segment_find(view->window, view->from + i);
    if (segment != &view->window->nothing)
        view->window->hot->dirty = true;
    return segment;
}

uint32_t view_options(const struct conv_view *view, const struct raw_segment *segment,
                      uint8_t options[40])
{
    uint32_t len = segment->options_len < OPTIONS_MAX ? segment->options_len : OPTIONS_MAX;
    if (!payload_read(view->window->store, segment->payload_at - segment->options_len, options,
                      len)) {
        view->window->failed = true;
        return 0;
    }
    return len;
}

void view_syn_options(const struct conv_view *view, const struct raw_segment *segment,
                      struct syn_options *out)
{
    uint8_t options[OPTIONS_MAX];
    uint32_t len = view_options(view, segment, options);
    syn_options_read(options, len, out);
}

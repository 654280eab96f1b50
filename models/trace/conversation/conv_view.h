/*
 * The segments of one tuple in the order of the file, by their numbers, as they are looked at while
 * its conversations are decided. The tuple may be larger than memory: what was looked at last is kept.
 */
#ifndef TOESIM_TRACE_CONV_VIEW_H
#define TOESIM_TRACE_CONV_VIEW_H

#include "models/trace/conversation/syn_options.h"
#include "models/trace/conversation/tracker.h"
#include "models/trace/store/payload.h"

/* Chunks in memory. What view_get() gives stays as it is until that many others were looked at, so
 * nobody may hold it while he walks further than VIEW_REACH segments away. */
enum { VIEW_CHUNKS = 16, VIEW_REACH = 1024 };

struct view_window; /* opaque */

/* A reset that may have ended a conversation, and how much each endpoint had sent until then. */
struct view_reset {
    size_t index;
    int64_t sent[2];
    uint8_t dir;
    bool exact; /* its number is the one its receiver expects (RFC 5961 3.2) */
};

/* One conversation of the tuple, or all that is left of it: `count` segments from number `from` of
 * the tuple on. Their numbers here begin with 0. */
struct conv_view {
    struct view_window *window;
    size_t from, count;
    struct view_reset *resets; /* scratch of acceptance.c, for all conversations */
    size_t reset_room;
};

/* Asked from time to time: units of work done, of all there are. False: stop. */
struct view_watch {
    bool (*go_on)(void *self, uint64_t done, uint64_t total);
    void *self;
};

/* Null: no memory. watch: may be empty; total: segments of all tuples. */
struct view_window *view_window_create(struct tracker *tracker, const struct payload_store *store,
                                       const struct view_watch *watch, uint64_t total);
void view_window_destroy(struct view_window *window);

/* Shows the accepted segments of this tuple. False: no memory, the disk failed, or stopped. */
bool view_open(struct view_window *window, const struct raw_tuple *tuple, struct conv_view *view);

/* True if since view_open() something could not be read or written, or the watch said stop: what was
 * seen since means nothing. */
bool view_has_failed(const struct conv_view *view);

/* The conversations from segment `from` of this view on. */
struct conv_view view_behind(const struct conv_view *view, size_t from);

/* How far the work on this view is: passes over it, of VIEW_PASSES. */
enum { VIEW_PASSES = 16 };
void view_pass(struct conv_view *view);
/* No more passes follow for these segments. */
void view_done(struct conv_view *view);

/* A segment; a zeroed one after a failure. To change a verdict, view_edit(). */
const struct raw_segment *view_get(const struct conv_view *view, size_t i);
struct raw_segment *view_edit(const struct conv_view *view, size_t i);

/* The options of a segment: what there is of them, into options[40]; returns how many bytes. */
uint32_t view_options(const struct conv_view *view, const struct raw_segment *segment,
                      uint8_t options[40]);
/* Those of a SYN or SYN-ACK, understood. */
void view_syn_options(const struct conv_view *view, const struct raw_segment *segment,
                      struct syn_options *out);

#endif

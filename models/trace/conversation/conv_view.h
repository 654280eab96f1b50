/*
 * A view of the segments of one tuple, by number and in the order of the file. It is used to find the conversations of
 * the tuple. The tuple may be larger than memory, so only the chunks used last are kept.
 */
#ifndef TOESIM_TRACE_CONV_VIEW_H
#define TOESIM_TRACE_CONV_VIEW_H

#include "models/trace/conversation/reset_queue.h"
#include "models/trace/conversation/segment/syn_options.h"
#include "models/trace/conversation/tracker.h"
#include "models/trace/store/payload.h"
#include "models/trace/store/piece_list.h"

/* VIEW_CHUNKS chunks are in memory. A pointer from view_get() stays valid until that many other chunks were used, so a
 * caller must not keep it while it visits segments more than VIEW_REACH away. */
enum { VIEW_CHUNKS = 16, VIEW_REACH = 1024 };

struct view_window; /* opaque */

/* One conversation of the tuple, or the rest of the tuple: `count` segments, beginning with number `from` of the tuple.
 * Numbers in the view begin with 0. */
struct conv_view {
    struct view_window *window;
    size_t from, count;
};

/* A callback that is called from time to time with the units of work done and their total. If it returns false, the
 * work stops. */
struct view_watch {
    bool (*go_on)(void *self, uint64_t done, uint64_t total);
    void *self;
};

/* Creates the window in memory. `watch` may be empty; `total` is the number of segments of all tuples. Returns null if
 * memory is short. */
struct view_window *view_window_create(struct tracker *tracker, const struct payload_store *store,
                                       const struct view_watch *watch, uint64_t total);
void view_window_destroy(struct view_window *window);

/* Returns the most bytes that the window has kept for one tuple, the verdicts and the places of its chunks. */
uint64_t view_window_bytes(const struct view_window *window);

/* Remembers the error of a spill that will be destroyed, if it has one. It is an error of the store's `kept`. */
void view_note_spill(struct conv_view *view, const struct spill *spill);
/* Count a list of the view's conversation in the two numbers below, before it is freed, and remember its error. */
void view_note_pieces(struct conv_view *view, const struct piece_list *list);
void view_note_resets(struct conv_view *view, const struct reset_queue *queue);
/* Returns the most bytes of such lists that were kept at a time, and the most that were in memory because they cannot
 * be anywhere else. */
uint64_t view_window_piece_bytes(const struct view_window *window);
uint64_t view_window_fixed_bytes(const struct view_window *window);

/* Opens a view of the accepted segments of this tuple. Returns false if memory is short, the disk failed, or the watch
 * stopped the work. */
bool view_open(struct view_window *window, const struct raw_tuple *tuple, struct conv_view *view);

/* Returns true if a read or write has failed since view_open(), or the watch has stopped the work. In that case all
 * results since then are invalid. */
bool view_has_failed(const struct conv_view *view);

/* Returns a view of the rest of the tuple, beginning with segment `from` of this view. */
struct conv_view view_behind(const struct conv_view *view, size_t from);

/* Progress on one view is counted in passes over its segments. There are at most VIEW_PASSES; view_pass() counts one. */
enum { VIEW_PASSES = 16 };
void view_pass(struct conv_view *view);
/* Tells that no more passes follow, and counts the passes that were not needed as done. */
void view_done(struct conv_view *view);

/* Return a segment, which is zeroed after a failure. view_edit() must be used to change a verdict. */
const struct raw_segment *view_get(const struct conv_view *view, size_t i);
struct raw_segment *view_edit(const struct conv_view *view, size_t i);

/* Reads the options of a segment into options[40] and returns their length in bytes. */
uint32_t view_options(const struct conv_view *view, const struct raw_segment *segment,
                      uint8_t options[40]);
/* Reads and parses the options of a SYN or SYN-ACK. */
void view_syn_options(const struct conv_view *view, const struct raw_segment *segment,
                      struct syn_options *out);

#endif

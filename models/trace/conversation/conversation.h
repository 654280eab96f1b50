/* Divides the segments of a tuple into conversations, classifies each of them, and builds its replay. */
#ifndef TOESIM_TRACE_CONVERSATION_H
#define TOESIM_TRACE_CONVERSATION_H

#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_ports.h"
#include "models/trace/conversation/acceptance.h"
#include "models/trace/conversation/conv_list.h"
#include "models/trace/conversation/tracker.h"

/* The inputs and results of building conversations. `view` is reused from one tuple to the next. */
struct conversation_builder {
    const struct payload_store *store;
    struct capture_ports *ports;
    struct tracker *tracker;
    struct view_window *window;
    struct conv_view view;
    uint32_t mtu_bytes;
    struct conv_list *built;   /* out */
    uint64_t split_segments;   /* out: extra segments made */
    uint64_t used_segments;    /* out: of replayable conversations */
    uint64_t unused_segments;  /* out: of the others */
    uint64_t ignored_segments; /* out: of replayable conversations, not accepted */
};

/* Builds the conversations of one tuple. A tuple without an accepted segment has none. Returns false if memory is short,
 * the disk failed, or the work was stopped. */
bool conversation_build_tuple(struct conversation_builder *builder, const struct raw_tuple *tuple);
void conversation_builder_free(struct conversation_builder *builder);

#endif

/* Cuts a tuple's segments into conversations, classifies each and builds what is replayed of it. */
#ifndef TOESIM_TRACE_CONVERSATION_H
#define TOESIM_TRACE_CONVERSATION_H

#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_ports.h"
#include "models/trace/conversation/acceptance.h"
#include "models/trace/conversation/tracker.h"
#include "models/trace/store/arena.h"

/* One conversation, and where it begins: index of its first segment in the file. */
struct built_conversation {
    size_t begin;
    struct conversation conv;
};

/* What the building of conversations needs; view is reused from one tuple to the next. */
struct conversation_builder {
    struct arena *arena;
    const struct payload_store *store;
    struct capture_ports *ports;
    struct tracker *tracker;
    struct view_window *window;
    struct conv_view view;
    uint32_t mtu_bytes;
    struct built_conversation *built; /* out: by tuple, then in the order of the file */
    size_t built_count, built_room;
    uint64_t split_segments;   /* out: extra segments made */
    uint64_t used_segments;    /* out: of replayable conversations */
    uint64_t unused_segments;  /* out: of the others */
    uint64_t ignored_segments; /* out: of replayable conversations, what defines nothing */
};

/* False: out of memory, a failing disk, or stopped. A tuple none of whose segments was accepted has no conversation. */
bool conversation_build_tuple(struct conversation_builder *builder, const struct raw_tuple *tuple);
void conversation_builder_free(struct conversation_builder *builder);

#endif

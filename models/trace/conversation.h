/* Classifies one tracked conversation and builds what is replayed of it. */
#ifndef TOESIM_TRACE_CONVERSATION_H
#define TOESIM_TRACE_CONVERSATION_H

#include "models/trace/arena.h"
#include "models/trace/capture.h"
#include "models/trace/stream.h"
#include "models/trace/tracker.h"

/* What the building of conversations needs; view is reused from one to the next. */
struct conversation_builder {
    struct arena *arena;
    struct tracker *tracker;
    struct conv_view view;
    uint32_t mtu_bytes;
    uint64_t split_segments; /* out: extra segments made */
};

/* False: out of memory. A conversation none of whose segments was accepted gets segment_count 0,
 * PARTIAL_NO_SYN. */
bool conversation_build(struct conversation_builder *builder, const struct raw_conv *raw,
                        struct conversation *conv);
void conversation_builder_free(struct conversation_builder *builder);

#endif

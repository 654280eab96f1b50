/*
 * Decides which captured segments their receivers accepted. One pass over the segments of a tuple models both endpoints
 * (RFC 9293 3.10.7, RFC 5961) and also looks at later segments. The replay uses a segment only if its receiver would
 * have accepted it and no later segment contradicts it.
 */
#ifndef TOESIM_TRACE_ACCEPTANCE_H
#define TOESIM_TRACE_ACCEPTANCE_H

#include "models/trace/conversation/opening.h"

struct acceptance {
    struct opening opening;
    bool both_syn; /* both sides sent an opening SYN */
    size_t reset;  /* index of the reset that ends the conversation, or NOT_THERE */
    size_t count;  /* segments of the conversation; the next one begins behind them */
};

/* Judges the conversation that begins with the view's first segment and sets the verdict of each of its segments
 * (segment.h). Returns false if memory is short or the view has failed. */
bool acceptance_judge(struct conv_view *view, struct acceptance *out);

/* Marks segment i as ignored: it carries no data and acknowledges nothing. */
void acceptance_ignore(struct conv_view *view, size_t i);

#endif

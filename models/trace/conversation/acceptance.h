/*
 * What the receivers of captured segments made of them: one pass over the segments of a tuple, with
 * a model of both endpoints (RFC 9293 3.10.7, RFC 5961) and with hindsight. A segment defines
 * something only if its receiver would have accepted it and nothing later contradicts it.
 */
#ifndef TOESIM_TRACE_ACCEPTANCE_H
#define TOESIM_TRACE_ACCEPTANCE_H

#include "models/trace/conversation/opening.h"

struct acceptance {
    struct opening opening;
    bool both_syn; /* both sides sent a SYN that opens */
    size_t reset;  /* index of the reset that ends the conversation; NOT_THERE */
    size_t count;  /* segments of the conversation: the next one begins behind them */
};

/* Judges the conversation that begins with the view's first segment. Gives each of its
 * segments its verdict (segment.h). False: out of memory, or the view has failed. */
bool acceptance_judge(struct conv_view *view, struct acceptance *out);

/* Ignores segment i: it carries no data and claims nothing. */
void acceptance_ignore(struct conv_view *view, size_t i);

#endif

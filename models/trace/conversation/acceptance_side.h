/* The stream of one endpoint of a captured conversation, as its receiver sees it. */
#ifndef TOESIM_TRACE_ACCEPTANCE_SIDE_H
#define TOESIM_TRACE_ACCEPTANCE_SIDE_H

#include "models/trace/store/range_set.h"

enum { NO_FIN = -1 };

/* Positions count from the first byte behind the SYN; the FIN takes one. */
struct side {
    uint32_t base; /* sequence number of position 0 */
    bool known;    /* base is valid */
    int64_t sent;  /* everything before it was sent */
    int64_t acked; /* and everything before this acknowledged */
    int64_t edge;  /* right edge of the receiver's window */
    int64_t window_max;
    int64_t fin;   /* position of its FIN, or NO_FIN */
    uint8_t shift; /* of the windows this endpoint announces */
    struct range_set ahead;
};

/* The position of a sequence number: the one that is nearest to the position `near`. */
int64_t side_place(const struct side *side, int64_t near, uint32_t number);

/* The number of position 0 is known from now on. */
void side_begin(struct side *side, uint32_t first);

/* [from, to) was sent: what was sent before may end there, or there is a hole between. */
void side_send(struct side *side, int64_t from, int64_t to);

/* True if its FIN was acknowledged. */
bool side_is_closed(const struct side *side);

#endif

/* The stream of one endpoint of a captured conversation, as its receiver sees it. */
#ifndef TOESIM_TRACE_ACCEPTANCE_SIDE_H
#define TOESIM_TRACE_ACCEPTANCE_SIDE_H

#include "models/trace/store/range_set.h"

enum { NO_FIN = -1 };

/* One endpoint. Positions count from the first byte behind the SYN, and the FIN takes one position. */
struct side {
    uint32_t base; /* sequence number of position 0 */
    bool known;    /* base is valid */
    int64_t sent;  /* everything before it was sent */
    int64_t acked; /* everything before it was acknowledged */
    int64_t edge;  /* right edge of the receiver's window */
    int64_t window_max;
    int64_t fin;   /* position of its FIN, or NO_FIN */
    uint8_t shift; /* of the windows this endpoint announces */
    struct range_set ahead;
};

/* Returns the position of a sequence number. Of all positions with this number it is the one nearest to `near`. */
int64_t side_place(const struct side *side, int64_t near, uint32_t number);

/* Sets the sequence number of position 0. */
void side_begin(struct side *side, uint32_t first);

/* Records that [from, to) was sent. There may be a hole between the bytes sent before and `from`. */
void side_send(struct side *side, int64_t from, int64_t to);

/* Returns true if the FIN of this endpoint was acknowledged. */
bool side_is_closed(const struct side *side);

#endif

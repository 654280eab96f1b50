/* A set of sequence numbers: everything before an edge, and ranges beyond it. */
#ifndef TOESIM_CHECK_SEQ_SET_H
#define TOESIM_CHECK_SEQ_SET_H

#include <stdbool.h>
#include <stdint.h>

enum { CHECK_INTERVALS = 32 };

/* Half-open ranges of sequence numbers beyond a contiguous edge. */
struct seq_set {
    uint32_t edge; /* all numbers before it are in the set */
    uint32_t count;
    bool is_lossy; /* the table was full once, so some ranges are missing */
    uint32_t start[CHECK_INTERVALS], end[CHECK_INTERVALS];
};

/* Empties the set and puts everything before edge into it. */
void seq_set_init(struct seq_set *set, uint32_t edge);

/* Puts [start, end) into the set. A full table forgets the range, so the set never contains a number that was not
 * added. */
void seq_set_add(struct seq_set *set, uint32_t start, uint32_t end);

#endif

/* The sequence numbers that one end of a connection has sent, as seen at one place: everything before an edge, and
 * ranges beyond it. Nothing is forgotten. */
#ifndef TOESIM_STATS_SEQ_RANGES_H
#define TOESIM_STATS_SEQ_RANGES_H

#include <stdbool.h>
#include <stdint.h>

/* Half-open; neither empty nor touching another one. */
struct seq_range {
    uint32_t start, end;
};

struct seq_ranges {
    uint32_t edge; /* all numbers of the last 2^31 before it are in the set */
    uint32_t count, capacity;
    struct seq_range *ranges; /* beyond the edge, in order */
};

/* Empties the set, keeping its memory, and puts everything before edge into it. A zeroed set is valid. */
void seq_ranges_reset(struct seq_ranges *set, uint32_t edge);
void seq_ranges_free(struct seq_ranges *set);

/* Puts [start, end), which is not empty, into the set. Returns true if any of its numbers was there before. */
bool seq_ranges_add(struct seq_ranges *set, uint32_t start, uint32_t end);

/* Returns the number behind the highest one in the set. */
uint32_t seq_ranges_end(const struct seq_ranges *set);

#endif

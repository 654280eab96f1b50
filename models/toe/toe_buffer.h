/* Host buffers for complete frames. The engine prefetches their descriptors from the driver's ring. */
#ifndef TOESIM_TOE_TOE_BUFFER_H
#define TOESIM_TOE_TOE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;
struct toe_part;

enum toe_buffer_state {
    TOE_BUFFER_HERE,
    TOE_BUFFER_COMES, /* a posted descriptor is still being fetched */
    TOE_BUFFER_NONE,  /* the host has posted no buffer */
};

extern const struct toe_part toe_buffer_part;

/* Takes a buffer and sets *address to its host address. If no buffer is here, the call starts to fetch
 * descriptors. */
enum toe_buffer_state toe_buffer_take(struct toe_engine *engine, uint64_t *address,
                                      uint64_t now_ps);

/* Returns true if a buffer is here or no fetch is under way, so that a frame which waits for a buffer may
 * try again. */
bool toe_buffer_is_settled(const struct toe_engine *engine);

/* Reports to the host that a frame found no buffer. The report is sent once until the host posts buffers again. */
void toe_buffer_report_none(struct toe_engine *engine, uint64_t now_ps);
void toe_buffer_posted(struct toe_engine *engine, uint32_t producer);

#endif

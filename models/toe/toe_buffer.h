/* Host buffers for whole frames: their descriptors are prefetched from the driver's ring. */
#ifndef TOESIM_TOE_TOE_BUFFER_H
#define TOESIM_TOE_TOE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;
struct toe_part;

enum toe_buffer_state {
    TOE_BUFFER_HERE,
    TOE_BUFFER_COMES, /* a posted descriptor is on its way */
    TOE_BUFFER_NONE,  /* the host has posted none */
};

extern const struct toe_part toe_buffer_part;

/* Takes a buffer; where there is none, starts to fetch descriptors. */
enum toe_buffer_state toe_buffer_take(struct toe_engine *engine, uint64_t *address,
                                      uint64_t now_ps);

/* A buffer is here, or none is on its way: who waits for one may look again. */
bool toe_buffer_is_settled(const struct toe_engine *engine);

/* The host is told once, until it posts buffers again, that a frame found none. */
void toe_buffer_report_none(struct toe_engine *engine, uint64_t now_ps);
void toe_buffer_posted(struct toe_engine *engine, uint32_t producer);

#endif

/* The TCP options of a captured segment, as they are sent and as they are read. */
#ifndef TOESIM_TRACE_REPLAY_OPTIONS_H
#define TOESIM_TRACE_REPLAY_OPTIONS_H

#include "models/trace/replay/replay_conv.h"

/* Builds the captured options with the SACK blocks and TSecr that fit the simulated server. Returns their length. */
uint32_t replay_options_make(const struct replay_conv *conv, const struct client_segment *seg,
                             bool newest_tsval, uint8_t out[REPLAY_OPTIONS_MAX]);
bool replay_options_tsval(const struct client_segment *seg, uint32_t *tsval);
int replay_options_shift(const struct client_segment *syn); /* -1: no window scale option */
/* Calls on_block for each SACK block. If it returns false, the walk ends and returns false as well. */
bool replay_options_each_sack(const struct client_segment *seg,
                              bool (*on_block)(const void *self, uint32_t left, uint32_t right),
                              const void *self);

#endif

/* IP fragments of segments: put together in the memory of the driver. */
#ifndef TOESIM_HOST_DISPATCH_FRAGMENTS_H
#define TOESIM_HOST_DISPATCH_FRAGMENTS_H

#include "host-sw/server/server.h"

#include <stdbool.h>
#include <stdint.h>

bool fragments_init(struct host_sw *sw);
void fragments_free(struct host_sw *sw);
/* A fragment, in host memory. */
void fragments_input(struct host_sw *sw, const struct dir_frame *frame, const uint8_t *bytes,
                     const struct packet *packet);
/* Has the segments examined that were put together since the last call, and drops datagrams whose time is over.
 * True: there was a segment. */
bool fragments_run(struct host_sw *sw, frame_examiner *examine);
uint64_t fragments_next_ps(const struct host_sw *sw);

#endif

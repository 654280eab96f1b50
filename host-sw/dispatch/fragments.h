/* Reassembly of IP fragments of TCP segments in the memory of the driver. */
#ifndef TOESIM_HOST_DISPATCH_FRAGMENTS_H
#define TOESIM_HOST_DISPATCH_FRAGMENTS_H

#include "host-sw/server/server.h"

#include <stdbool.h>
#include <stdint.h>

/* Sets up the reassembly, unless the parameters switch it off. Returns false if no memory is left. */
bool fragments_init(struct host_sw *sw);
void fragments_free(struct host_sw *sw);
/* Adds a fragment. bytes are its contents in host memory. */
void fragments_input(struct host_sw *sw, const struct dir_frame *frame, const uint8_t *bytes,
                     const struct packet *packet);
/* Calls examine for each segment that was reassembled since the last call, and drops datagrams whose timeout has
 * expired. Returns true if there was a segment. */
bool fragments_run(struct host_sw *sw, frame_examiner *examine);

#endif

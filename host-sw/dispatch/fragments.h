/* Reassembly of IP fragments of TCP segments in the memory of the driver. */
#ifndef TOESIM_HOST_DISPATCH_FRAGMENTS_H
#define TOESIM_HOST_DISPATCH_FRAGMENTS_H

#include "host-sw/conn/directory.h"
#include "models/wire/ip_reassembly.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* A segment that was reassembled from fragments and is examined in the next step. */
struct reassembled_frame {
    struct dir_frame frame;
    bool checksums_ok;
};

/* The reassembly. fragments.c writes here. */
struct fragments {
    struct ip_reassembly *reassembly; /* null if fragments are dropped */
    struct reassembled_frame *frames;
    uint32_t count, capacity;
    uint64_t next_ps; /* when the next datagram expires, or TIME_NEVER */
};

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

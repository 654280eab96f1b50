/* A frame sink that models peers behind a path with a small MTU. It sends longer packets of the peers as IP fragments
 * (RFC 791, RFC 8200 4.5), as if "don't fragment" were not set, and gives all frames to the next sink. */
#ifndef TOESIM_TRACE_FRAGMENTER_H
#define TOESIM_TRACE_FRAGMENTER_H

#include "models/base/frame_sink.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FRAGMENTER_MTU_MIN = 68 }; /* RFC 791 3.1 */

struct fragmenter {
    uint32_t mtu; /* bytes of an IP packet; 0: no limit */
    struct frame_pool *pool;
    struct frame_sink next;
    uint32_t id;    /* of the last datagram */
    uint64_t split; /* packets that were fragmented */
    uint64_t lost;  /* fragments for which the pool had no frame */
};

/* Initializes the sink. It keeps `next` and the pool. */
void fragmenter_init(struct fragmenter *fragmenter, uint32_t mtu, struct frame_pool *pool,
                     struct frame_sink next);
struct frame_sink fragmenter_sink(struct fragmenter *fragmenter);

#ifdef __cplusplus
}
#endif

#endif

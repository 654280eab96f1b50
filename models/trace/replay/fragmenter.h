/* Peers behind a narrow path: their packets longer than the limit leave in IP fragments (RFC 791, RFC
 * 8200 4.5), as if "don't fragment" had not been set. A sink in front of another. */
#ifndef TOESIM_TRACE_FRAGMENTER_H
#define TOESIM_TRACE_FRAGMENTER_H

#include "models/base/frame_sink.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FRAGMENTER_MTU_MIN = 68 }; /* RFC 791 3.1 */

struct fragmenter {
    uint32_t mtu; /* bytes of an IP packet; 0: everything passes */
    struct frame_pool *pool;
    struct frame_sink next;
    uint32_t id;    /* of the last datagram */
    uint64_t split; /* packets that were */
    uint64_t lost;  /* fragments for which the pool had no frame */
};

/* next is kept. */
void fragmenter_init(struct fragmenter *fragmenter, uint32_t mtu, struct frame_pool *pool,
                     struct frame_sink next);
struct frame_sink fragmenter_sink(struct fragmenter *fragmenter);

#ifdef __cplusplus
}
#endif

#endif

/* Chooses the local ports of connections that the server opens. The algorithm is the double-hash port selection of
 * RFC 6056 3.3.4, where F and G are SipHash-2-4. */
#ifndef TOESIM_HOST_STACK_EPHEMERAL_H
#define TOESIM_HOST_STACK_EPHEMERAL_H

#include "host-sw/stack/isn.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    EPHEMERAL_FIRST = 49152, /* RFC 6335 6: dynamic ports */
    EPHEMERAL_LAST = 65535,
    EPHEMERAL_COUNTERS = 256,
};

struct ephemeral {
    struct isn_key key;
    uint16_t next[EPHEMERAL_COUNTERS];
};

void ephemeral_init(struct ephemeral *ports, const struct isn_key *key);

/* Returns a port for the tuple that is_used() reports as free, or 0 if there is none. The lport of the tuple is
 * ignored. */
uint16_t ephemeral_pick(struct ephemeral *ports, const struct flow_key *tuple,
                        bool (*is_used)(void *self, const struct flow_key *tuple), void *self);

#endif

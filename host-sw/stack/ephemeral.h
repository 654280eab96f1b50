/* Local ports of connections that the server opens: RFC 6056 3.3.4, double-hash port selection, with
 * F and G = SipHash-2-4. */
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

/* A port for the tuple (its lport is not looked at) that is_used() says is free; 0: none is. */
uint16_t ephemeral_pick(struct ephemeral *ports, const struct flow_key *tuple,
                        bool (*is_used)(void *self, const struct flow_key *tuple), void *self);

#endif

/* Lets the remote side ask whether the server still retransmits, so that no conversation is called stalled too early. */
#ifndef TOESIM_TRACE_SERVER_WATCH_H
#define TOESIM_TRACE_SERVER_WATCH_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>

/* `tries` returns true while the server runs a retransmission timer for the connection (for SYN-ACK, data or FIN), so
 * that it has retransmissions left. A null pointer means that the state is unknown and counts as false. */
struct server_watch {
    bool (*tries)(const void *self, const struct flow_key *key);
    const void *self;
};

static inline bool server_watch_tries(const struct server_watch *watch, const struct flow_key *key)
{
    return watch->tries && watch->tries(watch->self, key);
}

#endif

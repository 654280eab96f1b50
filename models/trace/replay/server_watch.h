/* What the remote side may ask about the server, so that nothing is called stalled too early. */
#ifndef TOESIM_TRACE_SERVER_WATCH_H
#define TOESIM_TRACE_SERVER_WATCH_H

#include "models/hwif/flow_key.h"

#include <stdbool.h>

/* tries: true while the server has a retransmission timer (of SYN-ACK, data or FIN) running for the
 * connection, which means that it has tries left. Null: nobody knows, taken as false. */
struct server_watch {
    bool (*tries)(const void *self, const struct flow_key *key);
    const void *self;
};

static inline bool server_watch_tries(const struct server_watch *watch, const struct flow_key *key)
{
    return watch->tries && watch->tries(watch->self, key);
}

#endif

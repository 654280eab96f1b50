#include "host-sw/stack/ephemeral.h"

enum { PORTS = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1 };

void ephemeral_init(struct ephemeral *ports, const struct isn_key *key)
{
    *ports = (struct ephemeral){.key = *key};
}

uint16_t ephemeral_pick(struct ephemeral *ports, const struct flow_key *tuple,
                        bool (*is_used)(void *self, const struct flow_key *tuple), void *self)
{
    struct flow_key candidate = *tuple;
    candidate.lport = 0;
    uint64_t hash = siphash24(&ports->key, &candidate, sizeof candidate);
    uint32_t offset = (uint32_t)hash % PORTS;
    uint16_t *next = &ports->next[(hash >> 32) % EPHEMERAL_COUNTERS];
    for (uint32_t i = 0; i < PORTS; i++) {
        candidate.lport = (uint16_t)(EPHEMERAL_FIRST + (offset + (*next)++) % PORTS);
        if (!is_used(self, &candidate))
            return candidate.lport;
    }
    return 0;
}

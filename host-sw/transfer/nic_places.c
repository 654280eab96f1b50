#include "host-sw/transfer/nic_places.h"

#include "host-sw/server/server.h"
#include "models/base/planted.h"

#include <assert.h>

const char *host_reason_key(enum host_reason reason)
{
    static const char *const keys[HOST_REASON_COUNT] = {
#define X(id, key, text) key,
        HOST_REASONS(X)
#undef X
    };
    assert(reason < HOST_REASON_COUNT);
    return keys[reason];
}

/* --- which connections may be on a NIC --- */

static bool policy_allows(const struct host_sw_params *params, const struct flow_key *key)
{
    if (params->offload != OFFLOAD_PORTS)
        return params->offload == OFFLOAD_ALL;
    const struct port_ranges *ports = &params->offload_ports;
    for (uint32_t i = 0; i < ports->count; i++)
        if (key->lport >= ports->range[i].first && key->lport <= ports->range[i].last)
            return true;
    return false;
}

enum host_reason nic_places_refuse(const struct host_sw *sw, const struct flow_key *key)
{
    if (!policy_allows(&sw->params, key) || PLANTED(claim_host_processes))
        return HOST_REASON_POLICY;
    return sw->nic_places.taken < sw->params.offload_max ? HOST_REASON_NONE
                                                         : HOST_REASON_TABLE_FULL;
}

void nic_places_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics)
{
    assert(dir_entry_is_sane(entry));
    if (entry->on_nics == on_nics)
        return;
    entry->on_nics = on_nics;
    assert(on_nics || sw->nic_places.taken > 0);
    sw->nic_places.taken = on_nics ? sw->nic_places.taken + 1 : sw->nic_places.taken - 1;
    sw->stats.on_nics_max = u32_max(sw->stats.on_nics_max, sw->nic_places.taken);
}

/* --- the queue of connections that wait for a place on the NICs --- */

void nic_places_wait(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!entry->waiting.listed)
        conn_list_add(&sw->nic_places.waiting, entry->conn);
}

void nic_places_stop_waiting(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    conn_list_remove(&sw->nic_places.waiting, entry->conn);
}

void nic_places_on_ended(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    nic_places_stop_waiting(sw, entry);
    nic_places_count(sw, entry, false);
    assert(!host_tcp_has(&sw->tcp, entry->conn));
}

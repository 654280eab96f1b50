#include "host-sw/team/offload.h"

#include "host-sw/team/team.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/memory.h"
#include "models/base/planted.h"

#include <assert.h>
#include <stdlib.h>

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

/* --- who may be on a NIC --- */

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

enum host_reason offload_refuses(const struct host_sw *sw, const struct flow_key *key)
{
    if (!policy_allows(&sw->params, key) || PLANTED(claim_host_processes))
        return HOST_REASON_POLICY;
    return sw->on_nics < sw->params.offload_max ? HOST_REASON_NONE : HOST_REASON_TABLE_FULL;
}

void offload_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics)
{
    if (entry->on_nics == on_nics)
        return;
    entry->on_nics = on_nics;
    assert(on_nics || sw->on_nics > 0);
    sw->on_nics = on_nics ? sw->on_nics + 1 : sw->on_nics - 1;
    sw->stats.on_nics_max = u32_max(sw->stats.on_nics_max, sw->on_nics);
}

/* --- the queue of those that wait for a place on the NICs --- */

void offload_wait(struct host_sw *sw, struct dir_entry *entry)
{
    if (!entry->waiting.listed)
        conn_list_add(&sw->waiting, team_conn_of(sw, entry));
}

void offload_stop_waiting(struct host_sw *sw, struct dir_entry *entry)
{
    conn_list_remove(&sw->waiting, team_conn_of(sw, entry));
}

void offload_on_ended(struct host_sw *sw, struct dir_entry *entry)
{
    offload_stop_waiting(sw, entry);
    offload_count(sw, entry, false);
    assert(!host_tcp_has(&sw->tcp, team_conn_of(sw, entry)));
}

/* --- requests, and places that became free --- */

static unsigned nic_for(const struct host_sw *sw, const struct dir_entry *entry)
{
    return sw->mode->may_own(&sw->ports, entry->rx_if) ? entry->rx_if : team_other(entry->rx_if);
}

void offload_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason)
{
    entry->host_reason = (uint8_t)reason;
    struct move_trigger why = transfer_called(sw);
    transfer_request(sw, entry, PLACE_HOST, MOVE_ONLOADED, &why);
}

void offload_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason)
{
    uint32_t limit = sw->params.offload_out_of_order_max;
    if (reason != DROP_TCP_OOO_FULL || entry->state != DIR_ACTIVE || entry->owner == PLACE_HOST)
        return;
    entry->ooo_drops++;
    if (limit > 0 && entry->ooo_drops >= limit)
        offload_take_away(sw, entry, HOST_REASON_OUT_OF_ORDER);
}

void offload_take_all(struct host_sw *sw, unsigned nic)
{
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (entry->state == DIR_ACTIVE && entry->owner == nic)
            offload_take_away(sw, entry, HOST_REASON_NO_MEMBER);
    }
}

static void fulfil(struct host_sw *sw, struct dir_entry *entry, bool on_host)
{
    struct move_trigger why = transfer_called(sw);
    if (entry->state != DIR_ACTIVE || (entry->owner == PLACE_HOST) == on_host)
        return;
    if (on_host) {
        offload_take_away(sw, entry, HOST_REASON_REQUEST);
    } else if (sw->on_nics < sw->params.offload_max) {
        unsigned nic = nic_for(sw, entry);
        if (sw->mode->may_own(&sw->ports, nic))
            transfer_request(sw, entry, nic, MOVE_OFFLOADED, &why);
    } else {
        entry->host_reason = HOST_REASON_TABLE_FULL;
        offload_wait(sw, entry);
    }
}

static void run_wish(struct host_sw *sw, const struct place_wish *wish)
{
    if (wish->conn != DIR_NONE) {
        if (directory_is_live(&sw->dir, wish->conn))
            fulfil(sw, &sw->dir.entries[wish->conn], wish->on_host);
        return;
    }
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        fulfil(sw, &sw->dir.entries[conn], wish->on_host);
}

bool offload_run(struct host_sw *sw)
{
    bool busy = sw->wish_count > 0;
    for (uint32_t i = 0; i < sw->wish_count; i++)
        run_wish(sw, &sw->wishes[i]);
    sw->wish_count = 0;
    while (sw->waiting.count > 0 && sw->on_nics < sw->params.offload_max &&
           sw->turns_taken < sw->params.moves_outstanding_max) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->waiting)];
        if (!sw->mode->may_own(&sw->ports, nic_for(sw, entry)))
            break; /* nor any other */
        offload_stop_waiting(sw, entry);
        fulfil(sw, entry, false);
        busy = true;
    }
    return busy;
}

void host_sw_request_place(struct host_sw *sw, uint32_t conn, bool on_host)
{
    if (sw->wish_count == sw->wish_capacity) {
        sw->wish_capacity = sw->wish_capacity ? 2 * sw->wish_capacity : 16;
        sw->wishes = realloc(sw->wishes, sw->wish_capacity * sizeof *sw->wishes);
        memory_check(sw->wishes);
    }
    sw->wishes[sw->wish_count++] = (struct place_wish){conn, on_host};
}

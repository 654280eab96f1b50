#include "host-sw/life/offload.h"

#include "host-sw/server/server.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

static unsigned nic_for(const struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    return sw->mode->may_own(&sw->ports, entry->rx_if) ? entry->rx_if : team_other(entry->rx_if);
}

void offload_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason)
{
    assert(dir_entry_is_sane(entry));
    entry->host_reason = (uint8_t)reason;
    struct move_trigger why = transfer_called(sw);
    transfer_request(sw, entry, PLACE_HOST, MOVE_ONLOADED, &why);
}

void offload_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason)
{
    assert(dir_entry_is_sane(entry));
    uint32_t limit = sw->params.offload_out_of_order_max;
    if (reason != DROP_TCP_OOO_FULL || entry->state != DIR_ACTIVE || entry->owner == PLACE_HOST)
        return;
    entry->ooo_drops++;
    if (limit > 0 && entry->ooo_drops >= limit)
        offload_take_away(sw, entry, HOST_REASON_OUT_OF_ORDER);
}

void offload_on_fragments(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    sw->stats.reassembled++;
    if (entry->owner == PLACE_HOST || entry->state != DIR_ACTIVE)
        return;
    entry->reassembled++;
    if (sw->params.offload_fragments_max > 0 &&
        entry->reassembled >= sw->params.offload_fragments_max)
        offload_take_away(sw, entry, HOST_REASON_FRAGMENTS);
}

void offload_take_all(struct host_sw *sw, unsigned nic)
{
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (entry->state == DIR_ACTIVE && entry->owner == nic)
            offload_take_away(sw, entry, HOST_REASON_NO_MEMBER);
    }
}

static void act_on(struct host_sw *sw, struct dir_entry *entry, bool on_host)
{
    assert(dir_entry_is_sane(entry));
    struct move_trigger why = transfer_called(sw);
    if (entry->state != DIR_ACTIVE || (entry->owner == PLACE_HOST) == on_host)
        return;
    if (on_host) {
        offload_take_away(sw, entry, HOST_REASON_REQUEST);
    } else if (sw->nic_places.taken < sw->params.offload_max) {
        unsigned nic = nic_for(sw, entry);
        if (sw->mode->may_own(&sw->ports, nic))
            transfer_request(sw, entry, nic, MOVE_OFFLOADED, &why);
    } else {
        entry->host_reason = HOST_REASON_TABLE_FULL;
        nic_places_wait(sw, entry);
    }
}

static void run_request(struct host_sw *sw, const struct place_request *request)
{
    if (request->conn != DIR_NONE) {
        if (directory_is_live(&sw->dir, request->conn))
            act_on(sw, &sw->dir.entries[request->conn], request->on_host);
        return;
    }
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        act_on(sw, &sw->dir.entries[conn], request->on_host);
}

bool offload_run(struct host_sw *sw)
{
    bool busy = sw->place_requests.count > 0;
    for (uint32_t i = 0; i < sw->place_requests.count; i++)
        run_request(sw, &sw->place_requests.requests[i]);
    sw->place_requests.count = 0;
    while (sw->nic_places.waiting.count > 0 && sw->nic_places.taken < sw->params.offload_max &&
           sw->transfers.turns_taken < sw->params.moves_outstanding_max) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->nic_places.waiting)];
        if (!sw->mode->may_own(&sw->ports, nic_for(sw, entry)))
            break; /* no NIC may own connections now, so none of the others can go either */
        nic_places_stop_waiting(sw, entry);
        act_on(sw, entry, false);
        busy = true;
    }
    return busy;
}

void offload_request_place(struct host_sw *sw, uint32_t conn, bool on_host)
{
    if (sw->place_requests.count == sw->place_requests.capacity) {
        sw->place_requests.capacity =
            sw->place_requests.capacity ? 2 * sw->place_requests.capacity : 16;
        sw->place_requests.requests =
            realloc(sw->place_requests.requests,
                    sw->place_requests.capacity * sizeof *sw->place_requests.requests);
        memory_check(sw->place_requests.requests);
    }
    sw->place_requests.requests[sw->place_requests.count++] = (struct place_request){conn, on_host};
}

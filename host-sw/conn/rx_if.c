#include "host-sw/conn/rx_if.h"

#include "host-sw/conn/conn.h"
#include "host-sw/server/server.h"
#include "models/base/planted.h"

#include <assert.h>

uint64_t rx_if_address(const struct host_sw *sw, uint32_t conn)
{
    assert(conn < sw->dir.conn_max);
    return sw->entries_address + (uint64_t)conn * TEAM_ENTRY_BYTES;
}

static void write_entry(struct host_sw *sw, const struct dir_entry *entry, uint8_t rx_if,
                        uint64_t frame_id)
{
    assert(dir_entry_is_sane(entry));
    uint32_t conn = entry->conn;
    struct team_conn_entry stored = {.rx_if = rx_if,
                                     .owner = entry->owner,
                                     .gen = entry->gen,
                                     .conn = conn,
                                     .mac_time_ps = entry->last_rx_ps,
                                     .frame_id = frame_id};
    sw->bus.ops->mem_write(sw->bus.self, rx_if_address(sw, conn), &stored, sizeof stored);
}

void rx_if_clear(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    entry->last_rx_ps = 0;
    write_entry(sw, entry, TEAM_RX_IF_NONE, 0);
}

/* Records from the two NICs, and records of held or forwarded frames, do not come in the order in which the frames
 * arrived. Therefore this function compares the times at the MACs, which share one clock. */
void rx_if_store(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint64_t mac_time_ps,
                 uint64_t frame_id)
{
    assert(dir_entry_is_sane(entry));
    bool is_older =
        (mac_time_ps < entry->last_rx_ps && !PLANTED(rxif_goes_back)) || PLANTED(claim_rx_if_lost);
    if (!is_older) {
        entry->rx_if = (uint8_t)nic;
        entry->last_rx_ps = mac_time_ps;
        write_entry(sw, entry, PLANTED(rxif_is_owner) ? entry->owner : (uint8_t)nic, frame_id);
    }
    conn_emit(sw, entry, nic,
              (struct probe_event){
                  .kind = PROBE_RXIF_STORED, .stored.id = frame_id, .stored.is_older = is_older});
}

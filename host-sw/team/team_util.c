#include "host-sw/team/team.h"
#include "models/base/planted.h"

#include <assert.h>

uint64_t team_now(const struct host_sw *sw) { return sw->bus.ops->now_ps(sw->bus.self); }

uint32_t team_conn_of(const struct host_sw *sw, const struct dir_entry *entry)
{
    return (uint32_t)(entry - sw->dir.entries);
}

void team_charge(struct host_sw *sw, enum cpu_cost cost, uint64_t units)
{
    sw->bus.ops->charge(sw->bus.self, cost, units);
}

void team_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event)
{
    if (!probe_wants(sw->probe, (enum probe_kind)event.kind))
        return;
    event.now_ps = team_now(sw);
    event.conn = entry ? team_conn_of(sw, entry) : PROBE_NO_CONN;
    event.gen = entry ? entry->gen : (uint16_t)0;
    event.nic = (uint8_t)nic;
    probe_emit(sw->probe, &event);
}

void team_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state)
{
    assert(entry->state != DIR_FREE);
    entry->state = (uint8_t)state;
    team_emit(sw, entry, entry->owner,
              (struct probe_event){.kind = PROBE_DIR_STATE, .dir.state = (uint8_t)state});
    if (state == DIR_INACTIVE)
        team_emit(sw, entry, entry->owner, (struct probe_event){.kind = PROBE_RESTS});
}

uint64_t team_held_address(const struct host_sw *sw, uint32_t conn)
{
    return sw->held_address +
           (uint64_t)conn * sw->params.hold_frames_per_conn * sizeof(struct nic_held);
}

uint64_t host_sw_conn_entry_address(const struct host_sw *sw, uint32_t conn)
{
    assert(conn < sw->dir.conn_max);
    return sw->entries_address + (uint64_t)conn * TEAM_ENTRY_BYTES;
}

static void write_entry(struct host_sw *sw, const struct dir_entry *entry, uint8_t rx_if,
                        uint64_t frame_id)
{
    uint32_t conn = team_conn_of(sw, entry);
    struct team_conn_entry stored = {.rx_if = rx_if,
                                     .owner = entry->owner,
                                     .gen = entry->gen,
                                     .conn = conn,
                                     .mac_time_ps = entry->last_rx_ps,
                                     .frame_id = frame_id};
    sw->bus.ops->mem_write(sw->bus.self, host_sw_conn_entry_address(sw, conn), &stored,
                           sizeof stored);
}

void team_clear_rx_if(struct host_sw *sw, struct dir_entry *entry)
{
    entry->last_rx_ps = 0;
    write_entry(sw, entry, TEAM_RX_IF_NONE, 0);
}

/* Records of the two NICs, and those of frames that were held or forwarded, do not come in the order
 * in which the frames arrived. What decides is the time at the MACs, which share one clock. */
void team_store_rx_if(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                      uint64_t mac_time_ps, uint64_t frame_id)
{
    bool is_older =
        (mac_time_ps < entry->last_rx_ps && !PLANTED(rxif_goes_back)) || PLANTED(claim_rx_if_lost);
    if (!is_older) {
        entry->rx_if = (uint8_t)nic;
        entry->last_rx_ps = mac_time_ps;
        write_entry(sw, entry, PLANTED(rxif_is_owner) ? entry->owner : (uint8_t)nic, frame_id);
    }
    team_emit(sw, entry, nic,
              (struct probe_event){
                  .kind = PROBE_RXIF_STORED, .stored.id = frame_id, .stored.is_older = is_older});
}

void team_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer)
{
    assert(nic < NIC_COUNT);
    cmd.conn = team_conn_of(sw, entry);
    if (nic_driver_command(&sw->nics[nic], cmd, buffer))
        entry->pending++;
}

void team_touch(struct host_sw *sw, struct dir_entry *entry)
{
    if (!entry->dirty.listed)
        conn_list_add(&sw->dirty, team_conn_of(sw, entry));
}

uint32_t team_challenge_share(const struct host_sw_params *params)
{
    return (uint32_t)ceil_div(params->challenge_rate, PLACE_COUNT);
}

uint32_t team_challenge_key(const struct host_sw *sw, uint32_t place)
{
    return (uint32_t)siphash24(&sw->isn_key, &place, sizeof place);
}

void team_lookup_key(const struct host_sw *sw, unsigned nic, uint32_t *words)
{
    for (uint32_t i = 0; i < NIC_LOOKUP_KEY_WORDS; i++) {
        const uint32_t what[3] = {0x6c6f6f6b, nic, i}; /* a stream of its own */
        words[i] = (uint32_t)siphash24(&sw->isn_key, what, sizeof what);
    }
}

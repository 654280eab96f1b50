#include "host-sw/conn/conn.h"

#include "host-sw/server/server.h"

#include <assert.h>

/* Generations older than this many no longer match. The limit is half of the distance that serial numbers can
 * tell apart, and no message that is so old can still be in flight. */
enum { GENS_MATCHED = 1 << 14 };

void conn_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event)
{
    event.now_ps = server_now(sw);
    event.conn = entry ? entry->conn : PROBE_NO_CONN;
    event.gen = entry ? entry->gen : (uint16_t)0;
    event.nic = (uint8_t)nic;
    probe_emit(sw->probe, &event);
}

void conn_mark(struct host_sw *sw, const struct dir_entry *entry, enum move_mark mark,
               uint64_t at_ps)
{
    const struct transfer *transfer = &entry->transfer;
    bool is_of_mechanism = mark >= MARK_OWN;
    bool is_of_source = mark >= MARK_FREEZE && mark <= MARK_DRAINED;
    if (!transfer->mechanism || transfer->kind >= TRANSFER_KIND_COUNT)
        return; /* observers are not told of the opening of a connection */
    conn_emit(sw, entry, is_of_source ? transfer->src : transfer->dest,
              (struct probe_event){.kind = transfer->kind == TRANSFER_MOVE && !is_of_mechanism
                                               ? PROBE_MOVE_MARK
                                               : PROBE_TRANSFER_MARK,
                                   .mark.mark = (uint8_t)mark,
                                   .mark.at_ps = at_ps});
}

void conn_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state)
{
    assert(entry->state != DIR_FREE);
    entry->state = (uint8_t)state;
    conn_emit(sw, entry, entry->owner,
              (struct probe_event){.kind = PROBE_DIR_STATE, .dir.state = (uint8_t)state});
    if (state == DIR_INACTIVE)
        conn_emit(sw, entry, entry->owner, (struct probe_event){.kind = PROBE_RESTS});
}

void conn_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer)
{
    assert(dir_entry_is_sane(entry));
    assert(nic < NIC_COUNT);
    cmd.conn = entry->conn;
    if (nic_driver_command(&sw->nics[nic], cmd, buffer))
        entry->pending++;
}

void conn_command_in_list(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                          struct nic_cmd cmd)
{
    assert(dir_entry_is_sane(entry));
    assert(nic < NIC_COUNT);
    cmd.conn = entry->conn;
    if (nic_driver_command_in_list(&sw->nics[nic], cmd))
        entry->pending++;
}

void conn_touch(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!entry->dirty.listed)
        conn_list_add(&sw->dirty, entry->conn);
}

void conn_next_gen(struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    entry->gen++;
    if ((uint16_t)(entry->gen - entry->first_gen) > GENS_MATCHED)
        entry->first_gen = (uint16_t)(entry->gen - GENS_MATCHED);
}

static bool numbers_are_sane(const struct dir_entry *entry)
{
    uint32_t unread = entry->rcv_nxt - entry->rx_consumed;
    uint32_t unacknowledged = entry->tx_prod - entry->snd_una;
    return unacknowledged <= INT32_MAX && (!entry->synchronised || unread <= INT32_MAX) &&
           (uint16_t)(entry->gen - entry->first_gen) <= INT16_MAX;
}

static bool transfer_is_sane(const struct transfer *transfer)
{
    const struct transfer_at_nics *at_nics = &transfer->at_nics;
    if (!transfer->mechanism)
        return !at_nics->freezing && !at_nics->installing && !at_nics->reserved;
    return !(at_nics->freezing && at_nics->installing) && transfer->kind < TRANSFER_COUNTED;
}

bool dir_entry_is_sane(const struct dir_entry *entry)
{
    return entry->state < DIR_STATE_COUNT && entry->owner < PLACE_COUNT &&
           entry->rx_if < NIC_COUNT && entry->host_reason < HOST_REASON_COUNT &&
           (entry->held_count == 0) == (entry->held_head == DIR_NONE) &&
           (entry->app_calls == 0) == !entry->calls_due.listed &&
           (!entry->announced || entry->established) && !(entry->embryonic && entry->active) &&
           (!entry->resolving || entry->active) && numbers_are_sane(entry) &&
           transfer_is_sane(&entry->transfer);
}

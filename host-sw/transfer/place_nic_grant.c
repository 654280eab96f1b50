/* Grants: the host lets the source write the image straight into a slot of the destination (docs/hwif.md, section 4d). FREEZE
 * leaves in a step of its own, because the move waits for it first. RESERVE follows, whose NIC has to read the tuple, and
 * then the grant, while the source stops. */
#include "host-sw/transfer/place_nic_grant.h"

#include "host-sw/conn/conn.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/place_nic.h"
#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

static void note(struct grants *grants, const struct nic_cmd *cmd, uint8_t nic)
{
    if (grants->count == grants->capacity) {
        grants->capacity = grants->capacity ? 2 * grants->capacity : 16;
        grants->rows = realloc(grants->rows, grants->capacity * sizeof *grants->rows);
        memory_check(grants->rows);
    }
    grants->rows[grants->count++] = (struct grant){*cmd, nic};
}

bool place_nic_grant(struct host_sw *sw, struct dir_entry *entry, uint64_t until_ps)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    struct nic_driver *dest = &sw->nics[transfer->dest];
    struct nic_cmd grant = {.op = NIC_CMD_INSTALL,
                            .flags = NIC_CMD_FLAG_SLOT,
                            .gen = (uint16_t)(entry->gen + 1),
                            .image = image_address(sw, entry->conn),
                            .frame_time_ps = until_ps,
                            .tx_prod = entry->tx_prod,
                            .rx_consumed = entry->rx_consumed};
    uint64_t address;
    /* Without a grant capability of its own, the source cannot write into a peer. */
    if (sw->nics[transfer->src].slots.grants_max == 0 ||
        !image_slots_grant(&dest->slots, dest->sizes.bar_address, &grant.slot, &address)) {
        sw->stats.images_pulled++;
        return false;
    }
    place_nic_take_to(sw, entry, address);
    transfer->at_nics.granted = true;
    if (entry->fin_wanted)
        grant.flags |= (uint8_t)NIC_CMD_FLAG_FIN;
    place_nic_note_rung(entry);
    grant.conn = entry->conn;
    note(&sw->grants, &grant, transfer->dest);
    return true;
}

/* Returns true if the transfer still waits for this grant. It may have ended in the same step. */
static bool is_wanted(const struct dir_entry *entry, const struct grant *row)
{
    const struct transfer *transfer = &entry->transfer;
    return transfer->at_nics.granted && transfer->at_nics.freezing && transfer->dest == row->nic &&
           (uint16_t)(entry->gen + 1) == row->cmd.gen;
}

void place_nic_reserve_grants(struct host_sw *sw)
{
    for (uint32_t i = 0; i < sw->grants.count; i++) {
        const struct grant *row = &sw->grants.rows[i];
        struct dir_entry *entry = &sw->dir.entries[row->cmd.conn];
        if (sw->nics[row->nic].up && is_wanted(entry, row))
            place_nic.prepare(sw, entry);
    }
}

void place_nic_issue_grants(struct host_sw *sw)
{
    for (uint32_t i = 0; i < sw->grants.count; i++) {
        const struct grant *row = &sw->grants.rows[i];
        struct dir_entry *entry = &sw->dir.entries[row->cmd.conn];
        struct nic_driver *dest = &sw->nics[row->nic];
        if (!dest->up)
            continue; /* its slots end with it */
        if (is_wanted(entry, row)) {
            conn_command(sw, entry, row->nic, row->cmd, 0);
        } else {
            image_slots_give_back(&dest->slots, row->cmd.slot);
            image_slots_end_grant(&dest->slots);
        }
    }
    sw->grants.count = 0;
}

bool place_nic_confirm(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    struct transfer_at_nics *at_nics = &transfer->at_nics;
    if (!at_nics->granted || !place_nic.accepts(sw, entry, image)) {
        at_nics->granted = false;
        return false;
    }
    conn_next_gen(entry);
    image_hand_over(entry, image, transfer->dest, (enum move_reason)transfer->reason);
    image_write(sw, entry, image);
    entry->applied = false;
    at_nics->tries = 0;
    at_nics->in_slot = at_nics->installing = true;
    at_nics->reserved = false;
    sw->stats.images_pushed++;
    uint64_t list = place_nic_lend_held(sw, entry, transfer->dest);
    struct nic_cmd cmd = {.op = NIC_CMD_HELD,
                          .flags = NIC_CMD_FLAG_NO_COMPLETION,
                          .gen = entry->gen,
                          .list = list,
                          .count = entry->held_count};
    conn_command(sw, entry, transfer->dest, cmd, 0);
    conn_set_state(sw, entry, DIR_INSTALLING);
    return true;
}

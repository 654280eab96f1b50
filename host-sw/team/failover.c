#include "host-sw/team/failover.h"

#include "host-sw/life/offload.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/planted.h"

#include <assert.h>

/* Returns true if the connection is at a NIC that may not have it, while the other NIC may. */
static bool is_stranded(const struct host_sw *sw, const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    unsigned src = entry->owner;
    return entry->state == DIR_ACTIVE && place_is_nic(src) && !sw->mode->may_own(&sw->ports, src) &&
           sw->mode->may_own(&sw->ports, team_other(src));
}

/* The trigger of the move is the later of two changes. Either the owner's port was lost while the other port was
 * usable, or the other port came back. */
bool failover_move(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!is_stranded(sw, entry))
        return false;
    unsigned src = entry->owner, dest = team_other(src);
    bool came_back = sw->port_change[dest].at_ps > sw->port_change[src].at_ps;
    struct move_trigger why = sw->port_change[came_back ? dest : src];
    return transfer_request(sw, entry, dest, MOVE_LINK_DOWN, &why) || entry->wanted.listed;
}

/* A policy may have the connection wait for its turn, unless its NIC is lost as well as the port. */
void failover_check(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!is_stranded(sw, entry))
        return;
    if (sw->nics[entry->owner].up && sw->transfers.mechanism->start &&
        policy_list_on_stranded(&sw->policies, entry->conn, server_now(sw)))
        return;
    (void)failover_move(sw, entry);
}

/* Moves every active connection of NIC `src` to the other one. */
static void move_all(struct host_sw *sw, unsigned src)
{
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (entry->owner == src)
            failover_check(sw, entry);
    }
}

void failover_on_ports_changed(struct host_sw *sw, unsigned wanted, const struct move_trigger *why)
{
    bool could_own[NIC_COUNT];
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        could_own[nic] = sw->mode->may_own(&sw->ports, nic);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bool usable = sw->nics[nic].up && sw->nics[nic].link_up;
        if (usable != sw->ports.usable[nic])
            policy_list_on_port(&sw->policies, nic, usable);
        sw->ports.usable[nic] = usable;
    }
    sw->mode->on_change(&sw->ports, wanted);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (sw->mode->may_own(&sw->ports, nic) != could_own[nic])
            sw->port_change[nic] = *why;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (sw->mode->may_own(&sw->ports, nic))
            continue;
        if (sw->mode->may_own(&sw->ports, team_other(nic)) && !PLANTED(claim_no_failover))
            move_all(sw, nic);
        else if (sw->nics[nic].up)
            offload_take_all(sw,
                             nic); /* a later reset of the NIC does not affect these connections */
    }
}

/* Frames that reached the wrong NIC, relayed to the right one. */
#include "host-sw/team/team.h"

#include <assert.h>

void forward_frame(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                   const struct dir_frame *frame)
{
    assert(entry->state != DIR_FREE && entry->state != DIR_CLOSING);
    struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                          .gen = entry->gen,
                          .list = frame->buffer,
                          .count = frame->bytes,
                          .frame_time_ps = frame->mac_time_ps,
                          .frame_id = frame->frame_id,
                          .frame_port = frame->port};
    /* One reference for the command, one until the NIC's record of the frame. */
    buffer_pool_ref(&sw->pool, frame->buffer);
    inject_table_add(&sw->injected, frame->frame_id, frame->buffer, nic);
    team_command(sw, entry, nic, cmd, frame->buffer);
    sw->stats.forwarded_frames++;
    entry->reload.forwarded++;
}

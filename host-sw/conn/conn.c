#include "host-sw/conn/conn.h"

#include "host-sw/server/server.h"

#include <assert.h>

void conn_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event)
{
    if (!probe_wants(sw->probe, (enum probe_kind)event.kind))
        return;
    event.now_ps = server_now(sw);
    event.conn = entry ? server_conn_of(sw, entry) : PROBE_NO_CONN;
    event.gen = entry ? entry->gen : (uint16_t)0;
    event.nic = (uint8_t)nic;
    probe_emit(sw->probe, &event);
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
    cmd.conn = server_conn_of(sw, entry);
    if (nic_driver_command(&sw->nics[nic], cmd, buffer))
        entry->pending++;
}

void conn_touch(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!entry->dirty.listed)
        conn_list_add(&sw->dirty, server_conn_of(sw, entry));
}

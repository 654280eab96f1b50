#include "host-sw/dispatch/host_records.h"

#include "host-sw/dispatch/conn_io.h"
#include "host-sw/dispatch/icmp.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/place_host.h"

#include <assert.h>

static void on_record(void *self, const struct nic_record *record)
{
    struct host_sw *sw = self;
    struct dir_entry *entry = directory_match(&sw->dir, record->conn, record->gen);
    assert(!entry || dir_entry_is_sane(entry));
    if (!entry)
        return; /* the connection ended in the same step in which this segment arrived */
    if (record->verdict == NIC_VERDICT_APPLIED && record->gen == entry->gen)
        entry->applied = true;
    conn_io_on_progress(sw, entry, record);
}

static void on_event(void *self, const struct nic_event *event)
{
    if (event->kind == NIC_EVENT_NOTICE)
        icmp_on_notice(self, event);
    else if (event->kind == NIC_EVENT_CLOSED)
        termination_on_closed(self, event);
    else
        termination_on_terminated(self, event);
}

bool host_records_init(struct host_sw *sw)
{
    struct host_tcp_ops ops = {
        .send = place_host_send, .on_record = on_record, .on_event = on_event, .self = sw};
    return host_tcp_init(&sw->tcp, sw->bus, &ops, &sw->params.tcp, sw->params.mac, sw->dir.conn_max,
                         sw->probe);
}

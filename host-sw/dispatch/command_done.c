#include "host-sw/dispatch/command_done.h"

#include "host-sw/conn/fate.h"
#include "host-sw/dispatch/icmp.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"
#include "host-sw/stack/host_tcp_tx.h"
#include "host-sw/transfer/place_nic.h"

#include <assert.h>

/* Acts on the completions of the last commands about a connection that has ended. */
static void on_done_after_end(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                              const struct nic_request *request, const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    bool ok = event->result == NIC_RESULT_OK;
    if (request->op == NIC_CMD_FREEZE)
        place_nic_on_freeze_done_late(sw, entry, nic, request->gen, event);
    if (request->op == NIC_CMD_INSTALL)
        place_nic_on_install_done_late(sw, entry, nic, request->gen, ok);
    termination_settle(sw, entry);
}

/* A command that asked for no completion has failed. A connection that cannot be installed goes back at once. Nothing
 * follows from the failures of other such commands. */
static void on_failed_alone(struct host_sw *sw, const struct nic_event *event)
{
    if (event->op == NIC_CMD_RESERVE && directory_is_live(&sw->dir, event->conn))
        place_nic_on_reserve_done(&sw->dir.entries[event->conn], event);
    else
        sw->stats.stale_events++;
}

static void on_one_done(struct host_sw *sw, unsigned nic, const struct nic_event *event)
{
    struct nic_request request;
    if (!nic_driver_complete(&sw->nics[nic], event, &request)) {
        on_failed_alone(sw, event);
        return;
    }
    if (request.op == NIC_CMD_RX_INJECT && event->result == NIC_RESULT_BAD_FRAME) {
        uint64_t buffer = buffer_pool_return(&sw->pool, request.frame_id);
        struct dir_frame frame = {.frame_id = request.frame_id, .port = (uint8_t)nic};
        fate_drop(sw, &frame, request.conn, DROP_MALFORMED);
        if (buffer)
            buffer_pool_unref(&sw->pool, buffer);
    }
    if (request.conn >= sw->dir.conn_max)
        return; /* the command sent a frame of the host that belongs to no connection */
    struct dir_entry *entry = &sw->dir.entries[request.conn];
    assert(entry->pending > 0);
    entry->pending--;
    if (request.op == NIC_CMD_TX_FRAME)
        host_tcp_on_sent(&sw->tcp, request.conn);
    if (entry->state == DIR_CLOSING) {
        on_done_after_end(sw, entry, nic, &request, event);
        return;
    }
    switch ((enum nic_cmd_op)request.op) {
    case NIC_CMD_RESERVE:
        place_nic_on_reserve_done(entry, event);
        break;
    case NIC_CMD_INSTALL:
        place_nic_on_install_done(sw, entry, event);
        break;
    case NIC_CMD_FREEZE:
        place_nic_on_freeze_done(sw, entry, event);
        break;
    case NIC_CMD_ABORT:
        termination_on_abort_done(sw, entry, event);
        break;
    case NIC_CMD_ICMP:
        icmp_on_done(sw, event);
        break;
    case NIC_CMD_NOP:
    case NIC_CMD_RELEASE:
    case NIC_CMD_RX_INJECT:
    case NIC_CMD_TX_FRAME:
    case NIC_CMD_HELD:        /* if it failed, the INSTALL has failed as well */
    case NIC_CMD_FREEZE_LIST: /* command_done() */
    case NIC_CMD_INSTALL_LIST:
    case NIC_CMD_SET: /* if it failed because the connection has ended, the end event follows */
        break;
    }
}

/* A list completes once. Each of its entries has a result, as if it had been a command of its own. */
void command_done(struct host_sw *sw, unsigned nic, const struct nic_event *event)
{
    struct nic_driver *driver = &sw->nics[nic];
    struct nic_request request;
    if (!command_list_is(event->op)) {
        on_one_done(sw, nic, event);
        return;
    }
    if (!nic_driver_complete(driver, event, &request)) {
        sw->stats.stale_events++;
        return;
    }
    struct nic_event each;
    for (uint32_t i = 0; nic_driver_list_result(driver, &request, i, event, &each); i++)
        if (each.cookie != NIC_DRIVER_NO_COOKIE || each.result != NIC_RESULT_OK) {
            server_run_on(sw, directory_flow_hash(&sw->dir, each.conn));
            on_one_done(sw, nic, &each);
        }
    server_run_on_first(sw);
}

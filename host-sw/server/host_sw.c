/* Creates the program that the server runs, and passes the calls of the simulator on to it. */
#include "host-sw/server/host_sw.h"

#include "host-sw/driver/nic_error.h"
#include "host-sw/minimal/minimal.h"
#include "host-sw/server/team_program.h"
#include "host-sw/stack/host_tcp.h"

#include <assert.h>

static const struct program_ops *ops_of(const struct host_sw *sw)
{
    return ((const struct program *)(const void *)sw)->ops;
}

struct host_sw *host_sw_create(const struct host_sw_params *params, struct nic_bus bus,
                               const struct app_ops *app, void *app_self, const struct probe *probe)
{
    return params->program == SERVER_PROGRAM_MINIMAL
               ? minimal_create(params, bus, app, app_self, probe)
               : team_program_create(params, bus, app, app_self, probe);
}

void host_sw_destroy(struct host_sw *sw)
{
    if (sw)
        ops_of(sw)->destroy(sw);
}

void host_sw_main(struct host_sw *sw) { ops_of(sw)->main(sw); }

void host_sw_stop(struct host_sw *sw) { ops_of(sw)->stop(sw); }

bool host_sw_is_up(const struct host_sw *sw, unsigned nic)
{
    assert(nic < NIC_COUNT);
    return ops_of(sw)->is_up(sw, nic);
}

bool host_sw_set_active(struct host_sw *sw, unsigned nic, uint64_t now_ps)
{
    assert(nic < NIC_COUNT);
    return ops_of(sw)->set_active && ops_of(sw)->set_active(sw, nic, now_ps);
}

void host_sw_request_place(struct host_sw *sw, uint32_t conn, bool on_host)
{
    if (ops_of(sw)->request_place)
        ops_of(sw)->request_place(sw, conn, on_host);
}

const struct nic_error_counts *host_sw_errors(const struct host_sw *sw, unsigned nic)
{
    static const struct nic_error_counts none;
    assert(nic < NIC_COUNT);
    return ops_of(sw)->errors ? ops_of(sw)->errors(sw, nic) : &none;
}

const struct host_sw_stats *host_sw_get_stats(const struct host_sw *sw)
{
    return ops_of(sw)->stats(sw);
}

uint64_t host_sw_challenges_refused(const struct host_sw *sw)
{
    return ops_of(sw)->challenges_refused ? ops_of(sw)->challenges_refused(sw) : 0;
}

const struct ip_reassembly_stats *host_sw_get_fragment_stats(const struct host_sw *sw)
{
    return ops_of(sw)->fragment_stats ? ops_of(sw)->fragment_stats(sw) : NULL;
}

const struct host_tcp_stats *host_sw_get_tcp_stats(const struct host_sw *sw)
{
    static const struct host_tcp_stats none;
    return ops_of(sw)->tcp_stats ? ops_of(sw)->tcp_stats(sw) : &none;
}

uint64_t host_sw_transfers_open(const struct host_sw *sw, enum transfer_kind kind)
{
    assert(kind < TRANSFER_COUNTED);
    return ops_of(sw)->transfers_open(sw, kind);
}

size_t host_sw_conn_rows(const struct host_sw *sw) { return ops_of(sw)->rows(sw); }

void host_sw_conn_row(const struct host_sw *sw, size_t row, struct dir_view *view)
{
    assert(row < host_sw_conn_rows(sw));
    ops_of(sw)->row(sw, row, view);
}

uint64_t host_sw_conn_entry_address(const struct host_sw *sw, uint32_t conn)
{
    return ops_of(sw)->entry_address(sw, conn);
}

size_t host_sw_audit(const struct host_sw *sw, bool at_rest,
                     struct host_sw_account accounts[HOST_SW_ACCOUNTS_MAX])
{
    return ops_of(sw)->audit ? ops_of(sw)->audit(sw, at_rest, accounts) : 0;
}

bool host_sw_waits(const struct host_sw *sw) { return ops_of(sw)->waits && ops_of(sw)->waits(sw); }

uint64_t host_sw_memory_pages(const struct host_sw *sw)
{
    return ops_of(sw)->memory_pages ? ops_of(sw)->memory_pages(sw) : 0;
}

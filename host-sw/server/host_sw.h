/*
 * The software of the simulated server as a whole: a program with drivers of both NICs, and one application on top. It
 * runs as one coroutine on one simulated core, and blocks only in nic_bus. The parameters choose the program: the
 * team's, which can do everything, or the minimal one (host-sw/minimal).
 */
#ifndef TOESIM_HOST_SERVER_HOST_SW_H
#define TOESIM_HOST_SERVER_HOST_SW_H

#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"
#include "host-sw/types/program.h"
#include "host-sw/types/server_params.h"
#include "host-sw/types/server_stats.h"
#include "models/base/probe.h"
#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;        /* opaque */
struct host_tcp_stats; /* host-sw/stack/host_tcp.h */
struct ip_reassembly_stats;

/* Creates the program that params->program names. It keeps app and probe. Returns null if no memory is left. */
struct host_sw *host_sw_create(const struct host_sw_params *params, struct nic_bus bus,
                               const struct app_ops *app, void *app_self,
                               const struct probe *probe);
void host_sw_destroy(struct host_sw *sw);

/* Runs the program, which probes and starts both NICs and then serves until host_sw_stop(). */
void host_sw_main(struct host_sw *sw);

/* Returns true if the driver has tried to start both NICs and this one is in service. */
bool host_sw_is_up(const struct host_sw *sw, unsigned nic);

/* Ends host_sw_main() at its next wait(). May be called from anywhere, with a kick of the core. */
void host_sw_stop(struct host_sw *sw);

/* Makes nic the active port, on request of an operator or a scenario at now_ps. Returns false and does nothing if the
 * team's mode does not allow a choice. */
bool host_sw_set_active(struct host_sw *sw, unsigned nic, uint64_t now_ps);

/* Returns the errors that the driver has found in the registers of this NIC and its root port (driver/nic_error.h). */
struct nic_error_counts;
const struct nic_error_counts *host_sw_errors(const struct host_sw *sw, unsigned nic);

const struct host_sw_stats *host_sw_get_stats(const struct host_sw *sw);
/* Returns the number of challenge ACKs that the host's own TCP did not send because of challenge_rate. */
uint64_t host_sw_challenges_refused(const struct host_sw *sw);
/* Returns the counts of IP fragments, or null if the host drops fragments. */
const struct ip_reassembly_stats *host_sw_get_fragment_stats(const struct host_sw *sw);
/* Returns the counts of the host's own TCP. */
const struct host_tcp_stats *host_sw_get_tcp_stats(const struct host_sw *sw);

/* Requests that a connection goes to the host, or to the NIC that received its last frame, as soon as possible. conn is
 * UINT32_MAX for all connections. A request that cannot be met is ignored. May be called from anywhere, with a kick of
 * the core. */
void host_sw_request_place(struct host_sw *sw, uint32_t conn, bool on_host);

/* Returns the number of transfers of this kind that have begun and have not ended. */
uint64_t host_sw_transfers_open(const struct host_sw *sw, enum transfer_kind kind);

/* Returns the address in host memory of the entry whose byte 0 is the identifier of the NIC that received the latest
 * frame of conn. */
uint64_t host_sw_conn_entry_address(const struct host_sw *sw, uint32_t conn);

/* Fills accounts and returns their number, or 0 if the program has none, or has not started. kept and claimed must be
 * equal in each. at_rest is true if nothing is under way anywhere, which allows more accounts. */
size_t host_sw_audit(const struct host_sw *sw, bool at_rest,
                     struct host_sw_account accounts[HOST_SW_ACCOUNTS_MAX]);
/* Returns true if NICs still have time to complete commands, or are being fenced. */
bool host_sw_waits(const struct host_sw *sw);
/* Returns the number of pages of host memory that the program has. Not to be called while stores of a step are
 * outstanding. */
uint64_t host_sw_memory_pages(const struct host_sw *sw);

/* Return the number of connections ever admitted, and the view of each in the order of their admission. */
size_t host_sw_conn_rows(const struct host_sw *sw);
void host_sw_conn_row(const struct host_sw *sw, size_t row, struct dir_view *view);

#ifdef __cplusplus
}
#endif

#endif

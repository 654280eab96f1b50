/*
 * The state of the team of two NICs with one directory. This header is internal to host-sw; host_sw.h is the public
 * interface.
 *
 * One pass of the main loop is one step. It reads the events, then reads the records and acts on them, then acts on the
 * events, and last rings each doorbell once. So the driver acts on the records that a NIC wrote before an event before
 * it acts on that event.
 */
#ifndef TOESIM_HOST_SERVER_SERVER_H
#define TOESIM_HOST_SERVER_SERVER_H

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/directory.h"
#include "host-sw/conn/hold.h"
#include "host-sw/conn/rx_if.h"
#include "host-sw/conn/transfer_state.h"
#include "host-sw/dispatch/dispatch.h"
#include "host-sw/dispatch/fragments.h"
#include "host-sw/driver/nic_driver.h"
#include "host-sw/driver/nic_error.h"
#include "host-sw/life/farewell_table.h"
#include "host-sw/life/idle.h"
#include "host-sw/life/offload.h"
#include "host-sw/life/opening.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/policy/policy.h"
#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/host_tcp.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/neighbour.h"
#include "host-sw/team/failover.h"
#include "host-sw/team/recovery.h"
#include "host-sw/team/team_mode.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/place_nic_grant.h"
#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"
#include "host-sw/types/program.h"
#include "host-sw/types/server_params.h"
#include "host-sw/types/server_stats.h"
#include "models/base/units.h"
#include "models/wire/ip_reassembly.h"
#include "models/wire/packet.h"

/* Functions through which a part calls the parts above it. The server registers them before any part runs. */
struct server_upcalls {
    /* Ends a connection whose place cannot report the end. The application gets one notice. */
    void (*give_up)(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause);
    frame_examiner *examine;
    /* Examines again the frames that were held for a connection that has ended. */
    void (*examine_held)(struct host_sw *sw, struct dir_entry *entry);
    /* Called when a transfer is over, because the port of the new place may have been lost meanwhile. */
    void (*placed)(struct host_sw *sw, struct dir_entry *entry);
};

/* The program. Each part has its own struct, whose header says which file writes it. */
struct host_sw {
    struct program program;
    struct host_sw_params params;
    struct nic_bus bus;
    const struct probe *probe;
    const struct server_upcalls *upcalls;
    struct host_sw_stats stats;
    bool initialised, is_up, stop;
    bool polling; /* the rings are watched, so they need no interrupts */

    struct nic_driver nics[NIC_COUNT];
    struct buffer_pool pool;
    struct host_stack stack;
    struct host_tcp tcp;              /* the host's own TCP, for connections that no NIC has */
    struct tcp_challenges challenges; /* the limit of challenge ACKs of the host's own TCP */

    /* Addresses of the tables in host memory that have an entry, an image and a held list for each connection. */
    uint64_t entries_address, images_address, held_address;
    uint64_t checkpoints_address; /* of the checkpoints that the NICs write; 0: they write none */
    struct directory dir;
    struct conn_list dirty; /* connections whose doorbells are checked when the step ends */
    struct hold_pool hold;
    struct app_state app;

    struct policy_list policies; /* the policies that decide on moves */
    struct transfers transfers;
    struct nic_places nic_places;
    struct installs installs;
    struct grants grants;

    struct openings openings;
    struct idle idle;
    struct place_requests place_requests;
    struct farewell_table farewells; /* peers still to be told of the end of their connection */

    const struct team_mode_ops *mode;
    struct team_ports ports;
    struct move_trigger
        port_change[NIC_COUNT]; /* the last change of whether it may own connections */
    struct active_request active_request;
    struct nic_recovery recovery[NIC_COUNT];
    uint32_t port_events; /* root ports that have interrupted, one bit each */
    uint64_t
        last_look_ps; /* when to look at the rings of a dead NIC for the last time; TIME_NEVER */
    uint64_t watchdog_ps;       /* when watchdog_run() has to run, or TIME_NEVER */
    uint64_t next_clock_ps;     /* when the NICs' clocks are set again, or TIME_NEVER */
    uint64_t next_heartbeat_ps; /* when the next heartbeat is due, or TIME_NEVER */

    struct intake intake;
    struct fragments fragments;
};

/* Returns the time of the current step. */
static inline uint64_t server_now(const struct host_sw *sw)
{
    return sw->bus.ops->now_ps(sw->bus.self);
}

/* Charges the core with the time of `units` of work. */
static inline void server_charge(struct host_sw *sw, enum cpu_cost cost, uint64_t units)
{
    sw->bus.ops->charge(sw->bus.self, cost, units);
}

/* Makes the work that follows that of the core of the flows with this hash. With one core, all work is its work. */
static inline void server_run_on(struct host_sw *sw, uint32_t flow_hash)
{
    if (sw->params.cores > 1)
        sw->bus.ops->run_on(sw->bus.self, flow_hash % sw->params.cores);
}

/* Makes the work that follows that of core 0, which the program runs on. */
static inline void server_run_on_first(struct host_sw *sw) { server_run_on(sw, 0); }

/* Lets core 0 wait until the others have done their work of this step. */
static inline void server_join(struct host_sw *sw)
{
    if (sw->params.cores > 1)
        sw->bus.ops->join(sw->bus.self);
}

#endif

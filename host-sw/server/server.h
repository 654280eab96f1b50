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

#include "host-sw/conn/directory.h"
#include "host-sw/conn/hold.h"
#include "host-sw/driver/nic_driver.h"
#include "host-sw/driver/nic_error.h"
#include "host-sw/life/farewell_table.h"
#include "host-sw/policy/policy.h"
#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/host_tcp.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/neighbour.h"
#include "host-sw/team/team_mode.h"
#include "host-sw/transfer/mechanism.h"
#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"
#include "host-sw/types/server_params.h"
#include "host-sw/types/server_stats.h"
#include "models/base/units.h"
#include "models/wire/ip_reassembly.h"
#include "models/wire/packet.h"

enum {
    TEAM_ENTRY_BYTES = 64,   /* size of the entry of a connection in host memory */
    TEAM_RECORD_BUDGET = 64, /* records of one NIC that a step without events acts on */
    TEAM_HELD_SLOT_FRAMES_MAX = 256,
    TEAM_RX_IF_NONE = 0xff, /* rx_if of a connection of which no frame was received yet */
};

/* The entry of each connection in host memory, which observers outside the program read (I-RXIF). */
struct team_conn_entry {
    uint8_t rx_if; /* the NIC that received the latest frame by MAC time, or TEAM_RX_IF_NONE */
    uint8_t owner; /* owner and gen are those of the time when that frame was stored */
    uint16_t gen;
    uint32_t conn;
    uint64_t mac_time_ps; /* when the MAC received that frame */
    uint64_t frame_id;
    uint8_t reserved[40];
};
static_assert(sizeof(struct team_conn_entry) == TEAM_ENTRY_BYTES, "connection entry layout");

/* A segment that was reassembled from fragments and is examined in the next step. */
struct reassembled_frame {
    struct dir_frame frame;
    bool checksums_ok;
};

/* A request from outside to bring a connection to the host or to a NIC. conn is DIR_NONE for all connections. */
struct place_request {
    uint32_t conn;
    bool on_host;
};

/* Records that the mechanism does not let the driver act on yet, in the order of their arrival. */
struct waiting_records {
    struct nic_record *records;
    uint32_t count, capacity;
};

/* Decides what to do with a frame that no NIC has taken. The caller keeps its reference to the buffer. record is null
 * for a frame that was held. */
typedef void frame_examiner(struct host_sw *sw, const struct dir_frame *frame,
                            const struct nic_record *record);

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

struct host_sw {
    struct host_sw_params params;
    struct nic_bus bus;
    const struct app_ops *app;
    void *app_self;
    const struct probe *probe;
    const struct server_upcalls *upcalls;
    struct host_sw_stats stats;

    struct nic_driver nics[NIC_COUNT];
    struct buffer_pool pool;
    struct host_stack stack;
    struct host_tcp tcp;              /* the host's own TCP, for connections that no NIC has */
    struct tcp_challenges challenges; /* the limit of challenge ACKs of the host's own TCP */
    struct ip_reassembly *reassembly; /* null if fragments are dropped */
    struct reassembled_frame *reassembled;
    uint32_t reassembled_count, reassembled_capacity;
    struct neighbour_table neighbours;
    struct ephemeral ephemeral;
    struct farewell_table
        farewells; /* peers that must still be told of the end of their connection */
    struct hold_pool hold;
    struct directory dir;
    struct isn_key isn_key;
    const struct team_mode_ops *mode;
    struct policy_list policies;           /* the policies that decide on moves */
    const struct mechanism_ops *mechanism; /* the scenario's mechanism for moves from NIC to NIC */
    struct team_ports ports;

    /* Addresses of the tables in host memory that have an entry, an image and a held list for each connection. */
    uint64_t entries_address, images_address, held_address;

    /* Lists threaded through the directory. */
    struct conn_list dirty;     /* connections whose doorbells are checked when the step ends */
    struct conn_list wanted;    /* the queue of moves */
    struct conn_list transfers; /* transfers under way, in order of their begin and deadlines */
    struct conn_list waiting;   /* connections on the host that wait for a place on the NICs */
    struct conn_list telling;   /* connections with noted calls to the application */
    uint32_t turns_taken;       /* transfers under way that count against their limit */
    uint32_t on_nics;           /* connections that NICs have or are given */
    uint32_t embryonic;         /* connections that a peer has begun to open */
    uint64_t cookie_ps;         /* when the last SYN cookie was sent; TIME_NEVER if none was */
    uint32_t resolving;         /* connections that wait for a neighbour's address */
    struct place_request *place_requests;
    uint32_t place_request_count, place_request_capacity;

    /* Connections whose INSTALL was issued in this step. T8 is marked when the step ends. */
    uint32_t *issued;
    uint32_t issued_count, issued_capacity;

    struct waiting_records waiting_records;
    struct nic_event *pending_events; /* events that were read but not yet acted on */
    uint32_t pending_event_count, pending_event_capacity;

    struct timer_heap
        *resting; /* earliest timer of each inactive connection, by id; null before the first one */
    /* The times at which parts must run next, or TIME_NEVER. Each part keeps its own time here, or in its own struct.
     * The list of all of them is in host_sw.c. */
    uint64_t next_deadline_ps, next_resting_ps, next_fragment_ps;
    uint64_t next_scan_ps, next_heartbeat_ps, next_app_ps;
    uint64_t
        last_look_ps;  /* when to look at the rings of a dead NIC for the last time; TIME_NEVER */
    bool app_called;   /* the application was called in this step */
    uint64_t app_work; /* work of the application's calls in this step, about in bytes copied */
    bool initialised, is_up, stop;
    enum nic_probe_result probe_results[NIC_COUNT];
    unsigned requested_active; /* set by host_sw_set_active(); NIC_COUNT if there is no request */
    struct move_trigger requested_active_trigger;
    struct move_trigger
        port_change[NIC_COUNT]; /* the last change of whether it may own connections */
    bool suspect[NIC_COUNT]; /* a move is late, so check whether the NIC is alive and not fenced */
    uint32_t port_events;    /* root ports that have interrupted, one bit each */
    uint64_t restart_ps[NIC_COUNT]; /* when the next step of the restart is due, or TIME_NEVER */
    bool resetting[NIC_COUNT];      /* the reset of the NIC is under way */
    uint32_t reset_polls[NIC_COUNT];
    struct nic_probe_sizes sizes[NIC_COUNT];
    struct nic_error_counts errors[NIC_COUNT];
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

#endif

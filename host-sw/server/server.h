/*
 * The team: two NICs, one directory. Internal to host-sw; host_sw.h is the outside view.
 *
 * One pass of the main loop is one step: read the events, drain the records, act on the records,
 * then on the events, then ring each doorbell once. So whatever a NIC wrote before an event is
 * acted on before that event.
 */
#ifndef TOESIM_HOST_SERVER_SERVER_H
#define TOESIM_HOST_SERVER_SERVER_H

#include "host-sw/conn/directory.h"
#include "host-sw/conn/hold.h"
#include "host-sw/driver/inject_table.h"
#include "host-sw/driver/nic_driver.h"
#include "host-sw/driver/nic_error.h"
#include "host-sw/host_sw.h"
#include "host-sw/life/farewell_table.h"
#include "host-sw/policy/policy.h"
#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/host_tcp.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/neighbour.h"
#include "host-sw/team/team_mode.h"
#include "host-sw/transfer/mechanism.h"
#include "models/base/units.h"
#include "models/wire/ip_reassembly.h"
#include "models/wire/packet.h"

enum {
    TEAM_ENTRY_BYTES = 64,   /* per connection, in host memory */
    TEAM_RECORD_BUDGET = 64, /* records of one NIC in one step */
    TEAM_HELD_SLOT_FRAMES_MAX = 256,
    TEAM_RX_IF_NONE = 0xff, /* in an entry: no frame of the connection was received yet */
};

/* What host memory holds for each connection, for whoever looks from outside (I-RXIF). */
struct team_conn_entry {
    uint8_t rx_if; /* NIC that received the latest frame by MAC time; TEAM_RX_IF_NONE */
    uint8_t owner; /* this and the generation: when that frame was stored */
    uint16_t gen;
    uint32_t conn;
    uint64_t mac_time_ps; /* of that frame */
    uint64_t frame_id;
    uint8_t reserved[40];
};
static_assert(sizeof(struct team_conn_entry) == TEAM_ENTRY_BYTES, "connection entry layout");

/* A segment that was put together from fragments, for the next step. */
struct reassembled_frame {
    struct dir_frame frame;
    bool checksums_ok;
};

/* From outside: a connection (DIR_NONE: all) is to be on the host, or on a NIC. */
struct place_request {
    uint32_t conn;
    bool on_host;
};

/* Records whose mechanism says that they may not be acted on yet, in the order of their arrival. */
struct waiting_records {
    struct nic_record *records;
    uint32_t count, capacity;
};

/* Decides on a frame that no NIC has taken; the caller keeps its reference to the buffer. record: null for one that
 * was held. */
typedef void frame_examiner(struct host_sw *sw, const struct dir_frame *frame,
                            const struct nic_record *record);

/* What parts need of those that call them; the server registers it before anything runs. */
struct server_upcalls {
    /* Ends a connection whose place cannot tell, with one notice. */
    void (*give_up)(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause);
    frame_examiner *examine;
    /* Frames held for a connection that has ended are examined as what they are now. */
    void (*examine_held)(struct host_sw *sw, struct dir_entry *entry);
    /* A transfer is over; the place of the connection may have been lost meanwhile. */
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
    struct inject_table injected; /* each holds a reference to its buffer */
    struct host_stack stack;
    struct host_tcp tcp;              /* connections no NIC has */
    struct tcp_challenges challenges; /* of the host's own TCP */
    struct ip_reassembly *reassembly; /* null: fragments are dropped */
    struct reassembled_frame *reassembled;
    uint32_t reassembled_count, reassembled_capacity;
    struct neighbour_table neighbours;
    struct ephemeral ephemeral;
    struct farewell_table farewells; /* peers to be told that their connection is gone */
    struct hold_pool hold;
    struct directory dir;
    struct isn_key isn_key;
    const struct team_mode_ops *mode;
    struct policy_list policies;           /* that decide on moves */
    const struct mechanism_ops *mechanism; /* for moves from NIC to NIC */
    struct team_ports ports;

    /* Host memory per connection: entry, image, held list. */
    uint64_t entries_address, images_address, held_address;

    /* Lists threaded through the directory. */
    struct conn_list dirty;     /* connections whose doorbells are looked at when the step ends */
    struct conn_list wanted;    /* connections waiting to be moved */
    struct conn_list transfers; /* under way, in order of their begin, so of their deadlines */
    struct conn_list waiting;   /* on the host for want of a place on the NICs */
    struct conn_list telling;   /* connections whose application has to be told something */
    uint32_t turns_taken;       /* transfers under way that count against their limit */
    uint32_t on_nics;           /* connections that NICs have or are given */
    uint32_t embryonic;         /* connections a peer has begun to open */
    uint64_t cookie_ps;         /* when the last SYN cookie was sent; TIME_NEVER: none was */
    uint32_t resolving;         /* connections that wait for a neighbour's address */
    struct place_request *place_requests;
    uint32_t place_request_count, place_request_capacity;

    /* Connections whose INSTALL goes out at the end of this step: T8 is then. */
    uint32_t *issued;
    uint32_t issued_count, issued_capacity;

    struct waiting_records waiting_records;
    struct nic_event *pending_events; /* read, not yet acted on */
    uint32_t pending_event_count, pending_event_capacity;

    struct timer_heap
        *resting; /* earliest timer of each inactive connection, by id; null: none yet */
    uint64_t next_scan_ps, next_heartbeat_ps, next_app_ps;
    uint64_t last_look_ps; /* at the rings of a NIC that died; TIME_NEVER */
    bool app_called;       /* in this step */
    uint64_t app_work;     /* of the application's calls in this step, about bytes copied */
    bool initialised, is_up, stop;
    enum nic_probe_result probe_results[NIC_COUNT];
    unsigned requested_active; /* by host_sw_set_active(); NIC_COUNT: none */
    struct move_trigger requested_active_trigger;
    struct move_trigger port_change[NIC_COUNT]; /* why it may own connections, or no longer may */
    bool suspect[NIC_COUNT];        /* a move's deadline: ask whether it is alive and in service */
    uint32_t port_events;           /* root ports that interrupted, a bit each */
    uint64_t restart_ps[NIC_COUNT]; /* next step of setting it up again; TIME_NEVER */
    bool resetting[NIC_COUNT];      /* its reset is under way */
    uint32_t reset_polls[NIC_COUNT];
    struct nic_probe_sizes sizes[NIC_COUNT];
    struct nic_error_counts errors[NIC_COUNT];
};

/* The time of the step. */
static inline uint64_t server_now(const struct host_sw *sw)
{
    return sw->bus.ops->now_ps(sw->bus.self);
}

/* The core spends time on `units` of work. */
static inline void server_charge(struct host_sw *sw, enum cpu_cost cost, uint64_t units)
{
    sw->bus.ops->charge(sw->bus.self, cost, units);
}

/* The number of the connection. */
static inline uint32_t server_conn_of(const struct host_sw *sw, const struct dir_entry *entry)
{
    return (uint32_t)(entry - sw->dir.entries);
}

#endif

/*
 * The team: two NICs, one directory. Internal to host-sw; host_sw.h is the outside view.
 *
 * One pass of the main loop is one step: read the events, drain the records, act on the records,
 * then on the events, then ring each doorbell once. So whatever a NIC wrote before an event is
 * acted on before that event.
 */
#ifndef TOESIM_HOST_TEAM_TEAM_H
#define TOESIM_HOST_TEAM_TEAM_H

#include "host-sw/driver/inject_table.h"
#include "host-sw/driver/nic_driver.h"
#include "host-sw/driver/nic_error.h"
#include "host-sw/host_sw.h"
#include "host-sw/policy/policy.h"
#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/host_tcp.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/neighbour.h"
#include "host-sw/team/directory.h"
#include "host-sw/team/farewell.h"
#include "host-sw/team/hold.h"
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
struct whole_frame {
    struct dir_frame frame;
    bool checksums_ok;
};

/* From outside: a connection (DIR_NONE: all) is to be on the host, or on a NIC. */
struct place_wish {
    uint32_t conn;
    bool on_host;
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
    struct whole_frame *wholes;
    uint32_t whole_count, whole_capacity;
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
    struct place_wish *wishes;
    uint32_t wish_count, wish_capacity;

    /* Connections whose INSTALL goes out at the end of this step: T8 is then. */
    uint32_t *issued;
    uint32_t issued_count, issued_capacity;

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
    unsigned wish_active; /* by host_sw_set_active(); NIC_COUNT: none */
    struct move_trigger wish_active_trigger;
    struct move_trigger port_change[NIC_COUNT]; /* why it may own connections, or no longer may */
    bool suspect[NIC_COUNT];        /* a move's deadline: ask whether it is alive and in service */
    uint32_t port_events;           /* root ports that interrupted, a bit each */
    uint64_t restart_ps[NIC_COUNT]; /* next step of setting it up again; TIME_NEVER */
    bool resetting[NIC_COUNT];      /* its reset is under way */
    uint32_t reset_polls[NIC_COUNT];
    struct nic_probe_sizes sizes[NIC_COUNT];
    struct nic_error_counts errors[NIC_COUNT];
};

/* --- team.c: records and events --- */
/* One pass; true when there was anything to do. */
bool team_poll(struct host_sw *sw);
/* Decides on a frame that no NIC has taken; the caller keeps its reference to the buffer. */
void team_on_foreign(struct host_sw *sw, const struct dir_frame *frame,
                     const struct nic_record *record);

/* --- team_util.c: small things everybody needs --- */
uint64_t team_now(const struct host_sw *sw);
uint32_t team_conn_of(const struct host_sw *sw, const struct dir_entry *entry);
void team_charge(struct host_sw *sw, enum cpu_cost cost, uint64_t units);
void team_set_state(struct host_sw *sw, struct dir_entry *entry, enum dir_state state);
/* Fills in time, connection and NIC. entry may be null: the event is of no connection. */
void team_emit(struct host_sw *sw, const struct dir_entry *entry, unsigned nic,
               struct probe_event event);
uint64_t team_held_address(const struct host_sw *sw, uint32_t conn);
/* Stores the receiving NIC in the connection's entry, before the frame is acted on. A frame that is
 * older by MAC time than the one the entry names changes nothing: the entry never goes back. */
void team_store_rx_if(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                      uint64_t mac_time_ps, uint64_t frame_id);
/* The entry of a connection that the server opens: no frame of it was received. */
void team_clear_rx_if(struct host_sw *sw, struct dir_entry *entry);
/* Issues a command about a connection; its completion is awaited. */
void team_command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd,
                  uint64_t buffer);
/* Challenge ACKs per second of each NIC and of the host's own TCP (RFC 5961 10): equal parts; and the
 * secret of a place's draw. */
uint32_t team_challenge_share(const struct host_sw_params *params);
uint32_t team_challenge_key(const struct host_sw *sw, uint32_t place);
/* The secret of the lookup table in this NIC: NIC_LOOKUP_KEY_WORDS words from the same key, and another
 * one after each start of the NIC would be no better, as it never leaves the machine. */
void team_lookup_key(const struct host_sw *sw, unsigned nic, uint32_t *words);
/* Puts the connection on the list whose doorbells are looked at when the step ends. */
void team_touch(struct host_sw *sw, struct dir_entry *entry);

/* --- opening.c --- */
/* What of it may change during the connection, as NICs take it. */
struct nic_options opening_options(const struct app_accept *accept);
/* Would a SYN for key be taken, or dropped for want of room? Asks the application. */
bool opening_is_for_listener(struct host_sw *sw, const struct flow_key *key,
                             const struct tcp_segment *seg);
void opening_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                    const struct flow_key *key, const struct time_wait *reopened);
/* Rings and directory entry; null: none left, and nothing is kept. */
struct dir_entry *opening_admit(struct host_sw *sw, const struct flow_key *key);
/* The image of a connection that opens: LISTEN, or SYN_SENT when it is active. */
void opening_build_image(struct host_sw *sw, const struct dir_entry *entry,
                         const uint8_t peer_mac[6], const struct app_accept *accept,
                         struct conn_ctx *image);
void opening_emit(struct host_sw *sw, const struct dir_entry *entry);
/* An entry of opening_admit() with its iss takes the numbers of a peer's SYN and holds the frame that
 * opens it; gives the NIC it should go to. */
unsigned opening_begin(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       uint32_t irs, const struct app_accept *accept);
/* It is established, or has ended before. */
void opening_done(struct host_sw *sw, struct dir_entry *entry);
/* To the NIC, or to the host where policy or room say so. */
void opening_give(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                  struct conn_ctx *image);

/* --- cookie.c: SYNs answered without state (RFC 4987) --- */
/* The SYN is answered with a cookie. False: an ordinary opening is due. */
bool cookie_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);
/* An acknowledgment of a tuple nobody knows: when it brings a cookie back, the connection opens. False:
 * it does not. */
bool cookie_on_ack(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);

/* --- connecting.c: connections the server opens --- */
void connecting_init(struct host_sw *sw);
/* A neighbour told its address: whoever waits for it may begin. */
void connecting_on_neighbour(struct host_sw *sw, const struct neighbour_key *key,
                             const uint8_t mac[6]);
/* Requests that were not answered. */
void connecting_on_time(struct host_sw *sw, uint64_t now_ps);

/* --- fragments.c: IP fragments --- */
bool fragments_init(struct host_sw *sw);
void fragments_free(struct host_sw *sw);
/* A fragment, in host memory. */
void fragments_input(struct host_sw *sw, const struct dir_frame *frame, const uint8_t *bytes,
                     const struct packet *packet);
/* Has the segments examined that were put together since the last call, and drops datagrams whose time is over.
 * True: there was a segment. */
bool fragments_run(struct host_sw *sw, frame_examiner *examine);
uint64_t fragments_next_ps(const struct host_sw *sw);

/* --- termination.c --- */
void termination_on_terminated(struct host_sw *sw, const struct nic_event *event);
void termination_on_closed(struct host_sw *sw, const struct nic_event *event);
void termination_on_abort_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event);
void termination_forget_time_wait(struct host_sw *sw, struct time_wait *waiting);
/* Ends a connection whose NIC cannot tell: one notice. */
void termination_give_up(struct host_sw *sw, struct dir_entry *entry, enum nic_term_cause cause);
/* The last command of an ended connection has completed. */
void termination_settle(struct host_sw *sw, struct dir_entry *entry);
/* Frames held for a connection that ended are looked at as what they are now. */
void termination_examine_held(struct host_sw *sw, struct dir_entry *entry);
/* Every connection of a dead NIC ends. */
void termination_of_nic(struct host_sw *sw, unsigned nic);
void termination_expire_time_waits(struct host_sw *sw, uint64_t now_ps);

/* --- farewell.c: peers of connections that ended with nobody left to tell them --- */
/* The connection ends: its peer is to be told in the next step. */
void farewell_begin(struct host_sw *sw, const struct dir_entry *entry);
/* The tuple begins anew. */
void farewell_forget(struct host_sw *sw, const struct flow_key *key);
/* A segment of a tuple that the directory does not know. True: it was answered, where that is due. */
bool farewell_on_frame(struct host_sw *sw, const struct flow_key *key,
                       const struct tcp_segment *seg);
/* Sends what is due. True: there was something. */
bool farewell_run(struct host_sw *sw);

/* --- icmp.c --- */
struct answer_result;
void icmp_on_error(struct host_sw *sw, const struct answer_result *error);
void icmp_on_done(struct host_sw *sw, const struct nic_event *event);
void icmp_on_notice(struct host_sw *sw, const struct nic_event *event);

/* --- recovery.c: a NIC leaves the team and comes back --- */
/* Probes and sets up; blocks. False: sw->probe_results says why. */
bool recovery_start_nic(struct host_sw *sw, unsigned nic);
/* Acts on what root ports told, on suspicions and on restarts that are due; blocks then. */
bool recovery_run(struct host_sw *sw);
/* recovery_run() has something to do. */
bool recovery_is_due(const struct host_sw *sw);
uint64_t recovery_next_ps(const struct host_sw *sw);

/* --- conn_io.c: doorbells and the application's calls --- */
/* Rings what changed for every touched connection that is active. */
void conn_io_flush(struct host_sw *sw);
/* --- app_calls.c: what the application is told, behind the records --- */
enum app_call {
    APP_CALL_ESTABLISHED = 1,
    APP_CALL_READABLE = 2,
    APP_CALL_WRITABLE = 4,
    APP_CALL_PEER_FIN = 8,
    APP_CALL_URGENT = 16,
};
void app_calls_note(struct host_sw *sw, struct dir_entry *entry, unsigned calls);
/* All that was noted of this one, now: before the application is told of its end. */
void app_calls_make(struct host_sw *sw, struct dir_entry *entry);
/* Of all connections in turn, as much as belongs into one step. True: something was to be told. */
bool app_calls_run(struct host_sw *sw);

/* Folds counters of a record or event by maximum and calls the application. */
void conn_io_on_progress(struct host_sw *sw, struct dir_entry *entry,
                         const struct nic_record *record);

#endif

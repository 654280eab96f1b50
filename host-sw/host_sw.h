/*
 * The software of the simulated server as a whole: drivers of both NICs, the team, the host stack,
 * and one application on top. Runs as one coroutine on one simulated core; blocks only in nic_bus.
 */
#ifndef TOESIM_HOST_SW_H
#define TOESIM_HOST_SW_H

#include "host-sw/policy/move_owner.h"
#include "host-sw/policy/policy.h"
#include "host-sw/team/mode_list.h"
#include "host-sw/types/server_stats.h"
#include "models/base/drop_reason.h"
#include "models/base/move_event.h"
#include "models/base/probe.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/flow_key.h"
#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which connections NICs take; the others run in the host's own TCP. */
enum offload_policy { OFFLOAD_ALL, OFFLOAD_NONE, OFFLOAD_PORTS };

/* The treatment of SYNs beyond the limit of embryonic connections: they are dropped, or answered with SYN cookies
 * (RFC 4987). */
enum syn_cookies { SYN_COOKIES_OFF, SYN_COOKIES_AUTO, SYN_COOKIES_ALWAYS };

/* Ranges of local ports, for OFFLOAD_PORTS. */
enum { PORT_RANGES_MAX = 8 };
struct port_ranges {
    uint32_t count;
    struct {
        uint16_t first, last;
    } range[PORT_RANGES_MAX];
};

/* Returns the key of the reason in stats.json and conns.csv; static text. */
const char *host_reason_key(enum host_reason reason);

/* Returns the key of the reason in stats.json; static text. */
const char *idle_reason_key(enum idle_reason reason);

struct host_sw_params {
    enum team_mode mode;
    uint8_t mac[6];   /* the team's one MAC address */
    uint8_t ipv4[16]; /* as ::ffff:a.b.c.d */
    uint8_t ipv6[16];
    uint32_t mtu_bytes;
    uint32_t conn_max;               /* connection ids, at most 65,536 */
    uint32_t ring_bytes;             /* each way, power of two: 512 KiB */
    uint64_t idle_ps;                /* nothing received for so long: inactivated; 60 s; 0: never */
    uint64_t scan_period_ps;         /* idle scan; 0: idle_ps / 8 */
    uint64_t move_deadline_ps;       /* 1 ms; a move that takes longer is counted as late */
    uint32_t hold_frames_per_conn;   /* 64 */
    uint64_t hold_bytes_total;       /* 64 MiB */
    uint32_t moves_outstanding_max;  /* bounded queue of moves under way */
    bool moving_enabled;             /* false: as if mechanism were forward */
    uint8_t mechanism;               /* of moves from NIC to NIC: index in mechanism_table */
    char policies[POLICY_NAMES_MAX]; /* that decide on a move, in order: names between commas */
    alignas(8) unsigned char own[MOVE_OWN_BYTES]; /* values of their own keys */
    enum offload_policy offload;                  /* OFFLOAD_ALL */
    struct port_ranges offload_ports;             /* OFFLOAD_PORTS: of the local port */
    enum syn_cookies syn_cookies;                 /* SYN_COOKIES_AUTO */
    uint32_t syn_backlog; /* connections opened by a peer and not established yet, at most: 4,096 */
    uint32_t
        offload_out_of_order_max; /* so many segments dropped as tcp_ooo_full, the same; 0: never */
    uint32_t challenge_rate; /* challenge ACKs of the whole server per second: 1,000; 0: no limit */
    uint32_t
        offload_fragments_max;    /* so many segments in fragments take it to the host; 0: never */
    uint32_t fragment_datagrams;  /* put together at a time: 64; 0: fragments are dropped */
    uint64_t fragment_timeout_ps; /* 30 s */
    uint32_t offload_max; /* connections that NICs have at once, 65,536; more run on the host */
    uint32_t ring_log2_cmd, ring_log2_record, ring_log2_event, ring_log2_buffer;
    uint64_t isn_seed;     /* key of the ISN hash (RFC 6528) */
    uint64_t heartbeat_ps; /* 0: none */
    bool poll;             /* the machine notifies by poll: no interrupt is asked for */
    struct tcp_params tcp;
};

void host_sw_params_default(struct host_sw_params *params);

/* --- the application --- */

struct app_accept {
    uint8_t offered; /* enum ctx_feature bits the SYN-ACK may carry */
    uint16_t mss;    /* MSS to announce; 0: MTU - 40 or - 60 */
    uint8_t rcv_ws;  /* window scale to offer, with CTX_FEATURE_WS */
    bool nodelay;    /* Nagle off */
    bool keepalive;
    uint8_t dscp;               /* Differentiated services code point, 0 to 63 (RFC 9293 MUST-48) */
    uint8_t ttl;                /* or hop limit (MUST-49); 0: 64 */
    uint32_t user_timeout_ms;   /* R2 (RFC 5482), at most 6,553,500; 0: team.tcp.rexmt_max */
    bool cork;                  /* only full segments, until host_conn_set() takes it back */
    uint16_t keepalive_idle;    /* seconds until the first probe; 0: team.tcp.keepalive_idle */
    uint8_t keepalive_interval; /* seconds between probes; 0: the team's */
    uint8_t keepalive_probes;   /* 0: the team's */
    uint32_t cookie;            /* the application's own number for the connection */
    bool
        busy; /* on_syn() refuses only for now: somebody listens, so the SYN is dropped, not reset */
};

/* Called by host_sw in its coroutine. conn is the connection id. Any may be null but on_syn. */
struct app_ops {
    /* Called when a SYN has arrived for key. Returns true and fills *accept if the application listens there. If it
     * returns false, the SYN is refused with a reset, or dropped if accept->busy was set. */
    bool (*on_syn)(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                   struct app_accept *accept);
    /* Answers like on_syn(), but without a commitment. The host asks before it sends a SYN cookie (on_syn() follows
     * when the peer has returned it), and to learn whether the application listens. If null, the host sends no SYN
     * cookies, and assumes that the application does not listen. */
    bool (*on_cookie_syn)(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                          struct app_accept *accept);
    void (*on_established)(void *self, uint32_t conn, uint32_t cookie);
    /* New in-order bytes are readable. */
    void (*on_readable)(void *self, uint32_t conn, uint32_t cookie);
    /* The peer acknowledged bytes: the transmit ring has more room. */
    void (*on_writable)(void *self, uint32_t conn, uint32_t cookie);
    void (*on_peer_fin)(void *self, uint32_t conn, uint32_t cookie);
    /* The peer announced urgent data that was not announced before (RFC 9293 MUST-32). */
    void (*on_urgent)(void *self, uint32_t conn, uint32_t cookie);
    /* Called when retransmissions have reached R1, or for an ICMP error that does not end the connection. */
    void (*on_notice)(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice);
    /* Called when the connection has ended, with NIC_TERM_NONE for an orderly end. No call with this conn follows. */
    void (*on_closed)(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause);
    /* Called after each kick, and when the time that it last returned has come. Returns the time of its next call, or
     * TIME_NEVER if it is to be called only after events. */
    uint64_t (*on_run)(void *self, uint64_t now_ps);
};

struct host_sw;        /* opaque */
struct host_tcp_stats; /* host-sw/stack/host_tcp.h */
struct ip_reassembly_stats;

/* Creates the program, which keeps app and probe. Returns null if no memory is left. */
struct host_sw *host_sw_create(const struct host_sw_params *params, struct nic_bus bus,
                               const struct app_ops *app, void *app_self,
                               const struct probe *probe);
void host_sw_destroy(struct host_sw *sw);

/* Runs the program, which probes and starts both NICs and then serves until host_sw_stop(). */
void host_sw_main(struct host_sw *sw);

/* True after both NICs were tried and while this one serves. */
bool host_sw_is_up(const struct host_sw *sw, unsigned nic);

/* Takes effect at the next wait(). May be called from anywhere, with a kick of the core. */
void host_sw_stop(struct host_sw *sw);

/* Makes nic the active port, on request of an operator or a scenario at now_ps. Returns false and does nothing if the
 * team's mode does not allow a choice. */
bool host_sw_set_active(struct host_sw *sw, unsigned nic, uint64_t now_ps);

/* Returns the errors that the driver has found in the registers of this NIC and its root port (driver/nic_error.h). */
struct nic_error_counts;
const struct nic_error_counts *host_sw_errors(const struct host_sw *sw, unsigned nic);

/* Requests that a connection goes to the host, or to the NIC that received its last frame, as soon as possible. conn is
 * UINT32_MAX for all connections. A request that cannot be met is ignored. May be called from anywhere, with a kick of
 * the core. */
void host_sw_request_place(struct host_sw *sw, uint32_t conn, bool on_host);

const struct host_sw_stats *host_sw_get_stats(const struct host_sw *sw);
/* The account of one kind of resource: the number that its owner has given out (kept), and the number that its users
 * have (claimed), counted one by one. */
struct host_sw_account {
    const char *what; /* static text, plural */
    uint64_t kept, claimed;
};
enum { HOST_SW_ACCOUNTS_MAX = 24 };
/* Fills accounts and returns their number, or 0 if the program has not started. kept and claimed must be equal in each.
 * at_rest is true if nothing is under way anywhere, which allows more accounts. */
size_t host_sw_audit(const struct host_sw *sw, bool at_rest,
                     struct host_sw_account accounts[HOST_SW_ACCOUNTS_MAX]);
/* Pages of host memory that the program has. Not while stores of a step are outstanding. */
uint64_t host_sw_memory_pages(const struct host_sw *sw);
/* Transfers of this kind that have begun and have not ended, counted in the directory. */
uint64_t host_sw_transfers_open(const struct host_sw *sw, enum transfer_kind kind);
/* Challenge ACKs the host's own TCP did not send for challenge_rate. */
uint64_t host_sw_challenges_refused(const struct host_sw *sw);
/* IP fragments; null when they are dropped. */
const struct ip_reassembly_stats *host_sw_get_fragment_stats(const struct host_sw *sw);
/* The host's own TCP. */
const struct host_tcp_stats *host_sw_get_tcp_stats(const struct host_sw *sw);

/* --- calls for the application (only inside its callbacks) --- */

uint32_t host_conn_readable(const struct host_sw *sw, uint32_t conn);
/* Reads up to len bytes into buffer and returns their number. Reading opens the window. */
uint32_t host_conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len);
/* Bytes written and not yet acknowledged by the peer. */
uint32_t host_conn_unacked(const struct host_sw *sw, uint32_t conn);
uint32_t host_conn_writable(const struct host_sw *sw, uint32_t conn);
/* Copies up to len bytes to the transmit ring; returns how many. */
uint32_t host_conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len);
void host_conn_close(struct host_sw *sw, uint32_t conn);
/* Sets the options that may change during a connection: nodelay, cork, keepalive and its times, dscp, user_timeout_ms,
 * and mss, which can only become smaller. */
void host_conn_set(struct host_sw *sw, uint32_t conn, const struct app_accept *options);

/* A connection the server opens (RFC 9293 3.9.1, active open). */
struct host_connect {
    uint8_t ip_version; /* 4 or 6 */
    uint8_t raddr[16];  /* on the link; IPv4 as ::ffff:a.b.c.d */
    uint16_t rport;
    uint16_t lport;          /* 0: one is chosen (RFC 6056) */
    uint16_t vlan;           /* VLAN_TAGGED | VID, or VLAN_NONE */
    struct app_accept offer; /* what the SYN offers; cookie as for an accepted connection */
};
/* Opens a connection. Returns 0 if *conn is opening; on_established() or on_closed() follows, the latter with cause
 * REMOTE_RESET if the peer refused, HANDSHAKE_TIMEOUT, or UNREACHABLE if no neighbour has the address. Otherwise
 * returns a negative errno: EINVAL, EADDRINUSE (the tuple), EADDRNOTAVAIL (no port is left), ENETDOWN, ENOBUFS. */
int host_conn_connect(struct host_sw *sw, const struct host_connect *request, uint32_t *conn);
void host_conn_abort(struct host_sw *sw, uint32_t conn);

/* --- the directory, for reports (any time) --- */

enum dir_state {
    DIR_FREE,
    DIR_OPENING,
    DIR_ACTIVE,
    DIR_FREEZING,
    DIR_INSTALLING,
    DIR_INACTIVE,
    DIR_CLOSING,
    DIR_TIME_WAIT,
    DIR_STATE_COUNT
};

struct dir_view {
    enum dir_state state;
    struct flow_key key;
    uint8_t owner, rx_if;         /* owner: a NIC or PLACE_HOST */
    enum host_reason host_reason; /* why the host has, or had it last */
    uint16_t gen;
    uint32_t cookie, moves;
    uint64_t opened_ps, last_rx_ps, closed_ps;
    uint64_t rx_bytes, tx_bytes; /* delivered to and acknowledged for the application */
    enum nic_term_cause cause;
};

/* Return the view of a live connection, and its TCP state as its owner last reported it. */
void host_conn_view(const struct host_sw *sw, uint32_t conn, struct dir_view *view);
enum tcp_state host_conn_tcp_state(const struct host_sw *sw, uint32_t conn);

/* One row for each connection ever admitted, in order of admission. */
size_t host_sw_conn_rows(const struct host_sw *sw);
void host_sw_conn_row(const struct host_sw *sw, size_t row, struct dir_view *view);

/* Address in host memory of the entry whose byte 0 is the receiving NIC's identifier of conn. */
uint64_t host_sw_conn_entry_address(const struct host_sw *sw, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif

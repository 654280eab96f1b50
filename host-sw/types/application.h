/* The application on the server, as the software of the server sees it: what it accepts and opens, and the functions by
 * which it is told what happens to its connections. */
#ifndef TOESIM_HOST_TYPES_APPLICATION_H
#define TOESIM_HOST_TYPES_APPLICATION_H

#include "models/hwif/flow_key.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"

#include <stdbool.h>
#include <stdint.h>

struct host_sw; /* opaque; server/host_sw.h */

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

/* A connection the server opens (RFC 9293 3.9.1, active open). */
struct host_connect {
    uint8_t ip_version; /* 4 or 6 */
    uint8_t raddr[16];  /* on the link; IPv4 as ::ffff:a.b.c.d */
    uint16_t rport;
    uint16_t lport;          /* 0: one is chosen (RFC 6056) */
    uint16_t vlan;           /* VLAN_TAGGED | VID, or VLAN_NONE */
    struct app_accept offer; /* what the SYN offers; cookie as for an accepted connection */
};

#endif

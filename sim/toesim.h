/*
 * libtoesim: the simulated server with its two teamed NICs, for programs that are not part of it.
 *
 * One simulation per process, ever: a second toesim_create() fails with EALREADY, because SystemC
 * elaborates once. The library brings its own sc_main(). Any thread may call anything: one lock is
 * held for the length of a call, and nothing blocks but toesim_advance_*(), which return when
 * simulated time is there. Between advances simulated time stands still: what the calls ask for
 * happens in the next advance.
 *
 * Calls that can fail give -1 (or a null pointer) and set errno; toesim_error() has the text.
 */
#ifndef TOESIM_SIM_TOESIM_H
#define TOESIM_SIM_TOESIM_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOESIM_API __attribute__((visibility("default")))
#define TOESIM_NEVER UINT64_MAX

struct toesim; /* opaque */

/* --- life and time --- */

/* scenario: a file, or null for the defaults. settings: "key=value" over it, as --set of the
 * program; traffic.kind is external, waves and captures are off. */
TOESIM_API struct toesim *toesim_create(const char *scenario, const char *const *settings,
                                        size_t setting_count);
/* Ends the simulation for good; null is allowed. No other call may be under way. */
TOESIM_API void toesim_destroy(struct toesim *sim);
/* Text of the last failure in this process, or "". Static. */
TOESIM_API const char *toesim_error(void);

/* Simulated time in picoseconds. */
TOESIM_API uint64_t toesim_now_ps(struct toesim *sim);
/* Runs up to this time. EIO: an invariant was violated; toesim_error() has the report. */
TOESIM_API int toesim_advance_to(struct toesim *sim, uint64_t until_ps);
/* Runs everything of the next instant at which anything happens, if it is not after limit_ps; else
 * up to limit_ps. 1: something happened; 0: limit_ps was reached. */
TOESIM_API int toesim_advance_next(struct toesim *sim, uint64_t limit_ps);

/* --- the network side: Ethernet frames without FCS at the switch's uplink --- */

/* ENOBUFS: the queue is full, advance first. EMSGSIZE: longer than the MTU allows, or no header. */
TOESIM_API int toesim_put_frame(struct toesim *sim, const void *bytes, size_t len);
/* The same, but the frame arrives on this NIC (0 or 1; EINVAL) whatever the port policy, unless its
 * link is down. */
TOESIM_API int toesim_put_frame_on(struct toesim *sim, unsigned nic, const void *bytes, size_t len);
/* What became of the last frame that was put: the team decides on each exactly once. */
enum toesim_verdict {
    TOESIM_PENDING = 0,  /* on its way, or held */
    TOESIM_APPLIED = 1,  /* it changed its connection, or was a valid ACK */
    TOESIM_DROPPED = 2,  /* `reason` has why, as in stats.json; an answer may have been sent */
    TOESIM_ANSWERED = 3, /* by the host: ARP, neighbour discovery, ICMP */
};
struct toesim_fate {
    uint8_t verdict; /* enum toesim_verdict */
    uint8_t nic;     /* that decided, or received it for the host */
    uint8_t reserved[6];
    char reason[40]; /* "" unless dropped */
};
TOESIM_API void toesim_frame_fate(struct toesim *sim, struct toesim_fate *fate);
/* The oldest frame the team sent: its length, cut to size; 0: none. sent_ps (may be null): when its
 * last bit arrived at the far end of the uplink. */
TOESIM_API ssize_t toesim_take_frame(struct toesim *sim, void *bytes, size_t size,
                                     uint64_t *sent_ps);
/* Frames lost because nobody took 65,536 earlier ones. */
TOESIM_API uint64_t toesim_frames_lost(struct toesim *sim);

/* Which NIC a frame to the team arrives on: "hash", "nic0", "alternate", "random" or "flip:K". */
TOESIM_API int toesim_set_port_policy(struct toesim *sim, const char *policy);

/* --- the team's connections, whoever has the sockets --- */

/* Moves from one NIC to the other under way now, reactivations included. */
TOESIM_API uint32_t toesim_moves_pending(struct toesim *sim);
/* Connections admitted so far, and one of them, from 0 in order of admission. ENOENT: no such. */
TOESIM_API size_t toesim_connection_count(struct toesim *sim);
enum toesim_end {
    TOESIM_OPEN = 0,
    TOESIM_TIME_WAIT = 1,  /* ended in order; the host keeps the tuple for 2 MSL */
    TOESIM_CLOSED = 2,     /* in order */
    TOESIM_TERMINATED = 3, /* prematurely: `cause` */
};
struct toesim_connection {
    uint8_t end;   /* enum toesim_end */
    uint8_t cause; /* number of the termination cause (docs/hwif.md, enum nic_term_cause) */
    uint8_t owner;
    uint8_t rx_nic;
    uint32_t moves; /* activations on another NIC, so far */
    /* Out of its context as last written by a NIC; zero before the first. */
    uint8_t state; /* enum tcp_state of docs/hwif.md: 1 LISTEN .. 10 TIME_WAIT */
    uint8_t reserved[3];
    uint32_t received_bytes; /* in order so far, without SYN and FIN */
    uint32_t snd_una, snd_nxt, rcv_nxt, snd_wnd, cwnd, ssthresh, rto_us, srtt_us, mss;
};
TOESIM_API int toesim_connection_get(struct toesim *sim, size_t index,
                                     struct toesim_connection *connection);

/* --- sockets of the simulated server: never blocking, EAGAIN instead --- */

/* AF_INET or AF_INET6, SOCK_STREAM, 0 or IPPROTO_TCP. */
TOESIM_API int toesim_socket(struct toesim *sim, int domain, int type, int protocol);
TOESIM_API int toesim_bind(struct toesim *sim, int fd, const struct sockaddr *addr, socklen_t len);
/* A SYN is dropped while `backlog` connections wait to be accepted: the client tries again. */
TOESIM_API int toesim_listen(struct toesim *sim, int fd, int backlog);
/* addr may be null. */
TOESIM_API int toesim_accept(struct toesim *sim, int fd, struct sockaddr *addr, socklen_t *len);
/* EINPROGRESS: as with a non-blocking socket, poll() and SO_ERROR tell the outcome. The peer must be on
 * the link: it is asked for by ARP or neighbour discovery. */
TOESIM_API int toesim_connect(struct toesim *sim, int fd, const struct sockaddr *addr,
                              socklen_t len);
/* flags: 0; recv also MSG_PEEK. MSG_DONTWAIT and MSG_NOSIGNAL are always meant. */
TOESIM_API ssize_t toesim_send(struct toesim *sim, int fd, const void *bytes, size_t len,
                               int flags);
TOESIM_API ssize_t toesim_recv(struct toesim *sim, int fd, void *bytes, size_t len, int flags);
TOESIM_API int toesim_shutdown(struct toesim *sim, int fd, int how);
TOESIM_API int toesim_close(struct toesim *sim, int fd);
/* SOL_SOCKET: SO_KEEPALIVE, SO_RCVBUF, SO_SNDBUF, SO_LINGER (off, or 0 seconds), SO_REUSEADDR
 * (always on), SO_ERROR (get). IPPROTO_TCP: TCP_NODELAY, TCP_CORK, TCP_MAXSEG, TCP_USER_TIMEOUT,
 * TCP_KEEPIDLE, TCP_KEEPINTVL (at most 255 s), TCP_KEEPCNT, TCP_INFO (get, struct toesim_tcp_info).
 * IPPROTO_IP: IP_TOS, IP_TTL; IPPROTO_IPV6: IPV6_TCLASS, IPV6_UNICAST_HOPS (the two bits of ECN are not
 * the caller's). A connection begins with its listener's options and may change them; the TTL is the
 * listener's (EOPNOTSUPP on a connection). */
TOESIM_API int toesim_setsockopt(struct toesim *sim, int fd, int level, int option,
                                 const void *value, socklen_t len);
TOESIM_API int toesim_getsockopt(struct toesim *sim, int fd, int level, int option, void *value,
                                 socklen_t *len);
TOESIM_API int toesim_getsockname(struct toesim *sim, int fd, struct sockaddr *addr,
                                  socklen_t *len);
TOESIM_API int toesim_getpeername(struct toesim *sim, int fd, struct sockaddr *addr,
                                  socklen_t *len);
/* Level of options that POSIX and Linux do not have; all int, all of a listener's connections:
 * OFFER: bits TOESIM_OFFER_* the SYN-ACK may carry. WINDOW_SCALE: 0 to 14, with OFFER_WS.
 * READ_AHEAD 0: no buffer between ring and recv(), which gives EAGAIN and asks for its bytes; they
 * are taken out of the ring, and the window told, when time goes on. */
#define TOESIM_SOL 0x544f
enum { TOESIM_SO_OFFER = 1, TOESIM_SO_WINDOW_SCALE = 2, TOESIM_SO_READ_AHEAD = 3 };
enum {
    TOESIM_OFFER_TS = 1,
    TOESIM_OFFER_SACK = 2,
    TOESIM_OFFER_WS = 4,
    TOESIM_OFFER_ECN = 8,
    TOESIM_OFFER_MSS = 16,
};
/* As poll() with timeout 0: how many entries have revents. */
TOESIM_API int toesim_poll(struct toesim *sim, struct pollfd *fds, nfds_t count);

/* What the host knows of a connection; numbers of the NIC's context (windows, round-trip times) are
 * not among it. All zero but state after its end. */
struct toesim_tcp_info {
    uint8_t state;  /* numbers of RFC 9293's states as in Linux's TCP_INFO: 1 established .. 11 */
    uint8_t owner;  /* NIC that processes the connection; 2: the host's own TCP */
    uint8_t rx_nic; /* NIC that received its last frame */
    uint8_t peer_fin;
    uint16_t generation;
    uint8_t notice;          /* last trouble that ended nothing: enum nic_notice of docs/hwif.md */
    uint8_t notices;         /* how many so far, at most 255 */
    uint32_t moves;          /* from one NIC to the other, so far */
    uint32_t readable_bytes; /* in the host's receive ring */
    uint32_t unacked_bytes;  /* in the host's transmit ring */
    uint32_t rcvbuf_bytes;   /* in the socket's buffers */
    uint32_t sndbuf_bytes;
    uint64_t received_bytes; /* taken out of the ring */
    uint64_t acked_bytes;
};

#ifdef __cplusplus
}
#endif

#endif

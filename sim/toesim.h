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
/* The oldest frame the team sent: its length, cut to size; 0: none. sent_ps (may be null): when its
 * last bit arrived at the far end of the uplink. */
TOESIM_API ssize_t toesim_take_frame(struct toesim *sim, void *bytes, size_t size,
                                     uint64_t *sent_ps);
/* Frames lost because nobody took 65,536 earlier ones. */
TOESIM_API uint64_t toesim_frames_lost(struct toesim *sim);

/* Which NIC a frame to the team arrives on: "hash", "nic0", "alternate", "random" or "flip:K". */
TOESIM_API int toesim_set_port_policy(struct toesim *sim, const char *policy);

/* --- sockets of the simulated server: never blocking, EAGAIN instead --- */

/* AF_INET or AF_INET6, SOCK_STREAM, 0 or IPPROTO_TCP. */
TOESIM_API int toesim_socket(struct toesim *sim, int domain, int type, int protocol);
TOESIM_API int toesim_bind(struct toesim *sim, int fd, const struct sockaddr *addr, socklen_t len);
/* A SYN is refused with a reset while `backlog` connections wait to be accepted. */
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
 * (always on), SO_ERROR (get). IPPROTO_TCP: TCP_NODELAY, TCP_MAXSEG, TCP_INFO (get, struct
 * toesim_tcp_info). On a connection only SO_LINGER can be set (EOPNOTSUPP): the others are a
 * listener's, for the connections it accepts. */
TOESIM_API int toesim_setsockopt(struct toesim *sim, int fd, int level, int option,
                                 const void *value, socklen_t len);
TOESIM_API int toesim_getsockopt(struct toesim *sim, int fd, int level, int option, void *value,
                                 socklen_t *len);
TOESIM_API int toesim_getsockname(struct toesim *sim, int fd, struct sockaddr *addr,
                                  socklen_t *len);
TOESIM_API int toesim_getpeername(struct toesim *sim, int fd, struct sockaddr *addr,
                                  socklen_t *len);
/* As poll() with timeout 0: how many entries have revents. */
TOESIM_API int toesim_poll(struct toesim *sim, struct pollfd *fds, nfds_t count);

/* What the host knows of a connection; numbers of the NIC's context (windows, round-trip times) are
 * not among it. All zero but state after its end. */
struct toesim_tcp_info {
    uint8_t state;  /* numbers of RFC 9293's states as in Linux's TCP_INFO: 1 established .. 11 */
    uint8_t owner;  /* NIC that processes the connection */
    uint8_t rx_nic; /* NIC that received its last frame */
    uint8_t peer_fin;
    uint16_t generation;
    uint16_t reserved;
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

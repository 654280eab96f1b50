// The socket calls of libtoesim. They translate addresses and options of POSIX into those of the
// socket application.
#include "sim/embed/libtoesim.h"

#include "models/wire/packet.h"

#include <cerrno>
#include <cstring>
// The C library's header is not included, because it gives its states the same names as ours.
#include <linux/tcp.h>
#include <netinet/in.h>

namespace
{
using guard = std::lock_guard<std::mutex>;

int result(int64_t value)
{
    if (value >= 0)
        return static_cast<int>(value);
    char text[64];
    return toesim_fail(static_cast<int>(-value), "%s",
                       strerror_r(static_cast<int>(-value), text, sizeof text));
}

bool address_in(const sockaddr *addr, socklen_t len, socket_address *out)
{
    *out = {};
    if (addr && addr->sa_family == AF_INET && len >= sizeof(sockaddr_in)) {
        sockaddr_in in;
        std::memcpy(&in, addr, sizeof in);
        out->ip_version = 4;
        ip_addr_from_v4(out->addr, ntohl(in.sin_addr.s_addr));
        out->port = ntohs(in.sin_port);
        return true;
    }
    if (addr && addr->sa_family == AF_INET6 && len >= sizeof(sockaddr_in6)) {
        sockaddr_in6 in6;
        std::memcpy(&in6, addr, sizeof in6);
        out->ip_version = 6;
        std::memcpy(out->addr, &in6.sin6_addr, sizeof out->addr);
        out->port = ntohs(in6.sin6_port);
        return true;
    }
    return false;
}

void address_out(const socket_address &in, sockaddr *addr, socklen_t *len)
{
    sockaddr_in in4 = {};
    sockaddr_in6 in6 = {};
    if (!addr || !len)
        return;
    in4.sin_family = AF_INET;
    in4.sin_port = htons(in.port);
    in4.sin_addr.s_addr = htonl(ip_addr_to_v4(in.addr));
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(in.port);
    std::memcpy(&in6.sin6_addr, in.addr, sizeof in.addr);
    const void *from = in.ip_version == 4 ? static_cast<const void *>(&in4) : &in6;
    socklen_t size = in.ip_version == 4 ? sizeof in4 : sizeof in6;
    std::memcpy(addr, from, *len < size ? *len : size);
    *len = size;
}

bool option_of(int level, int name, socket_option *option)
{
    static const struct {
        int level, name;
        socket_option option;
    } rows[] = {{SOL_SOCKET, SO_KEEPALIVE, SOCKET_KEEPALIVE},
                {SOL_SOCKET, SO_RCVBUF, SOCKET_RCVBUF},
                {SOL_SOCKET, SO_SNDBUF, SOCKET_SNDBUF},
                {SOL_SOCKET, SO_ERROR, SOCKET_ERROR},
                {IPPROTO_TCP, TCP_NODELAY, SOCKET_NODELAY},
                {IPPROTO_TCP, TCP_MAXSEG, SOCKET_MAXSEG},
                {IPPROTO_TCP, TCP_CORK, SOCKET_CORK},
                {IPPROTO_TCP, TCP_KEEPIDLE, SOCKET_KEEPIDLE},
                {IPPROTO_TCP, TCP_KEEPINTVL, SOCKET_KEEPINTVL},
                {IPPROTO_TCP, TCP_KEEPCNT, SOCKET_KEEPCNT},
                {IPPROTO_TCP, TCP_USER_TIMEOUT, SOCKET_USER_TIMEOUT},
                {IPPROTO_IP, IP_TTL, SOCKET_TTL},
                {IPPROTO_IPV6, IPV6_UNICAST_HOPS, SOCKET_TTL},
                {TOESIM_SOL, TOESIM_SO_OFFER, SOCKET_OFFER},
                {TOESIM_SOL, TOESIM_SO_WINDOW_SCALE, SOCKET_WINDOW_SCALE},
                {TOESIM_SOL, TOESIM_SO_READ_AHEAD, SOCKET_READ_AHEAD}};
    static_assert(static_cast<int>(TOESIM_OFFER_TS) == static_cast<int>(CTX_FEATURE_TS) &&
                      static_cast<int>(TOESIM_OFFER_MSS) == static_cast<int>(CTX_FEATURE_MSS),
                  "bits of the context");
    for (const auto &row : rows)
        if (row.level == level && row.name == name) {
            *option = row.option;
            return true;
        }
    return false;
}

bool is_traffic_class(int level, int name)
{
    return (level == IPPROTO_IP && name == IP_TOS) ||
           (level == IPPROTO_IPV6 && name == IPV6_TCLASS);
}

// Returns the number that Linux's TCP_INFO has for the state.
uint8_t linux_state(enum tcp_state state)
{
    switch (state) {
    case TCP_CLOSED:
        return 7;
    case TCP_LISTEN:
        return 10;
    case TCP_SYN_SENT:
        return 2;
    case TCP_SYN_RCVD:
        return 3;
    case TCP_ESTABLISHED:
        return 1;
    case TCP_FIN_WAIT_1:
        return 4;
    case TCP_FIN_WAIT_2:
        return 5;
    case TCP_CLOSE_WAIT:
        return 8;
    case TCP_CLOSING:
        return 11;
    case TCP_LAST_ACK:
        return 9;
    case TCP_TIME_WAIT:
        return 6;
    }
    return 7;
}

int get_info(toesim *sim, int fd, void *value, socklen_t *len)
{
    socket_info info = {};
    int status = socket_app_info(sim->sockets, fd, &info);
    if (status < 0)
        return result(status);
    toesim_tcp_info out = {};
    out.state = linux_state(info.state);
    out.owner = info.view.owner;
    out.rx_nic = info.view.rx_if;
    out.peer_fin = info.peer_fin;
    out.generation = info.view.gen;
    out.notice = static_cast<uint8_t>(info.notice);
    out.notices = static_cast<uint8_t>(info.notices < UINT8_MAX ? info.notices : UINT8_MAX);
    out.moves = info.view.moves;
    out.readable_bytes = info.readable;
    out.unacked_bytes = info.unacked;
    out.rcvbuf_bytes = info.rcvbuf_used;
    out.sndbuf_bytes = info.sndbuf_used;
    out.received_bytes = info.view.rx_bytes;
    out.acked_bytes = info.view.tx_bytes;
    *len = *len < sizeof out ? *len : static_cast<socklen_t>(sizeof out);
    std::memcpy(value, &out, *len);
    return 0;
}

int get_linger(toesim *sim, int fd, void *value, socklen_t *len)
{
    int zero = 0;
    int status = socket_app_get(sim->sockets, fd, SOCKET_LINGER_ZERO, &zero);
    linger out = {zero, 0};
    if (status < 0)
        return result(status);
    *len = *len < sizeof out ? *len : static_cast<socklen_t>(sizeof out);
    std::memcpy(value, &out, *len);
    return 0;
}
} // namespace

int toesim_socket(struct toesim *sim, int domain, int type, int protocol)
{
    guard hold(sim->lock);
    if ((type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM ||
        (protocol != 0 && protocol != IPPROTO_TCP))
        return result(-EPROTONOSUPPORT);
    uint8_t version = domain == AF_INET ? 4 : domain == AF_INET6 ? 6 : 0;
    return result(socket_app_open(sim->sockets, version));
}

int toesim_bind(struct toesim *sim, int fd, const struct sockaddr *addr, socklen_t len)
{
    guard hold(sim->lock);
    socket_address local;
    if (!address_in(addr, len, &local))
        return result(-EINVAL);
    return result(socket_app_bind(sim->sockets, fd, &local));
}

int toesim_listen(struct toesim *sim, int fd, int backlog)
{
    guard hold(sim->lock);
    return result(socket_app_listen(sim->sockets, fd, backlog));
}

int toesim_accept(struct toesim *sim, int fd, struct sockaddr *addr, socklen_t *len)
{
    guard hold(sim->lock);
    socket_address peer = {};
    int child = socket_app_accept(sim->sockets, fd, &peer);
    if (child >= 0)
        address_out(peer, addr, len);
    return result(child);
}

int toesim_connect(struct toesim *sim, int fd, const struct sockaddr *addr, socklen_t len)
{
    guard hold(sim->lock);
    socket_address peer;
    if (!address_in(addr, len, &peer))
        return result(-EINVAL);
    return result(socket_app_connect(sim->sockets, fd, &peer));
}

ssize_t toesim_send(struct toesim *sim, int fd, const void *bytes, size_t len, int flags)
{
    guard hold(sim->lock);
    if (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL))
        return result(-EOPNOTSUPP);
    uint32_t wanted = static_cast<uint32_t>(len < INT32_MAX ? len : INT32_MAX);
    return result(socket_app_send(sim->sockets, fd, bytes, wanted));
}

ssize_t toesim_recv(struct toesim *sim, int fd, void *bytes, size_t len, int flags)
{
    guard hold(sim->lock);
    if (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL | MSG_PEEK))
        return result(-EOPNOTSUPP);
    uint32_t wanted = static_cast<uint32_t>(len < INT32_MAX ? len : INT32_MAX);
    return result(socket_app_recv(sim->sockets, fd, bytes, wanted, (flags & MSG_PEEK) != 0));
}

int toesim_shutdown(struct toesim *sim, int fd, int how)
{
    guard hold(sim->lock);
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
        return result(-EINVAL);
    return result(socket_app_shutdown(sim->sockets, fd, how != SHUT_WR, how != SHUT_RD));
}

int toesim_close(struct toesim *sim, int fd)
{
    guard hold(sim->lock);
    return result(socket_app_close(sim->sockets, fd));
}

int toesim_setsockopt(struct toesim *sim, int fd, int level, int name, const void *value,
                      socklen_t len)
{
    guard hold(sim->lock);
    socket_option option;
    int number = 0;
    if (level == SOL_SOCKET && name == SO_LINGER) {
        linger wanted = {};
        if (len < sizeof wanted)
            return result(-EINVAL);
        std::memcpy(&wanted, value, sizeof wanted);
        if (wanted.l_onoff && wanted.l_linger != 0)
            return result(-EOPNOTSUPP); // nothing blocks here
        return result(socket_app_set(sim->sockets, fd, SOCKET_LINGER_ZERO, wanted.l_onoff != 0));
    }
    if (len < sizeof number)
        return result(-EINVAL);
    std::memcpy(&number, value, sizeof number);
    // TIME-WAIT never prevents a listener from using a port.
    if (level == SOL_SOCKET && name == SO_REUSEADDR)
        return result(socket_app_get(sim->sockets, fd, SOCKET_KEEPALIVE, &number));
    if (is_traffic_class(level, name)) // the two bits below belong to ECN
        return result(socket_app_set(sim->sockets, fd, SOCKET_DSCP, number >> 2));
    if (!option_of(level, name, &option))
        return result(-ENOPROTOOPT);
    return result(socket_app_set(sim->sockets, fd, option, number));
}

int toesim_getsockopt(struct toesim *sim, int fd, int level, int name, void *value, socklen_t *len)
{
    guard hold(sim->lock);
    socket_option option;
    int number = 0;
    if (level == IPPROTO_TCP && name == TCP_INFO)
        return get_info(sim, fd, value, len);
    if (level == SOL_SOCKET && name == SO_LINGER)
        return get_linger(sim, fd, value, len);
    bool is_class = is_traffic_class(level, name);
    if (is_class)
        option = SOCKET_DSCP;
    else if (!option_of(level, name, &option))
        return result(-ENOPROTOOPT);
    if (*len < sizeof number)
        return result(-EINVAL);
    int status = socket_app_get(sim->sockets, fd, option, &number);
    number = is_class ? number << 2 : number;
    std::memcpy(value, &number, sizeof number);
    *len = sizeof number;
    return result(status);
}

static int name_of(toesim *sim, int fd, bool peer, sockaddr *addr, socklen_t *len)
{
    guard hold(sim->lock);
    socket_address name = {};
    int status = socket_app_name(sim->sockets, fd, peer, &name);
    if (status >= 0)
        address_out(name, addr, len);
    return result(status);
}

int toesim_getsockname(struct toesim *sim, int fd, struct sockaddr *addr, socklen_t *len)
{
    return name_of(sim, fd, false, addr, len);
}

int toesim_getpeername(struct toesim *sim, int fd, struct sockaddr *addr, socklen_t *len)
{
    return name_of(sim, fd, true, addr, len);
}

int toesim_poll(struct toesim *sim, struct pollfd *fds, nfds_t count)
{
    guard hold(sim->lock);
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        short always = POLLERR | POLLHUP | POLLNVAL;
        fds[i].revents = 0;
        if (fds[i].fd >= 0)
            fds[i].revents = static_cast<short>(socket_app_poll(sim->sockets, fds[i].fd) &
                                                (fds[i].events | always));
        ready += fds[i].revents != 0;
    }
    return ready;
}

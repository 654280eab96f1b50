// Here the server of a packet script is the whole system, which is used through libtoesim.
#include "sim/run/script_run.h"

#include "models/script/pkt_names.h"
#include "sim/scenario/scenario_default.h"
#include "sim/toesim.h"

#include "models/base/frame.h"
#include "models/base/printable.h"
#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"
#include "models/wire/arp.h"
#include "models/wire/icmp.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace
{
constexpr uint16_t server_port = 80, peer_port = 40000;
// Both give segments of the same size, because the header of IPv6 is longer.
constexpr uint32_t mtu_v4 = 1500, mtu_v6 = 1520;
// This time is long enough for a verdict and for the end of a move.
constexpr uint64_t verdict_ps = 10 * PS_PER_MS;
constexpr uint64_t settle_ps = 30 * PS_PER_US; // this is long enough for their effects
constexpr uint64_t grain_ps = PS_PER_US;       // events that are closer together are one step
// The numbers of Linux. Its header is not included, because its states have the same names as ours.
constexpr int tcp_nodelay = 1, tcp_maxseg = 2, tcp_info = 11, tcp_user_timeout = 18;
constexpr int tcp_cork = 3, tcp_keepidle = 4, tcp_keepintvl = 5, tcp_keepcnt = 6;

struct system_server {
    toesim *sim = nullptr;
    const pkt_script *script = nullptr;
    uint8_t ip_version = 4;
    int listener = -1, conn = -1;
    bool urgent = false; // set by the last segment
    char error[PKT_ERROR_MAX / 2] = "";
    char verdict[sizeof(toesim_fate{}.reason)] = "";
};

system_server &of(void *self) { return *static_cast<system_server *>(self); }

bool fail(system_server &s, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool fail(system_server &s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    std::vsnprintf(s.error, sizeof s.error, format, args);
    va_end(args);
    return false;
}

// The report of a violation has many lines. The script's result has space only for the first line,
// so the whole report is printed to stderr; a script has no results folder.
bool fail_errno(system_server &s, const char *what)
{
    const char *report = toesim_error();
    size_t first_line = std::strcspn(report, "\n");
    int why = errno;
    if (report[first_line]) {
        std::string text = std::string(s.script->path) + ": " + report;
        printable_make(text.data(), true);
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    return fail(s, "%s: %s (%.*s)", what, std::strerror(why),
                static_cast<int>(std::min<size_t>(first_line, 150)), report);
}

void accept_if_any(system_server &s)
{
    if (s.conn < 0 && s.listener >= 0)
        s.conn = toesim_accept(s.sim, s.listener, nullptr, nullptr);
}

pkt_ends ends_of(uint8_t ip_version)
{
    pkt_ends ends = {};
    ends.ip_version = ip_version;
    ends.vlan = VLAN_NONE;
    static sim_config config;
    sim_config_default(&config);
    const uint8_t peer[6] = {2, 0, 0, 0, 0, 9};
    std::memcpy(ends.server_mac, config.team.mac, sizeof ends.server_mac);
    std::memcpy(ends.peer_mac, peer, sizeof peer);
    ends.server_port = server_port;
    ends.peer_port = peer_port;
    const uint8_t *server = ip_version == 4 ? config.team.ipv4 : config.team.ipv6;
    std::memcpy(ends.server_addr, server, sizeof ends.server_addr);
    std::memcpy(ends.peer_addr, server, sizeof ends.peer_addr);
    ends.peer_addr[15] = 2; // the next address of the same network
    return ends;
}

// --- time ---

uint64_t now_ps(const void *self)
{
    return toesim_now_ps(static_cast<const system_server *>(self)->sim);
}

bool step(void *self, uint64_t limit_ps)
{
    system_server &s = of(self);
    int any = toesim_advance_next(s.sim, limit_ps);
    if (any > 0) {
        uint64_t until = toesim_now_ps(s.sim) + grain_ps;
        any = toesim_advance_to(s.sim, until < limit_ps ? until : limit_ps) == 0 ? 1 : -1;
    }
    if (any < 0)
        return fail_errno(s, "the simulation");
    accept_if_any(s);
    return any > 0;
}

bool pass(system_server &s, uint64_t ps)
{
    if (toesim_advance_to(s.sim, toesim_now_ps(s.sim) + ps) != 0)
        return fail_errno(s, "the simulation");
    accept_if_any(s);
    return true;
}

// --- frames ---

bool inject(void *self, const uint8_t *frame, uint32_t len)
{
    system_server &s = of(self);
    toesim_fate fate = {};
    s.urgent = false;
    if (toesim_put_frame(s.sim, frame, len) != 0)
        return fail_errno(s, "a frame");
    uint64_t limit = toesim_now_ps(s.sim) + verdict_ps;
    bool decided = false;
    do {
        if (!step(&s, limit) && *s.error)
            return false;
        toesim_frame_fate(s.sim, &fate);
        decided = fate.verdict != TOESIM_PENDING && toesim_moves_pending(s.sim) == 0;
    } while (!decided && toesim_now_ps(s.sim) < limit);
    if (!decided)
        return fail(s, fate.verdict == TOESIM_PENDING ? "the segment got no verdict"
                                                      : "a move did not end");
    std::snprintf(s.verdict, sizeof s.verdict, "%s",
                  fate.verdict == TOESIM_DROPPED ? fate.reason : "applied");
    if (!pass(s, settle_ps))
        return false;
    pollfd poll = {s.conn, POLLPRI, 0};
    s.urgent = toesim_poll(s.sim, &poll, 1) > 0 && (poll.revents & POLLPRI) != 0;
    return true;
}

// Answers the server's question for the peer's link address. Returns false if the frame is
// something else.
bool answer_resolution(system_server &s, const uint8_t *frame, uint32_t len)
{
    uint8_t answer[128];
    uint32_t bytes = 0;
    packet packet;
    arp_message arp;
    icmp_message icmp;
    const pkt_ends ends = ends_of(s.ip_version);
    packet_parse(frame, len, true, &packet);
    if (arp_parse(frame, len, &packet, &arp) && arp.op == ARP_REQUEST) {
        arp_message reply = {};
        reply.op = ARP_REPLY;
        reply.sender_ip = arp.target_ip;
        reply.target_ip = arp.sender_ip;
        std::memcpy(reply.sender_mac, ends.peer_mac, sizeof reply.sender_mac);
        std::memcpy(reply.target_mac, arp.sender_mac, sizeof reply.target_mac);
        bytes = arp_build(answer, ends.server_mac, VLAN_NONE, &reply);
    } else if (packet.kind == PACKET_OTHER && icmp_parse(frame, &packet, &icmp) == ICMP_GOOD &&
               icmp.kind == ICMP_NEIGHBOUR_SOLICITATION) {
        packet_out out = {};
        out.vlan = VLAN_NONE;
        out.ip_version = 6;
        out.ttl = 255;
        std::memcpy(out.dst_mac, ends.server_mac, sizeof out.dst_mac);
        std::memcpy(out.src_mac, ends.peer_mac, sizeof out.src_mac);
        std::memcpy(out.dst, ends.server_addr, sizeof out.dst);
        std::memcpy(out.src, ends.peer_addr, sizeof out.src);
        bytes = icmp_build_advertisement(answer, &out, icmp.target, ends.peer_mac, true);
    }
    return bytes > 0 && toesim_put_frame(s.sim, answer, bytes) == 0;
}

uint32_t take(void *self, uint8_t *frame, uint64_t *at_ps)
{
    system_server &s = of(self);
    for (;;) {
        ssize_t len = toesim_take_frame(s.sim, frame, FRAME_BYTES_MAX, at_ps);
        if (len <= 0 || !answer_resolution(s, frame, static_cast<uint32_t>(len)))
            return static_cast<uint32_t>(len);
    }
}

// --- the application ---

sockaddr_storage address(uint8_t ip_version, uint32_t host, uint16_t port, socklen_t *len)
{
    sockaddr_storage out = {};
    if (ip_version == 4) {
        auto *in = reinterpret_cast<sockaddr_in *>(&out);
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        in->sin_addr.s_addr = host ? htonl(0x0a000000u + host) : INADDR_ANY;
        *len = sizeof *in;
    } else {
        auto *in6 = reinterpret_cast<sockaddr_in6 *>(&out);
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        if (host) {
            in6->sin6_addr.s6_addr[0] = 0xfd;
            in6->sin6_addr.s6_addr[15] = static_cast<uint8_t>(host);
        }
        *len = sizeof *in6;
    }
    return out;
}

// The options that a script gives for its connection are set on the socket from which the
// connection comes.
int make_socket(system_server &s)
{
    const pkt_script &script = *s.script;
    int fd = toesim_socket(s.sim, s.ip_version == 4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
    const struct {
        int level, name, value;
        bool wanted;
    } options[] = {
        {IPPROTO_TCP, tcp_nodelay, !(script.flags & CTX_FLAG_NAGLE), true},
        {SOL_SOCKET, SO_KEEPALIVE, 1, (script.flags & CTX_FLAG_KEEPALIVE) != 0},
        {IPPROTO_TCP, tcp_maxseg, static_cast<int>(script.mss), script.mss != 0},
        {IPPROTO_TCP, tcp_user_timeout, static_cast<int>(script.user_timeout_ms),
         script.user_timeout_ms != 0},
        {s.ip_version == 4 ? IPPROTO_IP : IPPROTO_IPV6, s.ip_version == 4 ? IP_TOS : IPV6_TCLASS,
         static_cast<int>(script.dscp << 2), script.dscp != 0},
        {s.ip_version == 4 ? IPPROTO_IP : IPPROTO_IPV6,
         s.ip_version == 4 ? IP_TTL : IPV6_UNICAST_HOPS, static_cast<int>(script.ttl),
         script.ttl != 0},
        {TOESIM_SOL, TOESIM_SO_OFFER, script.offered, true},
        {TOESIM_SOL, TOESIM_SO_WINDOW_SCALE, script.rcv_ws, true},
        {TOESIM_SOL, TOESIM_SO_READ_AHEAD, !script.manual, true},
        {SOL_SOCKET, SO_SNDBUF, 1 << 20, true},
    };
    for (const auto &o : options)
        if (fd < 0 || (o.wanted && toesim_setsockopt(s.sim, fd, o.level, o.name, &o.value,
                                                     sizeof o.value) != 0))
            return -1;
    return fd;
}

bool listen_on_port(system_server &s)
{
    socklen_t len;
    sockaddr_storage any = address(s.ip_version, 0, server_port, &len);
    s.listener = make_socket(s);
    if (s.listener < 0 ||
        toesim_bind(s.sim, s.listener, reinterpret_cast<sockaddr *>(&any), len) != 0 ||
        toesim_listen(s.sim, s.listener, 8) != 0)
        return fail_errno(s, "a listener");
    return pass(s, settle_ps);
}

bool app_connect(void *self)
{
    system_server &s = of(self);
    socklen_t len;
    toesim_close(s.sim, s.listener);
    s.listener = -1;
    s.conn = make_socket(s);
    sockaddr_storage local = address(s.ip_version, 0, server_port, &len);
    if (s.conn < 0 || toesim_bind(s.sim, s.conn, reinterpret_cast<sockaddr *>(&local), len) != 0)
        return fail_errno(s, "a socket");
    sockaddr_storage peer = address(s.ip_version, 2, peer_port, &len);
    if (toesim_connect(s.sim, s.conn, reinterpret_cast<sockaddr *>(&peer), len) != 0 &&
        errno != EINPROGRESS)
        return fail_errno(s, "connect");
    return pass(s, settle_ps);
}

bool app_write(void *self, const uint8_t *bytes, uint32_t len, bool last)
{
    system_server &s = of(self);
    if (s.conn < 0)
        return fail(s, "write: there is no connection");
    if (toesim_send(s.sim, s.conn, bytes, len, 0) != static_cast<ssize_t>(len))
        return fail_errno(s, "write");
    return !last || pass(s, settle_ps);
}

bool app_read(void *self, uint8_t *bytes, uint32_t len)
{
    system_server &s = of(self);
    for (uint32_t got = 0; got < len;) {
        ssize_t n = toesim_recv(s.sim, s.conn, bytes + got, len - got, 0);
        if (n < 0 && errno == EAGAIN && s.script->manual) {
            if (!pass(s, settle_ps))
                return false;
            n = toesim_recv(s.sim, s.conn, bytes + got, len - got, 0);
        }
        if (n <= 0)
            return fail_errno(s, "read");
        got += static_cast<uint32_t>(n);
    }
    return true;
}

bool app_close(void *self)
{
    system_server &s = of(self);
    if (s.conn < 0 || toesim_shutdown(s.sim, s.conn, SHUT_WR) != 0)
        return fail_errno(s, "close");
    return pass(s, settle_ps);
}

bool app_abort(void *self)
{
    system_server &s = of(self);
    linger at_once = {1, 0};
    if (s.conn < 0 ||
        toesim_setsockopt(s.sim, s.conn, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0 ||
        toesim_close(s.sim, s.conn) != 0)
        return fail_errno(s, "abort");
    s.conn = -2; // no further connection is accepted
    return pass(s, settle_ps);
}

bool app_option(void *self, const char *name, uint32_t value)
{
    system_server &s = of(self);
    const bool v4 = s.ip_version == 4;
    const struct {
        int level, name;
    } options[PKT_OPTION_COUNT] = {
        {IPPROTO_TCP, tcp_nodelay},     {IPPROTO_TCP, tcp_cork},
        {SOL_SOCKET, SO_KEEPALIVE},     {IPPROTO_TCP, tcp_keepidle},
        {IPPROTO_TCP, tcp_keepintvl},   {IPPROTO_TCP, tcp_keepcnt},
        {IPPROTO_TCP, tcp_maxseg},      {v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS},
        {IPPROTO_TCP, tcp_user_timeout}};
    const pkt_option which = pkt_option_of(name);
    const int number = static_cast<int>(which == PKT_OPTION_DSCP ? value << 2 : value);
    if (s.conn < 0 || toesim_setsockopt(s.sim, s.conn, options[which].level, options[which].name,
                                        &number, sizeof number) != 0)
        return fail_errno(s, name);
    return pass(s, settle_ps);
}

// --- questions of the player ---

void look(void *self, struct pkt_view *view)
{
    system_server &s = of(self);
    toesim_connection conn = {};
    size_t count = toesim_connection_count(s.sim);
    *view = {};
    view->state = pkt_state_name(TCP_CLOSED);
    view->verdict = s.verdict;
    view->end = view->notice = "";
    view->urgent = s.urgent;
    if (count == 0)
        return;
    toesim_connection_get(s.sim, count - 1, &conn);
    view->ended = conn.end != TOESIM_OPEN;
    view->premature = conn.end == TOESIM_TERMINATED;
    view->received = conn.received_bytes;
    if (conn.end == TOESIM_OPEN)
        view->state = pkt_state_name(conn.state);
    else if (conn.end == TOESIM_TIME_WAIT)
        view->state = pkt_state_name(TCP_TIME_WAIT);
    if (view->ended)
        view->end = view->premature ? pkt_cause_name(conn.cause) : view->state;
    toesim_tcp_info info = {};
    socklen_t len = sizeof info;
    if (s.conn >= 0 && toesim_getsockopt(s.sim, s.conn, IPPROTO_TCP, tcp_info, &info, &len) == 0) {
        view->notice = info.notice ? pkt_notice_name(info.notice) : "";
        view->readable = info.rcvbuf_bytes + (s.script->manual ? info.readable_bytes : 0);
    }
}

unsigned moves(const void *self)
{
    const auto &s = *static_cast<const system_server *>(self);
    unsigned sum = 0;
    for (size_t i = 0; i < toesim_connection_count(s.sim); i++) {
        toesim_connection conn = {};
        toesim_connection_get(s.sim, i, &conn);
        sum += conn.moves;
    }
    return sum;
}

const char *error(const void *self) { return static_cast<const system_server *>(self)->error; }

const pkt_server_ops system_ops = {now_ps,    step,     inject,    take,       app_connect,
                                   app_write, app_read, app_close, app_option, app_abort,
                                   look,      moves,    error};

// --- the simulation ---

std::vector<std::string> settings_of(const pkt_script &script, const script_options &options)
{
    std::vector<std::string> out;
    auto add = [&out](const char *key, uint64_t value, const char *unit) {
        if (value)
            out.push_back(std::string("team.") + key + "=" + std::to_string(value) + unit);
    };
    add("ring", UINT64_C(1) << script.ring_log2, "B");
    add("mtu", options.ip_version == 4 ? mtu_v4 : mtu_v6, "B");
    add("connections_max", 64, "");
    add("tcp.rto_min", script.rto_min_us, "us");
    add("tcp.delayed_ack", script.delack_us, "us");
    add("tcp.time_wait", script.time_wait_us, "us");
    add("tcp.fin_wait_2", script.fin_wait_2_us, "us");
    add("tcp.keepalive_idle", script.keepalive_idle_ms, "ms");
    add("tcp.keepalive_interval", script.keepalive_interval_ms, "ms");
    add("tcp.keepalive_probes", script.keepalive_probes, "");
    add("tcp.rexmt_max", script.rexmt_max, "");
    add("tcp.syn_rexmt_max", script.syn_rexmt_max, "");
    add("tcp.challenge_max", script.challenge_max, "");
    if (script.congestion)
        out.push_back("team.tcp.congestion=cubic");
    for (unsigned i = 0; i < script.key_count; i++)
        out.push_back(script.key[i]);
    for (size_t i = 0; i < options.set_count; i++)
        out.push_back(options.sets[i]);
    return out;
}

} // namespace

enum status script_run(const struct pkt_script *script, const struct script_options *options,
                       struct pkt_result *result, struct error *err)
{
    std::vector<std::string> texts = settings_of(*script, *options);
    std::vector<const char *> sets;
    for (const std::string &text : texts)
        sets.push_back(text.c_str());
    system_server server;
    server.script = script;
    server.ip_version = options->ip_version;
    server.sim = toesim_create(nullptr, sets.data(), sets.size());
    if (!server.sim)
        return error_set(err, errno == EINVAL ? STATUS_BAD_INPUT : STATUS_ENVIRONMENT, "%s",
                         toesim_error());
    static const char *const policies[] = {"nic0", "alternate", "random", "flip:3"};
    static_assert(PKT_FLIP_FRAMES == 3, "the policy's name");
    std::memset(result, 0, sizeof *result);
    if (toesim_set_port_policy(server.sim, policies[options->policy]) != 0 ||
        !pass(server, PS_PER_MS) || !listen_on_port(server)) {
        std::snprintf(result->error, sizeof result->error, "%s:0: %s", script->path,
                      *server.error ? server.error : toesim_error());
    } else {
        pkt_server played = {&server, &system_ops, ends_of(options->ip_version)};
        pkt_play(script, options->policy, &played, result);
    }
    toesim_destroy(server.sim);
    return STATUS_OK;
}

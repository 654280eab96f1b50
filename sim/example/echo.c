/*
 * A program in plain C that uses libtoesim: an echo server on sockets of the simulated host, and
 * a client that sends raw frames on the network side. Every frame to the server arrives at the
 * other NIC than the frame before. So the connection moves all the time, and still each byte
 * comes back.
 *
 * cc echo.c -ltoesim
 */
#include "sim/toesim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 7, CLIENT_PORT = 40000, HEADERS = 14 + 20 + 20, SEGMENT = 1000, SEGMENTS = 50 };
enum { FIN = 1, SYN = 2, ACK = 16 };
#define MICROSECOND UINT64_C(1000000)
#define MILLISECOND (1000 * MICROSECOND)

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "echo: %s: %s (%s)\n", what, strerror(errno), toesim_error());
    exit(1);
}

/* --- a small client without options, which sends one segment at a time and expects no loss --- */

static struct {
    uint32_t seq, ack;      /* the number to send next, and the one expected next */
    uint32_t acked;         /* the last number that the server has acknowledged */
    uint32_t received;      /* bytes of data */
    bool connected, closed; /* the SYN-ACK, or the FIN, has arrived */
} client;

static uint8_t pattern(uint32_t offset) { return (uint8_t)(offset * 31 + (offset >> 8)); }

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t sum(uint32_t start, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        start += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    return start;
}

static uint32_t fold(uint32_t value)
{
    while (value >> 16)
        value = (value & 0xffff) + (value >> 16);
    return ~value & 0xffff;
}

static void send_segment(struct toesim *sim, uint8_t flags, uint32_t len)
{
    static const uint8_t ethernet[14] = {2, 0x54, 0x4f, 0x45, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0};
    static const uint8_t addresses[8] = {10, 0, 0, 9, 10, 0, 0, 1};
    uint8_t frame[HEADERS + SEGMENT] = {0};
    uint8_t *ip = frame + 14, *tcp = ip + 20;
    memcpy(frame, ethernet, sizeof ethernet);
    ip[0] = 0x45;
    put16(ip + 2, 40 + len);
    ip[8] = 64;
    ip[9] = IPPROTO_TCP;
    memcpy(ip + 12, addresses, sizeof addresses);
    put16(ip + 10, fold(sum(0, ip, 20)));
    put16(tcp, CLIENT_PORT);
    put16(tcp + 2, PORT);
    put32(tcp + 4, client.seq);
    put32(tcp + 8, flags & ACK ? client.ack : 0);
    tcp[12] = 5 << 4;
    tcp[13] = flags;
    put16(tcp + 14, 65535);
    for (uint32_t i = 0; i < len; i++)
        tcp[20 + i] = pattern(client.seq - 1001 + i);
    put16(tcp + 16, fold(sum(sum(IPPROTO_TCP + 20 + len, ip + 12, 8), tcp, 20 + len)));
    /* The policy makes the NICs take turns. The program itself chooses the NIC of segments with
     * data. */
    int put = len > 0 ? toesim_put_frame_on(sim, client.seq / SEGMENT % 2, frame, HEADERS + len)
                      : toesim_put_frame(sim, frame, HEADERS + len);
    check(put == 0, "put a frame");
    client.seq += len + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
}

static void on_segment(struct toesim *sim, const uint8_t *frame, size_t size)
{
    const uint8_t *ip = frame + 14, *tcp = ip + 20;
    if (size < HEADERS || ip[9] != IPPROTO_TCP || tcp[13] & 4)
        check(false, "an unexpected frame");
    uint32_t len = (uint32_t)(ip[2] << 8 | ip[3]) - 20 - (tcp[12] >> 4) * 4u;
    const uint8_t *payload = tcp + (tcp[12] >> 4) * 4;
    client.acked = get32(tcp + 8);
    if (tcp[13] & SYN) {
        client.ack = get32(tcp + 4) + 1;
        client.connected = true;
    } else if (get32(tcp + 4) == client.ack) {
        for (uint32_t i = 0; i < len; i++)
            check(payload[i] == pattern(client.received + i), "an echoed byte is wrong");
        client.received += len;
        client.ack += len + (tcp[13] & FIN);
        client.closed |= (tcp[13] & FIN) != 0;
    }
    if (len > 0 || tcp[13] & (SYN | FIN))
        send_segment(sim, ACK, 0);
}

/* --- the server, with an ordinary event loop, except that it makes simulated time advance --- */

static void serve(struct toesim *sim, int listener, int *conn)
{
    struct pollfd fds[2] = {{listener, POLLIN, 0}, {*conn, POLLIN, 0}};
    uint8_t bytes[4096];
    check(toesim_poll(sim, fds, 2) >= 0, "poll");
    if (fds[0].revents & POLLIN) {
        struct sockaddr_in peer;
        socklen_t len = sizeof peer;
        *conn = toesim_accept(sim, listener, (struct sockaddr *)&peer, &len);
        check(*conn >= 0 && ntohs(peer.sin_port) == CLIENT_PORT, "accept");
    }
    if (*conn < 0 || !(fds[1].revents & POLLIN))
        return;
    ssize_t n = toesim_recv(sim, *conn, bytes, sizeof bytes, 0);
    check(n >= 0, "recv");
    if (n > 0) {
        check(toesim_send(sim, *conn, bytes, (size_t)n, 0) == n, "send");
        return;
    }
    check(toesim_close(sim, *conn) == 0, "close");
    *conn = -1;
}

/* Advances by 1 ms, event by event, and runs the client and the server after each event. */
static void run(struct toesim *sim, int listener, int *conn)
{
    uint8_t frame[2048];
    uint64_t end = toesim_now_ps(sim) + MILLISECOND;
    int happened;
    while ((happened = toesim_advance_next(sim, end)) == 1) {
        ssize_t len;
        while ((len = toesim_take_frame(sim, frame, sizeof frame, NULL)) > 0)
            on_segment(sim, frame, (size_t)len);
        serve(sim, listener, conn);
    }
    check(happened == 0, "advance");
}

int main(void)
{
    struct toesim *sim = toesim_create(NULL, NULL, 0);
    check(sim != NULL, "create");
    check(!toesim_create(NULL, NULL, 0) && errno == EALREADY, "a second simulation must fail");
    check(toesim_set_port_policy(sim, "alternate") == 0, "port policy");

    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int listener = toesim_socket(sim, AF_INET, SOCK_STREAM, 0), conn = -1;
    check(toesim_bind(sim, listener, (struct sockaddr *)&local, sizeof local) == 0, "bind");
    check(toesim_listen(sim, listener, 5) == 0, "listen");
    check(toesim_connect(sim, listener, (struct sockaddr *)&local, sizeof local) == -1 &&
              errno == EOPNOTSUPP,
          "a listener cannot connect");
    check(toesim_advance_to(sim, MILLISECOND) == 0, "start the driver");

    client.seq = 1000;
    send_segment(sim, SYN, 0);
    run(sim, listener, &conn);
    check(client.connected && conn >= 0, "the handshake");
    for (uint32_t i = 1; i <= SEGMENTS; i++) {
        send_segment(sim, ACK, SEGMENT);
        run(sim, listener, &conn);
        check(client.received == i * SEGMENT, "the echo");
    }
    struct toesim_tcp_info info;
    socklen_t len = sizeof info;
    check(toesim_getsockopt(sim, conn, IPPROTO_TCP, TCP_INFO, &info, &len) == 0, "info");
    check(info.state == 1 && info.received_bytes == SEGMENTS * SEGMENT, "what info says");
    check(info.moves > SEGMENTS / 2, "the connection must have moved");
    struct toesim_fate fate;
    struct toesim_connection about;
    toesim_frame_fate(sim, &fate);
    check(fate.verdict == TOESIM_APPLIED && toesim_moves_pending(sim) == 0,
          "the last frame's fate");
    check(toesim_connection_count(sim) == 1 && toesim_connection_get(sim, 0, &about) == 0 &&
              about.end == TOESIM_OPEN && about.received_bytes == SEGMENTS * SEGMENT,
          "the connection");
    check(toesim_connection_get(sim, 1, &about) == -1 && errno == ENOENT, "there is no other");
    check(toesim_put_frame_on(sim, 2, &about, 60) == -1 && errno == EINVAL, "nor a third NIC");

    send_segment(sim, FIN | ACK, 0);
    run(sim, listener, &conn);
    check(client.closed && client.acked == client.seq, "the end");
    check(conn < 0 && toesim_close(sim, listener) == 0, "close");
    printf("echo: %u bytes came back, the connection moved %u times, %llu ns simulated\n",
           client.received, info.moves, (unsigned long long)(toesim_now_ps(sim) / 1000));
    toesim_destroy(sim);
    return 0;
}

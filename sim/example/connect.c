/*
 * A program in plain C that uses libtoesim. The simulated server connects to a peer that the
 * program makes of raw frames, as a client does: it sends ARP and SYN, exchanges data in both
 * directions, and closes. Every frame to the server arrives at the other NIC than the frame
 * before. Then the server connects to a port on which nobody listens, and to an address that
 * nobody has.
 *
 * cc connect.c -ltoesim
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

enum { PEER_PORT = 9000, CLOSED_PORT = 9001, ROUNDS = 50, CHUNK = 1000, ISS = 5000 };
enum { ETH = 14, IP = 20, HEADERS = ETH + IP + 20, FIN = 1, SYN = 2, RST = 4, ACK = 16 };
#define MILLISECOND UINT64_C(1000000000)

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "connect: %s: %s (%s)\n", what, strerror(errno), toesim_error());
    exit(1);
}

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

static uint32_t get16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }

static uint32_t get32(const uint8_t *at) { return get16(at) << 16 | get16(at + 2); }

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

/* --- the peer, 10.0.0.9, which sends no options and echoes all data --- */

static struct {
    uint32_t seq, ack; /* the number to send next, and the one expected next */
    uint32_t arp_requests, echoed;
    bool open, closed;
} peer;

/* Makes the answer to a frame of the server by swapping addresses and ports. */
static void answer(struct toesim *sim, const uint8_t *asked, uint8_t flags, const uint8_t *payload,
                   uint32_t len)
{
    uint8_t frame[HEADERS + CHUNK] = {0};
    uint8_t *ip = frame + ETH, *tcp = ip + IP;
    memcpy(frame, asked + 6, 6);
    memcpy(frame + 6, "\x02\0\0\0\0\x09", 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, IP + 20 + len);
    ip[8] = 64;
    ip[9] = IPPROTO_TCP;
    memcpy(ip + 12, asked + ETH + 16, 4);
    memcpy(ip + 16, asked + ETH + 12, 4);
    put16(ip + 10, fold(sum(0, ip, IP)));
    memcpy(tcp, asked + ETH + IP + 2, 2);
    memcpy(tcp + 2, asked + ETH + IP, 2);
    put32(tcp + 4, peer.seq);
    put32(tcp + 8, peer.ack);
    tcp[12] = 5 << 4;
    tcp[13] = flags;
    put16(tcp + 14, 65535);
    if (len > 0)
        memcpy(tcp + 20, payload, len);
    put16(tcp + 16, fold(sum(sum(IPPROTO_TCP + 20 + len, ip + 12, 8), tcp, 20 + len)));
    check(toesim_put_frame(sim, frame, HEADERS + len) == 0, "put a frame");
    peer.seq += len + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
}

static void on_arp(struct toesim *sim, const uint8_t *frame)
{
    uint8_t reply[42];
    peer.arp_requests++;
    if (frame[41] != 9) /* the request is for 10.0.0.9 */
        return;
    memcpy(reply, frame, sizeof reply);
    memcpy(reply, frame + 6, 6);
    memcpy(reply + 6, "\x02\0\0\0\0\x09", 6);
    reply[21] = 2;
    memcpy(reply + 22, reply + 6, 6);
    memcpy(reply + 28, frame + 38, 4);
    memcpy(reply + 32, frame + 22, 10);
    check(toesim_put_frame(sim, reply, sizeof reply) == 0, "put a reply");
}

static void on_segment(struct toesim *sim, const uint8_t *frame)
{
    const uint8_t *ip = frame + ETH, *tcp = ip + IP;
    uint32_t offset = (tcp[12] >> 4) * 4u;
    uint32_t len = get16(ip + 2) - IP - offset, seq = get32(tcp + 4);
    if (tcp[13] & SYN) {
        peer.seq = ISS;
        peer.ack = seq + 1;
        bool listens = get16(tcp + 2) == PEER_PORT;
        answer(sim, frame, listens ? SYN | ACK : RST | ACK, NULL, 0);
        peer.open = listens;
        return;
    }
    if (seq != peer.ack || (len == 0 && !(tcp[13] & FIN)))
        return; /* an acknowledgment */
    peer.ack += len + (tcp[13] & FIN);
    peer.echoed += len;
    peer.closed |= (tcp[13] & FIN) != 0;
    answer(sim, frame, tcp[13] & FIN ? FIN | ACK : ACK, tcp + offset, len);
}

static void run_for(struct toesim *sim, uint64_t ps)
{
    uint8_t frame[2048];
    uint64_t end = toesim_now_ps(sim) + ps;
    int happened;
    while ((happened = toesim_advance_next(sim, end)) == 1)
        while (toesim_take_frame(sim, frame, sizeof frame, NULL) > 0) {
            if (get16(frame + 12) == 0x0806)
                on_arp(sim, frame);
            else if (frame[ETH + 9] == IPPROTO_TCP)
                on_segment(sim, frame);
        }
    check(happened == 0, "advance");
}

/* --- the program on the server --- */

static int start_connect(struct toesim *sim, uint32_t address, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(address);
    int fd = toesim_socket(sim, AF_INET, SOCK_STREAM, 0);
    check(toesim_connect(sim, fd, (struct sockaddr *)&to, sizeof to) == -1 && errno == EINPROGRESS,
          "connect begins");
    return fd;
}

static int outcome(struct toesim *sim, int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    check(toesim_getsockopt(sim, fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0, "SO_ERROR");
    return error;
}

static void talk(struct toesim *sim, int fd)
{
    uint8_t out[CHUNK], in[CHUNK];
    for (unsigned round = 0; round < ROUNDS; round++) {
        memset(out, (int)('a' + round % 26), sizeof out);
        check(toesim_send(sim, fd, out, sizeof out, 0) == CHUNK, "send");
        run_for(sim, MILLISECOND);
        check(toesim_recv(sim, fd, in, sizeof in, 0) == CHUNK, "recv");
        check(memcmp(in, out, sizeof in) == 0, "the echo is another");
    }
}

int main(void)
{
    struct toesim *sim = toesim_create(NULL, NULL, 0);
    check(sim != NULL, "create");
    check(toesim_set_port_policy(sim, "alternate") == 0, "port policy");
    check(toesim_advance_to(sim, MILLISECOND) == 0, "start the driver");

    int fd = start_connect(sim, 0x0a000009, PEER_PORT);
    run_for(sim, MILLISECOND);
    struct pollfd ready = {fd, POLLOUT, 0};
    check(toesim_poll(sim, &ready, 1) == 1 && ready.revents == POLLOUT, "it is writable");
    check(peer.open && peer.arp_requests == 1, "the peer was asked for once");
    talk(sim, fd);
    struct toesim_tcp_info info;
    socklen_t len = sizeof info;
    check(toesim_getsockopt(sim, fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0, "info");
    check(info.acked_bytes == ROUNDS * CHUNK && info.moves > ROUNDS / 2, "it moved all the time");
    check(toesim_close(sim, fd) == 0, "close");
    run_for(sim, MILLISECOND);
    check(peer.closed && peer.echoed == ROUNDS * CHUNK, "the end");

    fd = start_connect(sim, 0x0a000009, CLOSED_PORT);
    run_for(sim, MILLISECOND);
    check(outcome(sim, fd) == ECONNREFUSED, "nobody listens there");
    check(toesim_close(sim, fd) == 0, "close");

    fd = start_connect(sim, 0x0a00000a, PEER_PORT);
    run_for(sim, 4000 * MILLISECOND);
    check(outcome(sim, fd) == EHOSTUNREACH, "nobody has the address");
    check(toesim_close(sim, fd) == 0, "close");
    printf("connect: %u bytes came back, the connection moved %u times, %llu ns simulated\n",
           peer.echoed, info.moves, (unsigned long long)(toesim_now_ps(sim) / 1000));
    toesim_destroy(sim);
    return 0;
}

/*
 * Writes captures that are larger than a machine's memory, for sim/test/replay/long_big_capture.sh. In each
 * conversation a client sends and a server answers. The conversations take turns, so that all of them are open at the
 * same time. Each byte follows from its position in its stream, and all checksums are correct.
 *
 * usage: big_capture FILE BYTES CONVERSATIONS PAYLOAD [--ng] [--snap N] [--interval NS] [--one-by-one | --syns]
 * The file gets at least BYTES bytes, and a frame has PAYLOAD bytes of payload, at most 1448. `-` is standard output.
 * --ng writes pcapng instead of pcap, --snap keeps at most N bytes of each frame, and --interval sets the time between
 * two frames. With --one-by-one each conversation ends before the next one begins, and with --syns each conversation is
 * one SYN that nobody answers; in both cases CONVERSATIONS decides how large the file is, and BYTES is not used. The
 * program prints to standard error the number of conversations, of bytes to the servers, and of bytes to the clients.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHER = 14, IP = 20, TCP = 20, STAMPS = 12, PAYLOAD_MAX = 1448, FRAME_MAX = 1600 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };
enum { ACK_EVERY = 2, RECORD_PCAP = 16, RECORD_NG = 32, SHIFT = 7 };

struct options {
    bool ng, one_by_one, syns;
    uint32_t snap, payload, conversations;
    uint64_t bytes, interval_ns;
};

struct conversation {
    uint32_t next[2]; /* next sequence numbers of the client and of the server */
    uint64_t sent[2];
    bool open;
};

struct writer {
    FILE *out;
    struct options options;
    uint64_t bytes, now_ns;
};

static void put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value);
}

/* Adds bytes to the sum of an Internet checksum (RFC 1071). An odd number of bytes is padded with a zero byte. */
static uint32_t sum(const uint8_t *p, uint32_t len, uint64_t start)
{
    uint64_t total = start;
    for (uint32_t i = 0; i + 1 < len; i += 2)
        total += (uint32_t)p[i] << 8 | p[i + 1];
    if (len & 1)
        total += (uint32_t)p[len - 1] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint32_t)total;
}

static void put(struct writer *w, const void *bytes, size_t len)
{
    if (fwrite(bytes, 1, len, w->out) != len) {
        perror("big_capture");
        exit(3);
    }
    w->bytes += len;
}

/* Writes the header of the file. Its numbers have the byte order of this machine, which both formats allow. */
static void file_begin(struct writer *w)
{
    uint32_t snap = w->options.snap ? w->options.snap : 65535;
    if (w->options.ng) {
        uint32_t section[7] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28};
        uint32_t interface[8] = {1, 32, 1, snap, 1u << 16 | 9, 9, 0, 32}; /* nanoseconds */
        put(w, section, sizeof section);
        put(w, interface, sizeof interface);
    } else {
        uint32_t head[6] = {0xa1b23c4d, 4u << 16 | 2, 0, 0, snap, 1};
        put(w, head, sizeof head);
    }
}

static void record(struct writer *w, const uint8_t *frame, uint32_t len)
{
    static const uint8_t zero[4];
    uint32_t snap = w->options.snap;
    uint32_t kept = snap && snap < len ? snap : len;
    if (w->options.ng) {
        uint32_t padded = (kept + 3) / 4 * 4, total = RECORD_NG + padded;
        uint32_t head[7] = {6,    total, 0, (uint32_t)(w->now_ns >> 32), (uint32_t)w->now_ns,
                            kept, len};
        put(w, head, sizeof head);
        put(w, frame, kept);
        put(w, zero, padded - kept);
        put(w, &total, sizeof total);
    } else {
        uint32_t head[4] = {(uint32_t)(w->now_ns / 1000000000), (uint32_t)(w->now_ns % 1000000000),
                            kept, len};
        put(w, head, sizeof head);
        put(w, frame, kept);
    }
    w->now_ns += w->options.interval_ns;
}

static void addresses(uint8_t *frame, uint32_t client, int dir)
{
    uint8_t *ip = frame + ETHER, *tcp = ip + IP;
    uint32_t address = 0x0a010000u + client / 50000, port = 10000 + client % 50000;
    memset(frame, 0, ETHER + IP + TCP);
    frame[0] = frame[6] = 2;
    frame[dir ? 11 : 5] = 1;
    frame[12] = 8;
    ip[0] = 0x45;
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + (dir ? 16 : 12), address);
    put32(ip + (dir ? 12 : 16), 0x0a000001u);
    put16(tcp + (dir ? 2 : 0), port);
    put16(tcp + (dir ? 0 : 2), 80);
}

/* Returns the byte at position `at` of an endpoint's stream. */
static uint8_t pattern(uint32_t client, int dir, uint64_t at)
{
    return (uint8_t)((at * 2654435761u >> 13) + client * 7 + (uint32_t)dir * 101);
}

static void send(struct writer *w, struct conversation *conv, uint32_t client, int dir, int flags,
                 uint32_t payload)
{
    static const uint8_t syn_options[8] = {2, 4, 5, 180, 1, 3, 3, SHIFT};
    uint8_t frame[FRAME_MAX];
    addresses(frame, client, dir);
    uint8_t *ip = frame + ETHER, *tcp = ip + IP;
    uint32_t options = flags & SYN ? sizeof syn_options : 0;
    uint32_t segment = TCP + options + payload;
    memcpy(tcp + TCP, syn_options, options);
    for (uint32_t i = 0; i < payload; i++)
        tcp[TCP + options + i] = pattern(client, dir, conv->sent[dir] + i);
    put16(ip + 2, IP + segment);
    put16(ip + 10, 0xffff - sum(ip, IP, 0));
    put32(tcp + 4, conv->next[dir]);
    put32(tcp + 8, flags & ACK ? conv->next[!dir] : 0);
    tcp[12] = (uint8_t)((TCP + options) << 2);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, flags & SYN ? 65535 : 8192);
    put16(tcp + 16, 0xffff - sum(tcp, segment, 6 + segment + (uint64_t)sum(ip + 12, 8, 0)));
    conv->next[dir] += payload + !!(flags & (SYN | FIN));
    conv->sent[dir] += payload;
    record(w, frame, ETHER + IP + segment);
}

static void open_one(struct writer *w, struct conversation *conv, uint32_t client)
{
    conv->next[0] = client * 1000003u;
    conv->next[1] = client * 2000003u + 77;
    conv->open = true;
    send(w, conv, client, 0, SYN, 0);
    send(w, conv, client, 1, SYN | ACK, 0);
    send(w, conv, client, 0, ACK, 0);
}

/* Sends some segments of the client and then some of the server. The receiver acknowledges every second segment. */
static void talk(struct writer *w, struct conversation *conv, uint32_t client)
{
    for (int dir = 0; dir < 2; dir++) {
        int segments = dir ? 8 : 2;
        for (int i = 1; i <= segments; i++) {
            send(w, conv, client, dir, PSH | ACK, w->options.payload);
            if (i % ACK_EVERY == 0)
                send(w, conv, client, !dir, ACK, 0);
        }
    }
}

static void close_one(struct writer *w, struct conversation *conv, uint32_t client)
{
    send(w, conv, client, 0, FIN | ACK, 0);
    send(w, conv, client, 1, FIN | ACK, 0);
    send(w, conv, client, 0, ACK, 0);
}

/* Writes all conversations side by side, and adds the bytes of each direction to sent[2]. */
static void all_at_once(struct writer *w, uint64_t sent[2])
{
    uint32_t count = w->options.conversations;
    struct conversation *convs = calloc(count, sizeof *convs);
    if (!convs) {
        perror("big_capture");
        exit(3);
    }
    while (w->bytes < w->options.bytes) {
        for (uint32_t i = 0; i < count; i++) {
            if (!convs[i].open)
                open_one(w, &convs[i], i);
            talk(w, &convs[i], i);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        close_one(w, &convs[i], i);
        sent[0] += convs[i].sent[0];
        sent[1] += convs[i].sent[1];
    }
    free(convs);
}

/* Writes the conversations one after the other, or only their SYNs. */
static void one_by_one(struct writer *w, uint64_t sent[2])
{
    for (uint32_t i = 0; i < w->options.conversations; i++) {
        struct conversation conv = {.next = {i * 1000003u, i * 2000003u + 77}};
        if (w->options.syns) {
            send(w, &conv, i, 0, SYN, 0);
            continue;
        }
        open_one(w, &conv, i);
        talk(w, &conv, i);
        close_one(w, &conv, i);
        sent[0] += conv.sent[0];
        sent[1] += conv.sent[1];
    }
}

static bool read_options(int argc, char **argv, struct options *o)
{
    if (argc < 5)
        return false;
    *o = (struct options){.bytes = strtoull(argv[2], NULL, 10),
                          .conversations = (uint32_t)strtoul(argv[3], NULL, 10),
                          .payload = (uint32_t)strtoul(argv[4], NULL, 10),
                          .interval_ns = 2000};
    for (int i = 5; i < argc; i++) {
        if (strcmp(argv[i], "--ng") == 0)
            o->ng = true;
        else if (strcmp(argv[i], "--snap") == 0 && i + 1 < argc)
            o->snap = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--interval") == 0 && i + 1 < argc)
            o->interval_ns = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--one-by-one") == 0)
            o->one_by_one = true;
        else if (strcmp(argv[i], "--syns") == 0)
            o->syns = true;
        else
            return false;
    }
    return o->conversations > 0 && o->payload > 0 && o->payload <= PAYLOAD_MAX;
}

int main(int argc, char **argv)
{
    struct writer w = {.now_ns = UINT64_C(1700000000000000000)};
    if (!read_options(argc, argv, &w.options)) {
        fprintf(stderr, "usage: big_capture FILE BYTES CONVERSATIONS PAYLOAD [--ng] [--snap N] "
                        "[--interval NS] [--one-by-one | --syns]\n");
        return 2;
    }
    w.out = strcmp(argv[1], "-") == 0 ? stdout : fopen(argv[1], "wb");
    if (!w.out) {
        perror("big_capture");
        return 3;
    }
    uint64_t sent[2] = {0, 0};
    file_begin(&w);
    if (w.options.one_by_one || w.options.syns)
        one_by_one(&w, sent);
    else
        all_at_once(&w, sent);
    if (fflush(w.out) || fclose(w.out)) {
        perror("big_capture");
        return 3;
    }
    fprintf(stderr, "%u %llu %llu\n", w.options.conversations, (unsigned long long)sent[0],
            (unsigned long long)sent[1]);
    return 0;
}

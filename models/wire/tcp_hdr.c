#include "models/wire/tcp_hdr.h"

#include "models/wire/bytes.h"

#include <assert.h>

/* Option kinds (IANA TCP parameters). */
enum {
    OPT_END = 0,
    OPT_NOP = 1,
    OPT_MSS = 2,
    OPT_WS = 3,
    OPT_SACK_OK = 4,
    OPT_SACK = 5,
    OPT_TS = 8
};

enum { TS_BYTES = 10, MSS_BYTES = 4, WS_BYTES = 3, SACK_OK_BYTES = 2, SACK_BLOCK_BYTES = 8 };

/* Parses one option of opt[1] bytes. A known kind with a wrong length is ignored like an unknown kind (RFC 9293
 * MUST-6). */
static void take_option(const uint8_t *opt, struct tcp_segment *seg)
{
    uint8_t len = opt[1];
    if (opt[0] == OPT_TS && len == TS_BYTES) {
        seg->options |= TCP_HAS_TS;
        seg->tsval = be32_load(opt + 2);
        seg->tsecr = be32_load(opt + 6);
    } else if (opt[0] == OPT_SACK && len >= 2 + SACK_BLOCK_BYTES &&
               (len - 2) % SACK_BLOCK_BYTES == 0) {
        seg->options |= TCP_HAS_SACK;
        seg->sack_count = (uint8_t)((len - 2) / SACK_BLOCK_BYTES);
        assert(seg->sack_count <= TCP_SACK_BLOCKS_MAX); /* 40 bytes of options hold no more */
        for (int i = 0; i < seg->sack_count; i++) {
            seg->sack[i][0] = be32_load(opt + 2 + i * SACK_BLOCK_BYTES);
            seg->sack[i][1] = be32_load(opt + 6 + i * SACK_BLOCK_BYTES);
        }
    } else if (opt[0] == OPT_MSS && len == MSS_BYTES) {
        seg->options |= TCP_HAS_MSS;
        seg->mss = be16_load(opt + 2);
    } else if (opt[0] == OPT_WS && len == WS_BYTES) {
        seg->options |= TCP_HAS_WS;
        seg->ws = opt[2] > TCP_WS_MAX ? TCP_WS_MAX : opt[2];
    } else if (opt[0] == OPT_SACK_OK && len == SACK_OK_BYTES) {
        seg->options |= TCP_HAS_SACK_PERMITTED;
    }
}

/* Parses the options. An option with an impossible length ends the list, and the segment is processed without the rest
 * (RFC 9293 MUST-7), as in Linux and FreeBSD. */
static void take_options(const uint8_t *opt, const uint8_t *end, struct tcp_segment *seg)
{
    while (opt < end && *opt != OPT_END) {
        if (*opt == OPT_NOP) {
            opt++;
            continue;
        }
        if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
            return;
        take_option(opt, seg);
        opt += opt[1];
    }
}

bool tcp_parse(const uint8_t *bytes, uint32_t len, struct tcp_segment *seg)
{
    if (len < TCP_HEADER_MIN)
        return false;
    uint32_t header_len = (uint32_t)(bytes[12] >> 4) * 4;
    if (header_len < TCP_HEADER_MIN || header_len > len)
        return false;
    memset(seg, 0, sizeof *seg);
    seg->sport = be16_load(bytes);
    seg->dport = be16_load(bytes + 2);
    seg->seq = be32_load(bytes + 4);
    seg->ack = be32_load(bytes + 8);
    seg->flags = bytes[13];
    seg->window = be16_load(bytes + 14);
    seg->urgent = be16_load(bytes + 18);
    seg->header_len = (uint8_t)header_len;
    seg->payload = bytes + header_len;
    seg->payload_len = len - header_len;
    take_options(bytes + TCP_HEADER_MIN, bytes + header_len, seg);
    return true;
}

uint32_t tcp_build(uint8_t *bytes, uint16_t sport, uint16_t dport, uint32_t seq, uint32_t ack,
                   uint16_t flags, uint16_t window, uint16_t urgent, const uint8_t *options,
                   uint32_t options_len)
{
    assert(options_len <= TCP_HEADER_MAX - TCP_HEADER_MIN);
    assert(options_len % 4 == 0);
    assert(flags <= 0xff);
    uint32_t header_len = TCP_HEADER_MIN + options_len;
    be16_store(bytes, sport);
    be16_store(bytes + 2, dport);
    be32_store(bytes + 4, seq);
    be32_store(bytes + 8, ack);
    bytes[12] = (uint8_t)(header_len / 4 << 4);
    bytes[13] = (uint8_t)flags;
    be16_store(bytes + 14, window);
    be16_store(bytes + 16, 0);
    be16_store(bytes + 18, urgent);
    if (options_len)
        memcpy(bytes + TCP_HEADER_MIN, options, options_len);
    return header_len;
}

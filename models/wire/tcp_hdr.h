/* Parses and builds the TCP header (RFC 9293 3.1). */
#ifndef TOESIM_WIRE_TCP_HDR_H
#define TOESIM_WIRE_TCP_HDR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

enum { TCP_HEADER_MIN = 20, TCP_HEADER_MAX = 60, TCP_SACK_BLOCKS_MAX = 4, TCP_WS_MAX = 14 };

enum tcp_option_seen {
    TCP_HAS_MSS = 1 << 0,
    TCP_HAS_WS = 1 << 1,
    TCP_HAS_SACK_PERMITTED = 1 << 2,
    TCP_HAS_TS = 1 << 3,
    TCP_HAS_SACK = 1 << 4,
};

/* A parsed segment. `payload` points into the caller's frame, and all numbers are in host order. */
struct tcp_segment {
    uint16_t sport, dport;
    uint32_t seq, ack;
    uint16_t flags;  /* enum tcp_flag */
    uint16_t window; /* as on the wire */
    uint16_t urgent;
    uint16_t mss;    /* valid with TCP_HAS_MSS */
    uint8_t options; /* enum tcp_option_seen */
    uint8_t ws;      /* clamped to TCP_WS_MAX (RFC 7323 2.3) */
    uint8_t header_len;
    uint8_t sack_count;
    uint8_t ecn; /* ECN field of the IP header; set by packet_parse(), 0 from tcp_parse() */
    uint32_t tsval, tsecr;
    uint32_t sack[TCP_SACK_BLOCKS_MAX][2];
    const uint8_t *payload;
    uint32_t payload_len;
};

/* Parses `len` bytes of TCP header and payload. Returns false if they are shorter than 20 bytes, or the data offset is
 * below 5 or beyond `len`. Options are read up to one with an impossible length (RFC 9293 MUST-7). */
bool tcp_parse(const uint8_t *bytes, uint32_t len, struct tcp_segment *seg);

/* Writes a header of 20 + options_len bytes with checksum zero, and returns its length. options_len must be a multiple of 4
 * and at most 40. */
uint32_t tcp_build(uint8_t *bytes, uint16_t sport, uint16_t dport, uint32_t seq, uint32_t ack,
                   uint16_t flags, uint16_t window, uint16_t urgent, const uint8_t *options,
                   uint32_t options_len);

/* Returns the sequence numbers that a segment takes: its payload, SYN and FIN. */
static inline uint32_t tcp_segment_len(const struct tcp_segment *seg)
{
    return seg->payload_len + ((seg->flags & TCP_SYN) != 0) + ((seg->flags & TCP_FIN) != 0);
}

#ifdef __cplusplus
}
#endif

#endif

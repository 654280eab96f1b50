/* One segment of a packet script: as text, as a frame of the peer, and out of a frame of the server.
 * Sequence numbers count from each side's SYN; struct pkt_wire knows where that is. */
#ifndef TOESIM_SCRIPT_PKT_SEGMENT_H
#define TOESIM_SCRIPT_PKT_SEGMENT_H

#include "models/script/pkt_server.h"
#include "models/wire/packet.h"

enum { PKT_SACK_MAX = 4, PKT_TEXT_MAX = 200, PKT_PAYLOAD_MAX = 1500 };

enum pkt_has {
    PKT_HAS_ACK = 1 << 0,
    PKT_HAS_WIN = 1 << 1,
    PKT_HAS_MSS = 1 << 2,
    PKT_HAS_WS = 1 << 3,
    PKT_HAS_SACKOK = 1 << 4,
    PKT_HAS_TS = 1 << 5,
    PKT_HAS_URG = 1 << 6,
    PKT_HAS_ECN = 1 << 7,
    PKT_HAS_NOSACK = 1 << 8,
    PKT_HAS_TSVAL = 1 << 9,
    PKT_HAS_DSCP = 1 << 10,
    PKT_HAS_TTL = 1 << 11,
    PKT_HAS_EOL = 1 << 12, /* the peer's list of options ends before the options named */
};

struct pkt_segment {
    uint16_t flags; /* enum tcp_flag */
    uint16_t has;   /* enum pkt_has: what the line names */
    uint32_t seq, len, ack, win, mss, ws, tsval, tsecr, urg, ecn, dscp, ttl;
    bool tsecr_newest; /* `*`: the server's newest stamp */
    unsigned sack_count;
    uint32_t sack[PKT_SACK_MAX][2];
};

/* The sequence numbers and stamps of both sides while a script runs. */
struct pkt_wire {
    struct pkt_ends ends;
    uint32_t peer_isn;   /* of the SYN the script sends; constant */
    uint32_t server_isn; /* learned from the server's SYN; until then any number */
    bool server_isn_known;
    uint32_t tsval_newest; /* of the server */
    uint16_t ip_id;
};

/* Return a byte of either stream, which is a pattern of the offset from the side's SYN. */
uint8_t pkt_peer_byte(uint32_t offset);
uint8_t pkt_server_byte(uint32_t offset);

/* Writes a segment in the syntax of scripts, without timestamps and window. */
void pkt_segment_text(const struct pkt_segment *seg, char text[PKT_TEXT_MAX]);

/* Builds the peer's segment; seg->len is at most PKT_PAYLOAD_MAX. Returns the frame's length. */
uint32_t pkt_segment_build(struct pkt_wire *wire, const struct pkt_segment *seg, uint8_t *frame);

/* Reads a frame of the server. Returns false if it is no sound segment of this connection: the header must end with zeros
 * behind the end of the options too (RFC 9293 MUST-69). */
bool pkt_segment_read(struct pkt_wire *wire, const uint8_t *frame, uint32_t len,
                      struct pkt_segment *seg, struct packet *packet);

static inline bool pkt_segment_is_pure_ack(const struct pkt_segment *seg)
{
    return seg->len == 0 && (seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
}

#endif

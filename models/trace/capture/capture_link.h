/* Turns a captured record into an Ethernet frame of its full length on the wire. */
#ifndef TOESIM_TRACE_CAPTURE_LINK_H
#define TOESIM_TRACE_CAPTURE_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* The longest IP packet (IPv6: 40 + 65,535 bytes) behind Ethernet and two tags, rounded up. */
enum { LINK_FRAME_MAX = 66048 };

/* The frame of the record that is being read. It is reused for every record. */
struct link_frame {
    uint32_t captured;   /* bytes known; those from here to len are zero */
    uint32_t len;        /* bytes on the wire, at most LINK_FRAME_MAX */
    uint32_t tunnel;     /* a hash of the tunnels that were removed; 0: none */
    bool length_guessed; /* the IP length field was 0 (segmentation offload) and is now filled in */
    uint8_t bytes[LINK_FRAME_MAX];
};

bool capture_link_is_known(int link);

/* Fills frame from a record of `captured` bytes that had `length` on the wire. Frames of link types
 * without Ethernet addresses get locally administered ones derived from the IP addresses. Returns false if the record
 * is too short for its link header. */
bool capture_link_frame(int link, const uint8_t *bytes, uint32_t captured, uint32_t length,
                        struct link_frame *frame);

/* Repeats the last step of capture_link_frame() for a frame whose outer headers were removed. It removes the headers
 * between Ethernet and IP (capture_peel.h) and fills in a missing length. */
void capture_link_settle(struct link_frame *frame);

#endif

/* Finds where on the line the next frame may start: inter-frame gap, lane alignment, deficit idle count. */
#ifndef TOESIM_MAC_MAC_GAP_H
#define TOESIM_MAC_MAC_GAP_H

#include <stdbool.h>
#include <stdint.h>

enum { MAC_GAP_BYTES = 12, MAC_PREAMBLE_BYTES = 8, MAC_FCS_BYTES = 4, MAC_PAYLOAD_MIN = 60 };

/* The state of a line after its last frame. All zero means that no frame was sent yet. */
struct mac_gap {
    uint64_t end_byte; /* first byte of the gap, the terminate character */
    uint32_t owed;     /* bytes by which earlier gaps were shorter than 12, not yet repaid */
    bool has_sent;
};

/* Places a frame of `wire_bytes` (preamble to FCS), which is ready at `ready_byte`, on the next permitted
 * lane. Starts are multiples of `align` bytes since time 0, and a gap may be shorter while at most align -
 * 1 bytes are owed (docs/timing.md 3.2). Returns the first byte of its preamble. */
uint64_t mac_gap_place(struct mac_gap *gap, uint32_t align, uint64_t ready_byte,
                       uint32_t wire_bytes);

#endif

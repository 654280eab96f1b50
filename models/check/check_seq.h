/* I-SEQ: a retransmission carries the same bytes. Remembers what may be sent again. */
#ifndef TOESIM_CHECK_CHECK_SEQ_H
#define TOESIM_CHECK_CHECK_SEQ_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection: bytes of the transmit direction that may still be sent again. */
struct sent_bytes {
    uint8_t *bytes; /* ring of capacity (a power of two); byte of sequence s at s mod capacity */
    uint32_t capacity;
    uint32_t low, high; /* [low, high) is remembered */
};

void check_seq_on_event(struct check *check, const struct probe_event *event);

#endif

/* I-SEQ: a retransmission carries the same bytes. The rule keeps the bytes that may be resent. */
#ifndef TOESIM_CHECK_CHECK_SEQ_H
#define TOESIM_CHECK_CHECK_SEQ_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection: transmitted bytes that may still be resent. */
struct sent_bytes {
    /* Ring of `capacity` bytes (a power of two); sequence number s is at s mod capacity. */
    uint8_t *bytes;
    uint32_t capacity;
    uint32_t low, high; /* bytes [low, high) are kept */
};

void check_seq_on_event(struct check *check, const struct probe_event *event);

#endif

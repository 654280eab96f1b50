/* Timestamps and SACK blocks of captured segments, and PAWS as the receivers applied it (RFC 7323 5). */
#ifndef TOESIM_TRACE_SEGMENT_OPTIONS_H
#define TOESIM_TRACE_SEGMENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What the options of a segment tell its receiver, besides those of a SYN. The bytes of the options stay in
 * the file; this is kept, because the acceptance of each segment depends on it. */
enum { SEGMENT_SACK_BLOCKS_MAX = 4 };

struct segment_reports {
    uint32_t tsval;
    uint32_t
        sack_right[SEGMENT_SACK_BLOCKS_MAX]; /* right edges of its SACK blocks, in their order */
    uint8_t sack_count;
    bool has_tsval;
};

struct raw_segment;

/* Reads up to the first option whose length is impossible, as a receiver does (RFC 9293 MUST-7). */
void segment_reports_read(const uint8_t *options, uint32_t options_len,
                          struct segment_reports *out);

/* Puts NOPs in the place of SACK blocks. */
void segment_blank_sack(uint8_t *options, uint32_t options_len);

/* What the receivers know: TS.Recent of the segments of each sender. */
struct paws {
    bool on; /* SYN and SYN-ACK had timestamps */
    uint32_t recent[2];
    uint64_t since_ns[2]; /* when it was learned */
};

/* Of a connection with this SYN and SYN-ACK. */
void paws_begin(struct paws *paws, const struct raw_segment *syn,
                const struct raw_segment *syn_ack);

/* R1: the segment's timestamp is older than TS.Recent, and that is not older than 24 days. */
bool paws_is_old(const struct paws *paws, const struct raw_segment *seg);

/* R3: learns from a segment that was accepted and begins at, or before, what was acknowledged last. */
void paws_learn(struct paws *paws, const struct raw_segment *seg);

#endif

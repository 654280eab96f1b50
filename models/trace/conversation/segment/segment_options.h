/* Timestamps and SACK blocks of captured segments, and PAWS as the receivers applied it (RFC 7323 5). */
#ifndef TOESIM_TRACE_SEGMENT_OPTIONS_H
#define TOESIM_TRACE_SEGMENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The timestamp and SACK blocks of a segment. The bytes of the options stay in the file, but these values are kept in
 * memory, because the acceptance of each segment depends on them. */
enum { SEGMENT_SACK_BLOCKS_MAX = 4 };

struct segment_reports {
    uint32_t tsval;
    uint32_t
        sack_right[SEGMENT_SACK_BLOCKS_MAX]; /* right edges of its SACK blocks, in their order */
    uint8_t sack_count;
    bool has_tsval;
};

struct raw_segment;

/* Reads the options up to the first one whose length is impossible, as a receiver does (RFC 9293 MUST-7). */
void segment_reports_read(const uint8_t *options, uint32_t options_len,
                          struct segment_reports *out);

/* Replaces SACK blocks by NOPs. */
void segment_blank_sack(uint8_t *options, uint32_t options_len);

/* The PAWS state of both receivers: TS.Recent, indexed by the sender of the segments. */
struct paws {
    bool on; /* SYN and SYN-ACK had timestamps */
    uint32_t recent[2];
    uint64_t since_ns[2]; /* when it was learned */
};

/* Initializes the state of a connection with this SYN and SYN-ACK. */
void paws_begin(struct paws *paws, const struct raw_segment *syn,
                const struct raw_segment *syn_ack);

/* Rule R1: returns true if the segment's timestamp is older than TS.Recent, and TS.Recent is at most 24 days old. */
bool paws_is_old(const struct paws *paws, const struct raw_segment *seg);

/* Rule R3: updates TS.Recent from an accepted segment that begins at or before the last acknowledged byte. */
void paws_learn(struct paws *paws, const struct raw_segment *seg);

#endif

/*
 * What goes wrong on one direction of a link: rules that choose frames by rate (seeded) or by
 * number, and what each chosen frame suffers. Decides only; the receiving MAC carries it out.
 *
 * Frames are numbered from 1 in the order in which their last bit comes, pause frames included,
 * since the beginning of the run. A rule applies from its start for lasting_ps. Rules act on a frame
 * in the order in which they were added; a dropped frame meets no further rule.
 */
#ifndef TOESIM_MAC_LINE_FAULT_H
#define TOESIM_MAC_LINE_FAULT_H

#include "models/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum line_fault_kind {
    LINE_FAULT_DROP,      /* gone */
    LINE_FAULT_CORRUPT,   /* the check sequence is wrong when it arrives */
    LINE_FAULT_TRUNCATE,  /* cut to less than 64 bytes: arrives as a runt */
    LINE_FAULT_DUPLICATE, /* a copy, as a new frame, right behind it */
    LINE_FAULT_REORDER,   /* waits until `behind` others have passed, or for delay_ps */
    LINE_FAULT_DELAY,     /* late by delay_ps and up to jitter_ps more; others may overtake it */
    LINE_FAULT_KINDS
};

enum { LINE_FAULT_RANGES_MAX = 16, LINE_FAULT_PPM = 1000000 };

struct line_fault_range {
    uint32_t first, last; /* both included */
};

struct line_fault_rule {
    enum line_fault_kind kind;
    uint32_t rate_ppm;    /* without ranges: this share of the frames */
    uint32_t range_count; /* else the frames with these numbers */
    struct line_fault_range ranges[LINE_FAULT_RANGES_MAX];
    uint32_t behind;
    uint64_t delay_ps, jitter_ps;
    uint64_t lasting_ps; /* 0: to the end of the run */
};

struct line_fault_stats {
    uint64_t frames; /* that came to the fault, chosen or not */
    uint64_t chosen[LINE_FAULT_KINDS];
    uint64_t held_max; /* frames in it at once */
};

/* All that one frame suffers. */
struct line_fault_verdict {
    bool drop, corrupt, truncate, duplicate;
    uint32_t behind;      /* 0: not reordered */
    uint64_t patience_ps; /* reordered: leaves then at the latest */
    uint64_t delay_ps;
};

struct line_fault_entry; /* a rule and its state */

struct line_fault {
    struct line_fault_entry *rules;
    uint32_t rule_count;
    struct line_fault_stats stats;
};

/* Number of the new rule, or -1 when memory is short. */
int line_fault_add(struct line_fault *fault, const struct line_fault_rule *rule, uint64_t seed,
                   const char *name);
void line_fault_start(struct line_fault *fault, int rule, uint64_t now_ps);
void line_fault_free(struct line_fault *fault);

/* The verdict on the next frame. Counts, except duplicates: those exist only when there is room. */
struct line_fault_verdict line_fault_judge(struct line_fault *fault, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

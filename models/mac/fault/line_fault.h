/*
 * Faults on one direction of a link. Rules choose frames by rate (seeded) or by number and say what happens
 * to each chosen frame. This code only decides; the receiving MAC carries the decision out.
 *
 * Frames are numbered from 1 since the beginning of the run, in the order in which their last bit arrives,
 * including pause frames. A rule applies from its start for `lasting_ps`. Rules act on a frame in the order in
 * which they were added; no further rule acts on a dropped frame.
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
    LINE_FAULT_DROP,      /* the frame is lost */
    LINE_FAULT_CORRUPT,   /* the frame arrives with a wrong check sequence */
    LINE_FAULT_TRUNCATE,  /* the frame is cut to less than 64 bytes and arrives as a runt */
    LINE_FAULT_DUPLICATE, /* a copy follows directly as a new frame */
    LINE_FAULT_REORDER,   /* the frame waits until `behind` others have passed, or for delay_ps */
    /* The frame is late by delay_ps plus up to jitter_ps; others may overtake it. */
    LINE_FAULT_DELAY,
    LINE_FAULT_KINDS
};

enum { LINE_FAULT_RANGES_MAX = 16, LINE_FAULT_PPM = 1000000 };

struct line_fault_range {
    uint32_t first, last; /* both included */
};

struct line_fault_rule {
    enum line_fault_kind kind;
    uint32_t rate_ppm;    /* without ranges, the share of the frames that are chosen */
    uint32_t range_count; /* otherwise the frames with these numbers are chosen */
    struct line_fault_range ranges[LINE_FAULT_RANGES_MAX];
    uint32_t behind;
    uint64_t delay_ps, jitter_ps;
    uint64_t lasting_ps; /* 0 means until the end of the run */
};

struct line_fault_stats {
    uint64_t frames; /* frames that were judged, chosen or not */
    uint64_t chosen[LINE_FAULT_KINDS];
    uint64_t held_max; /* maximum number of frames held at once */
};

/* Everything that happens to one frame. */
struct line_fault_verdict {
    bool drop, corrupt, truncate, duplicate;
    uint32_t behind;      /* 0 if the frame is not reordered */
    uint64_t patience_ps; /* latest time at which a reordered frame continues */
    uint64_t delay_ps;
};

struct line_fault_entry; /* a rule and its state */

struct line_fault {
    struct line_fault_entry *rules;
    uint32_t rule_count;
    struct line_fault_stats stats;
};

/* Adds a rule. Returns its number, or -1 if memory is short. */
int line_fault_add(struct line_fault *fault, const struct line_fault_rule *rule, uint64_t seed,
                   const char *name);
void line_fault_start(struct line_fault *fault, int rule, uint64_t now_ps);
void line_fault_free(struct line_fault *fault);

/* Returns the verdict on the next frame and counts it. Duplicates are counted by the caller, because a copy
 * exists only if there is room for it. */
struct line_fault_verdict line_fault_judge(struct line_fault *fault, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

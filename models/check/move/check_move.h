/*
 * I-TRIG, I-MARK and I-SUM: the reports about moves. Each move begins for a reason of its own, each latency
 * mark is the time of the event that it names, and the counters of moves agree with the events. The rules
 * compare the reports of the driver and the engines with other events only.
 */
#ifndef TOESIM_CHECK_CHECK_MOVE_H
#define TOESIM_CHECK_CHECK_MOVE_H

#include "models/base/move_event.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;
struct probe_event;

/* Per connection: its newest move. */
struct check_move {
    bool open;        /* begun and not ended */
    bool image_out;   /* the source has written the image */
    uint64_t done_ps; /* the source's completion of FREEZE is in host memory */
    uint8_t src, dest;
    uint16_t gen;      /* generation before the move */
    uint16_t marks;    /* one bit for each mark seen */
    uint8_t last_mark; /* up to T10 */
    uint64_t last_ps;  /* time of last_mark; at first the time of the beginning */
    uint64_t mark_ps[14];
};

/* The transfers of one kind according to one counter; `open` are those begun and not ended. */
struct check_transfers {
    uint64_t started, completed, failed, cancelled, open;
};

void check_move_on_event(struct check *check, const struct probe_event *event);

/* Compares the counts of `who` with the transfers seen here. Called at the end of each run for every counter. */
void check_count_transfers(struct check *check, const char *who, enum transfer_kind kind,
                           const struct check_transfers *reported, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

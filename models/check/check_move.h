/*
 * I-TRIG, I-MARK and I-SUM: what is reported about moves. Each move begins for a reason of its own,
 * each latency mark is the time of the event that it names, and the counters of moves agree with what
 * was seen. The rules compare what the driver and the engines report with other events only.
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
    bool open;        /* not ended */
    bool image_out;   /* the source has written the image */
    uint64_t done_ps; /* the source's completion of FREEZE is in host memory */
    uint8_t src, dest;
    uint16_t gen;      /* moved away from */
    uint16_t marks;    /* a bit for each mark seen */
    uint8_t last_mark; /* up to T10 */
    uint64_t last_ps;  /* time of last_mark, first of the beginning */
    uint64_t mark_ps[14];
};

/* Transfers of one kind as somebody counts them; open: begun and not ended. */
struct check_transfers {
    uint64_t started, completed, failed, cancelled, open;
};

void check_move_on_event(struct check *check, const struct probe_event *event);

/* At the end of each run, for everybody who counts transfers: they must have seen what was seen here. */
void check_count_transfers(struct check *check, const char *who, enum transfer_kind kind,
                           const struct check_transfers *told, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

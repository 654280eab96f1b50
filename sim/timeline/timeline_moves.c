#include "sim/timeline/timeline_moves.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The first frame of the next move can arrive before the last one is over, and slices of one track must not overlap. So
 * a connection has several tracks, and a move takes the first one that is free. */
enum { LANES = 4 };

struct lane {
    uint64_t end_ps;
    bool is_named;
};

/* The end of a move's slice: the last held frame is applied (T11), or the last mark before that one. */
static uint64_t end_of(const struct move_row *row, uint64_t start_ps)
{
    uint64_t end_ps = start_ps;
    for (int mark = MARK_TRIGGER; mark <= MARK_HELD_APPLIED; mark++)
        if (row->mark_ps[mark] != TIME_NEVER && row->mark_ps[mark] > end_ps)
            end_ps = row->mark_ps[mark];
    return end_ps;
}

static uint64_t thread_of(struct timeline_tracks *tracks, struct lane *lanes, uint32_t conn,
                          uint64_t start_ps, uint64_t end_ps)
{
    unsigned i = 0;
    while (i + 1 < LANES && lanes[i].is_named && lanes[i].end_ps > start_ps)
        i++;
    uint64_t thread = (uint64_t)conn * LANES + i + 1;
    if (!lanes[i].is_named) {
        char name[48];
        (void)snprintf(name, sizeof name, i ? "connection %" PRIu32 " (%u)" : "connection %" PRIu32,
                       conn, i + 1);
        timeline_tracks_name(tracks, PROCESS_MOVES, thread, name);
    }
    lanes[i] = (struct lane){end_ps, true};
    return thread;
}

/* Draws an arrow from the frame that caused the move, through the move, to the peer's first frame that shows that it has
 * heard the new NIC. */
static void write_arrow(struct timeline_tracks *tracks, const struct move_row *row, uint64_t id,
                        uint64_t thread, uint64_t start_ps)
{
    bool is_frame = row->trigger.kind == TRIGGER_FRAME && start_ps > PS_PER_NS;
    uint64_t heard_ps = row->mark_ps[MARK_FIRST_HEARD];
    if (is_frame) /* the frame's slice ends at start_ps */
        timeline_tracks_arrow(tracks, (enum timeline_process)(PROCESS_NIC0 + row->trigger.port),
                              TRACK_RX + 1, 's', id, start_ps - PS_PER_NS);
    if (heard_ps == TIME_NEVER) {
        if (is_frame)
            timeline_tracks_arrow(tracks, PROCESS_MOVES, thread, 'f', id, start_ps);
        return;
    }
    timeline_tracks_arrow(tracks, PROCESS_MOVES, thread, is_frame ? 't' : 's', id, start_ps);
    struct timeline_slice heard = {PROCESS_PEERS, thread, "acknowledges the new NIC", ""};
    timeline_tracks_begin_slice(tracks, &heard, heard_ps);
    timeline_tracks_end_slice(tracks, &heard, heard_ps + PS_PER_NS);
    timeline_tracks_arrow(tracks, PROCESS_PEERS, thread, 'f', id, heard_ps);
}

/* Writes a slice for each phase that has a length. */
static void write_phases(struct timeline_tracks *tracks, const struct move_row *row,
                         uint64_t thread)
{
    static const uint8_t bounds[MOVE_PHASE_COUNT][2] = {
#define X(phase, from, to, text) {from, to},
        MOVE_PHASES(X)
#undef X
    };
    for (int phase = 0; phase < MOVE_PHASE_COUNT; phase++) {
        uint64_t from_ps = row->mark_ps[bounds[phase][0]], to_ps = row->mark_ps[bounds[phase][1]];
        if (from_ps == TIME_NEVER || to_ps == TIME_NEVER || from_ps >= to_ps)
            continue;
        struct timeline_slice slice = {PROCESS_MOVES, thread,
                                       move_phase_name((enum move_phase)phase), ""};
        timeline_tracks_begin_slice(tracks, &slice, from_ps);
        timeline_tracks_end_slice(tracks, &slice, to_ps);
    }
}

static void write_move(struct timeline_tracks *tracks, const struct move_row *row, uint64_t number,
                       struct lane *lanes)
{
    static const char *const outcomes[MOVE_OUTCOME_COUNT] = {[MOVE_RUNNING] = "open",
                                                             [MOVE_COMPLETED] = "completed",
                                                             [MOVE_FAILED] = "failed",
                                                             [MOVE_CANCELLED] = "cancelled"};
    uint64_t start_ps = row->mark_ps[MARK_TRIGGER];
    if (start_ps == TIME_NEVER)
        start_ps = row->mark_ps[MOVE_BEGUN];
    if (start_ps == TIME_NEVER)
        return;
    uint64_t end_ps = end_of(row, start_ps);
    uint64_t thread = thread_of(tracks, lanes, row->conn, start_ps, end_ps);
    char name[64], args[256];
    (void)snprintf(name, sizeof name, "move %" PRIu64 ": nic%u to nic%u", number, row->source,
                   row->destination);
    (void)snprintf(args, sizeof args,
                   "\"mechanism\":\"%s\",\"policy\":\"%s\",\"outcome\":\"%s\",\"generation\":%u,"
                   "\"held\":%u,\"forwarded\":%u,\"late\":%s,\"cold\":%s",
                   row->mechanism, row->trigger.policy ? row->trigger.policy : "",
                   outcomes[row->outcome], row->gen, row->held, row->forwarded,
                   row->late ? "true" : "false", row->cold ? "true" : "false");
    if (end_ps == start_ps)
        return;
    struct timeline_slice slice = {PROCESS_MOVES, thread, name, args};
    timeline_tracks_begin_slice(tracks, &slice, start_ps);
    write_phases(tracks, row, thread);
    timeline_tracks_end_slice(tracks, &slice, end_ps);
    write_arrow(tracks, row, number, thread, start_ps);
}

uint64_t timeline_moves_write(struct timeline_tracks *tracks, const struct move_log *moves,
                              uint32_t moves_max, uint32_t conn_max)
{
    struct lane(*lanes)[LANES] = calloc(conn_max, sizeof *lanes);
    uint64_t shown = 0, number = 0;
    for (size_t i = 0; lanes && i < move_log_count(moves); i++) {
        const struct move_row *row = move_log_row(moves, i);
        if (row->kind != TRANSFER_MOVE)
            continue;
        number++;
        if (moves_max && number > moves_max)
            break;
        assert(row->conn < conn_max);
        write_move(tracks, row, number, lanes[row->conn]);
        shown++;
    }
    free(lanes);
    return shown;
}

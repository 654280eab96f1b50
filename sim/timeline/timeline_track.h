/* The tracks of a timeline and their events, written in the Trace Event Format. */
#ifndef TOESIM_SIM_TIMELINE_TRACK_H
#define TOESIM_SIM_TIMELINE_TRACK_H

#include "models/hwif/nic_bus.h"
#include "sim/timeline/gz_text.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The tracks of a NIC. */
enum timeline_nic_track { TRACK_RX, TRACK_TX, TRACK_ENGINE, TRACK_UP, TRACK_DOWN, TRACK_KINDS };
/* The track of the host's cores comes behind those of the NICs. */
enum { TIMELINE_CORE = NIC_COUNT * TRACK_KINDS, TIMELINE_TRACKS };

/* The processes of the file: a viewer shows their tracks together. */
enum timeline_process {
    PROCESS_MOVES = 1,
    PROCESS_NIC0,
    PROCESS_HOST = PROCESS_NIC0 + NIC_COUNT, /* as TIMELINE_CORE is behind the tracks of the NICs */
    PROCESS_PEERS,
    PROCESS_COUNTERS
};

/* Number of the track of a NIC. */
static inline unsigned timeline_track(unsigned nic, enum timeline_nic_track kind)
{
    return nic * TRACK_KINDS + (unsigned)kind;
}

/* An event on the track of a NIC. */
struct timeline_event {
    uint64_t start_ps, length_ps;
    uint64_t number;  /* of the frame, tag or command */
    const char *name; /* static text */
    uint32_t conn;    /* PROBE_NO_CONN: none */
    uint32_t bytes;   /* 0: not shown */
    unsigned track;
    bool is_instant;
};

struct timeline_tracks {
    struct gz_text *text; /* borrowed */
};

/* Writes the names of the processes and of the tracks of the NICs. */
void timeline_tracks_begin(struct timeline_tracks *tracks, struct gz_text *text);

/* Ends the document. It says how many moves there were, and how many of them are shown. */
void timeline_tracks_end(struct timeline_tracks *tracks, uint64_t moves, uint64_t shown);

/* Writes an event on the track of a NIC. */
void timeline_tracks_event(struct timeline_tracks *tracks, const struct timeline_event *event);
/* Writes the value of a counter from this time on. */
void timeline_tracks_count(struct timeline_tracks *tracks, uint64_t now_ps, const char *name,
                           uint64_t value);

/* Names a track of one of the processes that have a track for each connection. */
void timeline_tracks_name(struct timeline_tracks *tracks, enum timeline_process process,
                          uint64_t thread, const char *name);

/* A slice of a track of one of the processes. `args` is the text between the braces of the JSON object, or an empty text. */
struct timeline_slice {
    enum timeline_process process;
    uint64_t thread;
    const char *name;
    const char *args;
};

/* Slices of one track are begun and ended in the order of time; the last one that began ends first. A slice without length
 * is not allowed, because viewers that sort the events would see its end before its begin. */
void timeline_tracks_begin_slice(struct timeline_tracks *tracks, const struct timeline_slice *slice,
                                 uint64_t at_ps);
void timeline_tracks_end_slice(struct timeline_tracks *tracks, const struct timeline_slice *slice,
                               uint64_t at_ps);

/* Writes a point of the arrow `id`. `step` is 's' for its begin, 't' for a point between and 'f' for its end; each point
 * lies within a slice of that track. */
void timeline_tracks_arrow(struct timeline_tracks *tracks, enum timeline_process process,
                           uint64_t thread, char step, uint64_t id, uint64_t at_ps);

#ifdef __cplusplus
}
#endif

#endif

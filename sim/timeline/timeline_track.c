#include "sim/timeline/timeline_track.h"

#include "models/base/probe.h"
#include "models/base/units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* The format counts in microseconds. Six digits behind the point make that picoseconds. */
#define TIME_FORMAT "%" PRIu64 ".%06" PRIu64
#define TIME_ARGS(ps) (ps) / PS_PER_US, (ps) % PS_PER_US

static void name_process(struct timeline_tracks *tracks, unsigned process, const char *name)
{
    gz_text_print(
        tracks->text,
        "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":\"%s\"}},\n"
        "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":%u,\"args\":"
        "{\"sort_index\":%u}},\n",
        process, name, process, process);
}

static void name_thread(struct timeline_tracks *tracks, unsigned process, uint64_t thread,
                        const char *name)
{
    gz_text_print(tracks->text,
                  "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%" PRIu64
                  ",\"args\":{\"name\":\"%s\"}},\n",
                  process, thread, name);
}

void timeline_tracks_name(struct timeline_tracks *tracks, enum timeline_process process,
                          uint64_t thread, const char *name)
{
    name_thread(tracks, (unsigned)process, thread, name);
}

void timeline_tracks_begin(struct timeline_tracks *tracks, struct gz_text *text)
{
    static const char *const names[TRACK_KINDS] = {
        [TRACK_RX] = "link, received",
        [TRACK_TX] = "link, sent",
        [TRACK_ENGINE] = "engine",
        [TRACK_UP] = "PCIe, to the host",
        [TRACK_DOWN] = "PCIe, from the host",
    };
    tracks->text = text;
    name_process(tracks, PROCESS_MOVES, "moves");
    name_process(tracks, PROCESS_HOST, "host");
    name_thread(tracks, PROCESS_HOST, 1, "core");
    name_process(tracks, PROCESS_PEERS, "peers");
    name_process(tracks, PROCESS_COUNTERS, "counters");
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        char name[16];
        (void)snprintf(name, sizeof name, "nic%u", nic);
        name_process(tracks, PROCESS_NIC0 + nic, name);
        for (unsigned kind = 0; kind < TRACK_KINDS; kind++)
            name_thread(tracks, PROCESS_NIC0 + nic, kind + 1, names[kind]);
    }
}

/* The last event has no comma behind it. It labels the group of the moves. */
void timeline_tracks_end(struct timeline_tracks *tracks, uint64_t moves, uint64_t shown)
{
    gz_text_print(tracks->text,
                  "{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":%u,\"args\":{\"labels\":"
                  "\"%" PRIu64 " of %" PRIu64 " moves\"}}\n],"
                  "\"otherData\":{\"moves\":%" PRIu64 ",\"moves_shown\":%" PRIu64 "}}\n",
                  (unsigned)PROCESS_MOVES, shown, moves, moves, shown);
}

/* The end repeats name and arguments, because some viewers find the begin by them. */
static void put_slice(struct timeline_tracks *tracks, const struct timeline_slice *slice, char kind,
                      uint64_t at_ps)
{
    gz_text_print(tracks->text,
                  "{\"name\":\"%s\",\"ph\":\"%c\",\"pid\":%u,\"tid\":%" PRIu64
                  ",\"ts\":" TIME_FORMAT ",\"args\":{%s}},\n",
                  slice->name, kind, (unsigned)slice->process, slice->thread, TIME_ARGS(at_ps),
                  slice->args);
}

void timeline_tracks_begin_slice(struct timeline_tracks *tracks, const struct timeline_slice *slice,
                                 uint64_t at_ps)
{
    put_slice(tracks, slice, 'B', at_ps);
}

void timeline_tracks_end_slice(struct timeline_tracks *tracks, const struct timeline_slice *slice,
                               uint64_t at_ps)
{
    put_slice(tracks, slice, 'E', at_ps);
}

/* A slice has a begin and an end, not a length: viewers calculate with floating point, where begin and length do not add
 * up to the begin of the next slice. */
void timeline_tracks_event(struct timeline_tracks *tracks, const struct timeline_event *event)
{
    assert(event->track < TIMELINE_TRACKS);
    unsigned process = PROCESS_NIC0 + event->track / TRACK_KINDS;
    unsigned thread = event->track % TRACK_KINDS + 1;
    char args[96];
    int len = snprintf(args, sizeof args, "\"number\":%" PRIu64, event->number);
    if (event->bytes > 0)
        len += snprintf(args + len, sizeof args - (size_t)len, ",\"bytes\":%" PRIu32, event->bytes);
    if (event->conn != PROBE_NO_CONN)
        (void)snprintf(args + len, sizeof args - (size_t)len, ",\"connection\":%" PRIu32,
                       event->conn);
    if (event->is_instant) {
        gz_text_print(
            tracks->text,
            "{\"name\":\"%s\",\"ph\":\"i\",\"s\":\"t\",\"pid\":%u,\"tid\":%u,\"ts\":" TIME_FORMAT
            ",\"args\":{%s}},\n",
            event->name, process, thread, TIME_ARGS(event->start_ps), args);
    } else if (event->length_ps > 0) {
        struct timeline_slice slice = {(enum timeline_process)process, thread, event->name, args};
        timeline_tracks_begin_slice(tracks, &slice, event->start_ps);
        timeline_tracks_end_slice(tracks, &slice, event->start_ps + event->length_ps);
    }
}

void timeline_tracks_count(struct timeline_tracks *tracks, uint64_t now_ps, const char *name,
                           uint64_t value)
{
    gz_text_print(tracks->text,
                  "{\"name\":\"%s\",\"ph\":\"C\",\"pid\":%u,\"ts\":" TIME_FORMAT
                  ",\"args\":{\"value\":%" PRIu64 "}},\n",
                  name, (unsigned)PROCESS_COUNTERS, TIME_ARGS(now_ps), value);
}

void timeline_tracks_arrow(struct timeline_tracks *tracks, enum timeline_process process,
                           uint64_t thread, char step, uint64_t id, uint64_t at_ps)
{
    gz_text_print(tracks->text,
                  "{\"name\":\"move\",\"cat\":\"move\",\"ph\":\"%c\",\"bp\":\"e\",\"id\":%" PRIu64
                  ",\"pid\":%u,\"tid\":%" PRIu64 ",\"ts\":" TIME_FORMAT "},\n",
                  step, id, (unsigned)process, thread, TIME_ARGS(at_ps));
}

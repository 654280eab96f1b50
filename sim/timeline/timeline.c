#include "sim/timeline/timeline.h"

#include "host-sw/transfer/place.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/pcie_port.h"
#include "models/mac/byte_clock.h"
#include "models/pcie/wire/pcie_rate.h"
#include "sim/timeline/gz_text.h"
#include "sim/timeline/timeline_moves.h"
#include "sim/timeline/timeline_track.h"

#include "models/base/frame.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many of the last events are kept for a move that may begin, and how far before its trigger it is shown. */
enum {
    KEPT = 32768,
    WIRE_OVERHEAD_BYTES = 12,
    WIRE_MIN_BYTES = 60
}; /* preamble and FCS; padding */
#define BEFORE_PS (500 * PS_PER_NS)

struct timeline {
    struct gz_text text;
    struct timeline_params params;
    struct timeline_tracks tracks;
    struct byte_clock link[NIC_COUNT];
    uint64_t pcie_ticks[NIC_COUNT]; /* of a byte */
    struct timeline_event kept[KEPT];
    uint64_t kept_count;                     /* all events that were ever kept */
    uint64_t busy_until_ps[TIMELINE_TRACKS]; /* end of the last slice of each track of a NIC */
    uint64_t begun;                          /* moves so far */
    uint32_t under_way;
    uint64_t shown_until_ps; /* valid while no move is under way */
};

struct timeline *timeline_create(const struct timeline_params *params, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    struct timeline *timeline = calloc(1, sizeof *timeline);
    if (!timeline) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    timeline->params = *params;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        byte_clock_init(&timeline->link[nic], params->nic[nic].link_bps);
        timeline->pcie_ticks[nic] =
            pcie_rate_ticks_per_byte(params->nic[nic].pcie_gen, params->nic[nic].lanes);
    }
    if (snprintf(path, sizeof path, "%s/timeline.json.gz", params->dir) >= (int)sizeof path) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", params->dir);
    } else if (gz_text_open(&timeline->text, path, err) == STATUS_OK) {
        gz_text_print(&timeline->text, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
        timeline_tracks_begin(&timeline->tracks, &timeline->text);
        return timeline;
    }
    free(timeline);
    return NULL;
}

static bool is_shown(const struct timeline *timeline, uint64_t now_ps)
{
    return timeline->under_way > 0 || now_ps < timeline->shown_until_ps;
}

/* Writes the event if a move is under way, else keeps it. Slices of one track must not overlap, but their ends are rounded
 * to picoseconds, so a slice begins at the end of the one before at the earliest. */
static void add(struct timeline *timeline, struct timeline_event event)
{
    assert(event.track < TIMELINE_TRACKS);
    if (!event.is_instant) {
        uint64_t *busy_until_ps = &timeline->busy_until_ps[event.track];
        uint64_t end_ps = event.start_ps + event.length_ps;
        event.start_ps = u64_min(u64_max(event.start_ps, *busy_until_ps), end_ps);
        event.length_ps = end_ps - event.start_ps;
        *busy_until_ps = end_ps;
    }
    if (is_shown(timeline, event.start_ps))
        timeline_tracks_event(&timeline->tracks, &event);
    else
        timeline->kept[timeline->kept_count++ % KEPT] = event;
}

/* Writes the kept events that last beyond this time. The others stay, because the next move to begin may have an earlier
 * trigger. */
static void show_kept(struct timeline *timeline, uint64_t from_ps)
{
    uint64_t first = timeline->kept_count > KEPT ? timeline->kept_count - KEPT : 0;
    uint64_t left = first;
    for (uint64_t i = first; i < timeline->kept_count; i++) {
        const struct timeline_event *event = &timeline->kept[i % KEPT];
        if (event->start_ps + event->length_ps >= from_ps)
            timeline_tracks_event(&timeline->tracks, event);
        else
            timeline->kept[left++ % KEPT] = *event;
    }
    timeline->kept_count = left;
}

static void on_frame(struct timeline *timeline, const struct probe_event *event)
{
    bool is_rx = event->kind == PROBE_FRAME_RX;
    const struct frame *frame = event->frame.frame;
    uint32_t bytes = u32_max(frame->len, WIRE_MIN_BYTES) + WIRE_OVERHEAD_BYTES;
    uint64_t length_ps = byte_clock_ps(&timeline->link[event->nic], bytes);
    add(timeline,
        (struct timeline_event){
            .start_ps = is_rx ? event->now_ps - u64_min(length_ps, event->now_ps) : event->now_ps,
            .length_ps = length_ps,
            .track = timeline_track(event->nic, is_rx ? TRACK_RX : TRACK_TX),
            .name = "frame",
            .conn = event->conn,
            .number = event->frame.id,
            .bytes = frame->len,
        });
}

static void on_tlp(struct timeline *timeline, const struct probe_event *event)
{
    static const char *const kinds[] = {"MWr",   "MRd", "MSI-X", "CfgRd",
                                        "CfgWr", "Cpl", "CplD",  "Msg"};
    assert(event->tlp.kind < sizeof kinds / sizeof *kinds);
    struct pcie_time end = {event->now_ps, 0};
    end = pcie_time_add(end, event->tlp.wire_bytes * timeline->pcie_ticks[event->nic]);
    add(timeline,
        (struct timeline_event){
            .start_ps = event->now_ps,
            .length_ps = pcie_time_ps(end) - event->now_ps,
            .track = timeline_track(event->nic, event->tlp.direction ? TRACK_DOWN : TRACK_UP),
            .name = kinds[event->tlp.kind],
            .conn = PROBE_NO_CONN,
            .number = event->tlp.info->tag,
            .bytes = event->tlp.wire_bytes,
        });
}

static void on_ran(struct timeline *timeline, const struct probe_event *event)
{
    add(timeline, (struct timeline_event){
                      .start_ps = event->ran.since_ps,
                      .length_ps = event->now_ps - event->ran.since_ps,
                      .track = TIMELINE_CORE,
                      .name = "software",
                      .conn = PROBE_NO_CONN,
                  });
}

static const char *verdict_text(uint8_t verdict)
{
    static const char *const names[] = {[NIC_VERDICT_NONE] = "none",
                                        [NIC_VERDICT_APPLIED] = "applied",
                                        [NIC_VERDICT_DROPPED] = "dropped",
                                        [NIC_VERDICT_NOT_MINE] = "foreign: not mine",
                                        [NIC_VERDICT_MOVED] = "foreign: moved",
                                        [NIC_VERDICT_RESERVED] = "foreign: reserved",
                                        [NIC_VERDICT_STALE_INJECT] = "stale inject"};
    assert(verdict < sizeof names / sizeof *names);
    return names[verdict];
}

static void on_instant(struct timeline *timeline, const struct probe_event *event)
{
    struct timeline_event instant = {.start_ps = event->now_ps,
                                     .is_instant = true,
                                     .conn = event->conn,
                                     .track = timeline_track(event->nic, TRACK_ENGINE)};
    switch ((enum probe_kind)event->kind) {
    case PROBE_RX_VERDICT:
        instant.name = verdict_text(event->verdict.verdict);
        instant.number = event->verdict.id;
        break;
    case PROBE_CMD_RUNG:
        instant.name = "command doorbell";
        instant.number = event->rung.producer;
        break;
    case PROBE_CMD_PUSHED:
        instant.name = "command pushed";
        instant.number = event->pushed.op;
        break;
    case PROBE_CMD_DONE:
        instant.name = "command completed";
        instant.number = event->done.op;
        break;
    case PROBE_FRAME_HELD:
        instant.name = "frame held";
        instant.number = event->frame.id;
        break;
    default:
        assert(event->kind == PROBE_FENCE);
        instant.name = event->fence.is_fenced ? "fenced" : "in use again";
        break;
    }
    add(timeline, instant);
}

static void on_begin(struct timeline *timeline, const struct probe_event *event)
{
    timeline->begun++;
    if (timeline->params.moves_max && timeline->begun > timeline->params.moves_max)
        return;
    const struct move_trigger *trigger = event->move.trigger;
    uint64_t from_ps = trigger->kind == TRIGGER_NONE ? event->now_ps : trigger->at_ps;
    show_kept(timeline, from_ps - u64_min(from_ps, BEFORE_PS));
    timeline->under_way++;
    timeline_count(timeline, event->now_ps, "moves under way", timeline->under_way);
}

static void on_end(struct timeline *timeline, const struct probe_event *event)
{
    if (timeline->under_way == 0)
        return; /* it is one of those that are not shown */
    timeline->under_way--;
    timeline->shown_until_ps = event->now_ps + timeline->params.margin_ps;
    timeline_count(timeline, event->now_ps, "moves under way", timeline->under_way);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct timeline *timeline = self;
    if (event->nic >= NIC_COUNT && event->kind != PROBE_MOVE_END)
        return; /* the connection is in the host's own TCP, which has no track */
    switch ((enum probe_kind)event->kind) {
    case PROBE_FRAME_RX:
    case PROBE_FRAME_TX:
        on_frame(timeline, event);
        break;
    case PROBE_PCIE_TLP:
        on_tlp(timeline, event);
        break;
    case PROBE_CORE_RAN:
        on_ran(timeline, event);
        break;
    case PROBE_MOVE_BEGIN:
        on_begin(timeline, event);
        break;
    case PROBE_MOVE_END:
        on_end(timeline, event);
        break;
    default:
        on_instant(timeline, event);
        break;
    }
}

struct probe_listener timeline_listener(struct timeline *timeline)
{
    static const uint8_t kinds[] = {PROBE_FRAME_RX,   PROBE_FRAME_TX,   PROBE_PCIE_TLP,
                                    PROBE_MOVE_BEGIN, PROBE_MOVE_END,   PROBE_RX_VERDICT,
                                    PROBE_CMD_RUNG,   PROBE_CMD_PUSHED, PROBE_CMD_DONE,
                                    PROBE_FRAME_HELD, PROBE_FENCE,      PROBE_CORE_RAN};
    struct probe_listener listener = {on_event, timeline, 0};
    for (size_t i = 0; i < sizeof kinds; i++)
        listener.kinds |= UINT64_C(1) << kinds[i];
    return listener;
}

void timeline_count(struct timeline *timeline, uint64_t now_ps, const char *name, uint64_t value)
{
    timeline_tracks_count(&timeline->tracks, now_ps, name, value);
}

enum status timeline_close(struct timeline *timeline, const struct move_log *moves,
                           struct error *err)
{
    uint64_t shown = timeline_moves_write(&timeline->tracks, moves, timeline->params.moves_max,
                                          timeline->params.conn_max);
    uint64_t total = move_log_counts(moves, TRANSFER_MOVE).total;
    timeline_tracks_end(&timeline->tracks, total, shown);
    enum status status = gz_text_close(&timeline->text, err);
    free(timeline);
    return status;
}

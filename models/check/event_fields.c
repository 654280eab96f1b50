#include "models/check/event_fields.h"

#include "models/base/drop_reason.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

enum { LOW_BITS = 32 };

static const char *const own_states[] = {"ABSENT",  "RESERVED", "HOLD",      "ACTIVE",
                                         "QUIESCE", "FROZEN",   "TOMBSTONE", "INACTIVE"};
static const char *const verdicts[] = {"NONE",  "APPLIED",  "DROPPED",     "NOT_MINE",
                                       "MOVED", "RESERVED", "STALE_INJECT"};
static const char *const causes[] = {"orderly",     "REMOTE_RESET",    "RTX_EXHAUSTED", "KEEPALIVE",
                                     "CTX_ERROR",   "LOCAL_ABORT",     "ENGINE_ERROR",  "HANDSHAKE",
                                     "UNREACHABLE", "PORT_UNREACHABLE"};
static const char *const results[] = {"OK",          "STALE",     "ABSENT",
                                      "FULL",        "DUPLICATE", "BAD_IMAGE",
                                      "UNSUPPORTED", "BAD_FRAME", "CTX_ERROR"};
static const char *const reasons[] = {"NONE",        "OPENED",   "FOREIGN",  "LINK_DOWN",
                                      "REACTIVATED", "RETURNED", "ONLOADED", "OFFLOADED"};
/* The host's own: enum dir_state of host-sw/host_sw.h, which models may not include. */
static const char *const dir_states[] = {"free",       "opening",  "active",  "freezing",
                                         "installing", "inactive", "closing", "time_wait"};
static const char *const ends[] = {"failed", "completed", "cancelled"}; /* enum move_end */
static const char *const links[] = {"down", "up"};
static const char *const directions[] = {"up", "down"};
static const char *const arrays[] = {"data", "tag"};
static const char *const fences[] = {"lifted", "fenced"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAMED(array) (array), COUNT(array)

/* Which field of the event it is, its name, and the names of its values. */
enum source { END, A, B, B_LOW, B_HIGH, LEN, DROP };
struct meaning {
    enum source source;
    const char *name;
    const char *const *texts;
    size_t text_count;
};

static const struct meaning meanings[PROBE_KIND_COUNT][EVENT_FIELDS_MAX] = {
    [PROBE_FRAME_RX] = {{A, "frame", NULL, 0}},
    [PROBE_FRAME_TX] = {{A, "frame", NULL, 0}},
    [PROBE_FRAME_DROPPED] = {{A, "frame", NULL, 0}, {DROP, "reason", NULL, 0}},
    [PROBE_FRAME_ANSWERED] = {{A, "frame", NULL, 0}},
    [PROBE_RX_VERDICT] = {{A, "frame", NULL, 0}, {B, "verdict", NAMED(verdicts)}},
    [PROBE_RX_APPLIED] = {{A, "seq", NULL, 0}, {LEN, "bytes", NULL, 0}, {B, "frame", NULL, 0}},
    [PROBE_RX_WRITTEN] = {{A, "seq", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_RX_VISIBLE] = {{A, "seq", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_TX_BUILT] = {{A, "seq", NULL, 0}, {B, "ack", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_TX_CREDIT] = {{A, "snd_una", NULL, 0}, {B, "snd_max", NULL, 0}},
    [PROBE_OWN_STATE] = {{A, "state", NAMED(own_states)}},
    [PROBE_CTX_REFUSED] = {{A, "result", NAMED(results)}},
    [PROBE_MOVE_MARK] = {{A, "mark", NULL, 0}, {B, "mark_ps", NULL, 0}},
    [PROBE_MOVE_BEGIN] = {{A, "from", NULL, 0}, {B, "reason", NAMED(reasons)}},
    [PROBE_MOVE_END] = {{A, "outcome", NAMED(ends)},
                        {B_LOW, "held", NULL, 0},
                        {B_HIGH, "forwarded", NULL, 0},
                        {LEN, "late", NULL, 0}},
    [PROBE_MOVE_WANTED] = {{A, "from", NULL, 0}, {B, "reason", NAMED(reasons)}},
    [PROBE_PORT_LINK] = {{A, "link", NAMED(links)}},
    [PROBE_DIR_STATE] = {{A, "state", NAMED(dir_states)}},
    [PROBE_RXIF_STORED] = {{A, "frame", NULL, 0}, {B, "older", NULL, 0}},
    [PROBE_RECORD_VISIBLE] = {{A, "frame", NULL, 0}},
    [PROBE_RECORD_USED] = {{A, "frame", NULL, 0}, {B, "verdict", NAMED(verdicts)}},
    [PROBE_CONN_OPEN] = {{A, "irs", NULL, 0}, {B, "iss", NULL, 0}},
    [PROBE_CONN_GONE] = {{A, "cause", NAMED(causes)}},
    [PROBE_APP_RX] = {{A, "offset", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_APP_NOTICE] = {{A, "cause", NAMED(causes)}},
    [PROBE_APP_CLOSED] = {{A, "cause", NAMED(causes)}, {B, "app_number", NULL, 0}},
    [PROBE_PCIE_TLP] = {{A, "direction", NAMED(directions)},
                        {B, "kind", NULL, 0},
                        {LEN, "bytes", NULL, 0}},
    [PROBE_FENCE] = {{A, "fence", NAMED(fences)}},
    [PROBE_RX_QUEUED] = {{A, "seq", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_FRAME_HELD] = {{A, "frame", NULL, 0}},
    [PROBE_APP_TX] = {{A, "seq", NULL, 0}, {LEN, "bytes", NULL, 0}},
    [PROBE_DOORBELL] = {{A, "value", NULL, 0}},
    [PROBE_SOFT_ERROR] = {{A, "array", NAMED(arrays)},
                          {B_LOW, "bit", NULL, 0},
                          {B_HIGH, "line", NULL, 0}},
};

static uint64_t value_of(enum source source, const struct probe_event *event)
{
    switch (source) {
    case A:
        return event->a;
    case LEN:
        return event->len;
    case B_LOW:
        return event->b & UINT32_MAX;
    case B_HIGH:
        return event->b >> LOW_BITS;
    default:
        return event->b;
    }
}

size_t event_fields(const struct probe_event *event, struct event_field fields[EVENT_FIELDS_MAX])
{
    assert(event->kind < PROBE_KIND_COUNT);
    size_t count = 0;
    for (; count < EVENT_FIELDS_MAX; count++) {
        const struct meaning *m = &meanings[event->kind][count];
        if (m->source == END)
            break;
        uint64_t value = value_of(m->source, event);
        const char *text = value < m->text_count ? m->texts[value] : NULL;
        if (m->source == DROP && value < DROP_REASON_COUNT)
            text = drop_reason_key((enum drop_reason)value);
        fields[count] = (struct event_field){m->name, text, value};
    }
    return count;
}

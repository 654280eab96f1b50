#include "models/check/event_fields.h"

#include "models/base/drop_reason.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/pcie_port.h"
#include "models/hwif/term_cause.h"

#include <string.h>

static const char *const own_states[] = {"ABSENT",  "RESERVED", "HOLD",      "ACTIVE",
                                         "QUIESCE", "FROZEN",   "TOMBSTONE", "INACTIVE"};
static const char *const verdicts[] = {"NONE",  "APPLIED",  "DROPPED",     "NOT_MINE",
                                       "MOVED", "RESERVED", "STALE_INJECT"};
static const char *const causes[] = {
#define X(id, name) name,
    NIC_TERM_CAUSES(X)
#undef X
};
static const char *const results[] = {"OK",        "STALE",     "ABSENT",      "FULL",
                                      "DUPLICATE", "BAD_IMAGE", "UNSUPPORTED", "BAD_FRAME",
                                      "CTX_ERROR", "NO_IMAGE",  "BUSY"};
static_assert(sizeof results / sizeof *results == NIC_RESULT_BUSY + 1, "each result has a name");
static const char *const reasons[] = {"NONE",        "OPENED",   "FOREIGN",  "LINK_DOWN",
                                      "REACTIVATED", "RETURNED", "ONLOADED", "OFFLOADED"};
/* The names of enum dir_state in host-sw/types/dir_view.h. They are repeated here because models may not include it. */
static const char *const dir_states[] = {"free",       "opening",  "active",  "freezing",
                                         "installing", "inactive", "closing", "time_wait"};
static const char *const ends[] = {"failed", "completed", "cancelled"}; /* enum move_end */
static const char *const kinds[] = {
#define X(id, key, text) key,
    TRANSFER_KINDS(X)
#undef X
};
static const char *const marks[] = {"T0", "T1", "T2", "T3",  "T4",  "T5",  "T6",
                                    "T7", "T8", "T9", "T10", "T11", "T12", "T13"};
static const char *const places[] = {"nic0", "nic1", "host",
                                     "memory"}; /* host-sw/transfer/place.h */
static const char *const tlps[] = {"MWr", "MRd", "MSI-X", "CfgRd", "CfgWr", "Cpl", "CplD", "Msg"};
static const char *const ops[] = {
    "NOP", "RESERVE", "INSTALL", "FREEZE", "RELEASE", "RX_INJECT", "TX_FRAME",    "ABORT",
    "8",   "ICMP",    "SET",     "HELD",   "12",      "13",        "FREEZE_LIST", "INSTALL_LIST"};
static const char *const ctx_ops[] = {"LOOKUP",  "READ_LOCK", "WRITE_UNLOCK", "UNLOCK",
                                      "RESERVE", "INSTALL",   "FREEZE",       "EXTRACT",
                                      "RELEASE", "REMOVE",    "SCAN"};
static_assert(sizeof ctx_ops / sizeof *ctx_ops == CTX_OP_SCAN + 1, "each operation has a name");
static const char *const links[] = {"down", "up"};
static const char *const directions[] = {"up", "down"};
static const char *const arrays[] = {"data", "tag"};
static const char *const fences[] = {"lifted", "fenced"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAMED(array) (array), COUNT(array)

/* One field: its name, its place in struct probe_event, and the names of its values if it is an enumeration. */
struct meaning {
    const char *name;
    size_t at, bytes;
    const char *const *texts;
    size_t text_count;
};

#define AT(member) offsetof(struct probe_event, member), sizeof((struct probe_event *)0)->member

static const struct meaning meanings[PROBE_KIND_COUNT][EVENT_FIELDS_MAX] = {
    [PROBE_FRAME_RX] = {{"frame", AT(frame.id), NULL, 0}},
    [PROBE_FRAME_TX] = {{"frame", AT(frame.id), NULL, 0}},
    [PROBE_FRAME_DROPPED] = {{"frame", AT(drop.id), NULL, 0}, {"reason", AT(drop.reason), NULL, 0}},
    [PROBE_FRAME_ANSWERED] = {{"frame", AT(frame.id), NULL, 0}},
    [PROBE_RX_VERDICT] = {{"frame", AT(verdict.id), NULL, 0},
                          {"verdict", AT(verdict.verdict), NAMED(verdicts)}},
    [PROBE_RX_APPLIED] = {{"seq", AT(applied.seq), NULL, 0},
                          {"bytes", AT(applied.bytes), NULL, 0},
                          {"frame", AT(applied.frame_id), NULL, 0}},
    [PROBE_RX_WRITTEN] = {{"seq", AT(payload.seq), NULL, 0}, {"bytes", AT(payload.bytes), NULL, 0}},
    [PROBE_RX_VISIBLE] = {{"seq", AT(payload.seq), NULL, 0}, {"bytes", AT(payload.bytes), NULL, 0}},
    [PROBE_TX_BUILT] = {{"seq", AT(built.seq), NULL, 0},
                        {"ack", AT(built.ack), NULL, 0},
                        {"bytes", AT(built.bytes), NULL, 0}},
    [PROBE_TX_CREDIT] = {{"snd_una", AT(credit.snd_una), NULL, 0},
                         {"snd_max", AT(credit.snd_max), NULL, 0}},
    [PROBE_OWN_STATE] = {{"state", AT(own.state), NAMED(own_states)}},
    [PROBE_CTX_REFUSED] = {{"result", AT(refused.result), NAMED(results)}},
    [PROBE_MOVE_MARK] = {{"mark", AT(mark.mark), NAMED(marks)},
                         {"mark_ps", AT(mark.at_ps), NULL, 0}},
    [PROBE_MOVE_BEGIN] = {{"from", AT(move.from), NAMED(places)},
                          {"reason", AT(move.reason), NAMED(reasons)}},
    [PROBE_MOVE_END] = {{"outcome", AT(move_end.end), NAMED(ends)},
                        {"held", AT(move_end.held), NULL, 0},
                        {"held_bytes", AT(move_end.held_bytes), NULL, 0},
                        {"forwarded", AT(move_end.forwarded), NULL, 0},
                        {"late", AT(move_end.is_late), NULL, 0}},
    [PROBE_TRANSFER_BEGIN] = {{"from", AT(move.from), NAMED(places)},
                              {"kind", AT(move.kind), NAMED(kinds)},
                              {"reason", AT(move.reason), NAMED(reasons)}},
    [PROBE_TRANSFER_MARK] = {{"mark", AT(mark.mark), NAMED(marks)},
                             {"mark_ps", AT(mark.at_ps), NULL, 0}},
    [PROBE_TRANSFER_END] = {{"kind", AT(move_end.kind), NAMED(kinds)},
                            {"outcome", AT(move_end.end), NAMED(ends)},
                            {"late", AT(move_end.is_late), NULL, 0}},
    [PROBE_MOVE_WANTED] = {{"from", AT(move.from), NAMED(places)},
                           {"reason", AT(move.reason), NAMED(reasons)}},
    [PROBE_PORT_LINK] = {{"link", AT(port.is_up), NAMED(links)}},
    [PROBE_DIR_STATE] = {{"state", AT(dir.state), NAMED(dir_states)}},
    [PROBE_RXIF_STORED] = {{"frame", AT(stored.id), NULL, 0},
                           {"older", AT(stored.is_older), NULL, 0}},
    [PROBE_RECORD_VISIBLE] = {{"frame", AT(frame.id), NULL, 0}},
    [PROBE_RECORDED] = {{"rcv_nxt", AT(payload.seq), NULL, 0}},
    [PROBE_CHECKPOINT] = {{"number", AT(payload.seq), NULL, 0}},
    [PROBE_CHECKPOINT_USED] = {{"lines", AT(saved.lines), NULL, 0}},
    [PROBE_RECORD_USED] = {{"frame", AT(verdict.id), NULL, 0},
                           {"verdict", AT(verdict.verdict), NAMED(verdicts)}},
    [PROBE_CONN_OPEN] = {{"irs", AT(opened.irs), NULL, 0}, {"iss", AT(opened.iss), NULL, 0}},
    [PROBE_CONN_GONE] = {{"cause", AT(ended.cause), NAMED(causes)}},
    [PROBE_APP_RX] = {{"offset", AT(app_rx.offset), NULL, 0}, {"bytes", AT(app_rx.len), NULL, 0}},
    [PROBE_APP_NOTICE] = {{"cause", AT(ended.cause), NAMED(causes)}},
    [PROBE_APP_CLOSED] = {{"cause", AT(ended.cause), NAMED(causes)},
                          {"app_number", AT(ended.app_number), NULL, 0}},
    [PROBE_PCIE_TLP] = {{"direction", AT(tlp.direction), NAMED(directions)},
                        {"kind", AT(tlp.kind), NAMED(tlps)},
                        {"bytes", AT(tlp.wire_bytes), NULL, 0}},
    [PROBE_FENCE] = {{"fence", AT(fence.is_fenced), NAMED(fences)}},
    [PROBE_RX_QUEUED] = {{"seq", AT(payload.seq), NULL, 0}, {"bytes", AT(payload.bytes), NULL, 0}},
    [PROBE_FRAME_HELD] = {{"frame", AT(frame.id), NULL, 0}},
    [PROBE_APP_TX] = {{"seq", AT(payload.seq), NULL, 0}, {"bytes", AT(payload.bytes), NULL, 0}},
    [PROBE_APP_SHUT] = {{"seq", AT(payload.seq), NULL, 0}},
    [PROBE_CMD_RUNG] = {{"producer", AT(rung.producer), NULL, 0}},
    [PROBE_CMD_PUSHED] = {{"op", AT(pushed.op), NAMED(ops)},
                          {"offset", AT(pushed.offset), NULL, 0}},
    [PROBE_CMD_DONE] = {{"op", AT(done.op), NAMED(ops)}},
    [PROBE_CMD_STARTED] = {{"op", AT(started.op), NAMED(ops)},
                           {"since_ps", AT(started.since_ps), NULL, 0}},
    [PROBE_CTX_ANSWERED] = {{"op", AT(answered.op), NAMED(ctx_ops)},
                            {"result", AT(answered.result), NULL, 0},
                            {"since_ps", AT(answered.since_ps), NULL, 0}},
    [PROBE_CORE_RAN] = {{"since_ps", AT(ran.since_ps), NULL, 0}},
    [PROBE_TIME_WAIT_OVER] = {{"reopened", AT(over.is_reopened), NULL, 0}},
    [PROBE_DOORBELL] = {{"value", AT(doorbell.value), NULL, 0}},
    [PROBE_SOFT_ERROR] = {{"array", AT(soft_error.is_tag), NAMED(arrays)},
                          {"bit", AT(soft_error.bit), NULL, 0},
                          {"line", AT(soft_error.line), NULL, 0}},
};

static uint64_t value_of(const struct meaning *meaning, const struct probe_event *event)
{
    const uint8_t *at = (const uint8_t *)event + meaning->at;
    uint64_t value = 0;
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low byte comes first");
    assert(meaning->bytes <= sizeof value);
    memcpy(&value, at, meaning->bytes);
    return value;
}

size_t event_fields(const struct probe_event *event, struct event_field fields[EVENT_FIELDS_MAX])
{
    assert(event->kind < PROBE_KIND_COUNT);
    size_t count = 0;
    for (; count < EVENT_FIELDS_MAX; count++) {
        const struct meaning *m = &meanings[event->kind][count];
        if (!m->name)
            break;
        uint64_t value = value_of(m, event);
        const char *text = value < m->text_count ? m->texts[value] : NULL;
        if (event->kind == PROBE_FRAME_DROPPED && count == 1 && value < DROP_REASON_COUNT)
            text = drop_reason_key((enum drop_reason)value);
        fields[count] = (struct event_field){m->name, text, value};
    }
    return count;
}

/*
 * What the models tell observers (invariant checkers, move recorder, captures, waves). Observers
 * never influence the models. Each event is emitted at the simulated time it describes.
 *
 * Fields a, b and data mean, per kind:
 *   FRAME_RX      NIC's MAC accepted the last bit of a frame. a = frame id; data = struct frame
 *   FRAME_TX      first bit of a frame leaves NIC's MAC. a = frame id; data = struct frame
 *   FRAME_DROPPED a = frame id; b = enum drop_reason (any stage of the NIC, the switch, the host)
 *   FRAME_ANSWERED the host took note of a frame of no connection, and answered it where that is due.
 *                 nic = port it came in; a = frame id
 *   RX_VERDICT    the engine decided on a received or injected frame. a = frame id;
 *                 b = enum nic_verdict (hwif/nic_desc.h)
 *   RX_APPLIED    TCP processing of a segment was applied. a = sequence number; b = frame id;
 *                 len = payload bytes
 *   RX_WRITTEN    payload for the receive ring was issued on PCIe: a = first sequence number; len
 *   RX_VISIBLE    that payload is visible in host memory: a = first sequence number; len
 *   TX_BUILT      the engine built a frame of conn. a = sequence number; b = acknowledgment number;
 *                 len = payload bytes; data = struct frame
 *   TX_CREDIT     snd_una advanced. a = snd_una; b = snd_max
 *   OWN_STATE     engine's own_state of conn changed. a = new enum own_state
 *   CTX_WRITTEN   the engine changed the context of conn and wrote it back. data = 320 bytes
 *   CTX_OUT       image extracted. data = 320 bytes
 *   CTX_IN        image installed. data = 320 bytes
 *   CTX_REFUSED   an INSTALL failed: nothing has that generation. a = enum nic_result
 *   MOVE_MARK     a = mark number 0..13 (T0..T13, docs/moves.md); b = its time in ps (may lie
 *                 before now)
 *   MOVE_WANTED   the driver decided that conn is to move, and it begins at once or waits for its
 *                 turn. nic = destination; data = struct move_trigger (base/move_event.h)
 *   MOVE_BEGIN    the driver started to move conn. nic = destination; a = source NIC;
 *                 b = enum move_reason; data = struct move_trigger, as of its MOVE_WANTED
 *   MOVE_END      the driver saw the end. nic = owner now; a = enum move_end; b = held frames (low
 *                 32 bits), forwarded frames (high 32 bits); len = 1 when the deadline had passed
 *   DIR_STATE     the directory entry changed. nic = owner; a = enum dir_state
 *   RXIF_STORED   host stored the receiving NIC in the connection's entry. nic; a = frame id;
 *                 b = 1: the entry names a later frame already, by MAC time, and keeps it
 *   RECORD_VISIBLE a receive record became visible in host memory. nic; a = frame id
 *   RECORD_USED   host acts on a receive record. nic; a = frame id; b = enum nic_verdict
 *   CONN_OPEN     the directory admitted a connection: a = irs, or PROBE_IRS_UNKNOWN for one that the
 *                 server opens; b = iss; data = struct flow_key
 *   CONN_GONE     the engine ended conn. a = enum nic_term_cause (NONE: orderly)
 *   APP_RX        the application took bytes. a = offset in the client's stream; len; data = bytes
 *   APP_NOTICE    the team is about to tell the application of a premature end. a = enum
 *                 nic_term_cause
 *   APP_CLOSED    the application was called with the end of conn (app_ops.on_closed). a = enum
 *                 nic_term_cause (NONE: orderly); b = the application's number for the connection
 *   PCIE_TLP      a TLP starts on a link. a = 0 upstream, 1 downstream; b = TLP kind; len = wire bytes;
 *                 data = struct pcie_tlp_info
 *   FENCE         the NIC is fenced from now on (a = 1) or again in use (a = 0)
 *   PORT_LINK     the NIC was told that its link came up (a = 1) or went down (a = 0)
 *   CTX_LIVE      the context as the engine serves it from now on, at activation. data = 320 bytes
 *   RX_QUEUED     payload for the receive ring was handed to PCIe: a = first sequence number; len
 *   FRAME_HELD    the host keeps a frame until its connection has a place. a = frame id
 *   APP_TX        the application's bytes are in the transmit ring. a = first sequence number; len
 *   RESTS         the host keeps the context of conn: no place serves it until it is installed again
 *   DOORBELL      the engine took a doorbell for conn: a = value; gen = the doorbell's
 *   SOFT_ERROR    a bit of conn's context flips in the cache of nic, if it is there. a = 0 data array,
 *                 1 tag array; b = bit (low 32 bits), line (high 32 bits)
 */
#ifndef TOESIM_BASE_PROBE_H
#define TOESIM_BASE_PROBE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define PROBE_KINDS(X)                                                                             \
    X(FRAME_RX) X(FRAME_TX) X(FRAME_DROPPED) X(RX_VERDICT) X(RX_APPLIED) X(RX_WRITTEN)             \
    X(RX_VISIBLE) X(TX_BUILT) X(TX_CREDIT) X(OWN_STATE) X(CTX_OUT) X(CTX_IN) X(MOVE_MARK)          \
    X(MOVE_BEGIN) X(MOVE_END) X(DIR_STATE) X(RXIF_STORED) X(RECORD_VISIBLE) X(RECORD_USED)         \
    X(CONN_OPEN) X(CONN_GONE) X(APP_RX) X(APP_NOTICE) X(PCIE_TLP) X(FENCE)             \
    X(FRAME_ANSWERED) X(CTX_WRITTEN) X(CTX_REFUSED) X(SOFT_ERROR) X(APP_CLOSED) X(MOVE_WANTED)     \
    X(PORT_LINK) X(CTX_LIVE) X(RX_QUEUED) X(FRAME_HELD) X(APP_TX) X(RESTS) X(DOORBELL)
/* clang-format on */

enum probe_kind {
#define X(id) PROBE_##id,
    PROBE_KINDS(X)
#undef X
        PROBE_KIND_COUNT,
};

static inline const char *probe_kind_name(enum probe_kind kind)
{
    static const char *const names[PROBE_KIND_COUNT] = {
#define X(id) #id,
        PROBE_KINDS(X)
#undef X
    };
    return names[kind];
}

#define PROBE_NO_CONN UINT32_MAX
#define PROBE_IRS_UNKNOWN UINT64_MAX

struct probe_event {
    uint64_t now_ps;
    uint64_t a;
    uint64_t b;
    const void *data; /* valid during the call only */
    uint32_t len;
    uint32_t conn; /* PROBE_NO_CONN: of no connection */
    uint16_t gen;
    uint8_t nic;
    uint8_t kind; /* enum probe_kind */
};

struct probe_listener {
    void (*on_event)(void *self, const struct probe_event *event);
    void *self;
    uint64_t kinds; /* bit (1 << kind) for each kind it wants */
};

enum { PROBE_LISTENERS_MAX = 8 };

struct probe {
    size_t count;
    uint64_t kinds; /* wanted by anybody */
    struct probe_listener listeners[PROBE_LISTENERS_MAX];
};

static inline void probe_init(struct probe *probe)
{
    probe->count = 0;
    probe->kinds = 0;
}

static inline void probe_add(struct probe *probe, struct probe_listener listener)
{
    assert(probe->count < PROBE_LISTENERS_MAX);
    probe->listeners[probe->count++] = listener;
    probe->kinds |= listener.kinds;
}

/* True when someone listens: lets a caller skip costly preparation. A null probe has no listeners. */
static inline int probe_wants(const struct probe *probe, enum probe_kind kind)
{
    return probe && (probe->kinds >> kind & 1) != 0;
}

static inline void probe_emit(const struct probe *probe, const struct probe_event *event)
{
    if (!probe_wants(probe, (enum probe_kind)event->kind))
        return;
    for (size_t i = 0; i < probe->count; i++)
        if (probe->listeners[i].kinds >> event->kind & 1)
            probe->listeners[i].on_event(probe->listeners[i].self, event);
}

#endif

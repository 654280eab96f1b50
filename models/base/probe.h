/*
 * Events that the models report to observers (invariant checkers, move recorder, captures, waves).
 * Observers never influence the models. Each event is emitted at the simulated time that it describes.
 *
 * An event carries one of the named structs below; the list of kinds says which. Pointers in an event are valid during
 * the call only.
 */
#ifndef TOESIM_BASE_PROBE_H
#define TOESIM_BASE_PROBE_H

#include "models/base/move_event.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * FRAME_RX        frame: the NIC's MAC accepted the last bit of a frame
 * FRAME_TX        frame: the first bit of a frame leaves the NIC's MAC
 * FRAME_DROPPED   drop: any stage of the NIC, the switch or the host lost the frame
 * FRAME_ANSWERED  frame: the host took note of a frame of no connection, and answered it where an
 *                 answer is due. nic = port it came in
 * RX_VERDICT      verdict: the engine decided on a received or injected frame
 * RX_APPLIED      applied: TCP processing of a segment was applied
 * RX_QUEUED       payload: payload for the receive ring was handed to PCIe
 * RX_WRITTEN      payload: it was issued on PCIe
 * RX_VISIBLE      payload: it is visible in host memory
 * TX_BUILT        built: the engine built a frame of conn
 * TX_CREDIT       credit: snd_una advanced
 * OWN_STATE       own: the engine's own_state of conn changed
 * CTX_WRITTEN     context: the engine changed the context of conn and wrote it back
 * CTX_OUT         context: an image was extracted
 * CTX_IN          context: an image was installed
 * CTX_LIVE        context: what the engine serves from now on, at activation
 * CTX_REFUSED     refused: an INSTALL failed, so nothing has that generation
 * MOVE_WANTED     move: the driver decided that conn is to move, at once or in its turn.
 *                 nic = destination
 * MOVE_BEGIN      move: the driver started to move conn; the trigger is that of its MOVE_WANTED.
 *                 nic = destination
 * MOVE_MARK       mark: a point of a move's time line
 * MOVE_TROUBLE    nothing: the deadline of the move has passed, or the connection goes back or ends as the
 *                 move failed. Emitted once for each of these, and before MOVE_END. nic = owner now
 * MOVE_END        move_end: the driver saw the end. nic = owner now
 * TRANSFER_BEGIN  move: the same as MOVE_BEGIN of a transfer of another kind; there is no decision before it.
 *                 nic = destination, and move.from the source: NICs, or the places of host-sw/transfer/place.h
 * TRANSFER_MARK   mark: a point of its time line that the host tells, or a mark of the mechanism's own
 *                 (MARK_OWN and above) of a transfer of any kind. nic = source for T4 to T6, else destination
 * TRANSFER_END    move_end: the driver saw its end. nic = owner now
 * DIR_STATE       dir: the directory entry changed. nic = owner
 * RXIF_STORED     stored: the host stored the receiving NIC in the connection's entry
 * RECORD_VISIBLE  frame: a receive record became visible in host memory (only the id of its frame is known)
 * RECORDED        payload: a receive record of conn is visible in host memory; seq is the rcv_nxt that it reports, and
 *                 there are no bytes
 * CHECKPOINT      payload: a checkpoint of conn is visible in host memory, whole; seq is its number, and there are no
 *                 bytes
 * CHECKPOINT_USED saved: the host rebuilds conn with these lines of a checkpoint. nic = the dead one
 * RECORD_USED     verdict: the host acts on a receive record (only the id of its frame is known)
 * FRAME_HELD      frame: the host keeps a frame until its connection has a place (only the id is known)
 * CONN_OPEN       opened: the directory admitted a connection
 * CONN_GONE       ended: the engine ended conn (NIC_TERM_NONE: in order)
 * APP_RX          app_rx: the application took bytes
 * APP_TX          payload: the application's bytes are in the transmit ring
 * APP_NOTICE      ended: the team is about to tell the application of a premature end
 * APP_CLOSED      ended: the application was called with the end of conn (app_ops.on_closed)
 * RESTS           nothing: the host keeps the context of conn, and no place serves it until it is
 *                 installed again
 * DOORBELL        doorbell: the engine took a doorbell for conn. gen = the doorbell's
 * PCIE_TLP        tlp: a TLP starts on a link
 * FENCE           fence: the NIC is fenced from now on, or in use again
 * PORT_LINK       port: the NIC was told that its link came up or went down
 * APP_SHUT        payload: the application sends nothing more: no bytes, behind its last one
 * CMD_RUNG        rung: the host's core tells the NIC how many commands there are
 * CMD_PUSHED      pushed: the host's core writes a command about conn into the NIC's push window.
 *                 gen = the command's
 * CMD_DONE        done: the completion of a command about conn is visible in host memory.
 *                 gen = the command's
 * IMAGE_HERE      nothing: the image of conn is whole in a slot of nic, which was granted the generation gen
 * TIME_WAIT_OVER  over: the host forgets a tuple in TIME_WAIT
 * SOFT_ERROR      soft_error: a bit of conn's context flips in the cache of nic, if it is there
 * CMD_STARTED     started: the engine starts a command about conn, which has waited since it came.
 *                 gen = the command's
 * CTX_ANSWERED    answered: the context cache has done an operation about conn for the commands of the driver. gen = the
 *                 operation's
 * CORE_RAN        ran: a step of the host's software is over, or its core has the answer to a read for which it waited.
 *                 nic is 0
 * REXMT_TIMEOUT   nothing: the retransmission timer of conn expired (RFC 6298 5.4). nic = place of conn
 */
/* clang-format off */
#define PROBE_KINDS(X)                                                                             \
    X(FRAME_RX) X(FRAME_TX) X(FRAME_DROPPED) X(RX_VERDICT) X(RX_APPLIED) X(RX_WRITTEN)             \
    X(RX_VISIBLE) X(TX_BUILT) X(TX_CREDIT) X(OWN_STATE) X(CTX_OUT) X(CTX_IN) X(MOVE_MARK)          \
    X(MOVE_BEGIN) X(MOVE_TROUBLE) X(MOVE_END) X(TRANSFER_BEGIN) X(TRANSFER_MARK)               \
    X(TRANSFER_END) X(DIR_STATE) X(RXIF_STORED) X(RECORD_VISIBLE) X(RECORD_USED)                                   \
    X(CONN_OPEN) X(CONN_GONE) X(APP_RX) X(APP_NOTICE) X(PCIE_TLP) X(FENCE)             \
    X(FRAME_ANSWERED) X(CTX_WRITTEN) X(CTX_REFUSED) X(SOFT_ERROR) X(APP_CLOSED) X(MOVE_WANTED)     \
    X(PORT_LINK) X(CTX_LIVE) X(RX_QUEUED) X(FRAME_HELD) X(APP_TX) X(RESTS) X(DOORBELL)     \
    X(APP_SHUT) X(CMD_RUNG) X(CMD_PUSHED) X(CMD_DONE) X(IMAGE_HERE) X(TIME_WAIT_OVER) X(REXMT_TIMEOUT) X(RECORDED) \
    X(CHECKPOINT) X(CHECKPOINT_USED) X(CMD_STARTED) X(CTX_ANSWERED) X(CORE_RAN)
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

struct flow_key;
struct frame;
struct pcie_tlp_info;

/* frame, drop, verdict and stored begin with the frame's id, so the id can be read through any of them. */
struct probe_frame {
    uint64_t id;
    const struct frame *frame; /* null if only the id is known */
};

struct probe_drop {
    uint64_t id;
    const struct frame *frame; /* null if only the id is known */
    uint16_t reason;           /* enum drop_reason */
};

struct probe_verdict {
    uint64_t id;
    const struct frame *frame; /* null if only the id is known */
    uint8_t verdict;           /* enum nic_verdict */
};

struct probe_stored {
    uint64_t id;
    bool is_older; /* true if the entry already names a frame with a later MAC time, and keeps it */
};

struct probe_applied {
    uint32_t seq;
    uint32_t bytes; /* payload bytes */
    uint64_t frame_id;
};

struct probe_payload {
    uint32_t seq; /* sequence number of the first byte */
    uint32_t bytes;
};

struct probe_built {
    uint32_t seq;
    uint32_t bytes; /* payload bytes */
    uint32_t ack;
    const struct frame *frame;
};

struct probe_credit {
    uint32_t snd_una;
    uint32_t snd_max;
};

struct probe_state {
    uint8_t state; /* OWN_STATE: enum own_state; DIR_STATE: enum dir_state */
};

struct probe_context {
    const void *image; /* CTX_BYTES */
};

struct probe_saved {
    const void *image; /* CTX_BYTES, of which the first `lines` lines are valid */
    uint32_t lines;
};

struct probe_refused {
    uint8_t result; /* enum nic_result */
};

struct probe_mark {
    uint8_t mark;   /* enum move_mark; TRANSFER_MARK: also MARK_OWN and above */
    uint64_t at_ps; /* time of the mark, which may be before the event */
    bool is_cold;   /* MARK_FROZEN only: the context was in DRAM only */
    /* MARK_FOREIGN only, because the NIC may not know the connection of the frame. */
    const struct frame *frame;
};

struct probe_move {
    uint8_t from;   /* source NIC, or place */
    uint8_t reason; /* enum move_reason */
    uint8_t kind;   /* enum transfer_kind */
    const struct move_trigger *trigger;
    /* Name of the mechanism, static text; null in MOVE_WANTED, because it has not begun. */
    const char *mechanism;
    /* Names of context fields (conn_ctx.def) that the mechanism does not carry, terminated by a null; null
     * if it carries all. */
    const char *const *not_carried;
};

struct probe_move_end {
    uint8_t end;         /* enum move_end */
    uint8_t kind;        /* enum transfer_kind */
    bool is_late;        /* the deadline had passed */
    uint32_t held;       /* held frames */
    uint32_t forwarded;  /* forwarded frames */
    uint64_t held_bytes; /* bytes of the held frames, without FCS and padding */
};

struct probe_opened {
    uint64_t irs; /* PROBE_IRS_UNKNOWN if the server opens the connection */
    uint32_t iss;
    const struct flow_key *key;
};

struct probe_ended {
    uint8_t cause;       /* enum nic_term_cause */
    uint32_t app_number; /* APP_CLOSED: the application's number for the connection */
};

struct probe_app_rx {
    uint64_t offset; /* position in the peer's stream */
    const void *bytes;
    uint32_t len;
};

struct probe_tlp {
    uint8_t direction; /* 0 upstream, 1 downstream */
    uint8_t kind;
    uint32_t wire_bytes;
    const struct pcie_tlp_info *info;
};

struct probe_fence {
    bool is_fenced;
};

struct probe_port {
    bool is_up;
};

struct probe_doorbell {
    uint32_t value;
};

struct probe_rung {
    uint32_t producer; /* NIC_REG_CMD_PRODUCER */
};

struct probe_pushed {
    uint32_t offset; /* of the slot in BAR 0 */
    uint8_t op;      /* enum nic_cmd_op */
};

struct probe_done {
    uint8_t op; /* enum nic_cmd_op */
};

struct probe_started {
    uint64_t since_ps; /* when the NIC had the descriptor */
    uint8_t op;        /* enum nic_cmd_op */
};

struct probe_answered {
    uint64_t since_ps; /* when the engine asked */
    uint8_t op;        /* enum ctx_op */
    uint8_t result;    /* enum ctx_result */
};

struct probe_ran {
    uint64_t since_ps; /* when the step, or the wait, began */
};

struct probe_over {
    bool is_reopened; /* true if a new incarnation reuses the tuple */
    const struct flow_key *key;
};

struct probe_soft_error {
    uint32_t bit;
    uint32_t line;
    bool is_tag; /* true for the tag array, false for the data array */
};

struct probe_event {
    uint64_t now_ps;
    uint32_t conn; /* PROBE_NO_CONN if the event belongs to no connection */
    uint16_t gen;
    uint8_t nic;
    uint8_t kind; /* enum probe_kind */
    union {
        struct probe_frame frame;
        struct probe_drop drop;
        struct probe_verdict verdict;
        struct probe_stored stored;
        struct probe_applied applied;
        struct probe_payload payload;
        struct probe_built built;
        struct probe_credit credit;
        struct probe_state own;
        struct probe_state dir;
        struct probe_context context;
        struct probe_saved saved;
        struct probe_refused refused;
        struct probe_mark mark;
        struct probe_move move;
        struct probe_move_end move_end;
        struct probe_opened opened;
        struct probe_ended ended;
        struct probe_app_rx app_rx;
        struct probe_tlp tlp;
        struct probe_fence fence;
        struct probe_port port;
        struct probe_doorbell doorbell;
        struct probe_rung rung;
        struct probe_pushed pushed;
        struct probe_done done;
        struct probe_started started;
        struct probe_answered answered;
        struct probe_ran ran;
        struct probe_over over;
        struct probe_soft_error soft_error;
    };
};

/* Returns the frame that the event carries; null if it carries none. */
static inline const struct frame *probe_frame_of(const struct probe_event *event)
{
    switch ((enum probe_kind)event->kind) {
    case PROBE_FRAME_RX:
    case PROBE_FRAME_TX:
    case PROBE_FRAME_ANSWERED:
    case PROBE_FRAME_HELD:
    case PROBE_RECORD_VISIBLE:
        return event->frame.frame;
    case PROBE_FRAME_DROPPED:
        return event->drop.frame;
    case PROBE_RX_VERDICT:
    case PROBE_RECORD_USED:
        return event->verdict.frame;
    case PROBE_TX_BUILT:
        return event->built.frame;
    case PROBE_MOVE_MARK:
        return event->mark.frame;
    default:
        return NULL;
    }
}

struct probe_listener {
    void (*on_event)(void *self, const struct probe_event *event);
    void *self;
    uint64_t kinds; /* mask with the bit (1 << kind) for each kind the listener wants */
};

enum { PROBE_LISTENERS_MAX = 13 };

struct probe {
    size_t count;
    uint64_t kinds; /* union of the kinds of all listeners */
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

/* Returns true if a listener wants this kind, so that callers can skip costly preparation. A null probe has none. */
static inline int probe_wants(const struct probe *probe, enum probe_kind kind)
{
    return probe && (probe->kinds >> kind & 1) != 0;
}

/* Tells every listener that wants events of this kind. */
void probe_emit(const struct probe *probe, const struct probe_event *event);

#ifdef __cplusplus
}
#endif

#endif

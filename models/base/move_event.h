/* The reason and the end of a move, which the driver keeps and reports to observers (probe.h). */
#ifndef TOESIM_BASE_MOVE_EVENT_H
#define TOESIM_BASE_MOVE_EVENT_H

#include <stdint.h>

/* The kinds of transfers of a connection. X(identifier, "key", "what it is") */
#define TRANSFER_KINDS(X)                                                                          \
    X(MOVE, "move", "from one NIC to the other")                                                   \
    X(INACTIVATE, "inactivate", "from a NIC or the host's own TCP to rest in host memory")         \
    X(REACTIVATE, "reactivate", "from host memory to a NIC or to the host's own TCP")              \
    X(ONLOAD, "onload", "from a NIC to the host's own TCP")                                        \
    X(OFFLOAD, "offload", "from the host's own TCP to a NIC")                                      \
    X(REBUILD, "rebuild", "from a dead NIC to the other one, out of what the host knows")

enum transfer_kind {
#define X(id, key, text) TRANSFER_##id,
    TRANSFER_KINDS(X)
#undef X
        TRANSFER_KIND_COUNT,
    TRANSFER_OPENING = TRANSFER_KIND_COUNT, /* to its first place; otherwise not a transfer */
    TRANSFER_COUNTED,                       /* number of counted kinds */
};

enum trigger_kind {
    TRIGGER_NONE,
    TRIGGER_FRAME, /* a frame arrived on the NIC that does not own the connection */
    TRIGGER_LINK,  /* a port became unusable or usable again */
    TRIGGER_CALL,  /* code outside the driver asked for it */
    TRIGGER_TIMER, /* a timer of the driver asked for it */
};

/* The reason for a move. The driver fills it in when it decides; it stays with the connection until the
 * move is reported, however long the move is queued. */
struct move_trigger {
    uint64_t at_ps;      /* FRAME: last bit at the MAC; LINK: the event; CALL, TIMER: the request */
    uint64_t decided_ps; /* when the driver acted on it */
    uint64_t frame_id;   /* FRAME only, else 0 */
    uint8_t kind;        /* enum trigger_kind */
    uint8_t port;        /* FRAME: NIC that received it; LINK: NIC whose link changed; else 0 */
    const char *policy;  /* name of the policy that decided, static text; null if none was asked */
};

/* The points of a move's time line; docs/moves.md explains each (T0 to T13). */
enum move_mark {
    MARK_TRIGGER,        /* T0: the event that caused the move */
    MARK_FOREIGN,        /* T1: the lookup at the receiving NIC says the frame is foreign */
    MARK_RECORD_VISIBLE, /* T2: the frame's record is visible in host memory */
    MARK_DECIDED,        /* T3: the driver decides to move the connection */
    MARK_FREEZE,         /* T4: the source starts FREEZE */
    /* T5: the source applies no more segments, builds no more frames and serves no more timers. */
    MARK_FROZEN,
    MARK_DRAINED,        /* T6: the source has issued its last DMA write */
    MARK_IMAGE_SEEN,     /* T7: the host sees image and completion */
    MARK_INSTALL_ISSUED, /* T8: the host issues INSTALL */
    MARK_IMAGE_GOOD,     /* T9: the image is in the destination and its checks passed */
    MARK_ACTIVE,         /* T10: the destination is active */
    MARK_HELD_APPLIED,   /* T11: the last held frame is applied */
    MARK_FIRST_BUILT,    /* T12: the destination has built its first frame */
    MARK_FIRST_HEARD,    /* T13: the peer's first frame that uses the one of T12 */
    MARK_COUNT,
    MARK_OWN = MARK_COUNT, /* the first mark that a mechanism defines itself */
    MARK_OWN_MAX = 4,      /* how many marks a mechanism may define */
};

/* The end of a transfer. Each transfer that has begun has exactly one. */
enum move_end {
    MOVE_END_FAILED, /* back at the source or on the host, or the driver gave the connection up */
    MOVE_END_COMPLETED, /* active or at rest at the destination, even if late */
    MOVE_END_CANCELLED, /* a NIC reported the end of the connection meanwhile */
};

#endif

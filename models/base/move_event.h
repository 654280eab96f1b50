/* What asked for a move and how it ended: carried by the driver, told to observers (probe.h). */
#ifndef TOESIM_BASE_MOVE_EVENT_H
#define TOESIM_BASE_MOVE_EVENT_H

#include <stdint.h>

enum trigger_kind {
    TRIGGER_NONE,
    TRIGGER_FRAME, /* a frame arrived on the NIC that does not own the connection */
    TRIGGER_LINK,  /* a port became unusable or usable again */
    TRIGGER_CALL,  /* somebody outside the driver asked for it */
    TRIGGER_TIMER, /* a timer of the driver asked for it */
};

/* Why a connection is to move. It is filled when the driver decides and stays with the connection
 * until the move is reported, however long the move waits for its turn. */
struct move_trigger {
    uint64_t at_ps;      /* FRAME: last bit at the MAC; LINK: the event; CALL, TIMER: the request */
    uint64_t decided_ps; /* when the driver acted on it */
    uint64_t frame_id;   /* FRAME only, else 0 */
    uint8_t kind;        /* enum trigger_kind */
    uint8_t port;        /* FRAME: NIC that received it; LINK: NIC whose link changed; else 0 */
};

/* Exactly one of these for each move that has begun. */
enum move_end {
    MOVE_END_FAILED, /* back at the source or on the host, or the driver gave the connection up */
    MOVE_END_COMPLETED, /* active at the destination, however late */
    MOVE_END_CANCELLED, /* a NIC reported the end of the connection while it moved */
};

#endif

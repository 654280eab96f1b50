/* What the directory keeps of a connection's transfer: who may touch which part is said here. */
#ifndef TOESIM_HOST_TRANSFER_TRANSFER_STATE_H
#define TOESIM_HOST_TRANSFER_TRANSFER_STATE_H

#include "models/base/move_event.h"

#include <stdbool.h>
#include <stdint.h>

struct mechanism_ops; /* host-sw/transfer/mechanism.h */

enum { TRANSFER_PRIV_WORDS = 4 };

/* What NICs have been asked about the connection, and what they keep of it. Only place_nic.c writes
 * here. */
struct transfer_at_nics {
    bool freezing; /* FREEZE has not completed */
    bool absent; /* the source says that it has the connection no more; its end event is to come */
    bool tombstone;  /* the source holds a tombstone of generation src_gen */
    bool reserved;   /* reserve_nic keeps a place that was not yet taken or released */
    bool refused;    /* the NIC has refused to keep a place */
    bool installing; /* INSTALL has not completed: the held frames are with the destination */
    uint8_t tries;   /* INSTALLs at the destination */
    uint8_t reserve_nic;
    uint16_t src_gen, reserve_gen;
};

/* A connection on its way from one place to another. Only transfer.c writes here, but for `at_nics` and
 * for `priv`, which belongs to the mechanism. All zero: none is under way. */
struct transfer {
    const struct mechanism_ops *mechanism; /* null: no transfer is under way */
    uint8_t kind;                          /* enum transfer_kind */
    uint8_t reason;                        /* enum move_reason, as the image will say */
    uint8_t src;                           /* the place that has the connection */
    uint8_t dest;       /* the place that is to have it; the source again once it goes back */
    bool takes_turn;    /* it counts against the limit of transfers under way */
    bool returning;     /* it goes back to its source */
    bool keeps_data;    /* the source is told of no more bytes of the application */
    bool reported;      /* its end was told */
    bool late;          /* its deadline has passed */
    uint32_t held;      /* frames that were held during the transfer */
    uint32_t forwarded; /* frames that were relayed to the destination */
    uint64_t begun_ps;  /* when the driver began */
    uint64_t frozen_ps; /* when the source stopped serving the connection; known once it has */
    struct move_trigger trigger;
    struct transfer_at_nics at_nics;
    uint64_t priv[TRANSFER_PRIV_WORDS];
};

#endif

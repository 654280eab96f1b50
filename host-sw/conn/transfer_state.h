/* The state of a connection's transfer, which is part of its directory entry. The comments name the files that may
 * write each part. */
#ifndef TOESIM_HOST_CONN_TRANSFER_STATE_H
#define TOESIM_HOST_CONN_TRANSFER_STATE_H

#include "host-sw/conn/conn_list.h"
#include "models/base/move_event.h"

#include <stdbool.h>
#include <stdint.h>

struct mechanism_ops; /* host-sw/mechanism/mechanism.h */

enum { TRANSFER_PRIV_WORDS = 4 };

/* The commands that NICs have been given for the transfer, and the entries that they keep for it. Only place_nic.c
 * writes here. */
struct transfer_at_nics {
    bool freezing;   /* FREEZE has not completed */
    bool absent;     /* the source no longer has the connection; its end event has not come yet */
    bool tombstone;  /* the source holds a tombstone of generation src_gen */
    bool reserved;   /* reserve_nic has a reservation that was not yet used or released */
    bool refused;    /* the destination has refused the reservation, or is lost */
    bool installing; /* INSTALL has not completed, so the destination has the held frames */
    bool push_next;  /* the next image goes into a slot of its NIC */
    /* The destination was granted the generation, and its INSTALL has not completed. Until `installing` is set, the host has
     * not seen that the source has written the image. */
    bool granted;
    bool is_hard; /* the image has the hard subset alone */
    bool in_slot; /* the newest INSTALL takes its image from a slot */
    uint8_t
        tries; /* number of INSTALLs with an image in host memory that the destination was given */
    uint8_t reserve_nic;
    uint16_t src_gen, reserve_gen;
};

/* A connection on its way from one place to another. transfer.c writes the members, except for `at_nics`, and for
 * `priv`, which belongs to the mechanism. All members are zero while no transfer is under way. */
struct transfer {
    const struct mechanism_ops *mechanism; /* null if no transfer is under way */
    uint8_t kind;                          /* enum transfer_kind */
    uint8_t reason;      /* enum move_reason, which is also written into the image */
    uint8_t src;         /* the place that has the connection */
    uint8_t dest;        /* the place that is to get it; the source if the connection goes back */
    bool takes_turn;     /* the transfer counts against the limit of transfers under way */
    bool returning;      /* the connection goes back to its source */
    bool keeps_data;     /* the source is no longer told of bytes that the application writes */
    bool reported;       /* the end of the transfer was reported */
    bool late;           /* the deadline of the transfer has passed */
    uint32_t held;       /* frames that were held during the transfer */
    uint32_t forwarded;  /* frames that were relayed to the destination */
    uint64_t held_bytes; /* of the held frames */
    uint64_t begun_ps;   /* when the driver began */
    uint64_t frozen_ps;  /* when the source stopped serving the connection; valid after TAKEN */
    struct move_trigger trigger;
    struct transfer_at_nics at_nics;
    uint64_t priv[TRANSFER_PRIV_WORDS];
};
/* All transfers. transfer.c writes here. */
struct transfers {
    const struct mechanism_ops *mechanism; /* the scenario's mechanism for moves from NIC to NIC */
    struct conn_list wanted;               /* the queue of moves */
    struct conn_list under_way; /* transfers under way, in order of their begin and deadlines */
    bool gathers;               /* transfers wait in the queue until they begin as one list */
    uint32_t turns_taken;       /* transfers under way that count against their limit */
    uint64_t next_deadline_ps;  /* or TIME_NEVER */
};

#endif

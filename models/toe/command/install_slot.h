/* The state of one INSTALL, and its held frames (install_slot.c). They are read while the image is read. */
#ifndef TOESIM_TOE_COMMAND_INSTALL_SLOT_H
#define TOESIM_TOE_COMMAND_INSTALL_SLOT_H

#include "models/hwif/conn_ctx.h"
#include "models/toe/command/command.h"

enum { HELD_MAX = 256 }; /* maximum number of held frames of one INSTALL */

struct frame;

struct held_frame {
    struct frame *frame;
    uint64_t buffer;
    bool here;
};

struct install_slot {
    struct conn_ctx image; /* the image as it was read */
    struct conn_ctx live;
    uint8_t own_before; /* the state and generation to restore when INSTALL fails */
    uint16_t gen_before;
    uint32_t pieces;  /* of the image, that are still to be read */
    uint32_t reads;   /* number of DMA reads outstanding */
    bool waits_image; /* granted, and the image is not whole yet */
    bool list_due;    /* granted, and HELD has not come yet */
    bool list_here;
    bool applying; /* the connection is active, but not all held frames are applied */
    uint32_t next; /* number of the next held frame to apply */
    uint32_t fetched;
    uint64_t active_number; /* order of activation among the connections that apply held frames */
    struct held_frame held[HELD_MAX];
    struct nic_held list[HELD_MAX];
};

/* Makes this INSTALL code the source of held frames for the receive part. */
void install_held_init(struct toe_engine *engine);

/* Starts the DMA read of the list of held frames. */
void install_held_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* Makes the receive part apply the held frames, or ends the command if there are none. The connection has become active. */
void install_held_begin(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* Gives a granted INSTALL its list of held frames. */
void install_held_set(struct toe_engine *engine, struct toe_op *op, uint64_t list, uint32_t count,
                      uint64_t now_ps);

/* Starts the reads of as many held frames as the frame pool has room for. */
void install_held_fetch(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* Frees the held frames. If the NIC had begun to apply them, it reports those that remain as lost. */
void install_held_flush(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
void install_held_release(struct toe_engine *engine, struct toe_op *op);

/* Frees the slot when the command is completed, none of its reads is outstanding, and no held frame is left. */
void install_free_if_over(struct toe_engine *engine, struct toe_op *op);

#endif

/* The state of one INSTALL, and its held frames (install_slot.c), which are read while the image is. */
#ifndef TOESIM_TOE_COMMAND_INSTALL_SLOT_H
#define TOESIM_TOE_COMMAND_INSTALL_SLOT_H

#include "models/hwif/conn_ctx.h"
#include "models/toe/command/command.h"

enum { HELD_MAX = 256 }; /* held frames of one INSTALL */

struct frame;

struct held_frame {
    struct frame *frame;
    uint64_t buffer;
    bool here;
};

struct install_slot {
    struct conn_ctx image; /* as read */
    struct conn_ctx live;
    uint8_t own_before; /* an INSTALL that fails goes back to this */
    uint16_t gen_before;
    uint32_t reads; /* DMA reads that are out */
    bool list_here;
    bool applying; /* active, and not all held frames are applied */
    uint32_t next; /* held frame to apply */
    uint32_t fetched;
    uint64_t active_number; /* order of activation among those that apply held frames */
    struct held_frame held[HELD_MAX];
    struct nic_held list[HELD_MAX];
};

/* The receive part takes held frames from here. */
void install_held_init(struct toe_engine *engine);

/* Starts to read the list of held frames. */
void install_held_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* Starts the reads of held frames, as many as the frame pool has room for. */
void install_held_fetch(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* The connection is active: from now on its held frames are applied. */
void install_held_apply(struct toe_engine *engine, struct toe_op *op);

/* The NIC will not decide any more on held frames that it has taken over; flush reports them lost. */
void install_held_flush(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
void install_held_release(struct toe_engine *engine, struct toe_op *op);

/* Frees the slot when the command is completed, no read of it is out, and no held frame is left. */
void install_free_if_over(struct toe_engine *engine, struct toe_op *op);

#endif

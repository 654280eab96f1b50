/* The receive part of the engine: queue, parse and LOOKUP, then apply (the files of this folder). */
#ifndef TOESIM_TOE_RX_RX_H
#define TOESIM_TOE_RX_RX_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct toe_engine;
struct toe_part;

extern const struct toe_part toe_rx_part;

/* A frame that the host held for a connection until the connection became active on this NIC. */
struct toe_held_frame {
    struct frame *frame; /* the receive part owns it from now on */
    uint64_t buffer;     /* host address of the frame */
    uint32_t conn;
    uint16_t gen;
};

/* The source of held frames. They are applied in order, before any direct frame of their connection. */
struct toe_held_source {
    /* Returns true if a connection still has held frames to apply, read or not. */
    bool (*waits)(const struct toe_engine *engine);
    /* Returns false if no held frame has been read. */
    bool (*take)(struct toe_engine *engine, struct toe_held_frame *held);
    void (*applied)(struct toe_engine *engine, uint32_t conn, uint64_t now_ps);
};

#endif

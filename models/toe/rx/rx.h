/* The receive part of the engine: queue, parse and LOOKUP, then apply (files of this folder). */
#ifndef TOESIM_TOE_RX_RX_H
#define TOESIM_TOE_RX_RX_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct toe_engine;
struct toe_part;

extern const struct toe_part toe_rx_part;

/* A frame that was held for a connection until the connection became active here. */
struct toe_held_frame {
    struct frame *frame; /* the receive part owns it from now on */
    uint64_t buffer;     /* where the host has it */
    uint32_t conn;
    uint16_t gen;
};

/* Where held frames come from. They are applied in order, before any direct frame of their connection. */
struct toe_held_source {
    bool (*waits)(const struct toe_engine *engine); /* frames are to come, here or not yet */
    bool (*take)(struct toe_engine *engine, struct toe_held_frame *held); /* false: none is here */
    void (*applied)(struct toe_engine *engine, uint32_t conn, uint64_t now_ps);
};

#endif

/* The image slots of BAR 0. The host, or the other NIC, writes the image of a connection into a slot, and INSTALL takes it
 * from there, so the engine need not read it from host memory. */
#ifndef TOESIM_TOE_COMMAND_IMAGE_SLOTS_H
#define TOESIM_TOE_COMMAND_IMAGE_SLOTS_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_regs.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

/* Grants that may wait at a time. They are half of the commands that can be under way, so that those which end the wait
 * are never held up by them. */
enum { GRANTS_MAX = 8 };

/* A slot is empty if it has no line. */
struct image_slot {
    uint8_t bytes[CTX_BYTES];
    uint8_t lines; /* one bit for each line that was written since the first one */
};

/* Returns the number of slots, which is 0 in version 1 of the interface. It is the value of NIC_REG_SLOT_COUNT. */
uint32_t toe_slots_count(const struct toe_engine *engine);

/* Returns the bits of NIC_REG_CAPABILITIES that the slots add. */
uint32_t toe_slots_capabilities(const struct toe_engine *engine);

/* Returns true if a write to BAR 0 touches a slot. */
bool toe_slots_has(const struct toe_engine *engine, uint32_t offset, uint32_t len);

/* Stores whole lines. The first line of a slot begins a new image, and what was in the slot before is forgotten. A write
 * that is no whole line of an image empties the slots that it touches. Nothing happens while the engine is not running. */
void toe_slots_write(struct toe_engine *engine, uint32_t offset, const void *data, uint32_t len);

/* Copies the image out of the slot and empties it. Returns false, and leaves the slot as it is, while the image is not
 * whole. */
bool toe_slots_take(struct toe_engine *engine, uint32_t slot, struct conn_ctx *image);

/* Empties all slots, because of a fence or a reset. */
void toe_slots_discard(struct toe_engine *engine);

#endif

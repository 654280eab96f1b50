#include "models/toe/command/ring/image_slots.h"

#include "models/base/units.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"

#include <assert.h>
#include <string.h>

enum {
    LINE = NIC_IMAGE_LINE_BYTES,
    IMAGE_LINES = CTX_BYTES / NIC_IMAGE_LINE_BYTES,
    ALL_LINES = (1 << IMAGE_LINES) - 1,
};

static_assert(CTX_BYTES % NIC_IMAGE_LINE_BYTES == 0, "an image is whole lines");
static_assert(NIC_IMAGE_SLOT_BYTES % NIC_IMAGE_LINE_BYTES == 0, "a slot is whole lines");
static_assert(NIC_REG_IMAGE_SLOTS + NIC_IMAGE_SLOTS_MAX * NIC_IMAGE_SLOT_BYTES == NIC_BAR0_BYTES,
              "the slots end with the BAR");

uint32_t toe_slots_count(const struct toe_engine *engine)
{
    enum { FIRST_WITH_SLOTS = 2 };
    return engine->params.contract >= FIRST_WITH_SLOTS ? engine->params.image_slots : 0;
}

uint32_t toe_slots_capabilities(const struct toe_engine *engine)
{
    uint32_t bits = NIC_CAPABILITY_IMAGE_SLOTS | NIC_CAPABILITY_GRANT;
    return toe_slots_count(engine) > 0 ? bits : 0;
}

bool toe_slots_has(const struct toe_engine *engine, uint32_t offset, uint32_t len)
{
    uint32_t end = NIC_REG_IMAGE_SLOTS + toe_slots_count(engine) * NIC_IMAGE_SLOT_BYTES;
    return offset < end && offset + len > NIC_REG_IMAGE_SLOTS;
}

/* Empties every slot that the bytes touch, because a line of it is torn or misplaced. */
static void refuse(struct toe_engine *engine, uint32_t offset, uint32_t len)
{
    uint32_t count = toe_slots_count(engine);
    uint32_t from = u32_max(offset, NIC_REG_IMAGE_SLOTS) - NIC_REG_IMAGE_SLOTS;
    uint32_t last = (offset + len - 1 - NIC_REG_IMAGE_SLOTS) / NIC_IMAGE_SLOT_BYTES;
    engine->stats.image_writes_refused++;
    for (uint32_t slot = from / NIC_IMAGE_SLOT_BYTES; slot <= last && slot < count; slot++)
        engine->commands->slots[slot].lines = 0;
}

static bool is_of_image(uint32_t offset)
{
    return offset % NIC_IMAGE_SLOT_BYTES / LINE < IMAGE_LINES;
}

void toe_slots_write(struct toe_engine *engine, uint32_t offset, const void *data, uint32_t len)
{
    assert(toe_slots_has(engine, offset, len));
    if (!toe_is_running(engine))
        return;
    uint32_t at = offset - NIC_REG_IMAGE_SLOTS;
    bool is_inside = offset >= NIC_REG_IMAGE_SLOTS &&
                     at / NIC_IMAGE_SLOT_BYTES == (at + len - 1) / NIC_IMAGE_SLOT_BYTES;
    if (!is_inside || at % LINE != 0 || len % LINE != 0 || !is_of_image(at + len - LINE)) {
        refuse(engine, offset, len);
        return;
    }
    struct image_slot *slot = &engine->commands->slots[at / NIC_IMAGE_SLOT_BYTES];
    uint32_t first = at % NIC_IMAGE_SLOT_BYTES;
    if (first == 0)
        slot->lines = 0;
    memcpy(slot->bytes + first, data, len);
    for (uint32_t line = first / LINE; line < (first + len) / LINE; line++)
        slot->lines = (uint8_t)(slot->lines | 1u << line);
}

bool toe_slots_take(struct toe_engine *engine, uint32_t slot, struct conn_ctx *image)
{
    assert(slot < toe_slots_count(engine));
    struct image_slot *from = &engine->commands->slots[slot];
    if (from->lines != ALL_LINES)
        return false;
    memcpy(image, from->bytes, sizeof *image);
    from->lines = 0;
    return true;
}

void toe_slots_discard(struct toe_engine *engine)
{
    for (uint32_t slot = 0; slot < NIC_IMAGE_SLOTS_MAX; slot++)
        engine->commands->slots[slot].lines = 0;
}

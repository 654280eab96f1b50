#include "models/toe/command/install_slot.h"

#include "models/toe/command/cmd_install.h"
#include "models/toe/command/common/frame_length.h"
#include "models/toe/rx/rx.h"
#include "models/toe/rx/rx_drop.h"
#include "models/toe/rx/rx_park.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

#include <assert.h>
#include <string.h>

enum { HELD_BYTES = sizeof(struct nic_held), OP_BITS = 8 };

void install_free_if_over(struct toe_engine *engine, struct toe_op *op)
{
    struct install_slot *slot = op->state;
    if (!op->completed || slot->reads > 0 || slot->applying || slot->list_due)
        return;
    install_held_release(engine, op);
    toe_op_free(engine, op);
}

/* Returns the cookie of a held frame's read. It holds the number of the slot in its low bits and the number
 * of the frame above. */
static uint32_t held_cookie(const struct toe_engine *engine, const struct toe_op *op,
                            uint32_t number)
{
    return toe_op_index(engine, op) | number << OP_BITS;
}

static void on_held(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct toe_op *op = toe_op_at(engine, (uint8_t)cookie);
    struct install_slot *slot = op->state;
    struct held_frame *held = &slot->held[(uint32_t)cookie >> OP_BITS];
    assert(slot->reads > 0 && held->frame);
    memcpy(held->frame->data, data, len);
    held->frame->len = len;
    held->here = true;
    slot->reads--;
    install_free_if_over(engine, op);
    toe_kick(engine, now_ps);
}

void install_held_fetch(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    bool has_failed = op->completed && !slot->applying;
    while (slot->list_here && slot->fetched < op->cmd.count && !has_failed) {
        const struct nic_held *n = &slot->list[slot->fetched];
        struct frame *frame = frame_alloc(engine->wiring.pool, now_ps);
        if (!frame) {
            toe_retry_later(engine, now_ps);
            return;
        }
        frame->id = n->frame_id;
        frame->mac_time_ps = n->frame_time_ps;
        frame->port = n->port;
        bool sound = toe_frame_length_is_sound(n->bytes);
        slot->held[slot->fetched] =
            (struct held_frame){.frame = frame, .buffer = n->frame, .here = !sound};
        /* A frame of unsound length stays empty, so the receive part drops it as malformed. */
        if (sound) {
            slot->reads++;
            toe_read(engine, n->frame, n->bytes, held_cookie(engine, op, slot->fetched), on_held,
                     now_ps);
        }
        slot->fetched++;
    }
}

static void on_list(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct toe_op *op = toe_op_at(engine, (uint32_t)cookie);
    struct install_slot *slot = op->state;
    assert(len == op->cmd.count * HELD_BYTES);
    memcpy(slot->list, data, len);
    slot->list_here = true;
    slot->reads--;
    install_held_fetch(engine, op, now_ps);
    install_free_if_over(engine, op);
    toe_kick(engine, now_ps);
}

void install_held_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    assert(op->cmd.count > 0 && op->cmd.count <= HELD_MAX);
    slot->reads++;
    toe_read(engine, op->cmd.list, op->cmd.count * HELD_BYTES, toe_op_index(engine, op), on_list,
             now_ps);
}

void install_held_begin(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    if (op->cmd.count == 0) {
        toe_mark(engine, MARK_HELD_APPLIED, op->cmd.conn, op->cmd.gen, NULL, now_ps);
        toe_rx_park_begin(engine, op->cmd.conn, 0, now_ps);
        install_free_if_over(engine, op);
        return;
    }
    slot->applying = true;
    slot->active_number = engine->stats.installs;
    engine->conn[op->cmd.conn].held_op = (uint8_t)toe_op_index(engine, op);
}

void install_held_set(struct toe_engine *engine, struct toe_op *op, uint64_t list, uint32_t count,
                      uint64_t now_ps)
{
    struct install_slot *slot = op->state;
    assert(slot->list_due && op->cmd.count == 0);
    slot->list_due = false;
    op->cmd.list = list;
    op->cmd.count = count;
    if (count > 0)
        install_held_start(engine, op, now_ps);
    if (!op->completed)
        return; /* the image is not here yet */
    toe_rx_park_list_here(engine, op->cmd.conn);
    if (count > 0) {
        install_held_begin(engine, op, now_ps);
        return;
    }
    toe_rx_park_begin(engine, op->cmd.conn, 0,
                      now_ps); /* nothing is applied now, so this is no T11 */
    install_free_if_over(engine, op);
}

static bool next_is_here(const struct install_slot *slot)
{
    return slot->next < slot->fetched && slot->held[slot->next].here;
}

/* Takes the next held frame. If several connections have one ready, the connection that became active first
 * goes first. */
static bool take(struct toe_engine *engine, struct toe_held_frame *taken)
{
    struct toe_op *first = NULL;
    for (struct toe_op *op = toe_op_next(engine, &toe_cmd_install, NULL); op;
         op = toe_op_next(engine, &toe_cmd_install, op)) {
        const struct install_slot *slot = op->state;
        if (!slot->applying || !next_is_here(slot))
            continue;
        const struct install_slot *best = first ? first->state : NULL;
        if (!best || slot->active_number < best->active_number)
            first = op;
    }
    if (!first)
        return false;
    struct install_slot *slot = first->state;
    struct held_frame *held = &slot->held[slot->next];
    *taken = (struct toe_held_frame){.frame = held->frame,
                                     .buffer = held->buffer,
                                     .conn = first->cmd.conn,
                                     .gen = first->cmd.gen};
    held->frame = NULL;
    return true;
}

static bool waits(const struct toe_engine *engine)
{
    struct toe_op *op = toe_op_next(engine, &toe_cmd_install, NULL);
    for (; op; op = toe_op_next(engine, &toe_cmd_install, op))
        if (((const struct install_slot *)op->state)->applying)
            return true;
    return false;
}

/* Counts the held frames that this NIC has received itself since it reserved the connection. */
static uint32_t count_given(const struct toe_engine *engine, const struct toe_op *op)
{
    const struct install_slot *slot = op->state;
    const struct toe_conn *c = &engine->conn[op->cmd.conn];
    uint32_t count = 0;
    for (uint32_t i = 0; i < op->cmd.count; i++)
        count +=
            slot->list[i].port == engine->regs.nic_id && slot->list[i].frame_time_ps >= c->given_ps;
    return count;
}

static void applied(struct toe_engine *engine, uint32_t conn, uint64_t now_ps)
{
    struct toe_op *op = toe_op_at(engine, engine->conn[conn].held_op);
    struct install_slot *slot = op->state;
    assert(slot->applying && op->cmd.conn == conn);
    if (++slot->next < op->cmd.count)
        return;
    toe_mark(engine, MARK_HELD_APPLIED, conn, op->cmd.gen, NULL, now_ps);
    toe_rx_park_begin(engine, conn, count_given(engine, op), now_ps);
    engine->conn[conn].held_op = TOE_NONE;
    slot->applying = false;
    toe_op_free(engine, op);
}

void install_held_init(struct toe_engine *engine)
{
    static const struct toe_held_source source = {.waits = waits, .take = take, .applied = applied};
    engine->held_source = &source;
}

void install_held_release(struct toe_engine *engine, struct toe_op *op)
{
    struct install_slot *slot = op->state;
    for (uint32_t i = 0; i < slot->fetched; i++) {
        frame_free(engine->wiring.pool, slot->held[i].frame);
        slot->held[i].frame = NULL;
    }
}

void install_held_flush(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    const struct install_slot *slot = op->state;
    for (uint32_t i = 0; slot->applying && i < slot->fetched; i++)
        if (slot->held[i].frame)
            toe_rx_drop(engine, slot->held[i].frame, DROP_FENCED, op->cmd.conn, op->cmd.gen,
                        now_ps);
    install_held_release(engine, op);
}

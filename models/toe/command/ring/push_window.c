#include "models/toe/command/ring/push_window.h"

#include "models/hwif/nic_regs.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

#include <assert.h>
#include <string.h>

/* There is a slot for each command that the queue holds. */
enum { SLOTS_LOG2 = 6, SLOTS = 1 << SLOTS_LOG2, WINDOW_BYTES = SLOTS * NIC_PUSH_SLOT_BYTES };
static_assert(SLOTS == (int)TOE_PREFETCH_MAX, "a slot is an entry of the queue");
static_assert(SLOTS_LOG2 <= (int)NIC_PUSH_LOG2_MAX, "the window ends below the MSI-X table");
static_assert(sizeof(struct nic_cmd) == NIC_PUSH_SLOT_BYTES, "a command fills its slot");

static bool has_window(const struct toe_engine *engine)
{
    enum { FIRST_WITH_WINDOW = 2 };
    return engine->params.contract >= FIRST_WITH_WINDOW;
}

uint32_t toe_push_capabilities(const struct toe_engine *engine)
{
    uint32_t slots = (uint32_t)SLOTS_LOG2 << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    return has_window(engine) ? NIC_CAPABILITY_PUSH | slots : 0;
}

uint32_t toe_push_control(const struct toe_engine *engine, uint32_t value)
{
    if (!has_window(engine) || (value & NIC_CONTROL_ENABLE) == 0)
        return 0;
    bool is_enabled = (engine->regs.control & NIC_CONTROL_ENABLE) != 0;
    return (is_enabled ? engine->regs.control : value) & NIC_CONTROL_PUSH;
}

bool toe_push_is_on(const struct toe_engine *engine)
{
    return (engine->regs.control & NIC_CONTROL_PUSH) != 0;
}

bool toe_push_has(const struct toe_engine *engine, uint32_t offset, uint32_t len)
{
    return has_window(engine) && offset < NIC_REG_PUSH_WINDOW + WINDOW_BYTES &&
           offset + len > NIC_REG_PUSH_WINDOW;
}

static void refuse(struct toe_engine *engine, uint64_t now_ps)
{
    engine->stats.pushes_refused++;
    engine->wiring.pcie.ops->refuse(engine->wiring.pcie.self, now_ps);
    engine->regs.fenced_by_self = true;
    toe_fence(engine, now_ps);
}

void toe_push_write(struct toe_engine *engine, uint32_t offset, const void *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    assert(toe_push_has(engine, offset, len));
    if (!toe_is_running(engine) || !toe_push_is_on(engine))
        return;
    uint32_t slot = commands->pushed % SLOTS;
    bool is_whole = len == NIC_PUSH_SLOT_BYTES && offset % NIC_PUSH_SLOT_BYTES == 0;
    bool is_next = offset == NIC_REG_PUSH_WINDOW + slot * NIC_PUSH_SLOT_BYTES;
    if (!is_whole || !is_next || commands->count == SLOTS) {
        refuse(engine, now_ps);
        return;
    }
    uint32_t at = (commands->head + commands->count) % TOE_PREFETCH_MAX;
    memcpy(&commands->queue[at], data, sizeof commands->queue[at]);
    commands->count++;
    commands->pushed++;
    engine->stats.commands_pushed++;
}

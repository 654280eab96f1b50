#include "models/toe/command/ring/push_window.h"

#include "models/hwif/nic_regs.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct nic_cmd) == NIC_PUSH_SLOT_BYTES, "a command fills its slot");

static uint32_t slots(const struct toe_engine *engine) { return 1u << engine->params.push_log2; }

static bool has_window(const struct toe_engine *engine)
{
    enum { FIRST_WITH_WINDOW = 2 };
    return engine->params.contract >= FIRST_WITH_WINDOW;
}

uint32_t toe_push_capabilities(const struct toe_engine *engine)
{
    uint32_t log2 = engine->params.push_log2 << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    return has_window(engine) ? NIC_CAPABILITY_PUSH | NIC_CAPABILITY_LISTS | log2 : 0;
}

uint32_t toe_push_control(struct toe_engine *engine, uint32_t value)
{
    struct toe_commands *commands = engine->commands;
    bool wants_push = has_window(engine) && (value & NIC_CONTROL_PUSH) != 0;
    if ((value & NIC_CONTROL_ENABLE) == 0)
        return 0;
    if (commands->way == WAY_OPEN)
        commands->way = wants_push ? WAY_PUSHED : WAY_FETCHED;
    return toe_push_is_on(engine) ? NIC_CONTROL_PUSH : 0;
}

bool toe_push_is_on(const struct toe_engine *engine) { return engine->commands->way == WAY_PUSHED; }

bool toe_push_has(const struct toe_engine *engine, uint32_t offset, uint32_t len)
{
    uint32_t end = NIC_REG_PUSH_WINDOW + slots(engine) * NIC_PUSH_SLOT_BYTES;
    return has_window(engine) && offset < end && offset + len > NIC_REG_PUSH_WINDOW;
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
    uint32_t slot = commands->pushed % slots(engine);
    bool is_whole = len == NIC_PUSH_SLOT_BYTES && offset % NIC_PUSH_SLOT_BYTES == 0;
    bool is_next = offset == NIC_REG_PUSH_WINDOW + slot * NIC_PUSH_SLOT_BYTES;
    if (!is_whole || !is_next || commands->count >= slots(engine)) {
        refuse(engine, now_ps);
        return;
    }
    uint32_t at = (commands->head + commands->count) % QUEUE_MAX;
    toe_command_copy(&commands->queue[at], data);
    commands->here_ps[at] = now_ps;
    commands->count++;
    commands->pushed++;
    engine->stats.commands_pushed++;
}

#include "models/toe/command/ring/cmd_list.h"

#include "models/base/planted.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

#include <assert.h>

enum {
    /* Lists under way at most. Each takes one of the OPS_MAX places, and its entries need the others. */
    LISTS_MAX = 4,
    FIRST_CONTRACT = 2, /* the first version of the interface that has lists */
    /* The notes in the reserved bytes of an entry: 1 + the place of its list, and its position in the list. */
    NOTE_LIST = 0,
    NOTE_INDEX = 1,
};

struct list_slot {
    bool here;        /* the entries were read */
    uint64_t here_ps; /* when, if here */
    uint32_t next;    /* the first entry that has not started */
    uint32_t end;     /* entries to start */
    uint32_t left;    /* entries without a result */
    struct nic_cmd entry[NIC_LIST_MAX];
    struct nic_list_result result[NIC_LIST_MAX];
};

static uint8_t check(const struct nic_cmd *cmd)
{
    bool is_good = cmd->count > 0 && cmd->count <= NIC_LIST_MAX;
    return is_good ? NIC_RESULT_OK : NIC_RESULT_UNSUPPORTED;
}

static bool may_start(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    (void)cmd;
    return engine->commands->lists < LISTS_MAX;
}

/* Returns the command of each entry. */
static uint8_t op_of_entries(const struct nic_cmd *list)
{
    bool lookup = (list->flags & NIC_CMD_FLAG_LOOKUP) != 0;
    if (list->op == NIC_CMD_FREEZE_LIST)
        return lookup ? NIC_CMD_RELEASE : NIC_CMD_FREEZE;
    return lookup ? NIC_CMD_RESERVE : NIC_CMD_INSTALL;
}

static void on_entries(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct toe_op *op = toe_op_at(engine, (uint32_t)cookie);
    struct list_slot *slot = op->state;
    assert(len == op->cmd.count * sizeof(struct nic_cmd));
    (void)len;
    for (uint32_t i = 0; i < op->cmd.count; i++) {
        struct nic_cmd *entry = &slot->entry[i];
        toe_command_copy(entry, data + i * sizeof *entry);
        entry->op = op_of_entries(&op->cmd);
        entry->reserved[NOTE_LIST] = (uint8_t)(1 + toe_op_index(engine, op));
        entry->reserved[NOTE_INDEX] = (uint8_t)i;
    }
    slot->here = true;
    slot->here_ps = now_ps;
    slot->end = op->cmd.count;
    if (PLANTED(list_entry_skipped) && op->cmd.count > 1) {
        slot->end--;
        slot->left--;
        slot->result[slot->end].conn = slot->entry[slot->end].conn; /* and the result says OK */
        slot->result[slot->end].gen = slot->entry[slot->end].gen;
    }
    toe_kick(engine, now_ps);
}

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct list_slot *slot = op->state;
    if (engine->params.contract < FIRST_CONTRACT) {
        toe_op_end(engine, op, NIC_RESULT_UNSUPPORTED, now_ps);
        return true;
    }
    assert(!engine->commands->list);
    slot->left = op->cmd.count;
    engine->commands->list = op;
    engine->commands->lists++;
    toe_read(engine, op->cmd.list, op->cmd.count * (uint32_t)sizeof(struct nic_cmd),
             toe_op_index(engine, op), on_entries, now_ps);
    return true;
}

const struct nic_cmd *toe_list_first(const struct toe_op *list)
{
    const struct list_slot *slot = list->state;
    return slot->here ? &slot->entry[slot->next] : NULL;
}

uint64_t toe_list_here_ps(const struct toe_op *list)
{
    const struct list_slot *slot = list->state;
    assert(slot->here);
    return slot->here_ps;
}

/* The results are in host memory. Only now is the place of the list free, because its results are still needed here. */
static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_cookie_is_now(engine, cookie))
        return;
    struct toe_op *op = toe_op_at(engine, (uint32_t)cookie);
    const struct list_slot *slot = op->state;
    for (uint32_t i = 0; now_ps != TIME_NEVER && i < op->cmd.count; i++)
        toe_probe(engine, (struct probe_event){.kind = PROBE_CMD_DONE,
                                               .now_ps = now_ps,
                                               .conn = slot->result[i].conn,
                                               .gen = slot->result[i].gen,
                                               .done.op = op_of_entries(&op->cmd)});
    assert(engine->commands->lists > 0);
    engine->commands->lists--;
    toe_op_free(engine, op);
    if (now_ps != TIME_NEVER)
        toe_kick(engine, now_ps);
}

/* Completes the list when all entries have started and have their results. The last entry may have its result before the
 * queue knows that it has started. */
static void end_if_over(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    const struct list_slot *slot = op->state;
    if (slot->left > 0 || slot->next < slot->end)
        return;
    struct pcie_done nobody = {0};
    struct pcie_done visible = {on_visible, engine, toe_cookie(engine, toe_op_index(engine, op))};
    engine->wiring.pcie.ops->write(engine->wiring.pcie.self, op->cmd.image, slot->result,
                                   op->cmd.count * (uint32_t)sizeof slot->result[0], nobody,
                                   visible, now_ps);
    toe_op_done(engine, op, NIC_RESULT_OK, now_ps);
}

void toe_list_pop(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    struct toe_op *op = commands->list;
    struct list_slot *slot = op->state;
    assert(slot->here && slot->next < slot->end);
    if (++slot->next < slot->end)
        return;
    commands->list = NULL;
    end_if_over(engine, op, now_ps);
}

bool toe_list_take_result(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                          uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps)
{
    if (cmd->reserved[NOTE_LIST] == 0)
        return false;
    struct toe_op *op = toe_op_at(engine, cmd->reserved[NOTE_LIST] - 1u);
    struct list_slot *slot = op->state;
    assert(slot->left > 0);
    slot->result[cmd->reserved[NOTE_INDEX]] = (struct nic_list_result){.result = result,
                                                                       .gen = cmd->gen,
                                                                       .conn = cmd->conn,
                                                                       .frozen_ps = frozen_ps,
                                                                       .drained_ps = drained_ps};
    slot->left--;
    end_if_over(engine, op, now_ps);
    return true;
}

const struct toe_command toe_cmd_freeze_list = {.name = "FREEZE_LIST",
                                                .slot_bytes = sizeof(struct list_slot),
                                                .check = check,
                                                .may_start = may_start,
                                                .start = start};

const struct toe_command toe_cmd_install_list = {.name = "INSTALL_LIST",
                                                 .slot_bytes = sizeof(struct list_slot),
                                                 .check = check,
                                                 .may_start = may_start,
                                                 .start = start};

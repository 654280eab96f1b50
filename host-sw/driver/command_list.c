#include "host-sw/driver/command_list.h"

#include "models/base/memory.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum {
    FIRST_VERSION = 2, /* of the interface that has lists */
    LISTS = 128,       /* lists in use at most */
    /* Host memory of a list: its entries, and behind them its results. */
    RESULTS_OFFSET = NIC_LIST_MAX * sizeof(struct nic_cmd),
    LIST_BYTES = RESULTS_OFFSET + NIC_LIST_MAX * sizeof(struct nic_list_result),
    RESULTS_PER_LINE = 2,
};

/* The kinds of lists, in the order in which they are given to the NIC at the end of a step. Connections that nobody
 * serves come first, and entries of the lookup table are released before others are reserved. */
static const struct kind {
    uint8_t op; /* of the entries */
    uint8_t list_op;
    uint8_t list_flags;
} kinds[COMMAND_LIST_KINDS] = {
    {NIC_CMD_INSTALL, NIC_CMD_INSTALL_LIST, 0},
    {NIC_CMD_FREEZE, NIC_CMD_FREEZE_LIST, 0},
    {NIC_CMD_RELEASE, NIC_CMD_FREEZE_LIST, NIC_CMD_FLAG_LOOKUP},
    {NIC_CMD_RESERVE, NIC_CMD_INSTALL_LIST, NIC_CMD_FLAG_LOOKUP},
};

bool command_lists_init(struct command_lists *lists, struct nic_bus bus, unsigned nic,
                        uint32_t version, uint32_t max)
{
    assert(max > 0 && max <= NIC_LIST_MAX);
    *lists = (struct command_lists){.bus = bus};
    if (version < FIRST_VERSION ||
        (bus.ops->mmio_read32(bus.self, nic, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_LISTS) == 0)
        return false;
    lists->base = bus.ops->mem_alloc(bus.self, (uint64_t)LISTS * LIST_BYTES);
    if (lists->base == 0)
        return false;
    lists->lists = calloc(LISTS, sizeof *lists->lists);
    memory_check(lists->lists);
    for (uint32_t kind = 0; kind < COMMAND_LIST_KINDS; kind++)
        lists->open[kind] = COMMAND_LIST_NONE;
    lists->max = max;
    return true;
}

void command_lists_free(struct command_lists *lists)
{
    if (lists->base)
        lists->bus.ops->mem_free(lists->bus.self, lists->base, (uint64_t)LISTS * LIST_BYTES);
    free(lists->lists);
    *lists = (struct command_lists){0};
}

uint64_t command_lists_bytes(const struct command_lists *lists)
{
    return lists->base ? (uint64_t)LISTS * LIST_BYTES : 0;
}

bool command_list_is(uint8_t op) { return op == NIC_CMD_FREEZE_LIST || op == NIC_CMD_INSTALL_LIST; }

uint32_t command_list_kind(const struct nic_cmd *cmd)
{
    uint32_t kind = 0;
    while (kinds[kind].op != cmd->op)
        kind++;
    assert(kind < COMMAND_LIST_KINDS);
    return kind;
}

bool command_lists_have_other(const struct command_lists *lists, const struct nic_cmd *cmd)
{
    for (uint32_t kind = 0; kind < COMMAND_LIST_KINDS; kind++) {
        if (lists->open[kind] == COMMAND_LIST_NONE || kinds[kind].op == cmd->op)
            continue;
        const struct command_list *list = &lists->lists[lists->open[kind]];
        for (uint32_t i = 0; i < list->count; i++)
            if (list->entry[i].conn == cmd->conn)
                return true;
    }
    return false;
}

bool command_lists_add(struct command_lists *lists, const struct nic_cmd *cmd)
{
    uint32_t kind = command_list_kind(cmd);
    if (lists->open[kind] == COMMAND_LIST_NONE) {
        uint16_t number = 0;
        while (number < LISTS && lists->lists[number].used)
            number++;
        if (number == LISTS)
            return false;
        lists->lists[number].used = true;
        lists->lists[number].kind = (uint8_t)kind;
        lists->lists[number].count = 0;
        lists->open[kind] = number;
        lists->open_count++;
    }
    struct command_list *list = &lists->lists[lists->open[kind]];
    assert(list->count < lists->max);
    list->entry[list->count++] = *cmd;
    lists->bus.ops->charge(lists->bus.self, CPU_COST_COPY_64, 1);
    return true;
}

bool command_lists_is_full(const struct command_lists *lists, uint32_t kind)
{
    assert(kind < COMMAND_LIST_KINDS && lists->open[kind] != COMMAND_LIST_NONE);
    return lists->lists[lists->open[kind]].count == lists->max;
}

static uint64_t address_of(const struct command_lists *lists, uint32_t number)
{
    return lists->base + (uint64_t)number * LIST_BYTES;
}

uint32_t command_lists_close(struct command_lists *lists, uint32_t kind, struct nic_cmd *cmd)
{
    assert(kind < COMMAND_LIST_KINDS);
    uint32_t number = lists->open[kind];
    if (number == COMMAND_LIST_NONE)
        return number;
    const struct command_list *list = &lists->lists[number];
    uint64_t address = address_of(lists, number);
    lists->bus.ops->mem_write(lists->bus.self, address, list->entry,
                              list->count * (uint32_t)sizeof list->entry[0]);
    *cmd = (struct nic_cmd){.op = kinds[kind].list_op,
                            .flags = kinds[kind].list_flags,
                            .list = address,
                            .image = address + RESULTS_OFFSET,
                            .count = list->count};
    lists->open[kind] = COMMAND_LIST_NONE;
    lists->open_count--;
    return number;
}

bool command_lists_result(const struct command_lists *lists, uint32_t number, uint32_t index,
                          const struct nic_event *done, struct nic_event *each)
{
    assert(number < LISTS && lists->lists[number].used);
    const struct command_list *list = &lists->lists[number];
    if (index >= list->count)
        return false;
    struct nic_bus bus = lists->bus;
    if (index % RESULTS_PER_LINE == 0)
        bus.ops->charge(bus.self, CPU_COST_POLL, 1);
    const struct nic_cmd *entry = &list->entry[index];
    *each = (struct nic_event){.kind = NIC_EVENT_CMD_DONE,
                               .gen = entry->gen,
                               .conn = entry->conn,
                               .result = done->result,
                               .op = entry->op,
                               .nic = done->nic,
                               .cookie = entry->cookie};
    if (done->result != NIC_RESULT_OK)
        return true; /* the NIC has refused the list, so there are no results */
    const struct nic_list_result *result = bus.ops->mem_read(
        bus.self, address_of(lists, number) + RESULTS_OFFSET + index * sizeof *result,
        sizeof *result);
    each->result = result->result;
    each->frozen_ps = result->frozen_ps;
    each->drained_ps = result->drained_ps;
    return true;
}

void command_lists_end(struct command_lists *lists, uint32_t number)
{
    assert(number < LISTS && lists->lists[number].used);
    lists->lists[number].used = false;
}

/* Tests host-sw/driver/command_list.c: commands of one step leave in lists, and each entry has its completion. */
#include "host-sw/driver/nic_driver.h"
#include "host-sw/test/fake_nic.h"

#include <criterion/criterion.h>
#include <string.h>

enum { BATCH = 4 };

static struct fake_nic *fake;
static struct buffer_pool pool;
static struct nic_driver driver;
static struct nic_driver_params params;

static void setup(void)
{
    fake = fake_create();
    cr_assert(buffer_pool_init(&pool, fake_bus(fake), 40));
    fake->port[0].regs[NIC_REG_CAPABILITIES / 4] |= NIC_CAPABILITY_LISTS;
    params = (struct nic_driver_params){.mtu_bytes = 1500,
                                        .list_max = BATCH,
                                        .log2_cmd = 6,
                                        .log2_record = 3,
                                        .log2_event = 3,
                                        .log2_buffer = 4,
                                        .probe = {.bar_address = 0xf0000000}};
}

static void teardown(void)
{
    nic_driver_free(&driver);
    buffer_pool_free(&pool);
    fake_destroy(fake);
}

TestSuite(command_list, .init = setup, .fini = teardown);

static enum nic_probe_result start(void)
{
    return nic_driver_start(&driver, fake_bus(fake), 0, &params, &pool);
}

static void end_step(void)
{
    nic_driver_flush(&driver);
    driver.bus.ops->step_end(driver.bus.self);
}

static void put(uint8_t op, uint32_t conn)
{
    bool silent = op == NIC_CMD_RESERVE || op == NIC_CMD_RELEASE;
    uint8_t flags = silent ? (uint8_t)NIC_CMD_FLAG_NO_COMPLETION : (uint8_t)0;
    bool completes = nic_driver_command_in_list(
        &driver, (struct nic_cmd){.op = op, .flags = flags, .conn = conn, .gen = 7});
    cr_assert_eq(completes, !silent);
}

static const struct nic_cmd *expect(uint8_t op, uint32_t count)
{
    const struct nic_cmd *cmd = fake_take(fake, 0);
    cr_assert_not_null(cmd);
    cr_assert_eq(cmd->op, op);
    cr_assert_eq(cmd->count, count);
    return cmd;
}

static const struct nic_cmd *entries(const struct nic_cmd *list)
{
    return fake_memory(fake, list->list);
}

Test(command_list, commands_of_a_step_leave_in_lists_by_kind)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint32_t conn = 0; conn < 5; conn++) {
        put(NIC_CMD_FREEZE, conn);
        put(NIC_CMD_RESERVE, 10 + conn);
    }
    put(NIC_CMD_INSTALL, 20);
    put(NIC_CMD_INSTALL, 21);
    end_step();
    const struct nic_cmd *full = expect(NIC_CMD_FREEZE_LIST, BATCH);
    for (uint32_t i = 0; i < BATCH; i++)
        cr_assert_eq(entries(full)[i].conn, i);
    const struct nic_cmd *reserve = expect(NIC_CMD_INSTALL_LIST, BATCH);
    cr_assert(reserve->flags & NIC_CMD_FLAG_LOOKUP);
    cr_assert_not(reserve->flags & NIC_CMD_FLAG_NO_COMPLETION, "its memory is in use until then");
    const struct nic_cmd *install = expect(NIC_CMD_INSTALL_LIST, 2);
    cr_assert_not(install->flags & NIC_CMD_FLAG_LOOKUP);
    cr_assert_eq(entries(install)[1].conn, 21);
    expect(NIC_CMD_FREEZE, 0); /* one alone is no list */
    expect(NIC_CMD_RESERVE, 0);
    cr_assert_null(fake_take(fake, 0));
}

/* Lists may change places, so no connection is in two of them, and other commands come behind them. */
Test(command_list, commands_of_one_connection_keep_their_order)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    put(NIC_CMD_RELEASE, 1);
    put(NIC_CMD_RELEASE, 2);
    put(NIC_CMD_INSTALL, 3);
    put(NIC_CMD_INSTALL, 1);
    nic_driver_command(&driver, (struct nic_cmd){.op = NIC_CMD_RX_INJECT, .conn = 1}, 0);
    end_step();
    expect(NIC_CMD_INSTALL, 0);
    expect(NIC_CMD_FREEZE_LIST, 2);
    cr_assert_eq(expect(NIC_CMD_INSTALL, 0)->conn, 1);
    expect(NIC_CMD_RX_INJECT, 0);
}

Test(command_list, each_entry_has_its_completion)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    put(NIC_CMD_FREEZE, 1);
    put(NIC_CMD_FREEZE, 2);
    put(NIC_CMD_FREEZE, 3);
    end_step();
    const struct nic_cmd *list = expect(NIC_CMD_FREEZE_LIST, 3);
    struct nic_list_result results[3] = {{.result = NIC_RESULT_OK, .frozen_ps = 11},
                                         {.result = NIC_RESULT_ABSENT},
                                         {.result = NIC_RESULT_OK, .frozen_ps = 33}};
    memcpy(fake_memory(fake, list->image), results, sizeof results);
    struct nic_event done = {.kind = NIC_EVENT_CMD_DONE, .op = list->op, .cookie = list->cookie};
    struct nic_request request;
    cr_assert(nic_driver_complete(&driver, &done, &request));
    struct nic_event each;
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert(nic_driver_list_result(&driver, &request, i, &done, &each));
        cr_assert_eq(each.op, NIC_CMD_FREEZE);
        cr_assert_eq(each.conn, 1 + i);
        cr_assert_eq(each.gen, 7);
        cr_assert_eq(each.result, results[i].result);
        cr_assert_eq(each.frozen_ps, results[i].frozen_ps);
        struct nic_request one;
        cr_assert(nic_driver_complete(&driver, &each, &one));
        cr_assert_eq(one.conn, 1 + i);
    }
    cr_assert_not(nic_driver_list_result(&driver, &request, 3, &done, &each));
    driver.up = false;
    cr_assert_not(nic_driver_abandon(&driver, &request), "no request is left");
}

/* A NIC that refuses the list refuses every entry. */
Test(command_list, the_entries_of_a_refused_list_have_failed)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    put(NIC_CMD_INSTALL, 1);
    put(NIC_CMD_INSTALL, 2);
    end_step();
    const struct nic_cmd *list = expect(NIC_CMD_INSTALL_LIST, 2);
    struct nic_event done = {.kind = NIC_EVENT_CMD_DONE,
                             .op = list->op,
                             .result = NIC_RESULT_UNSUPPORTED,
                             .cookie = list->cookie};
    struct nic_request request;
    cr_assert(nic_driver_complete(&driver, &done, &request));
    struct nic_event each;
    for (uint32_t i = 0; i < 2; i++) {
        cr_assert(nic_driver_list_result(&driver, &request, i, &done, &each));
        cr_assert_eq(each.result, NIC_RESULT_UNSUPPORTED);
    }
    cr_assert_not(nic_driver_list_result(&driver, &request, 2, &done, &each));
}

Test(command_list, requests_of_a_dead_nic_are_abandoned_one_by_one)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    put(NIC_CMD_INSTALL, 1);
    put(NIC_CMD_INSTALL, 2);
    end_step();
    put(NIC_CMD_FREEZE, 3);
    driver.up = false;
    uint32_t conns = 0, lists = 0;
    struct nic_request request;
    while (nic_driver_abandon(&driver, &request)) {
        lists += command_list_is(request.op);
        conns |= command_list_is(request.op) ? 0 : 1u << request.conn;
    }
    cr_assert_eq(lists, 1);
    cr_assert_eq(conns, 1u << 1 | 1u << 2 | 1u << 3);
}

Test(command_list, a_nic_without_lists_is_refused)
{
    fake->port[0].regs[NIC_REG_CAPABILITIES / 4] &= ~(uint32_t)NIC_CAPABILITY_LISTS;
    cr_assert_eq(start(), NIC_PROBE_NO_LISTS);
}

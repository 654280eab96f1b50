/* Tests host-sw/driver: probing, rings over many laps, more commands than the ring holds, and
 * buffers out of order. */
#include "host-sw/driver/nic_driver.h"
#include "host-sw/test/fake_nic.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

static struct fake_nic *fake;
static struct buffer_pool pool;
static struct nic_driver driver;
static struct nic_driver_params params;

static void setup(void)
{
    fake = fake_create();
    cr_assert(buffer_pool_init(&pool, fake_bus(fake), 40));
    params = (struct nic_driver_params){.mtu_bytes = 1500,
                                        .log2_cmd = 3,
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

TestSuite(driver, .init = setup, .fini = teardown);

static enum nic_probe_result start(void)
{
    return nic_driver_start(&driver, fake_bus(fake), 0, &params, &pool);
}

static void end_step(void)
{
    nic_driver_flush(&driver);
    driver.bus.ops->step_end(driver.bus.self);
}

Test(driver, a_bar_without_address_gets_ours_and_firmwares_is_kept)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    cr_assert_eq(fake->port[0].cfg[4] & 0xfffffff0u, 0xf0000000u);
    nic_driver_free(&driver);
    fake->port[0].cfg[4] = 0xe0000000u | 0xc;
    cr_assert_eq(start(), NIC_PROBE_OK);
    cr_assert_eq(fake->port[0].cfg[4] & 0xfffffff0u, 0xe0000000u);
}

struct broken_row {
    char name[48];
    int what;
    enum nic_probe_result result;
};
enum { DEAD, NO_MSIX, MAGIC, VERSION, CAP_LOOP };
ParameterizedTestParameters(driver_probe, a_broken_device_is_refused_by_name)
{
    static struct broken_row rows[] = {
        {"no answer", DEAD, NIC_PROBE_NO_DEVICE},
        {"capability list that runs in a circle", CAP_LOOP, NIC_PROBE_NO_CAPABILITY},
        {"no MSI-X", NO_MSIX, NIC_PROBE_NO_CAPABILITY},
        {"another device", MAGIC, NIC_PROBE_BAD_MAGIC},
        {"another interface version", VERSION, NIC_PROBE_BAD_VERSION},
    };
    return cr_make_param_array(struct broken_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct broken_row *row, driver_probe, a_broken_device_is_refused_by_name,
                  .init = setup, .fini = teardown)
{
    struct fake_port *port = &fake->port[0];
    if (row->what == DEAD)
        port->dead = true;
    else if (row->what == CAP_LOOP)
        port->cfg[0x40 / 4] = 0x40 << 8 | 0x05;
    else if (row->what == NO_MSIX)
        port->cfg[0x40 / 4] = 0x10;
    else if (row->what == MAGIC)
        port->regs[NIC_REG_MAGIC / 4] = 1;
    else if (row->what == VERSION)
        port->regs[NIC_REG_VERSION / 4] = 99;
    cr_assert_eq(start(), row->result, "%s", row->name);
    cr_assert_not(driver.up);
}

Test(driver, records_are_found_on_every_lap_of_the_ring)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint64_t i = 0; i < 50; i++) {
        cr_assert_null(nic_ring_peek(&driver.records));
        fake_post_record(fake, 0, (struct nic_record){.frame_id = i + 1});
        const struct nic_record *record = nic_ring_peek(&driver.records);
        cr_assert_not_null(record);
        cr_assert_eq(record->frame_id, i + 1);
        nic_ring_advance(&driver.records);
    }
    end_step();
    cr_assert_eq(fake->port[0].regs[NIC_REG_RECORD_CONSUMER / 4], 50);
}

Test(driver, an_interrupt_is_asked_for_once_until_it_came)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    uint64_t doorbells = fake->charged[CPU_COST_DOORBELL];
    nic_ring_arm(&driver.records);
    nic_ring_arm(&driver.records);
    cr_assert_eq(fake->charged[CPU_COST_DOORBELL], doorbells + 1);
    driver.records.armed = false;
    nic_ring_arm(&driver.records);
    cr_assert_eq(fake->charged[CPU_COST_DOORBELL], doorbells + 2);
}

Test(driver, more_commands_than_the_ring_holds_leave_in_order_as_completions_come)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint32_t i = 0; i < 30; i++)
        nic_driver_command(&driver, (struct nic_cmd){.op = NIC_CMD_NOP, .conn = i}, 0);
    end_step();
    cr_assert_eq(fake->port[0].cmd_count, 8);
    for (uint32_t i = 0; i < 30; i++) {
        const struct nic_cmd *cmd = fake_expect(fake, 0, NIC_CMD_NOP);
        cr_assert_eq(cmd->conn, i);
        struct nic_request request;
        struct nic_event event = {.cookie = cmd->cookie};
        cr_assert(nic_driver_complete(&driver, &event, &request));
        cr_assert_eq(request.conn, i);
        cr_assert_not(nic_driver_complete(&driver, &event, &request), "answered once");
        end_step();
    }
    cr_assert_null(fake_take(fake, 0));
}

Test(driver, commands_without_completion_never_fill_the_ring_for_good)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    uint32_t completing = 0;
    for (uint32_t i = 0; i < 200; i++) {
        nic_driver_command(
            &driver,
            (struct nic_cmd){.op = NIC_CMD_RELEASE, .flags = NIC_CMD_FLAG_NO_COMPLETION, .conn = i},
            0);
        end_step();
        const struct nic_cmd *cmd = fake_take(fake, 0);
        cr_assert_not_null(cmd, "command %u is stuck", i);
        cr_assert_eq(cmd->conn, i);
        if (cmd->flags & NIC_CMD_FLAG_NO_COMPLETION)
            continue;
        struct nic_request request;
        completing++;
        nic_driver_complete(&driver, &(struct nic_event){.cookie = cmd->cookie}, &request);
    }
    cr_assert_lt(completing, 60);
}

/* Completions arrive while other commands wait behind a full ring, so the ring looks empty for a
 * short time. */
Test(driver, commands_without_completion_behind_a_backlog_never_fill_the_ring_for_good)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    enum { RING = 8, BEHIND = 20 };
    struct nic_request request;
    for (uint32_t i = 0; i < RING + 1; i++)
        nic_driver_command(&driver, (struct nic_cmd){.op = NIC_CMD_RESERVE, .conn = i}, 0);
    end_step();
    for (uint32_t i = 0; i < RING; i++) {
        const struct nic_cmd *cmd = fake_take(fake, 0);
        nic_driver_complete(&driver, &(struct nic_event){.cookie = cmd->cookie}, &request);
    }
    for (uint32_t i = 0; i < BEHIND; i++)
        nic_driver_command(
            &driver, (struct nic_cmd){.op = NIC_CMD_RELEASE, .flags = NIC_CMD_FLAG_NO_COMPLETION},
            0);
    for (uint32_t i = 0; i < 1 + BEHIND; i++) {
        end_step();
        const struct nic_cmd *cmd = fake_take(fake, 0);
        cr_assert_not_null(cmd, "command %u is stuck", i);
        if ((cmd->flags & NIC_CMD_FLAG_NO_COMPLETION) == 0)
            nic_driver_complete(&driver, &(struct nic_event){.cookie = cmd->cookie}, &request);
    }
}

/* A slow command keeps its entry. Later completions show that the entries behind it were
 * fetched. */
Test(driver, completions_may_come_out_of_order)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint32_t i = 0; i < 8; i++)
        nic_driver_command(&driver, (struct nic_cmd){.op = NIC_CMD_NOP, .conn = i}, 0);
    end_step();
    struct nic_request request;
    const struct nic_cmd *first = fake_take(fake, 0);
    for (uint32_t i = 1; i < 8; i++)
        nic_driver_complete(&driver, &(struct nic_event){.cookie = fake_take(fake, 0)->cookie},
                            &request);
    cr_assert_eq(host_ring_space(&driver.commands), 0);
    nic_driver_complete(&driver, &(struct nic_event){.cookie = first->cookie}, &request);
    cr_assert_eq(request.conn, 0);
    cr_assert_eq(host_ring_space(&driver.commands), 8);
}

Test(driver, buffers_come_back_in_any_order_and_are_posted_again)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    cr_assert_eq(fake_buffers_left(fake, 0), 16);
    cr_assert_eq(pool.free_count, 24);
    uint8_t bytes[64] = {0};
    uint64_t kept[10];
    for (int i = 0; i < 10; i++) {
        fake_give_frame(fake, 0, NIC_VERDICT_NOT_MINE, bytes, sizeof bytes);
        if (i == 7)
            end_step(); /* makes room in the record ring of eight entries */
        const struct nic_record *record = nic_ring_peek(&driver.records);
        kept[i] = record->buffer;
        nic_ring_advance(&driver.records);
        nic_driver_on_buffer(&driver, record->buffer);
    }
    end_step();
    cr_assert_eq(fake_buffers_left(fake, 0), 16);
    cr_assert_eq(pool.free_count, 14);
    buffer_pool_ref(&pool, kept[3]);
    buffer_pool_unref(&pool, kept[3]);
    cr_assert(buffer_pool_owns(&pool, kept[3]));
    for (int i = 9; i >= 0; i--)
        buffer_pool_unref(&pool, kept[i]);
    cr_assert_not(buffer_pool_owns(&pool, kept[3]));
    cr_assert_eq(pool.free_count, 24);
}

Test(driver, an_empty_pool_is_no_end)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    uint64_t taken[24];
    for (int i = 0; i < 24; i++)
        taken[i] = buffer_pool_take(&pool);
    cr_assert_eq(buffer_pool_take(&pool), 0);
    end_step();
    for (int i = 0; i < 24; i++)
        buffer_pool_unref(&pool, taken[i]);
}

Test(driver, a_buffer_given_back_twice_is_a_bug, .signal = SIGABRT)
{
    uint64_t buffer = buffer_pool_take(&pool);
    buffer_pool_unref(&pool, buffer);
    buffer_pool_unref(&pool, buffer);
}

Test(driver, lent_frames_are_found_by_number_through_growth)
{
    enum { SHARED = 10 };
    uint64_t buffers[SHARED], id, buffer;
    uint32_t of_one = 0;
    for (int i = 0; i < SHARED; i++)
        buffers[i] = buffer_pool_take(&pool);
    for (id = 1; id <= 2000; id++)
        buffer_pool_lend(&pool, id, buffers[id % SHARED], id % 2);
    cr_assert_eq(pool.refs[buffer_pool_index(&pool, buffers[3])], 201);
    for (id = 2000; id >= 1501; id--)
        cr_assert_eq(buffer_pool_return(&pool, id), buffers[id % SHARED]);
    cr_assert_eq(buffer_pool_return(&pool, 1501), 0);
    while (buffer_pool_return_of_nic(&pool, 1, &id, &buffer)) {
        cr_assert_eq(buffer, buffers[id % SHARED]);
        of_one++;
    }
    cr_assert_eq(of_one, 750);
    cr_assert_eq(pool.lent.count, 750);
    /* The caller has the references of the loans that have ended. */
    cr_assert_eq(pool.refs[buffer_pool_index(&pool, buffers[3])], 201);
}

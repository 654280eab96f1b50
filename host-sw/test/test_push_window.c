/* Tests host-sw/driver/push_window.c: commands leave as lines of the push window, slot after slot. The fake NIC refuses
 * every other write to the window. */
#include "host-sw/driver/nic_driver.h"
#include "host-sw/test/fake_nic.h"

#include <criterion/criterion.h>

enum { SLOTS = 1 << FAKE_PUSH_LOG2 };

static struct fake_nic *fake;
static struct fake_port *port;
static struct buffer_pool pool;
static struct nic_driver driver;
static struct nic_driver_params params;

static void setup(void)
{
    fake = fake_create();
    port = &fake->port[0];
    cr_assert(buffer_pool_init(&pool, fake_bus(fake), 40));
    params = (struct nic_driver_params){.mtu_bytes = 1500,
                                        .pushes = true,
                                        .log2_cmd = 10,
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

TestSuite(push_window, .init = setup, .fini = teardown);

static enum nic_probe_result start(void)
{
    return nic_driver_start(&driver, fake_bus(fake), 0, &params, &pool);
}

static void end_step(void)
{
    nic_driver_flush(&driver);
    driver.bus.ops->step_end(driver.bus.self);
}

static void command(uint32_t conn, uint8_t flags)
{
    nic_driver_command(&driver,
                       (struct nic_cmd){.op = NIC_CMD_RELEASE, .flags = flags, .conn = conn}, 0);
}

static void complete(const struct nic_cmd *cmd)
{
    struct nic_request request;
    cr_assert(nic_driver_complete(&driver, &(struct nic_event){.cookie = cmd->cookie}, &request));
    cr_assert_eq(request.conn, cmd->conn);
}

Test(push_window, commands_leave_as_lines_and_ring_no_doorbell)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    cr_assert_eq(port->regs[NIC_REG_CONTROL / 4], NIC_CONTROL_ENABLE | NIC_CONTROL_PUSH);
    cr_assert_eq(port->regs[NIC_REG_CMD_RING / 4], 0, "there is no command ring");
    uint64_t doorbells = fake->charged[CPU_COST_DOORBELL];
    for (uint32_t i = 0; i < 3; i++)
        command(i, 0);
    cr_assert_eq(port->cmd_lines, 0, "lines are written at the end of the step");
    end_step();
    cr_assert_eq(port->cmd_lines, 3);
    cr_assert_eq(port->cmd_doorbells, 0);
    cr_assert_eq(fake->charged[CPU_COST_LINE], 3);
    cr_assert_eq(fake->charged[CPU_COST_COMMAND], 3);
    cr_assert_eq(fake->charged[CPU_COST_DOORBELL], doorbells);
    end_step();
    cr_assert_eq(port->cmd_lines, 3, "each is written once");
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(fake_expect(fake, 0, NIC_CMD_RELEASE)->conn, i);
}

Test(push_window, fetched_commands_write_no_line)
{
    params.pushes = false;
    cr_assert_eq(start(), NIC_PROBE_OK);
    command(1, 0);
    end_step();
    cr_assert_eq(port->regs[NIC_REG_CONTROL / 4], NIC_CONTROL_ENABLE);
    cr_assert_eq(port->cmd_doorbells, 1);
    cr_assert_eq(port->cmd_lines, 0);
    cr_assert_eq(fake->charged[CPU_COST_LINE], 0);
}

/* A slot is free when its command, or a later one, has completed. */
Test(push_window, more_commands_than_slots_leave_in_order_as_completions_come)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint32_t i = 0; i < 50; i++)
        command(i, 0);
    end_step();
    cr_assert_eq(port->cmd_lines, SLOTS);
    for (uint32_t i = 0; i < 50; i++) {
        const struct nic_cmd *cmd = fake_expect(fake, 0, NIC_CMD_RELEASE);
        cr_assert_eq(cmd->conn, i);
        complete(cmd);
        end_step();
        cr_assert_leq(port->cmd_lines, i + 1 + SLOTS);
    }
    cr_assert_null(fake_take(fake, 0));
}

Test(push_window, commands_without_completion_never_fill_the_window_for_good)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    for (uint32_t i = 0; i < 200; i++) {
        command(i, NIC_CMD_FLAG_NO_COMPLETION);
        end_step();
        const struct nic_cmd *cmd = fake_take(fake, 0);
        cr_assert_not_null(cmd, "command %u is stuck", i);
        cr_assert_eq(cmd->conn, i);
        if ((cmd->flags & NIC_CMD_FLAG_NO_COMPLETION) == 0)
            complete(cmd);
    }
}

/* After a reset the NIC expects slot 0. */
Test(push_window, a_new_start_begins_with_the_first_slot)
{
    cr_assert_eq(start(), NIC_PROBE_OK);
    command(1, 0);
    end_step();
    nic_driver_stop(&driver);
    nic_driver_take_buffers(&driver);
    nic_driver_free(&driver);
    cr_assert_eq(start(), NIC_PROBE_OK);
    command(2, 0);
    end_step();
    cr_assert_eq(port->cmd_lines, 1);
}

/* --- NICs that take no pushed commands --- */

Test(push_window, a_nic_of_version_1_is_refused_and_serves_fetched_commands)
{
    port->regs[NIC_REG_VERSION / 4] = 1;
    cr_assert_eq(start(), NIC_PROBE_NO_PUSH);
    cr_assert_not(driver.up);
    nic_driver_free(&driver);
    params.pushes = false;
    cr_assert_eq(start(), NIC_PROBE_OK);
}

Test(push_window, a_nic_without_the_capability_is_refused)
{
    port->regs[NIC_REG_CAPABILITIES / 4] = FAKE_PUSH_LOG2 << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    cr_assert_eq(start(), NIC_PROBE_NO_PUSH);
    cr_assert_neq(port->regs[NIC_REG_CONTROL / 4] & NIC_CONTROL_ENABLE, NIC_CONTROL_ENABLE);
}

Test(push_window, a_window_that_does_not_fit_into_the_bar_is_refused)
{
    port->regs[NIC_REG_CAPABILITIES / 4] =
        NIC_CAPABILITY_PUSH | (NIC_PUSH_LOG2_MAX + 1) << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    cr_assert_eq(start(), NIC_PROBE_NO_PUSH);
}

Test(push_window, versions_that_the_driver_does_not_know_are_refused)
{
    static const uint32_t unknown[] = {0, NIC_INTERFACE_VERSION + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        port->regs[NIC_REG_VERSION / 4] = unknown[i];
        cr_assert_eq(start(), NIC_PROBE_BAD_VERSION, "version %x", unknown[i]);
    }
}

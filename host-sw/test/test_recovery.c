/* Tests host-sw/driver/nic_error.c and host-sw/team/recovery.c: the events of the root port, the
 * counters, and how a NIC leaves the team and comes back. */
#include "host-sw/test/team_bed.h"

#include "host-sw/driver/nic_error.h"
#include "host-sw/server/server.h"
#include "models/hwif/port_regs.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { AER_UNCORRECTABLE = 0x104, AER_CORRECTABLE = 0x110, DEVCTL = 0x48, COMMAND = 0x04 };

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(recovery, .init = setup, .fini = teardown);

static struct fake_port *port(unsigned nic) { return &bed.fake->port[nic]; }

static void port_event(unsigned nic) { fake_run(bed.fake, 1u << (NIC_BUS_PORT_BIT + nic)); }

/* Waits long enough for a restart. */
static void later(void)
{
    for (int i = 0; i < 4; i++)
        fake_run_at(bed.fake, bed.fake->now_ps + 20 * PS_PER_US);
}

/* The other NIC has sent the resets for the lost connections, so that their buffers are free
 * again. */
static void complete_resets(unsigned survivor)
{
    const struct nic_cmd *cmd = fake_expect(bed.fake, survivor, NIC_CMD_TX_FRAME);
    for (; cmd; cmd = fake_take(bed.fake, survivor))
        fake_complete(bed.fake, survivor, cmd, NIC_RESULT_OK);
    fake_run(bed.fake, 1u << survivor);
}

static uint64_t seen(unsigned nic, enum nic_error error)
{
    return host_sw_errors(bed.sw, nic)->seen[error];
}

struct aer_row {
    char name[32];
    enum nic_error error;
    uint32_t offset, bit;
};

static struct aer_row kinds[] = {
    {"bad TLP", NIC_ERROR_BAD_TLP, AER_CORRECTABLE, 6},
    {"bad DLLP", NIC_ERROR_BAD_DLLP, AER_CORRECTABLE, 7},
    {"rollover", NIC_ERROR_REPLAY_ROLLOVER, AER_CORRECTABLE, 8},
    {"replay timer", NIC_ERROR_REPLAY_TIMEOUT, AER_CORRECTABLE, 12},
    {"surprise down", NIC_ERROR_SURPRISE_DOWN, AER_UNCORRECTABLE, 5},
    {"poisoned", NIC_ERROR_POISONED, AER_UNCORRECTABLE, 12},
    {"completion timeout", NIC_ERROR_COMPLETION_TIMEOUT, AER_UNCORRECTABLE, 14},
    {"completer abort", NIC_ERROR_COMPLETER_ABORT, AER_UNCORRECTABLE, 15},
    {"unsupported request", NIC_ERROR_UNSUPPORTED, AER_UNCORRECTABLE, 20},
    {"ACS violation", NIC_ERROR_ACS_VIOLATION, AER_UNCORRECTABLE, 21},
};

ParameterizedTestParameters(nic_error, of_either_end_is_counted_once_and_cleared)
{
    return cr_make_param_array(struct aer_row, kinds, sizeof kinds / sizeof *kinds);
}

ParameterizedTest(struct aer_row *row, nic_error, of_either_end_is_counted_once_and_cleared,
                  .init = setup, .fini = teardown)
{
    /* The error is in the NIC, in its root port, or in both. */
    for (int at_port = 0; at_port < 3; at_port++) {
        uint32_t bits = 1u << row->bit;
        if (at_port != 1)
            port(1)->cfg[row->offset / 4] = bits;
        if (at_port != 0)
            port(1)->root[row->offset / 4] = bits;
        port(1)->root[PORT_ROOT_STATUS / 4] = PORT_ROOT_CORRECTABLE;
        port_event(1);
        cr_assert_eq(seen(1, row->error), (uint64_t)at_port + 1, "%s", row->name);
        cr_assert_eq(port(1)->cfg[row->offset / 4], 0, "%s: cleared", row->name);
        cr_assert_eq(port(1)->root[row->offset / 4], 0, "%s: cleared", row->name);
        cr_assert_eq(port(1)->root[PORT_ROOT_STATUS / 4], 0);
    }
    uint64_t all = 0;
    for (int i = 0; i < NIC_ERROR_COUNT; i++)
        all += seen(1, (enum nic_error)i);
    cr_assert_eq(all, 3, "%s and nothing else", row->name);
    cr_assert_eq(host_sw_errors(bed.sw, 1)->interrupts, 3);
    cr_assert_eq(host_sw_errors(bed.sw, 0)->interrupts, 0);
    cr_assert(host_sw_is_up(bed.sw, 1), "%s: it is in service", row->name);
    cr_assert_eq(bed_stats(&bed)->nics_lost, 0);
}

Test(recovery, the_driver_asks_for_reports_and_keeps_the_sizes)
{
    cr_assert_eq(port(0)->cfg[DEVCTL / 4] & 0xf, 0xf);
    cr_assert_eq(port(0)->cfg[DEVCTL / 4] >> 5 & 7, 1, "256: the device's limit");
}

/* A completion has failed, and the NIC has fenced itself. */
static void fence(unsigned nic)
{
    port(nic)->regs[NIC_REG_STATUS / 4] = NIC_STATUS_READY | NIC_STATUS_FENCED;
    port(nic)->cfg[AER_UNCORRECTABLE / 4] = 1u << 12;
    port_event(nic);
}

static void assert_back(unsigned nic)
{
    cr_assert(host_sw_is_up(bed.sw, nic));
    cr_assert_eq(bed_stats(&bed)->nics_lost, 1);
    cr_assert_eq(bed_stats(&bed)->recoveries, 1);
    cr_assert_eq(bed_stats(&bed)->recoveries_failed, 0);
    cr_assert_eq(port(nic)->regs[NIC_REG_CONTROL / 4], NIC_CONTROL_ENABLE);
    uint32_t posted = 2u << bed.params.ring_log2_buffer;
    cr_assert_eq(bed.sw->pool.count - bed.sw->pool.free_count, posted, "no buffer got lost");
}

Test(recovery, a_fenced_nic_is_lost_with_one_notice_set_up_again_and_used)
{
    fence(0);
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed.closed, 1);
    later();
    complete_resets(1);
    assert_back(0);
    bed.established = 0;
    bed_open(&bed);
    cr_assert_eq(bed_view(&bed, 1).owner, 0, "a new connection of the NIC that is back");
}

Test(recovery, reset_behind_the_drivers_back_is_found_in_the_command_register)
{
    port(1)->cfg[COMMAND / 4] = 1u << 20;
    port_event(1);
    cr_assert_not(host_sw_is_up(bed.sw, 1));
    cr_assert_eq(bed.closed, 0, "the connection is on the other NIC");
    later();
    assert_back(1);
    cr_assert_eq(port(1)->cfg[COMMAND / 4] & 6, 6);
}

Test(recovery, a_link_that_is_down_stays_out_until_its_port_says_it_is_back)
{
    port(0)->dead = true;
    port_event(0);
    later();
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    port_event(0);
    later();
    cr_assert_eq(bed_stats(&bed)->recoveries + bed_stats(&bed)->recoveries_failed, 0);
    port(0)->dead = false;
    port(0)->cfg[DEVCTL / 4] = 2u << 12; /* MPS 128, because the link has lost its settings */
    port(0)->cfg[4] = 0xc;
    port_event(0);
    later();
    complete_resets(1);
    assert_back(0);
    cr_assert_eq(port(0)->cfg[DEVCTL / 4] >> 5 & 7, 1, "MPS as before");
}

Test(recovery, a_nic_that_does_not_come_up_is_counted_and_left_out)
{
    fence(0);
    port(0)->regs[NIC_REG_MAGIC / 4] = 0;
    later();
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed_stats(&bed)->recoveries_failed, 1);
    cr_assert_eq(bed.sw->recovery[0].probe_result, NIC_PROBE_BAD_MAGIC);
    later();
    cr_assert_eq(bed_stats(&bed)->recoveries_failed, 1, "tried once");
    port(0)->regs[NIC_REG_MAGIC / 4] = NIC_MAGIC;
    port_event(0); /* the NIC was replaced by a good one */
    later();
    cr_assert(host_sw_is_up(bed.sw, 0));
    cr_assert_eq(bed_stats(&bed)->recoveries, 1);
}

Test(recovery, a_move_that_a_fenced_nic_never_ends_raises_the_suspicion)
{
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "x");
    fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    port(0)->regs[NIC_REG_STATUS / 4] = NIC_STATUS_READY | NIC_STATUS_FENCED;
    fake_run_at(bed.fake, bed.fake->now_ps + bed.params.move_deadline_ps + PS_PER_US);
    cr_assert_eq(bed_stats(&bed)->nics_lost, 1);
    later();
    cr_assert_eq(bed_stats(&bed)->recoveries, 1);
    cr_assert(host_sw_is_up(bed.sw, 0));
}

/* The reset takes long. Meanwhile the driver serves the other NIC and polls for the end of the
 * reset. */
Test(recovery, a_reset_that_takes_long_is_asked_for_now_and_then)
{
    fence(1);
    bed.fake->port[1].slow_reset = true;
    later();
    cr_assert(bed.sw->recovery[1].resetting);
    cr_assert_not(host_sw_is_up(bed.sw, 1));
    host_conn_write(bed.sw, bed.conn, "more", 4);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(port(0)->doorbells[port(0)->doorbell_count - 1].kind, NIC_DOORBELL_TX);
    port(1)->regs[NIC_REG_STATUS / 4] = NIC_STATUS_READY;
    later();
    assert_back(1);
}

Test(recovery, a_reset_that_never_ends_is_given_up)
{
    fence(1);
    bed.fake->port[1].slow_reset = true;
    for (int i = 0; i < 300; i++)
        fake_run_at(bed.fake, bed.fake->now_ps + 20 * PS_PER_US);
    cr_assert_eq(bed_stats(&bed)->recoveries_failed, 1);
    cr_assert_eq(bed.sw->recovery[1].probe_result, NIC_PROBE_NOT_READY);
    cr_assert_eq(bed.sw->recovery[1].restart_ps, TIME_NEVER);
}

Test(recovery, a_link_that_goes_down_in_the_reset_ends_it_until_it_is_back)
{
    fence(1);
    bed.fake->port[1].slow_reset = true;
    later();
    port(1)->dead = true;
    port_event(1);
    cr_assert_not(bed.sw->recovery[1].resetting);
    cr_assert_eq(bed.sw->recovery[1].restart_ps, TIME_NEVER);
    port(1)->dead = false;
    bed.fake->port[1].slow_reset = false;
    port_event(1);
    later();
    assert_back(1);
}

Test(recovery, a_function_reset_in_the_reset_begins_anew)
{
    fence(1);
    bed.fake->port[1].slow_reset = true;
    later();
    port(1)->cfg[COMMAND / 4] = 1u << 20;
    bed.fake->port[1].slow_reset = false;
    port_event(1);
    later();
    assert_back(1);
}

/* While the peer's address is resolved, no NIC has the connection, so the loss of a NIC does not
 * end it. */
Test(recovery, a_connection_whose_peer_is_still_asked_for_outlives_each_nic)
{
    struct host_connect request = {
        .ip_version = 4,
        .raddr = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 88},
        .rport = 80,
        .vlan = VLAN_NONE};
    uint32_t conn;
    cr_assert_eq(host_conn_connect(bed.sw, &request, &conn), 0);
    fake_run(bed.fake, 1u << 31);
    fence(0);
    cr_assert_eq(bed.closed, 1, "only the connection that NIC 0 had");
    cr_assert_eq(bed_view(&bed, 1).state, DIR_OPENING);
    later();
    complete_resets(1);
}

/* Tests host-sw/team/watchdog.c and fence.c: a NIC that completes no command is noticed, and nothing goes on elsewhere
 * before it is proven that the NIC has stopped. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/hwif/port_regs.h"

#include <criterion/criterion.h>
#include <string.h>

#define TIMEOUT_PS (300 * PS_PER_US)
#define BEAT_PS (100 * PS_PER_US)
#define MARGIN_PS (20 * PS_PER_US) /* each run of the program takes a microsecond */

static struct bed bed;

static void begin(enum team_fence fence, uint64_t heartbeat_ps)
{
    bed_init(&bed);
    for (size_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, "rebuild") == 0)
            bed.params.mechanism = (uint8_t)i;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bed.fake->port[nic].regs[NIC_REG_VERSION / 4] = 2;
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] = NIC_CAPABILITY_RECORDED;
    }
    bed.params.fence = fence;
    bed.params.command_timeout_ps = TIMEOUT_PS;
    bed_start(&bed);
    bed_open(&bed);
    fake_post_record(bed.fake, 0,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .bytes = 60,
                                         .mac_time_ps = bed.fake->now_ps,
                                         .frame_id = bed.fake->next_frame_id++,
                                         .rcv_nxt = bed.irs + 1,
                                         .snd_una = bed.iss + 1,
                                         .snd_wnd = 7000,
                                         .mss = 1400});
    fake_run(bed.fake, 1);
    bed.sw->params.heartbeat_ps = heartbeat_ps; /* not before, because bed_open() expects no NOPs */
    bed.sw->next_heartbeat_ps = heartbeat_ps ? bed.fake->now_ps : TIME_NEVER;
}

/* Completes what the NIC was told, as a NIC does that is alive. Returns the number of NOPs. */
static uint32_t complete_all(unsigned nic)
{
    const struct nic_cmd *cmd;
    uint32_t nops = 0;
    while ((cmd = fake_take(bed.fake, nic)) != NULL) {
        nops += cmd->op == NIC_CMD_NOP;
        if ((cmd->flags & NIC_CMD_FLAG_NO_COMPLETION) == 0)
            fake_complete(bed.fake, nic, cmd, NIC_RESULT_OK);
    }
    fake_run(bed.fake, 2u << (nic * NIC_VECTOR_COUNT));
    return nops;
}

/* Runs the program at each time it asks for, up to `until_ps`. NIC 1 stays alive. */
static void pass(uint64_t until_ps)
{
    while (bed.fake->wait_until_ps < until_ps) {
        fake_run_at(bed.fake, u64_max(bed.fake->wait_until_ps, bed.fake->now_ps));
        (void)complete_all(1);
    }
    fake_run_at(bed.fake, u64_max(until_ps, bed.fake->now_ps));
}

static bool is_lost(void) { return bed_stats(&bed)->nics_lost == 1; }

/* NIC 0 hangs, and gets a command. */
static void hang(void)
{
    (void)complete_all(0);
    (void)complete_all(1);
    bed.fake->port[0].silent = true;
    host_conn_abort(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
}

Test(watchdog, a_nic_that_completes_its_commands_is_left_alone)
{
    begin(TEAM_FENCE_LINK_DISABLE, BEAT_PS);
    uint32_t nops = 0;
    for (int i = 1; i <= 20; i++) {
        fake_run_at(bed.fake, bed.fake->now_ps + BEAT_PS);
        nops += complete_all(0);
        (void)complete_all(1);
    }
    cr_assert_geq(nops, 15, "each heartbeat asks for a sign of life");
    cr_assert_not(is_lost());
    bed_end(&bed);
}

Test(watchdog, a_nic_that_hangs_is_lost_at_the_end_of_the_time_and_not_before)
{
    begin(TEAM_FENCE_LINK_DISABLE, 0);
    hang();
    uint64_t since_ps = bed.fake->now_ps;
    pass(since_ps + TIMEOUT_PS - MARGIN_PS);
    cr_assert_not(is_lost());
    cr_assert_not(bed.fake->port[0].disabled);
    pass(since_ps + TIMEOUT_PS + MARGIN_PS);
    cr_assert(is_lost());
    bed.fake->port[0].silent = false;
    bed_end(&bed);
}

Test(watchdog, a_slow_command_is_no_hanging_nic)
{
    begin(TEAM_FENCE_LINK_DISABLE, 0);
    hang();
    bed.fake->port[0].silent = false; /* it is only slow with this command */
    const struct nic_cmd *cmd;
    for (int i = 0; i < 20; i++) {
        fake_run_at(bed.fake, bed.fake->now_ps + TIMEOUT_PS / 3);
        while ((cmd = fake_take(bed.fake, 0)) != NULL) {
            if (cmd->op == NIC_CMD_NOP)
                fake_complete(bed.fake, 0, cmd, NIC_RESULT_OK);
        }
        fake_run(bed.fake, 2);
        (void)complete_all(1);
    }
    cr_assert_not(is_lost());
    bed_end(&bed);
}

Test(watchdog, the_root_port_disables_the_link_and_lets_it_train_again)
{
    begin(TEAM_FENCE_LINK_DISABLE, BEAT_PS);
    (void)complete_all(0);
    (void)complete_all(1);
    bed.fake->port[0].silent = true;
    pass(bed.fake->now_ps + BEAT_PS + TIMEOUT_PS + MARGIN_PS);
    cr_assert(is_lost());
    bed.fake->port[0].silent = false; /* the link was down */
    pass(bed.fake->now_ps + 3 * PS_PER_US);
    cr_assert_not(bed.fake->port[0].disabled);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].started, 1);
    cr_assert_eq(bed.closed, 0);
    bed_end(&bed);
}

Test(watchdog, without_link_disable_it_waits_for_twice_the_limit_of_the_nic)
{
    begin(TEAM_FENCE_HEARTBEAT, BEAT_PS);
    (void)complete_all(0);
    (void)complete_all(1);
    bed.fake->port[0].silent = true;
    uint64_t since_ps = bed.fake->now_ps;
    pass(since_ps + TIMEOUT_PS + 2 * 3 * BEAT_PS - MARGIN_PS);
    cr_assert_not(is_lost(), "the NIC may still send");
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].started, 0);
    pass(since_ps + BEAT_PS + TIMEOUT_PS + 2 * 3 * BEAT_PS + MARGIN_PS);
    cr_assert(is_lost());
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_REBUILD].started, 1);
    cr_assert_not(bed.fake->port[0].disabled);
    bed.fake->port[0].silent = false;
    bed_end(&bed);
}

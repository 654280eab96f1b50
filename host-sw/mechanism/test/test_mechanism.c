/* Tests host-sw/mechanism/mechanism.h: requests of a mechanism are obeyed, even those that no
 * mechanism of the table makes. */
#include "host-sw/mechanism/mech_host_pull.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/base/move_event.h"

#include <criterion/criterion.h>

static struct bed bed;
static bool may_consume;

static bool ask(const struct host_sw *sw, const struct dir_entry *entry,
                const struct nic_record *record)
{
    (void)sw;
    (void)entry;
    (void)record;
    return may_consume;
}

static struct mechanism_ops careful;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    careful = mech_host_pull;
    careful.name = "careful";
    careful.may_consume = ask;
    may_consume = false;
    bed.sw->transfers.mechanism = &careful;
}

static void teardown(void) { bed_end(&bed); }

TestSuite(mechanism, .init = setup, .fini = teardown);

Test(mechanism, a_record_waits_until_the_mechanism_lets_it_be_acted_on)
{
    uint32_t before = bed.sw->dir.entries[0].rcv_nxt;
    bed_applied(&bed, 0, 901, bed.gen, 0, 3, 0);
    bed_applied(&bed, 0, 902, bed.gen, 0, 5, 0);
    cr_assert_eq(bed.sw->dir.entries[0].rcv_nxt, before);
    cr_assert_eq(bed.sw->intake.waiting.count, 2);
    may_consume = true;
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.sw->dir.entries[0].rcv_nxt, bed.irs + 1 + 5, "both, in their order");
}

Test(mechanism, records_of_a_connection_that_ended_do_not_wait)
{
    bed_applied(&bed, 0, 901, bed.gen, 0, 3, 0);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    uint64_t stale = bed_stats(&bed)->stale_events;
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.sw->intake.waiting.count, 0);
    cr_assert_leq(stale, bed_stats(&bed)->stale_events);
    cr_assert_eq(bed.closed, 1);
}

Test(mechanism, a_missing_command_is_named)
{
    careful.nic_commands = 1u << NIC_CMD_INSTALL | 1u << 20;
    cr_assert_eq(mechanism_missing_command(&careful, 1u << NIC_CMD_INSTALL), 20);
    cr_assert_eq(mechanism_missing_command(&careful, UINT32_MAX), -1);
}

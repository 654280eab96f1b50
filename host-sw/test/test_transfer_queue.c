/* host-sw/transfer/transfer.c: connections that wait for their turn to move. */
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    bed.sw->params.moves_outstanding_max = 1;
}

static void teardown(void) { bed_end(&bed); }

TestSuite(transfer_queue, .init = setup, .fini = teardown);

/* A second connection on NIC 0; gives its first number to send. */
static uint32_t open_second(void)
{
    struct bed first = bed;
    uint64_t id = bed_foreign(&bed, 0, 1, 1000, 0, TCP_SYN, "");
    const struct nic_cmd *reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    uint32_t iss = ((const struct conn_ctx *)fake_memory(bed.fake, install->image))->snd_nxt;
    fake_complete(bed.fake, 0, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 0, install, NIC_RESULT_OK);
    bed.conn = install->conn;
    bed.iss = iss;
    bed_applied(&bed, 0, id, install->gen, NIC_RECORD_INJECTED, 0, 0);
    bed.conn = first.conn;
    bed.iss = first.iss;
    return iss;
}

Test(transfer_queue, the_end_of_a_moving_connection_lets_the_next_one_begin_in_the_same_step)
{
    uint32_t iss = open_second();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "go");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    cr_assert_eq(freeze->conn, bed.conn);
    uint64_t relayed = bed_foreign(&bed, 1, 1, 1001, iss + 1, TCP_ACK, "go");
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT)->frame_id, relayed, "it waits");
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 2);
}

/* Tests host-sw/transfer/transfer.c: connections that wait for their turn to move. */
#include "host-sw/mechanism/mechanism_table.h"
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

/* Opens a second connection on NIC 0. Returns its first sequence number to send. */
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
    bed_foreign(&bed, 1, 1, 1001, iss + 1, TCP_ACK, "go");
    cr_assert_null(fake_take(bed.fake, 0), "it waits");
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 2);
}

/* Sets the number of frames that may be held for a connection that waits for its turn. */
static void set_hold_max(uint32_t frames) { bed.sw->hold.frames_per_conn_max = frames; }

Test(transfer_queue, a_waiting_connection_takes_its_held_frames_along)
{
    uint32_t iss = open_second();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "go");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint64_t first = bed_foreign(&bed, 1, 1, 1001, iss + 1, TCP_ACK, "one");
    uint64_t second = bed_foreign(&bed, 1, 1, 1004, iss + 1, TCP_ACK, "two");
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct dir_entry *entry = &bed.sw->dir.entries[freeze->conn];
    cr_assert_neq(freeze->conn, bed.conn);
    cr_assert_eq(entry->held_count, 2);
    cr_assert_eq(bed.sw->hold.nodes[entry->held_head].frame.frame_id, first);
    cr_assert_eq(bed.sw->hold.nodes[entry->held_tail].frame.frame_id, second);
    cr_assert_eq(bed_stats(&bed)->forwarded_frames, 0);
}

Test(transfer_queue, frames_that_cannot_be_held_are_forwarded_behind_those_that_were)
{
    set_hold_max(2);
    uint32_t iss = open_second();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "go");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint64_t ids[4];
    for (unsigned i = 0; i < 4; i++) {
        ids[i] = bed_foreign(&bed, 1, 1, 1001 + i, iss + 1, TCP_ACK, "x");
        if (i < 2)
            cr_assert_null(fake_take(bed.fake, 0), "it is held");
    }
    for (unsigned i = 0; i < 4; i++)
        cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT)->frame_id, ids[i]);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_HOLD_FULL], 0);
    /* When its turn comes, its frames are held again until FREEZE is done. */
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    bed_foreign(&bed, 1, 1, 1005, iss + 1, TCP_ACK, "x");
    cr_assert_eq(bed.sw->dir.entries[freeze->conn].held_count, 1);
    cr_assert_null(fake_take(bed.fake, 0));
}

Test(transfer_queue, frames_of_a_connection_that_leaves_the_queue_without_a_move_are_forwarded)
{
    uint32_t iss = open_second();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "go");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint64_t held = bed_foreign(&bed, 1, 1, 1001, iss + 1, TCP_ACK, "x");
    cr_assert_null(fake_take(bed.fake, 0), "it is held");
    /* Its destination leaves the team. */
    fake_post_event(bed.fake, 1, (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0});
    fake_run(bed.fake, 4);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    /* The answer to the held frame of the other connection. */
    fake_expect(bed.fake, 0, NIC_CMD_TX_FRAME);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT)->frame_id, held);
    cr_assert_eq(bed.sw->hold.frames, 0);
}

/* The mechanism leaves the connection with the source until the peer has acknowledged all data. */
Test(transfer_queue, frames_go_to_the_source_if_the_mechanism_leaves_the_connection_there)
{
    bed.sw->transfers.mechanism = mechanism_find("drain-first");
    uint32_t iss = open_second();
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "go");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint64_t held = bed_foreign(&bed, 1, 1, 1001, iss + 1, TCP_ACK, "x");
    cr_assert_null(fake_take(bed.fake, 0), "it is held");
    bed.sw->dir.entries[1].tx_prod += 8; /* bytes that the peer has not acknowledged */
    bed.sw->dir.entries[1].rung_tx += 8;
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RX_INJECT)->frame_id, held);
}

/* Tests host-sw/transfer/transfer.c and place_nic.c, and host-sw/conn/hold.c: a connection
 * changes its NIC, and each step may fail. */
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "host-sw/transfer/transfer_report.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(move, .init = setup, .fini = teardown);

static uint32_t buffers_out(void)
{
    return bed.sw->pool.count - bed.sw->pool.free_count - fake_buffers_left(bed.fake, 0) -
           fake_buffers_left(bed.fake, 1);
}

Test(move, foreign_frame_freezes_the_owner_and_reserves_at_the_receiver_at_once)
{
    uint64_t id = bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "data");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(freeze->gen, bed.gen);
    cr_assert_eq(reserve->gen, bed.gen + 1);
    cr_assert_eq(freeze->image, reserve->image);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREEZING);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_BEGIN)->nic, 1);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_BEGIN)->move.reason, MOVE_FOREIGN);
    const uint8_t *entry = fake_memory(bed.fake, host_sw_conn_entry_address(bed.sw, bed.conn));
    cr_assert_eq(entry[0], 1, "memory says that NIC 1 received frame %lu", id);
}

Test(move, completes_with_the_held_frame_and_releases_the_tombstone)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    const struct conn_ctx *image = fake_memory(bed.fake, install->image);
    cr_assert(tcp_image_check(image));
    cr_assert_eq(image->owner, 1);
    cr_assert_eq(image->generation, bed.gen + 1);
    cr_assert_eq(image->move_reason, MOVE_FOREIGN);
    cr_assert_eq(install->gen, bed.gen + 1);
    cr_assert_eq(install->count, 1);
    cr_assert_eq(buffers_out(), 1, "the held frame's buffer is kept");
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    const struct nic_cmd *release = fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(release->gen, bed.gen);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_view(&bed, 0).moves, 1);
    cr_assert_eq(buffers_out(), 1, "kept until the NIC's record of the frame");
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    bed_applied(&bed, 1, held[0].frame_id, bed.gen + 1, NIC_RECORD_INJECTED, 4, 0);
    cr_assert_eq(buffers_out(), 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
    const struct probe_event *end = bed_last_probe(&bed, PROBE_MOVE_END);
    cr_assert(end->move_end.end == MOVE_END_COMPLETED && end->nic == 1);
    cr_assert(end->move_end.held == 1 && end->move_end.forwarded == 0 && !end->move_end.is_late);
}

/* the frames are in the order of their MAC times, whatever port they arrived on. */
Test(move, frames_of_both_ports_are_held_in_order_while_the_owner_freezes)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    uint8_t frame[256];
    uint32_t len = bed_segment(frame, 0, 1004, bed.iss + 1, TCP_ACK, "two");
    uint64_t second = fake_give_frame(bed.fake, 1, NIC_VERDICT_RESERVED, frame, len);
    len = bed_segment(frame, 0, 1007, bed.iss + 1, TCP_ACK, "three");
    uint64_t third = fake_give_frame(bed.fake, 0, NIC_VERDICT_MOVED, frame, len);
    len = bed_segment(frame, 0, 1012, bed.iss + 1, TCP_ACK, "four");
    uint64_t fourth = fake_give_frame(bed.fake, 1, NIC_VERDICT_RESERVED, frame, len);
    bed_frozen(&bed, 0, freeze);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->count, 4);
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    cr_assert_eq(held[1].frame_id, second);
    cr_assert_eq(held[2].frame_id, third);
    cr_assert_eq(held[2].port, 0);
    cr_assert_eq(held[3].frame_id, fourth);
}

/* a segment that was not validated has no effect. */
Test(move, a_reset_that_arrives_while_holding_is_held_too)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    bed_foreign(&bed, 1, 0, 1004, 0, TCP_RST, "");
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_INSTALL)->count, 2);
    cr_assert_eq(bed.closed, 0);
}

/* the two messages of the owner may come in either order. */
static void ends_before_freeze(bool event_first)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    if (!event_first) {
        fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
        fake_run(bed.fake, 2);
        cr_assert_eq(bed.closed, 0, "the cause is not known yet");
    }
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_REMOTE_RESET);
    if (event_first) {
        fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
        fake_run(bed.fake, 2);
    }
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 1);
    const struct nic_cmd *release = fake_expect(bed.fake, 1, NIC_CMD_RELEASE);
    cr_assert_eq(release->gen, bed.gen + 1);
    /* The held segment no longer belongs to a connection. */
    fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 0);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.end, MOVE_END_CANCELLED);
}

Test(move, an_end_reported_before_the_freeze_completes_cancels_it) { ends_before_freeze(true); }

Test(move, an_end_reported_after_the_freeze_failed_cancels_it) { ends_before_freeze(false); }

/* */
Test(move, close_and_write_during_a_move_go_with_the_install)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    host_conn_write(bed.sw, bed.conn, "bytes", 5);
    host_conn_close(bed.sw, bed.conn);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.fake->port[0].doorbell_count, 0, "no doorbell while nobody owns it");
    bed_frozen(&bed, 0, fake_expect(bed.fake, 0, NIC_CMD_FREEZE));
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->tx_prod, bed.iss + 6);
    cr_assert_eq(install->flags, NIC_CMD_FLAG_FIN);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed.fake->port[1].doorbell_count, 0, "nothing changed since");
}

/* */
Test(move, bytes_written_after_the_install_are_rung_at_the_new_owner)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    host_conn_write(bed.sw, bed.conn, "x", 1);
    fake_run(bed.fake, 1u << 31);
    cr_assert_eq(bed.fake->port[1].doorbell_count, 0);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed.fake->port[1].doorbell_count, 1);
    cr_assert_eq(bed.fake->port[1].doorbells[0].gen, bed.gen + 1);
    cr_assert_eq(bed.fake->port[1].doorbells[0].value, bed.iss + 2);
    fake_post_event(
        bed.fake, 0,
        (struct nic_event){.kind = NIC_EVENT_STALE_DOORBELL, .gen = bed.gen, .conn = bed.conn});
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_stats(&bed)->stale_doorbells, 1);
}

Test(move, an_abort_during_a_move_is_one_abort_at_the_new_owner)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    host_conn_abort(bed.sw, bed.conn);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    const struct nic_cmd *abort_cmd = fake_expect(bed.fake, 1, NIC_CMD_ABORT);
    cr_assert_eq(abort_cmd->gen, bed.gen + 1);
    bed_terminated(&bed, 1, (uint16_t)(bed.gen + 1), NIC_TERM_LOCAL_ABORT);
    fake_complete(bed.fake, 1, abort_cmd, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_LOCAL_ABORT);
}

/* */
Test(move, counters_of_the_old_owner_are_folded_after_the_move)
{
    host_conn_write(bed.sw, bed.conn, "abcdef", 6);
    bed_move(&bed);
    bed_applied(&bed, 0, 900, (uint16_t)(bed.gen - 1), 0, 2, 3);
    cr_assert_eq(bed_view(&bed, 0).tx_bytes, 3);
    cr_assert_eq(bed.read_count, 4, "older in-order end: nothing new");
    bed_applied(&bed, 1, 901, bed.gen, 0, 4, 2);
    cr_assert_eq(bed_view(&bed, 0).tx_bytes, 3, "never backward");
}

/* */
Test(move, stragglers_and_unproven_generations_are_forwarded)
{
    uint64_t before_ps = bed.fake->now_ps;
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    /* The frame is young, but nothing was applied under this generation yet. */
    bed_foreign(&bed, 0, 0, 1005, bed.iss + 1, TCP_ACK, "young");
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_RX_INJECT)->gen, bed.gen + 1);
    cr_assert_eq(bed_stats(&bed)->suppressed_by_progress, 1);
    /* Now a frame was applied, but this frame is older than the move's trigger. */
    bed_applied(&bed, 1, 900, (uint16_t)(bed.gen + 1), 0, 0, 0);
    uint64_t now_ps = bed.fake->now_ps;
    bed.fake->now_ps = before_ps - PS_PER_US;
    uint8_t frame[256];
    uint32_t len = bed_segment(frame, 0, 1001, bed.iss + 1, TCP_ACK, "old");
    fake_give_frame(bed.fake, 0, NIC_VERDICT_MOVED, frame, len);
    bed.fake->now_ps = now_ps;
    fake_run(bed.fake, 1);
    fake_expect(bed.fake, 1, NIC_CMD_RX_INJECT);
    cr_assert_eq(bed_stats(&bed)->suppressed_by_progress, 2);
    cr_assert_eq(bed_stats(&bed)->late_forwards, 1);
    /* The frame is young and a frame was applied, so the connection moves back. */
    bed_foreign(&bed, 0, 0, 1005, bed.iss + 1, TCP_ACK, "young");
    fake_expect(bed.fake, 1, NIC_CMD_FREEZE);
}

/* */
Test(move, no_place_at_the_receiver_returns_the_connection_to_its_owner)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_complete(bed.fake, 1, fake_expect(bed.fake, 1, NIC_CMD_RESERVE), NIC_RESULT_FULL);
    fake_run(bed.fake, 8);
    bed_frozen(&bed, 0, freeze);
    cr_assert_null(fake_take(bed.fake, 1), "nothing to install or release there");
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RELEASE)->gen, bed.gen);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(install->count, 1);
    fake_complete(bed.fake, 0, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 0, install, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed_view(&bed, 0).owner, 0);
    cr_assert_eq(bed_view(&bed, 0).state, DIR_ACTIVE);
    cr_assert_eq(bed_view(&bed, 0).moves, 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
}

/* */
Test(move, an_image_no_nic_takes_is_tried_twice_at_each_and_then_stays_with_the_host)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_BAD_IMAGE);
    fake_run(bed.fake, 8);
    const struct nic_cmd *again = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(again->gen, bed.gen + 1);
    cr_assert_eq(again->count, 1);
    fake_complete(bed.fake, 1, again, NIC_RESULT_BAD_IMAGE);
    fake_run(bed.fake, 8);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_RELEASE)->gen, bed.gen + 1);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(install->gen, bed.gen + 2);
    fake_complete(bed.fake, 0, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 0, install, NIC_RESULT_BAD_IMAGE);
    fake_run(bed.fake, 2);
    again = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    fake_complete(bed.fake, 0, again, NIC_RESULT_BAD_IMAGE);
    fake_run(bed.fake, 2);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    cr_assert_eq(bed.closed, 0);
    cr_assert_eq(bed_view(&bed, 0).owner, PLACE_HOST);
    cr_assert_eq(bed_view(&bed, 0).host_reason, HOST_REASON_REFUSED);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
    cr_assert_arr_eq(bed.read, "held", 4, "by the host's own TCP");
    cr_assert_eq(bed.sw->hold.bytes, 0);
    cr_assert_eq(bed.sw->pool.lent.count, 0);
}

/* */
Test(move, a_damaged_image_ends_the_connection_with_a_notice)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    ((struct conn_ctx *)fake_memory(bed.fake, freeze->image))->cwnd ^= 1;
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    cr_assert_eq(bed.cause, NIC_TERM_CTX_ERROR);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1, "the driver gave it up");
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 0);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 1, NIC_CMD_RELEASE);
}

/* The source found the error. It gives no image, keeps a tombstone, and reports an event of its
 * own before or after the completion. */
static void fail_at_the_source(bool event_first)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    if (event_first)
        bed_terminated(&bed, 0, bed.gen, NIC_TERM_CTX_ERROR);
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_CTX_ERROR);
    fake_run(bed.fake, 2);
    if (!event_first)
        bed_terminated(&bed, 0, bed.gen, NIC_TERM_CTX_ERROR);
    cr_assert_eq(bed.cause, NIC_TERM_CTX_ERROR);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 1);
    cr_assert_eq(fake_expect(bed.fake, 0, NIC_CMD_RELEASE)->gen, bed.gen);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_RELEASE)->gen, bed.gen + 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed.sw->hold.bytes, 0);
}

Test(move, a_context_error_at_the_source_ends_it_and_its_tombstone) { fail_at_the_source(false); }

Test(move, a_context_error_told_before_the_completion_ends_its_tombstone_too)
{
    fail_at_the_source(true);
}

Test(move, a_held_reset_may_end_it_before_the_install_completes)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    bed_terminated(&bed, 1, (uint16_t)(bed.gen + 1), NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed.closed, 1);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_null(fake_take(bed.fake, 1));
    cr_assert_eq(bed.sw->hold.bytes, 0);
}

/* */
Test(move, more_moves_than_allowed_wait_in_order_and_their_frames_are_held)
{
    bed.sw->params.moves_outstanding_max = 1;
    struct bed first = bed; /* the numbers of client 0 */
    uint32_t iss[3] = {first.iss};
    for (unsigned client = 1; client < 3; client++) {
        uint64_t id = bed_foreign(&bed, 0, client, 1000, 0, TCP_SYN, "");
        const struct nic_cmd *reserve = fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
        const struct nic_cmd *install = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
        iss[client] = ((const struct conn_ctx *)fake_memory(bed.fake, install->image))->snd_nxt;
        fake_complete(bed.fake, 0, reserve, NIC_RESULT_OK);
        fake_complete(bed.fake, 0, install, NIC_RESULT_OK);
        bed.conn = install->conn;
        bed.iss = iss[client];
        bed_applied(&bed, 0, id, install->gen, NIC_RECORD_INJECTED, 0, 0);
    }
    uint64_t asked[3]; /* the frame that triggers each move */
    for (unsigned client = 0; client < 3; client++)
        asked[client] = bed_foreign(&bed, 1, client, 1001, iss[client] + 1, TCP_ACK, "go");
    const struct move_trigger waiting = bed.sw->dir.entries[1].wanted_trigger;
    bed_foreign(&bed, 1, 1, 1003, iss[1] + 1, TCP_ACK, "again");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    cr_assert_eq(freeze->conn, first.conn);
    cr_assert_null(fake_take(bed.fake, 0), "no frame is forwarded");
    cr_assert_eq(bed_stats(&bed)->held_frames, 4);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].started, 1);
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    cr_assert_eq(freeze->conn, 1, "the oldest in the queue is next");
    const struct move_trigger *trigger = &bed.sw->dir.entries[1].transfer.trigger;
    cr_assert_eq(trigger->frame_id, asked[1], "its own first frame, not what came last");
    cr_assert(trigger->kind == TRIGGER_FRAME && trigger->port == 1);
    cr_assert_eq(trigger->at_ps, waiting.at_ps);
    cr_assert_eq(bed.sw->dir.entries[1].t0_ps, waiting.at_ps);
    cr_assert_lt(trigger->decided_ps, bed_last_probe(&bed, PROBE_MOVE_BEGIN)->now_ps);
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed.sw->dir.entries[1].transfer.held, 2, "the frames of its wait go along");
    cr_assert_eq(bed_stats(&bed)->moves_outstanding_max, 1);
}

Test(move, a_late_completion_after_the_deadline_still_moves_the_connection)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_MS);
    cr_assert_eq(bed_stats(&bed)->moves_late, 1);
    cr_assert_eq(bed_probes(&bed, PROBE_MOVE_TROUBLE), 1, "reported at its deadline");
    cr_assert_eq(host_sw_transfers_open(bed.sw, TRANSFER_MOVE), 1);
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_probes(&bed, PROBE_MOVE_END), 1, "reported once");
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.end, MOVE_END_COMPLETED);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_END)->move_end.is_late, 1, "late");
    const struct host_sw_stats *stats = bed_stats(&bed);
    cr_assert(stats->transfers[TRANSFER_MOVE].completed == 1 &&
              stats->transfers[TRANSFER_MOVE].failed == 0 && stats->moves_late == 1);
    cr_assert_eq(host_sw_transfers_open(bed.sw, TRANSFER_MOVE), 0);
    cr_assert_eq(bed.closed, 0);
}

/* R-22, for the case that a lost connection ends with a notice. */
Test(move, a_dead_owner_is_found_at_the_deadline_and_its_connections_end)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    bed.fake->port[0].dead = true;
    fake_run_at(bed.fake, bed.fake->now_ps + 2 * PS_PER_MS);
    cr_assert_not(host_sw_is_up(bed.sw, 0));
    cr_assert(host_sw_is_up(bed.sw, 1));
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_NOTICE), 1);
    /* New connections go to the remaining NIC. */
    bed_foreign(&bed, 1, 7, 1000, 0, TCP_SYN, "");
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 1, NIC_CMD_RELEASE);
    fake_expect(bed.fake, 1, NIC_CMD_TX_FRAME);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
}

/* */
Test(move, a_link_that_goes_down_moves_its_connections_without_waiting_for_frames)
{
    uint64_t down_ps = bed.fake->now_ps - 3;
    fake_post_event(bed.fake, 0,
                    (struct nic_event){.kind = NIC_EVENT_LINK, .a = 0, .link_ps = down_ps});
    fake_run(bed.fake, 2);
    fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    cr_assert_eq(bed_last_probe(&bed, PROBE_MOVE_BEGIN)->move.reason, MOVE_LINK_DOWN);
    const struct move_trigger *trigger = &bed.sw->dir.entries[bed.conn].transfer.trigger;
    cr_assert(trigger->kind == TRIGGER_LINK && trigger->port == 0);
    cr_assert_eq(trigger->at_ps, down_ps, "the instant of the link event");
}

/* In active-backup, a change of the active port moves every connection. */
Test(move_by_call, a_call_is_the_trigger_of_the_moves_that_follow_from_it)
{
    bed_init(&bed);
    bed.params.mode = TEAM_MODE_ACTIVE_BACKUP;
    bed_start(&bed);
    bed_open(&bed);
    uint64_t call_ps = bed.fake->now_ps + 5;
    host_sw_set_active(bed.sw, 1, call_ps);
    fake_run_at(bed.fake, call_ps + 10);
    fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    const struct move_trigger *trigger = &bed.sw->dir.entries[bed.conn].transfer.trigger;
    cr_assert(trigger->kind == TRIGGER_CALL && trigger->frame_id == 0);
    cr_assert_eq(trigger->at_ps, call_ps);
    bed_end(&bed);
}

Test(move, events_are_acted_on_after_the_records_that_came_before_them)
{
    bed_foreign(&bed, 1, 0, 1001, bed.iss + 1, TCP_ACK, "one");
    const struct nic_cmd *freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    /* The last record of the source raises snd_una. Both are visible when the host wakes up. */
    host_conn_write(bed.sw, bed.conn, "abc", 3);
    fake_post_record(bed.fake, 0,
                     (struct nic_record){.conn = bed.conn,
                                         .gen = bed.gen,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .frame_id = 500,
                                         .rcv_nxt = bed.irs + 1 + 3,
                                         .snd_una = bed.iss + 4});
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->rx_consumed, bed.irs + 4, "the application read A's last bytes first");
    cr_assert_eq(bed_view(&bed, 0).tx_bytes, 3);
}

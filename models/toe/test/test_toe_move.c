/* Tests FREEZE, INSTALL and RX_INJECT for idle and busy connections, in both directions, and their
 * error cases. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rig rig;
static struct rig_peer peer;

static void setup(void)
{
    rig_init(&rig);
    rig.params.tx_ahead_ps = 10 * PS_PER_US; /* several segments may be decided ahead of the line */
    rig_start(&rig);
    rig_establish(&rig, &peer, 2, 0);
}

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_move, .init = setup, .fini = teardown);

static struct conn_ctx image(void)
{
    struct conn_ctx ctx;
    memcpy(&ctx, rig.mem + peer.image, sizeof ctx);
    return ctx;
}

static uint64_t mark_time(unsigned nic, unsigned mark, int from)
{
    int at = rig_probe_find(&rig, PROBE_MOVE_MARK, nic, mark, from);
    cr_assert_geq(at, 0, "mark %u of nic %u", mark, nic);
    return rig.seen[at].now_ps;
}

static struct nic_event freeze(void)
{
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, NIC_CMD_FREEZE);
    return event;
}

static struct nic_event install(unsigned nic, const struct nic_held *held, uint32_t count)
{
    peer.gen++;
    rig_install(&peer, nic, held, count);
    rig_run(&rig, 8 * PS_PER_US);
    struct nic_event event = rig_event(&rig, nic, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, NIC_CMD_INSTALL);
    return event;
}

/* Frames of the next owner must not overtake frames that wait in the MAC of this NIC. */
Test(toe_move, freeze_waits_until_the_last_frame_has_left_the_mac)
{
    uint64_t left_ps = rig.loop.now_ps + 3 * PS_PER_US;
    rig.nic[0].line_left_until_ps = left_ps;
    rig_freeze(&peer, 0);
    rig_run(&rig, 2 * PS_PER_US);
    rig_no_event(&rig, 0);
    rig.nic[0].line_left_until_ps = left_ps + PS_PER_US; /* a pause delays the frame */
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, NIC_CMD_FREEZE);
    cr_assert_lt(event.frozen_ps, left_ps);
    cr_assert_eq(event.drained_ps, left_ps + PS_PER_US);
}

Test(toe_move, idle_connection_moves_and_serves_on_the_other_nic)
{
    struct nic_event frozen = freeze();
    cr_assert_eq(frozen.result, NIC_RESULT_OK);
    struct conn_ctx ctx = image();
    cr_assert(tcp_image_check(&ctx));
    cr_assert_eq(ctx.generation, 1);
    cr_assert_eq(ctx.rcv_nxt, peer.seq);
    cr_assert_eq(frozen.frozen_ps, mark_time(0, 5, 0));
    cr_assert_eq(frozen.drained_ps, mark_time(0, 6, 0));
    int from = (int)rig.seen_count;
    cr_assert_eq(install(1, NULL, 0).result, NIC_RESULT_OK);
    cr_assert_lt(mark_time(1, 9, from), mark_time(1, 10, from));
    cr_assert_eq(mark_time(1, 10, from), mark_time(1, 11, from));
    rig_segment(&peer, 1, TCP_ACK, "hello", 5);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.gen, 2);
    cr_assert_eq(r.rcv_nxt, peer.seq);
    cr_assert_eq(memcmp(rig.mem + peer.rx_ring + (peer.seq - 5) % 4096, "hello", 5), 0);
    /* The old owner reports the verdict "moved". */
    rig_post_buffers(&rig, 0, 1);
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    r = rig_record(&rig, 0, NIC_VERDICT_MOVED);
    cr_assert_eq(r.conn, 2);
    cr_assert_eq(r.gen, 1);
}

Test(toe_move, image_in_equals_image_out)
{
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    (void)freeze();
    cr_assert_eq(rig_probe_count(&rig, PROBE_CTX_OUT, 0), 1);
    (void)install(1, NULL, 0);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CTX_IN, 1), 1);
    struct conn_ctx out = image();
    cr_assert(out.timers & CTX_TIMER_DELACK, "the owed ACK travels");
    rig_run(&rig, 50 * PS_PER_MS);
    struct packet ack = rig_sent(&rig, 1, 0);
    cr_assert_eq(ack.seg.ack, peer.seq);
}

Test(toe_move, held_frames_are_applied_in_order_before_direct_ones)
{
    (void)freeze();
    struct nic_held held[3];
    for (int i = 0; i < 3; i++) {
        char c = (char)('a' + i);
        held[i] = rig_hold(&rig, rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, &c, 1), 1);
        peer.seq++;
    }
    peer.gen++;
    peer.seq -= 3;
    rig_install(&peer, 1, held, 3);
    peer.seq += 3;
    int from = (int)rig.seen_count;
    while (rig_probe_find(&rig, PROBE_MOVE_MARK, 1, 10, from) < 0)
        rig_run(&rig, 10 * PS_PER_NS);
    /* The connection is active, but its held frames are still being read. */
    rig_segment(&peer, 1, TCP_ACK, "d", 1);
    rig_run(&rig, 10 * PS_PER_US);
    (void)rig_event(&rig, 1, NIC_EVENT_CMD_DONE);
    for (uint32_t i = 0; i < 4; i++) {
        struct nic_record r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
        cr_assert_eq(r.rcv_nxt, peer.seq - 3 + i);
        cr_assert_eq((r.flags & NIC_RECORD_INJECTED) != 0, i < 3);
        cr_assert_eq(r.nic, 1);
    }
    cr_assert_eq(memcmp(rig.mem + peer.rx_ring + (peer.seq - 4) % 4096, "abcd", 4), 0);
    cr_assert_gt(mark_time(1, 11, from), mark_time(1, 10, from));
}

Test(toe_move, frames_before_activation_are_reserved)
{
    (void)freeze();
    rig_post_buffers(&rig, 1, 1);
    struct nic_cmd reserve = {.op = NIC_CMD_RESERVE, .gen = 2, .conn = 2, .image = peer.image};
    rig_command(&rig, 1, &reserve);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    rig_segment(&peer, 1, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record r = rig_record(&rig, 1, NIC_VERDICT_RESERVED);
    cr_assert_eq(r.conn, 2);
    cr_assert_eq(r.gen, 2);
    peer.seq--;
    cr_assert_eq(install(1, NULL, 0).result, NIC_RESULT_OK);
}

/* Moves the connection to NIC 1 with RESERVE and INSTALL and without held frames. Meanwhile NIC 1
 * gives the frame "a" to the host. Returns the record of that frame. */
static struct nic_record install_while_the_host_has_a_frame(void)
{
    (void)freeze();
    rig_post_buffers(&rig, 1, 4);
    struct nic_cmd reserve = {.op = NIC_CMD_RESERVE, .gen = 2, .conn = 2, .image = peer.image};
    rig_command(&rig, 1, &reserve);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    rig_segment(&peer, 1, TCP_ACK, "a", 1);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record given = rig_record(&rig, 1, NIC_VERDICT_RESERVED);
    cr_assert_eq(install(1, NULL, 0).result, NIC_RESULT_OK);
    return given;
}

static void inject(const struct nic_record *given)
{
    struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                          .gen = 2,
                          .conn = 2,
                          .list = given->buffer,
                          .count = given->bytes,
                          .frame_time_ps = given->mac_time_ps,
                          .frame_id = given->frame_id,
                          .frame_port = 1};
    rig_command(&rig, 1, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
}

Test(toe_move, frames_wait_for_earlier_ones_that_come_back_from_the_host)
{
    struct nic_record given = install_while_the_host_has_a_frame(), r;
    rig_segment(&peer, 1, TCP_ACK, "b", 1);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_not(rig_take_record(&rig, 1, &r), "it waits");
    inject(&given);
    r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.frame_id, given.frame_id);
    uint32_t after_a = r.rcv_nxt;
    r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.rcv_nxt, after_a + 1);
    cr_assert_eq(r.flags & NIC_RECORD_INJECTED, 0);
    /* The next frame does not wait. */
    rig_segment(&peer, 1, TCP_ACK, "c", 1);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, after_a + 2);
}

/* The host has two frames of NIC 1: one from before the reservation, and one from after it. */
Test(toe_move, frames_from_before_the_reservation_are_not_waited_for)
{
    struct nic_record r;
    rig_post_buffers(&rig, 1, 4);
    rig_segment(&peer, 1, TCP_ACK, "z", 1);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_record before = rig_record(&rig, 1, NIC_VERDICT_NOT_MINE);
    struct nic_record given = install_while_the_host_has_a_frame();
    rig_segment(&peer, 1, TCP_ACK, "b", 1);
    inject(&before);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).frame_id, before.frame_id);
    cr_assert_not(rig_take_record(&rig, 1, &r), "the direct frame still waits for the other one");
    inject(&given);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).frame_id, given.frame_id);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).flags & NIC_RECORD_INJECTED, 0);
}

Test(toe_move, a_frame_that_the_host_keeps_is_not_waited_for_longer_than_inject_wait)
{
    struct nic_record given = install_while_the_host_has_a_frame(), r;
    rig_segment(&peer, 1, TCP_ACK, "b", 1);
    rig_run(&rig, rig.params.inject_wait_ps - 20 * PS_PER_US);
    cr_assert_not(rig_take_record(&rig, 1, &r), "it waits");
    rig_run(&rig, 20 * PS_PER_US);
    r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
    cr_assert_neq(r.frame_id, given.frame_id);
}

Test(toe_move, frames_of_other_connections_do_not_wait)
{
    struct rig_peer other;
    rig_establish(&rig, &other, 3, 1);
    (void)install_while_the_host_has_a_frame();
    rig_segment(&peer, 1, TCP_ACK, "b", 1);
    rig_segment(&other, 1, TCP_ACK, "x", 1);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).conn, 3);
    rig_run(&rig, rig.params.inject_wait_ps);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).conn, 2);
}

Test(toe_move, freeze_hands_parked_frames_to_the_host)
{
    (void)install_while_the_host_has_a_frame();
    rig_segment(&peer, 1, TCP_ACK, "b", 1);
    rig_run(&rig, 5 * PS_PER_US);
    rig_freeze(&peer, 1);
    rig_run(&rig, 5 * PS_PER_US);
    (void)rig_record(&rig, 1, NIC_VERDICT_MOVED);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
}

Test(toe_move, with_more_parked_frames_than_there_is_room_for_the_oldest_go_first)
{
    (void)install_while_the_host_has_a_frame();
    for (uint32_t i = 0; i < 70; i++) {
        rig_segment(&peer, 1, TCP_ACK, "b", 1);
        rig_run(&rig, PS_PER_US / 4);
    }
    rig_run(&rig, 10 * PS_PER_US);
    uint32_t at = rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt;
    for (uint32_t i = 1; i < 70; i++) { /* out of order, as the first byte is missing */
        rig_run(&rig, PS_PER_US);       /* the ring of records has room again */
        cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, at);
    }
}

Test(toe_move, busy_sender_is_drained_before_the_image_leaves)
{
    /* The connection has 2,000 bytes to send, and the reads of their payload are held back. */
    memset(rig.mem + peer.tx_ring, 'z', 4096);
    rig.nic[0].read_hold = true;
    rig_doorbell(&rig, 0, 2, 1, NIC_DOORBELL_TX, peer.ack + 2000);
    rig_run(&rig, PS_PER_US);
    uint32_t built = rig_probe_count(&rig, PROBE_TX_BUILT, 0);
    rig.nic[0].read_hold = false; /* the command is read at once, but the payload stays held back */
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    rig_no_event(&rig, 0);
    cr_assert_geq(rig_probe_find(&rig, PROBE_OWN_STATE, 0, OWN_QUIESCE, 0), 0);
    cr_assert_lt(rig_probe_find(&rig, PROBE_OWN_STATE, 0, OWN_FROZEN, 0), 0);
    rig_release_dma(&rig, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    uint32_t sent = rig_probe_count(&rig, PROBE_TX_BUILT, 0) - built;
    cr_assert_gt(sent, 0);
    struct conn_ctx ctx = image();
    struct packet last = rig_sent(&rig, 0, rig.nic[0].tx_count - 1);
    cr_assert_eq(ctx.snd_max, last.seg.seq + last.seg.payload_len);
    int frozen = rig_probe_find(&rig, PROBE_OWN_STATE, 0, OWN_FROZEN, 0);
    for (uint32_t i = (uint32_t)frozen; i < rig.seen_count; i++)
        cr_assert_neq(rig.seen[i].kind, PROBE_TX_BUILT);
    /* The next owner continues at that sequence number. */
    peer.ack += 2000;
    (void)install(1, NULL, 0);
    rig_segment(&peer, 1, TCP_ACK, NULL, 0);
    rig_doorbell(&rig, 1, 2, 2, NIC_DOORBELL_TX, peer.ack + 1000);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_record r = rig_record(&rig, 1, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.snd_una, ctx.snd_max);
    cr_assert_eq(rig_sent(&rig, 1, 0).seg.seq, ctx.snd_max);
    cr_assert_eq(rig_sent(&rig, 1, 0).seg.payload_len, 1000);
}

Test(toe_move, payload_writes_are_issued_before_the_image)
{
    rig.nic[0].write_hold = true;
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, PS_PER_US);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_geq(rig_probe_find(&rig, PROBE_MOVE_MARK, 0, 5, 0), 0);
    cr_assert_lt(rig_probe_find(&rig, PROBE_MOVE_MARK, 0, 6, 0), 0);
    rig_release_dma(&rig, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_geq(rig_probe_find(&rig, PROBE_MOVE_MARK, 0, 6, 0), 0);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
}

Test(toe_move, inject_at_the_owner_is_applied_with_its_origin)
{
    struct frame *frame = rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, "ab", 2);
    struct nic_held held = rig_hold(&rig, frame, 1);
    struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                          .gen = 1,
                          .conn = 2,
                          .list = held.frame,
                          .count = held.bytes,
                          .frame_time_ps = 12345,
                          .frame_id = 777,
                          .frame_port = 1};
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).op, NIC_CMD_RX_INJECT);
    struct nic_record r = rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.nic, 1);
    cr_assert_eq(r.frame_id, 777);
    cr_assert_eq(r.mac_time_ps, 12345);
    cr_assert(r.flags & NIC_RECORD_INJECTED);
    cr_assert_eq(r.buffer, 0);
}

struct stale_row {
    char name[48];
    unsigned nic;
    uint16_t gen;
};

Test(toe_move, inject_of_what_is_not_active_comes_back)
{
    static const struct stale_row rows[] = {
        {"not here", 1, 1},
        {"another generation", 0, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct frame *frame = rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, "ab", 2);
        struct nic_held held = rig_hold(&rig, frame, 1);
        struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                              .flags = NIC_CMD_FLAG_NO_COMPLETION,
                              .gen = rows[i].gen,
                              .conn = 2,
                              .list = held.frame,
                              .count = held.bytes,
                              .frame_id = held.frame_id};
        rig_command(&rig, rows[i].nic, &cmd);
        rig_run(&rig, 5 * PS_PER_US);
        struct nic_record r = rig_record(&rig, rows[i].nic, NIC_VERDICT_STALE_INJECT);
        cr_assert_eq(r.buffer, held.frame, "%s", rows[i].name);
        rig_no_event(&rig, rows[i].nic);
    }
}

Test(toe_move, damaged_image_is_refused_and_the_old_owner_takes_it_back)
{
    (void)freeze();
    rig.mem[peer.image + 30] ^= 1;
    cr_assert_eq(install(1, NULL, 0).result, NIC_RESULT_BAD_IMAGE);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CTX_REFUSED, 1), 1);
    rig.mem[peer.image + 30] ^= 1;
    cr_assert_eq(install(0, NULL, 0).result, NIC_RESULT_OK);
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 0, NIC_VERDICT_APPLIED).gen, 3);
}

Test(toe_move, refused_install_with_held_frames_keeps_none)
{
    (void)freeze();
    rig.mem[peer.image + 30] ^= 1;
    struct nic_held held = rig_hold(&rig, rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, "x", 1), 1);
    cr_assert_eq(install(1, &held, 1).result, NIC_RESULT_BAD_IMAGE);
    struct nic_record r;
    cr_assert_not(rig_take_record(&rig, 1, &r));
}

Test(toe_move, freeze_of_an_old_generation_changes_nothing)
{
    peer.gen = 0;
    cr_assert_eq(freeze().result, NIC_RESULT_STALE);
    peer.gen = 1;
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
}

Test(toe_move, stale_doorbell_has_no_effect_but_an_event)
{
    (void)freeze();
    uint32_t sent = rig.nic[0].tx_count;
    rig_doorbell(&rig, 0, 2, 1, NIC_DOORBELL_TX, peer.ack + 100);
    rig_doorbell(&rig, 0, 9, 1, NIC_DOORBELL_TX, 1);
    rig_doorbell(&rig, 0, 70000, 1, NIC_DOORBELL_TX, 1);
    rig_run(&rig, 3 * PS_PER_US);
    for (int i = 0; i < 3; i++)
        (void)rig_event(&rig, 0, NIC_EVENT_STALE_DOORBELL);
    cr_assert_eq(rig.nic[0].tx_count, sent);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->stale_doorbells, 3);
}

Test(toe_move, release_forgets_the_tombstone)
{
    (void)freeze();
    struct nic_cmd release = {.op = NIC_CMD_RELEASE, .gen = 1, .conn = 2, .image = peer.image};
    rig_command(&rig, 0, &release);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    rig_post_buffers(&rig, 0, 1);
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_NOT_MINE);
}

Test(toe_move, close_given_with_install_sends_the_fin)
{
    (void)freeze();
    peer.gen++;
    struct nic_cmd cmd = {.op = NIC_CMD_INSTALL,
                          .flags = NIC_CMD_FLAG_FIN,
                          .gen = 2,
                          .conn = 2,
                          .image = peer.image,
                          .tx_prod = peer.ack,
                          .rx_consumed = peer.seq};
    rig_command(&rig, 1, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    (void)rig_event(&rig, 1, NIC_EVENT_CMD_DONE);
    cr_assert(rig_sent(&rig, 1, 0).seg.flags & TCP_FIN);
}

Test(toe_move, reset_during_freeze_ends_the_connection_and_the_move)
{
    rig_segment(&peer, 0, TCP_RST, NULL, 0);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_TERMINATED).detail, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_ABSENT);
    rig_no_event(&rig, 0);
}

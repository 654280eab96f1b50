/* Tests soft errors in the context cache. The part of the engine that finds the error ends the
 * connection, and the end is reported once. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CONN = 2 };

static struct rig rig;
static struct rig_peer peer;

static void setup(void)
{
    rig_init(&rig);
    rig_start(&rig);
    rig_establish(&rig, &peer, CONN, 0);
}

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
        for (uint32_t i = 0; i < RIG_CONNS; i++)
            cr_assert_not(rig.nic[nic].slot[i].locked);
    }
    rig_end(&rig);
}

TestSuite(toe_ctx_error, .init = setup, .fini = teardown);

/* The end is reported once, and no field of the event comes from the damaged context. */
static void expect_end(uint8_t own)
{
    struct nic_event end = rig_event(&rig, 0, NIC_EVENT_TERMINATED);
    cr_assert_eq(end.detail, NIC_TERM_CTX_ERROR);
    cr_assert_eq(end.conn, CONN);
    cr_assert_eq(end.gen, peer.gen);
    cr_assert(end.a == 0 && end.b == 0 && end.ts_recent == 0 && end.features == 0);
    cr_assert_eq(rig.nic[0].slot[CONN].state, own);
    cr_assert_geq(rig_probe_find(&rig, PROBE_OWN_STATE, 0, own, 0), 0);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CONN_GONE, 0), 1);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->terminated, 1);
}

Test(toe_ctx_error, met_by_a_received_segment)
{
    rig_flip(&rig, 0, CONN, 3);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 2 * PS_PER_US);
    expect_end(OWN_ABSENT);
    cr_assert_eq(rig_record(&rig, 0, NIC_VERDICT_DROPPED).reason, DROP_CTX_ERROR);
    rig_post_buffers(&rig, 0, 1);
    rig_segment(&peer, 0, TCP_ACK, "def", 3);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_NOT_MINE);
    rig_no_event(&rig, 0);
}

Test(toe_ctx_error, met_by_the_transmitter)
{
    uint32_t sent = rig.nic[0].tx_count;
    rig_flip(&rig, 0, CONN, 0);
    rig_doorbell(&rig, 0, CONN, peer.gen, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 3 * PS_PER_US);
    expect_end(OWN_ABSENT);
    cr_assert_eq(rig.nic[0].tx_count, sent);
    rig_no_event(&rig, 0);
}

Test(toe_ctx_error, met_by_a_timer)
{
    rig_doorbell(&rig, 0, CONN, peer.gen, NIC_DOORBELL_TX, peer.ack + 100);
    rig_run(&rig, 3 * PS_PER_US);
    uint32_t sent = rig.nic[0].tx_count;
    rig_flip(&rig, 0, CONN, 1);
    rig_run(&rig, 2 * PS_PER_S); /* longer than the retransmission timeout */
    expect_end(OWN_ABSENT);
    cr_assert_eq(rig.nic[0].tx_count, sent);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->timers_fired, 0);
    rig_run(&rig, 100 * PS_PER_S);
    rig_no_event(&rig, 0);
}

/* Requesters that come after the one that found the error wait for its lock, and then find no
 * context. */
Test(toe_ctx_error, met_by_all_at_once_ends_it_once)
{
    rig_flip(&rig, 0, CONN, 4);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_segment(&peer, 0, TCP_ACK, "def", 3);
    rig_doorbell(&rig, 0, CONN, peer.gen, NIC_DOORBELL_TX, peer.ack + 100);
    rig_post_buffers(&rig, 0, 2);
    rig_run(&rig, 5 * PS_PER_US);
    expect_end(OWN_ABSENT);
    rig_no_event(&rig, 0);
}

static void command(uint8_t op)
{
    struct nic_cmd cmd = {.op = op,
                          .gen = peer.gen,
                          .conn = CONN,
                          .notice = NIC_NOTICE_HOST_UNREACHABLE,
                          .tx_prod = peer.ack};
    uint32_t sent = rig.nic[0].tx_count;
    rig_flip(&rig, 0, CONN, 2);
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    expect_end(OWN_ABSENT);
    struct nic_event done = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(done.op, op);
    cr_assert_eq(done.result, NIC_RESULT_CTX_ERROR);
    cr_assert_eq(rig.nic[0].tx_count, sent, "nobody knows what a reset would have to say");
    rig_no_event(&rig, 0);
}

Test(toe_ctx_error, met_by_an_abort) { command(NIC_CMD_ABORT); }

Test(toe_ctx_error, met_by_options) { command(NIC_CMD_SET); }

Test(toe_ctx_error, met_by_an_icmp_error) { command(NIC_CMD_ICMP); }

/* Checks that the image in host memory is unchanged. */
static void expect_not_moved(const uint8_t *before)
{
    struct nic_event done = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(done.op, NIC_CMD_FREEZE);
    cr_assert_eq(done.result, NIC_RESULT_CTX_ERROR);
    expect_end(OWN_TOMBSTONE);
    rig_no_event(&rig, 0);
    cr_assert_arr_eq(rig.mem + peer.image, before, CTX_BYTES);
    cr_assert_eq(rig_probe_count(&rig, PROBE_CTX_OUT, 0), 0);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->freezes, 0);
}

Test(toe_ctx_error, met_by_a_move_leaves_a_tombstone_and_no_image)
{
    uint8_t before[CTX_BYTES];
    memcpy(before, rig.mem + peer.image, CTX_BYTES);
    rig_flip(&rig, 0, CONN, 1);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    expect_not_moved(before);
    rig_post_buffers(&rig, 0, 1);
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_MOVED);
}

/* FREEZE reads no lines, so an error before EXTRACT has the same effect as an error before FREEZE. */
Test(toe_ctx_error, between_freeze_and_extract_is_met_by_the_extract)
{
    uint8_t before[CTX_BYTES];
    memcpy(before, rig.mem + peer.image, CTX_BYTES);
    rig.nic[0].write_hold = true; /* the payload write is not issued, so draining ends later */
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 1 * PS_PER_US);
    rig_freeze(&peer, 0);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig.nic[0].slot[CONN].state, OWN_FROZEN);
    rig_flip(&rig, 0, CONN, 0);
    rig_release_dma(&rig, 0);
    rig_run(&rig, 3 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
    expect_not_moved(before);
}

Test(toe_ctx_error, its_id_serves_again_after_the_release)
{
    rig_flip(&rig, 0, CONN, 1);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    (void)rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    expect_end(OWN_TOMBSTONE);
    struct nic_cmd release = {
        .op = NIC_CMD_RELEASE, .gen = peer.gen, .conn = CONN, .image = peer.image};
    rig_command(&rig, 0, &release);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    cr_assert_eq(rig.nic[0].slot[CONN].state, OWN_ABSENT);
    rig_establish(&rig, &peer, CONN, 0);
    rig_segment(&peer, 0, TCP_ACK, "abc", 3);
    rig_run(&rig, 2 * PS_PER_US);
    (void)rig_record(&rig, 0, NIC_VERDICT_APPLIED);
}

/* A lock that was requested before the fence may be granted after it. The engine must release it. */
Test(toe_ctx_error_fence, at_any_time_leaves_no_lock_behind)
{
    for (uint64_t ns = 0; ns < 400; ns += 4) {
        setup();
        struct pcie_device d = toe_engine_device(rig.nic[0].engine);
        rig_flip(&rig, 0, CONN, 1);
        rig_segment(&peer, 0, TCP_ACK, "abc", 3);
        rig_run(&rig, ns * PS_PER_NS);
        d.ops->fence(d.self, true, rig.loop.now_ps);
        rig_run(&rig, 2 * PS_PER_US);
        teardown();
    }
}

/* Tests a connection that the server opens, and its move before the peer has answered. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ISS = 9000, PEER_ISS = 700 };

static struct rig rig;
static struct rig_peer peer;

/* Gives NIC 0 an image in SYN_SENT. */
static void setup(void)
{
    rig_init(&rig);
    rig_start(&rig);
    peer = (struct rig_peer){.rig = &rig,
                             .conn = 5,
                             .port = 40005,
                             .gen = 1,
                             .image = rig_alloc(&rig, CTX_BYTES),
                             .rx_ring = rig_alloc(&rig, 1 << RIG_DATA_RING_LOG2),
                             .tx_ring = rig_alloc(&rig, 1 << RIG_DATA_RING_LOG2),
                             .ack = ISS + 1};
    rig_build_image(&rig, &peer);
    struct conn_ctx *ctx = (struct conn_ctx *)(rig.mem + peer.image);
    struct tcp_now now = {us_ticks(rig.loop.now_ps), ms_ticks(rig.loop.now_ps)};
    tcp_open_active(ctx, ISS, &rig.params.tcp, now);
    tcp_image_from_live(ctx, now);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE, .gen = 1, .conn = 5, .image = peer.image};
    rig_command(&rig, 0, &cmd);
    rig_install(&peer, 0, NULL, 0);
    rig_run(&rig, 8 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
}

static void teardown(void) { rig_end(&rig); }

TestSuite(toe_open, .init = setup, .fini = teardown);

static void answer(unsigned nic)
{
    peer.seq = PEER_ISS;
    rig_segment(&peer, nic, TCP_SYN | TCP_ACK, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_record r = rig_record(&rig, nic, NIC_VERDICT_APPLIED);
    cr_assert_eq(r.tcp_state, TCP_ESTABLISHED);
    cr_assert(r.flags & NIC_RECORD_ESTABLISHED);
    cr_assert_eq(r.rcv_nxt, PEER_ISS + 1);
}

Test(toe_open, the_install_sends_the_syn_and_the_syn_ack_establishes)
{
    struct packet syn = rig_sent(&rig, 0, 0);
    cr_assert_eq(syn.seg.flags, TCP_SYN);
    cr_assert_eq(syn.seg.seq, ISS);
    cr_assert(syn.seg.options & TCP_HAS_MSS);
    answer(0);
    struct packet ack = rig_sent(&rig, 0, 1);
    cr_assert_eq(ack.seg.flags, TCP_ACK);
    cr_assert_eq(ack.seg.ack, PEER_ISS + 1);
}

Test(toe_open, it_moves_in_syn_sent_and_the_other_nic_takes_the_syn_ack)
{
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    const struct conn_ctx *ctx = (const struct conn_ctx *)(rig.mem + peer.image);
    cr_assert_eq(ctx->tcp_state, TCP_SYN_SENT);
    cr_assert_eq(ctx->snd_max, ISS + 1);
    peer.gen++;
    peer.seq = 0; /* no segment was received, so the host knows no sequence number of the peer */
    rig_install(&peer, 1, NULL, 0);
    rig_run(&rig, 8 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    cr_assert_eq(rig.nic[1].tx_count, 0, "the SYN was sent already");
    answer(1);
    cr_assert_eq(rig_sent(&rig, 1, 0).seg.ack, PEER_ISS + 1);
}

Test(toe_open, a_reset_refuses_it)
{
    rig_segment(&peer, 0, TCP_RST | TCP_ACK, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_TERMINATED);
    cr_assert_eq(event.detail, NIC_TERM_REMOTE_RESET);
}

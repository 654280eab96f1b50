/* Tests grants: an INSTALL that comes before its image waits for it in the slot, and HELD brings the list of held frames. */
#include "models/hwif/conn_ctx.h"
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SLOT = 3, GRANTS = 8 };

static struct rig rig;
static struct rig_peer peer;

static void setup(void) { rig_init(&rig); }

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_grant, .init = setup, .fini = teardown);

static const struct toe_stats *stats(void) { return toe_engine_stats(rig.nic[1].engine); }

/* Opens the connection at NIC 0 and freezes it there. Returns its image, which names the generation after it. */
static struct conn_ctx frozen(void)
{
    struct conn_ctx image;
    rig_start(&rig);
    rig_establish(&rig, &peer, 2, 0);
    rig_freeze(&peer, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    peer.gen++;
    memcpy(&image, rig.mem + peer.image, sizeof image);
    image.generation = peer.gen;
    tcp_image_seal(&image);
    memcpy(rig.mem + peer.image, &image, sizeof image);
    return image;
}

static void write_image(const struct conn_ctx *image)
{
    rig_write(&rig, 1, NIC_REG_IMAGE_SLOTS + SLOT * NIC_IMAGE_SLOT_BYTES, image, sizeof *image);
}

static void grant(uint32_t conn, uint8_t slot, uint64_t wait_ps)
{
    rig_command(&rig, 1,
                &(struct nic_cmd){.op = NIC_CMD_INSTALL,
                                  .flags = NIC_CMD_FLAG_SLOT,
                                  .gen = peer.gen,
                                  .conn = conn,
                                  .slot = slot,
                                  .frame_time_ps = rig.loop.now_ps + wait_ps,
                                  .tx_prod = peer.ack,
                                  .rx_consumed = peer.seq});
    rig_run(&rig, 5 * PS_PER_US);
}

/* Gives the list, and returns the result of HELD. */
static void give_list(const struct nic_held *held, uint32_t count)
{
    struct nic_cmd cmd = {.op = NIC_CMD_HELD, .gen = peer.gen, .conn = peer.conn, .count = count};
    if (count > 0) {
        cmd.list = rig_alloc(&rig, count * (uint32_t)sizeof *held);
        memcpy(rig.mem + cmd.list, held, count * sizeof *held);
    }
    rig_command(&rig, 1, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
}

static uint8_t result_of(uint8_t op)
{
    struct nic_event event = rig_event(&rig, 1, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, op);
    return event.result;
}

static void expect_serves(void)
{
    rig_segment(&peer, 1, TCP_ACK, "hello", 5);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq);
}

static void expect_pull_works(void)
{
    rig_install(&peer, 1, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    expect_serves();
}

Test(toe_grant, the_image_activates_a_granted_connection)
{
    struct conn_ctx image = frozen();
    cr_assert(rig_read32(&rig, 1, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_GRANT);
    cr_assert_eq(rig_read32(&rig, 1, NIC_REG_GRANT_COUNT), GRANTS);
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    rig_no_event(&rig, 1);
    cr_assert_eq(rig_probe_count(&rig, PROBE_IMAGE_HERE, 1), 0);
    write_image(&image);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    cr_assert_eq(rig_probe_count(&rig, PROBE_IMAGE_HERE, 1), 1);
    give_list(NULL, 0);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_OK);
    expect_serves();
}

Test(toe_grant, the_image_may_come_first)
{
    struct conn_ctx image = frozen();
    write_image(&image);
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    give_list(NULL, 0);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_OK);
    expect_serves();
}

/* A frame that arrives before the list waits for it, so that the held frame is applied first. */
Test(toe_grant, held_frames_are_applied_before_later_ones)
{
    struct conn_ctx image = frozen();
    struct nic_held held =
        rig_hold(&rig, rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, "first", 5), 1);
    peer.seq += 5;
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    write_image(&image);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    rig_segment(&peer, 1, TCP_ACK, "second", 6);
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_record record;
    cr_assert(!rig_take_record(&rig, 1, &record), "it waits");
    give_list(&held, 1);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_OK);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq - 6);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq);
    cr_assert_eq(stats()->rx_parked, 1);
}

Test(toe_grant, the_list_may_come_before_the_image)
{
    struct conn_ctx image = frozen();
    struct nic_held held =
        rig_hold(&rig, rig_frame(&peer, TCP_ACK, peer.seq, peer.ack, "first", 5), 1);
    peer.seq += 5;
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    give_list(&held, 1);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_OK);
    write_image(&image);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq);
    expect_serves();
}

Test(toe_grant, without_an_image_the_deadline_ends_it)
{
    frozen();
    grant(peer.conn, SLOT, 20 * PS_PER_US);
    rig_no_event(&rig, 1);
    rig_run(&rig, 20 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_NO_IMAGE);
    cr_assert_eq(stats()->images_refused, 1);
    give_list(NULL, 0);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_STALE);
    expect_pull_works();
}

/* RELEASE would wait for the grant, so it ends the grant. */
Test(toe_grant, a_release_ends_it)
{
    frozen();
    grant(peer.conn, SLOT, 1000 * PS_PER_US);
    rig_command(
        &rig, 1,
        &(struct nic_cmd){
            .op = NIC_CMD_RELEASE, .gen = peer.gen, .conn = peer.conn, .image = peer.image});
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_NO_IMAGE);
    cr_assert_eq(result_of(NIC_CMD_RELEASE), NIC_RESULT_ABSENT);
}

Test(toe_grant, a_torn_image_of_a_grant_is_not_taken)
{
    struct conn_ctx image = frozen();
    uint32_t zero = 0;
    grant(peer.conn, SLOT, 20 * PS_PER_US);
    uint32_t at = NIC_REG_IMAGE_SLOTS + SLOT * NIC_IMAGE_SLOT_BYTES;
    rig_write(&rig, 1, at, &image, 256);
    rig_write(&rig, 1, at + 256, &zero, sizeof zero);
    rig_run(&rig, 25 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_NO_IMAGE);
    cr_assert_eq(stats()->image_writes_refused, 1);
    expect_pull_works();
}

Test(toe_grant, an_image_of_another_generation_ends_it)
{
    struct conn_ctx image = frozen();
    image.generation--;
    tcp_image_seal(&image);
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    write_image(&image);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_STALE);
    expect_pull_works();
}

Test(toe_grant, a_slot_with_a_grant_is_busy)
{
    struct conn_ctx image = frozen();
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    grant(5, SLOT, 100 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 1, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.conn, 5);
    cr_assert_eq(event.result, NIC_RESULT_BUSY);
    write_image(&image);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_OK);
    give_list(NULL, 0);
    cr_assert_eq(result_of(NIC_CMD_HELD), NIC_RESULT_OK);
}

/* So many grants leave room for the commands that end them. */
Test(toe_grant, a_limited_number_waits)
{
    frozen();
    for (uint32_t i = 0; i < GRANTS; i++)
        grant(3 + i, (uint8_t)i, 100 * PS_PER_US);
    rig_no_event(&rig, 1);
    grant(3 + GRANTS, GRANTS, 100 * PS_PER_US);
    cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_BUSY);
    rig_run(&rig, 100 * PS_PER_US);
    for (uint32_t i = 0; i < GRANTS; i++)
        cr_assert_eq(result_of(NIC_CMD_INSTALL), NIC_RESULT_NO_IMAGE);
}

Test(toe_grant, a_fence_ends_it)
{
    struct conn_ctx image = frozen();
    struct pcie_device device = toe_engine_device(rig.nic[1].engine);
    grant(peer.conn, SLOT, 100 * PS_PER_US);
    device.ops->fence(device.self, true, rig.loop.now_ps);
    write_image(&image);
    rig_run(&rig, 200 * PS_PER_US);
    cr_assert_eq(rig_probe_count(&rig, PROBE_IMAGE_HERE, 1), 0);
    cr_assert(toe_engine_is_idle(rig.nic[1].engine));
}

/* FREEZE with PEER writes the image twice: to the given address as the new owner has it, and to host memory unchanged. */
Test(toe_grant, freeze_writes_the_image_to_the_peer_as_well)
{
    struct conn_ctx own, sent;
    rig_start(&rig);
    rig_establish(&rig, &peer, 2, 0);
    uint64_t to = rig_alloc(&rig, CTX_BYTES); /* the rig's bus has memory alone */
    rig_command(&rig, 0,
                &(struct nic_cmd){.op = NIC_CMD_FREEZE,
                                  .flags = NIC_CMD_FLAG_PEER,
                                  .gen = peer.gen,
                                  .conn = peer.conn,
                                  .image = peer.image,
                                  .list = to,
                                  .frame_port = 1});
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    memcpy(&own, rig.mem + peer.image, sizeof own);
    memcpy(&sent, rig.mem + to, sizeof sent);
    cr_assert(tcp_image_check(&own) && tcp_image_check(&sent));
    cr_assert_eq(own.generation, peer.gen);
    cr_assert_eq(sent.generation, (uint16_t)(peer.gen + 1));
    cr_assert_eq(sent.owner, 1);
    cr_assert_eq(sent.move_count, own.move_count + 1);
    cr_assert_eq(sent.rcv_nxt, own.rcv_nxt);
}

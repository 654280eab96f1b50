/* Tests the image slots: INSTALL takes a whole image of its generation from a slot, and nothing else. */
#include "models/hwif/conn_ctx.h"
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LINE = NIC_IMAGE_LINE_BYTES, LINES = CTX_BYTES / NIC_IMAGE_LINE_BYTES, SLOT = 3 };

static struct rig rig;
static struct rig_peer peer;

static void setup(void) { rig_init(&rig); }

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_slots, .init = setup, .fini = teardown);

static const struct toe_stats *stats(void) { return toe_engine_stats(rig.nic[1].engine); }

static uint32_t at_slot(uint32_t slot, uint32_t byte)
{
    return NIC_REG_IMAGE_SLOTS + slot * NIC_IMAGE_SLOT_BYTES + byte;
}

/* Opens the connection at NIC 0 and freezes it. Returns its image, which names the generation after it. */
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

static void write_lines(uint32_t slot, const struct conn_ctx *image, uint32_t from, uint32_t end)
{
    for (uint32_t line = from; line < end; line++)
        rig_write(&rig, 1, at_slot(slot, line * LINE), (const uint8_t *)image + line * LINE, LINE);
}

static uint8_t install_from(uint8_t slot)
{
    rig_command(&rig, 1,
                &(struct nic_cmd){.op = NIC_CMD_INSTALL,
                                  .flags = NIC_CMD_FLAG_SLOT,
                                  .gen = peer.gen,
                                  .conn = peer.conn,
                                  .slot = slot,
                                  .tx_prod = peer.ack,
                                  .rx_consumed = peer.seq});
    rig_run(&rig, 5 * PS_PER_US);
    return rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result;
}

static void expect_serves(void)
{
    rig_segment(&peer, 1, TCP_ACK, "hello", 5);
    rig_run(&rig, 3 * PS_PER_US);
    cr_assert_eq(rig_record(&rig, 1, NIC_VERDICT_APPLIED).rcv_nxt, peer.seq);
}

/* The connection can still be installed from host memory. */
static void expect_pull_works(void)
{
    rig_install(&peer, 1, NULL, 0);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 1, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    expect_serves();
}

Test(toe_slots, install_takes_a_whole_image_and_empties_the_slot)
{
    struct conn_ctx image = frozen();
    memset(rig.mem + peer.image, 0, sizeof image); /* the engine must not read it */
    write_lines(SLOT, &image, 0, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_OK);
    cr_assert_eq(stats()->images_taken, 1);
    expect_serves();
    cr_assert_eq(install_from(SLOT), NIC_RESULT_DUPLICATE, "the connection is here");
}

Test(toe_slots, one_write_may_have_several_lines)
{
    struct conn_ctx image = frozen();
    rig_write(&rig, 1, at_slot(SLOT, 0), &image, 4 * LINE);
    rig_write(&rig, 1, at_slot(SLOT, 4 * LINE), (const uint8_t *)&image + 4 * LINE, LINE);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_OK);
    expect_serves();
}

Test(toe_slots, an_image_without_install_does_nothing)
{
    struct conn_ctx image = frozen();
    write_lines(SLOT, &image, 0, LINES);
    rig_run(&rig, 50 * PS_PER_US);
    rig_no_event(&rig, 1);
    cr_assert_eq(stats()->images_taken + stats()->images_refused, 0);
    expect_pull_works();
}

Test(toe_slots, a_slot_without_an_image_is_refused)
{
    frozen();
    cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE);
    cr_assert_eq(stats()->images_refused, 1);
    expect_pull_works();
}

Test(toe_slots, an_image_that_lacks_a_line_is_refused)
{
    struct conn_ctx image = frozen();
    write_lines(SLOT, &image, 0, 2);
    write_lines(SLOT, &image, 3, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE);
    write_lines(SLOT, &image, 2, 3);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_OK, "now it is whole");
    expect_serves();
}

Test(toe_slots, a_torn_write_empties_the_slot)
{
    static const uint32_t bad[][2] = {
        {0, 4}, {4 * LINE, 32}, {4, LINE}, {5 * LINE, LINE}, {4 * LINE, 2 * LINE}};
    uint8_t zeros[2 * LINE] = {0};
    struct conn_ctx image = frozen();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_lines(SLOT, &image, 0, LINES);
        rig_write(&rig, 1, at_slot(SLOT, bad[i][0]), zeros, bad[i][1]);
        cr_assert_eq(stats()->image_writes_refused, i + 1);
        cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE, "row %zu", i);
    }
    expect_pull_works();
}

Test(toe_slots, a_write_across_two_slots_empties_both)
{
    uint8_t zeros[3 * LINE] = {0};
    struct conn_ctx image = frozen();
    write_lines(SLOT, &image, 0, LINES);
    write_lines(SLOT + 1, &image, 0, LINES);
    rig_write(&rig, 1, at_slot(SLOT, 4 * LINE), zeros, sizeof zeros);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE);
    cr_assert_eq(install_from(SLOT + 1), NIC_RESULT_NO_IMAGE);
    expect_pull_works();
}

/* The first line of a second image shows that the first one is not wanted any more. */
Test(toe_slots, a_slot_in_use_begins_a_new_image)
{
    struct conn_ctx image = frozen(), other = image;
    other.generation++;
    tcp_image_seal(&other);
    write_lines(SLOT, &image, 0, LINES);
    write_lines(SLOT, &other, 0, 1);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE);
    write_lines(SLOT, &image, 0, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_OK);
    expect_serves();
}

Test(toe_slots, two_images_in_one_slot_are_damaged)
{
    struct conn_ctx image = frozen(), other = image;
    other.srtt++;
    tcp_image_seal(&other);
    write_lines(SLOT, &other, 0, 2);
    write_lines(SLOT, &image, 2, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_BAD_IMAGE);
    cr_assert_eq(stats()->images_refused, 1);
    expect_pull_works();
}

Test(toe_slots, an_image_of_another_generation_is_refused)
{
    struct conn_ctx image = frozen();
    image.generation--;
    tcp_image_seal(&image);
    write_lines(SLOT, &image, 0, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_STALE);
    expect_pull_works();
}

Test(toe_slots, a_slot_that_the_nic_does_not_have_is_refused)
{
    rig.params.image_slots = SLOT;
    struct conn_ctx image = frozen();
    cr_assert_eq(rig_read32(&rig, 1, NIC_REG_SLOT_COUNT), SLOT);
    write_lines(SLOT, &image, 0, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_UNSUPPORTED);
    expect_pull_works();
}

Test(toe_slots, version_1_has_none)
{
    rig.params.contract = 1;
    struct conn_ctx image = frozen();
    cr_assert_eq(rig_read32(&rig, 1, NIC_REG_CAPABILITIES), 0);
    cr_assert_eq(rig_read32(&rig, 1, NIC_REG_SLOT_COUNT), 0);
    write_lines(SLOT, &image, 0, LINES);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_UNSUPPORTED);
    expect_pull_works();
}

Test(toe_slots, a_fenced_nic_drops_images)
{
    struct conn_ctx image = frozen();
    rig_write32(&rig, 1, NIC_REG_CONTROL, 0); /* not enabled */
    write_lines(SLOT, &image, 0, LINES);
    rig_write32(&rig, 1, NIC_REG_CONTROL, NIC_CONTROL_ENABLE);
    cr_assert_eq(install_from(SLOT), NIC_RESULT_NO_IMAGE);
    expect_pull_works();
}

/* Tests host-sw/mechanism/mech_host_push.c: the image goes into a slot of the new NIC, and into host memory as a reserve. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/hwif/conn_ctx.h"
#include "models/tcp/tcp.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;
static const struct nic_cmd *reserve;

static void choose_mechanism(void)
{
    bed_init(&bed);
    for (uint32_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, "host-push") == 0)
            bed.params.mechanism = (uint8_t)i;
    cr_assert_neq(bed.params.mechanism, 0);
}

static void setup(void)
{
    choose_mechanism();
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(host_push, .init = setup, .fini = teardown);

static void complete(const struct nic_cmd *install, enum nic_result result)
{
    fake_complete(bed.fake, 1, install, result);
    fake_run(bed.fake, 8);
}

static void expect_moved(const struct nic_cmd *install)
{
    const struct nic_held *held = fake_memory(bed.fake, install->list);
    complete(install, NIC_RESULT_OK);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
    cr_assert_eq(bed.sw->nics[1].slots.used_bits, 0, "the slot is free again");
    bed.gen = install->gen;
    bed_applied(&bed, 1, held[0].frame_id, bed.gen, NIC_RECORD_INJECTED, 4, 0);
}

/* A refused slot is followed by an INSTALL from host memory, which is undamaged. */
static void expect_pulled(void)
{
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    struct conn_ctx image;
    memcpy(&image, fake_memory(bed.fake, install->image), sizeof image);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert(tcp_image_check(&image));
    cr_assert_eq(image.generation, install->gen);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 1);
    expect_moved(install);
}

Test(host_push, the_image_is_in_the_slot_that_install_names)
{
    uint64_t lines = bed.fake->charged[CPU_COST_LINE];
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    cr_assert(install->flags & NIC_CMD_FLAG_SLOT);
    cr_assert_lt(install->slot, FAKE_SLOTS);
    cr_assert_eq(bed.fake->port[1].slot_bytes[install->slot], CTX_BYTES);
    struct conn_ctx image;
    memcpy(&image, bed.fake->port[1].slots[install->slot], sizeof image);
    cr_assert(tcp_image_check(&image));
    cr_assert_eq(image.conn_id, bed.conn);
    cr_assert_eq(image.generation, install->gen);
    cr_assert_eq(image.owner, 1);
    cr_assert_arr_eq(&image, fake_memory(bed.fake, install->image), sizeof image);
    cr_assert_eq(bed.fake->charged[CPU_COST_LINE] - lines, CTX_BYTES / NIC_IMAGE_LINE_BYTES);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    expect_moved(install);
    cr_assert_eq(bed_stats(&bed)->images_pushed, 1);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 0);
}

Test(host_push, a_slot_without_a_good_image_is_followed_by_a_pull)
{
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    complete(install, NIC_RESULT_NO_IMAGE);
    expect_pulled();
}

Test(host_push, a_torn_image_is_followed_by_a_pull)
{
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    complete(install, NIC_RESULT_BAD_IMAGE);
    expect_pulled();
}

Test(host_push, an_image_of_the_wrong_generation_is_followed_by_a_pull)
{
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    complete(install, NIC_RESULT_STALE);
    expect_pulled();
}

/* Without a place in the lookup table a second INSTALL is of no use, and the connection goes back by a pull. */
Test(host_push, a_destination_without_room_sends_the_connection_back)
{
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_FULL);
    complete(install, NIC_RESULT_FULL);
    fake_expect(bed.fake, 0, NIC_CMD_RELEASE);
    fake_expect(bed.fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *back = fake_expect(bed.fake, 0, NIC_CMD_INSTALL);
    cr_assert_eq(back->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 0);
    cr_assert_eq(bed.sw->nics[1].slots.used_bits, 0);
    fake_complete(bed.fake, 0, back, NIC_RESULT_OK);
    fake_run(bed.fake, 2);
    const struct nic_held *held = fake_memory(bed.fake, back->list);
    bed_applied(&bed, 0, held[0].frame_id, back->gen, NIC_RECORD_INJECTED, 4, 0);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].failed, 1);
}

Test(host_push, without_a_free_slot_the_image_is_pulled)
{
    uint8_t slot;
    while (image_slots_take(&bed.sw->nics[1].slots, &slot))
        ;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 1);
    bed.sw->nics[1].slots.used_bits = 0;
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    expect_moved(install);
}

/* The NICs of a machine need not be as the scenario says. */
static void expect_pull_with(uint32_t capabilities, uint32_t version)
{
    choose_mechanism();
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] = capabilities;
        bed.fake->port[nic].regs[NIC_REG_VERSION / 4] = version;
    }
    bed_start(&bed);
    bed_open(&bed);
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 1);
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    expect_moved(install);
    bed_end(&bed);
}

Test(host_push_refused, nics_without_slots_pull) { expect_pull_with(NIC_CAPABILITY_PUSH, 2); }

Test(host_push_refused, nics_of_version_1_pull) { expect_pull_with(UINT32_MAX, 1); }

/* Tests host-sw/mechanism/mech_peer_to_peer.c: FREEZE names a slot of the new NIC, which is granted the generation, and nothing
 * of the new generation is acted on before FREEZE has completed. */
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"
#include "models/hwif/conn_ctx.h"
#include "models/tcp/tcp.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;
static const struct nic_cmd *freeze, *reserve, *grant;

static void choose_mechanism(void)
{
    bed_init(&bed);
    for (uint32_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, "peer-to-peer") == 0)
            bed.params.mechanism = (uint8_t)i;
    cr_assert_neq(bed.params.mechanism, 0);
}

static void setup(void)
{
    choose_mechanism();
    bed_start(&bed);
    bed_open(&bed);
    bed_foreign(&bed, 1, 0, bed.irs + 1, bed.iss + 1, TCP_ACK, "held");
    freeze = fake_expect(bed.fake, 0, NIC_CMD_FREEZE);
    reserve = fake_expect(bed.fake, 1, NIC_CMD_RESERVE);
    grant = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(peer_to_peer, .init = setup, .fini = teardown);

static void complete(const struct nic_cmd *cmd, enum nic_result result)
{
    fake_complete(bed.fake, 1, cmd, result);
    fake_run(bed.fake, 8);
}

/* NIC 1 applies the held frame, which it has in the list at this address. */
static void expect_moved(uint64_t list)
{
    const struct nic_held *held = fake_memory(bed.fake, list);
    cr_assert_eq(bed_view(&bed, 0).owner, 1);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].completed, 1);
    cr_assert_eq(bed.sw->nics[1].slots.used_bits, 0, "the slot is free again");
    cr_assert_eq(bed.sw->nics[1].slots.grants, 0);
    bed_applied(&bed, 1, held[0].frame_id, grant->gen, NIC_RECORD_INJECTED, 4, 0);
}

Test(peer_to_peer, freeze_names_the_slot_that_is_granted)
{
    uint64_t slot_at = bed.sw->nics[1].sizes.bar_address + NIC_REG_IMAGE_SLOTS +
                       grant->slot * (uint64_t)NIC_IMAGE_SLOT_BYTES;
    cr_assert(freeze->flags & NIC_CMD_FLAG_PEER);
    cr_assert_eq(freeze->list, slot_at);
    cr_assert_eq(freeze->frame_port, 1);
    cr_assert(grant->flags & NIC_CMD_FLAG_SLOT);
    cr_assert_gt(grant->frame_time_ps, bed.fake->now_ps);
    cr_assert_eq(grant->gen, (uint16_t)(freeze->gen + 1));
    cr_assert_eq(reserve->gen, grant->gen);
    bed_frozen(&bed, 0, freeze);
    const struct nic_cmd *held = fake_expect(bed.fake, 1, NIC_CMD_HELD);
    cr_assert_eq(held->count, 1);
    cr_assert_eq(held->gen, grant->gen);
    struct conn_ctx image; /* the reserve in host memory is handed over as well */
    memcpy(&image, fake_memory(bed.fake, grant->image), sizeof image);
    cr_assert(tcp_image_check(&image));
    cr_assert_eq(image.generation, grant->gen);
    complete(grant, NIC_RESULT_OK);
    expect_moved(held->list);
    cr_assert_eq(bed_stats(&bed)->images_pushed, 1);
}

Test(peer_to_peer, the_new_nic_may_be_faster_than_the_old_one)
{
    complete(grant, NIC_RESULT_OK);
    cr_assert_eq(bed_view(&bed, 0).owner, 0, "FREEZE has not completed");
    cr_assert_eq(bed_view(&bed, 0).state, DIR_FREEZING);
    bed_frozen(&bed, 0, freeze);
    expect_moved(fake_expect(bed.fake, 1, NIC_CMD_HELD)->list);
}

Test(peer_to_peer, a_record_of_the_new_nic_waits_for_the_old_one)
{
    uint32_t readable = bed.readable;
    uint64_t id = bed.fake->next_frame_id++;
    complete(grant, NIC_RESULT_OK);
    bed_applied(&bed, 1, id, grant->gen, 0, 4, 0);
    cr_assert_eq(bed.sw->intake.waiting.count, 1);
    cr_assert_eq(bed.readable, readable);
    bed_frozen(&bed, 0, freeze);
    fake_run(bed.fake, 0);
    cr_assert_eq(bed.sw->intake.waiting.count, 0);
    cr_assert_gt(bed.readable, readable);
    expect_moved(fake_expect(bed.fake, 1, NIC_CMD_HELD)->list);
}

/* The grant waits for RESERVE, so RESERVE must not have to read the tuple. */
Test(peer_to_peer, reserve_has_the_tuple_in_it)
{
    struct flow_key key;
    struct dir_view view = bed_view(&bed, 0);
    cr_assert(reserve->flags & NIC_CMD_FLAG_TUPLE);
    nic_tuple_of_cmd(reserve, &key);
    cr_assert_eq(memcmp(&key, &view.key, sizeof key), 0);
}

/* The end of the connection at the new NIC waits as well, and is not taken for that of an unknown generation. */
Test(peer_to_peer, an_end_at_the_new_nic_waits_for_the_old_one)
{
    complete(grant, NIC_RESULT_OK);
    bed_terminated(&bed, 1, grant->gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(bed.notices + bed.closed, 0);
    bed_frozen(&bed, 0, freeze);
    cr_assert_eq(bed.closed, 1);
    cr_assert_eq(bed.cause, NIC_TERM_REMOTE_RESET);
    const struct nic_cmd *held = fake_expect(bed.fake, 1, NIC_CMD_HELD);
    const struct nic_held *frames = fake_memory(bed.fake, held->list);
    bed_applied(&bed, 1, frames[0].frame_id, grant->gen, NIC_RECORD_INJECTED, 4, 0);
}

/* The image did not reach the slot, was torn there, or is of another move. The NIC reads it from host memory. */
static void expect_pull(enum nic_result result)
{
    bed_frozen(&bed, 0, freeze);
    fake_expect(bed.fake, 1, NIC_CMD_HELD);
    complete(grant, result);
    const struct nic_cmd *install = fake_expect(bed.fake, 1, NIC_CMD_INSTALL);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert_eq(install->gen, grant->gen);
    cr_assert_eq(install->count, 1);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 1);
    complete(install, NIC_RESULT_OK);
    expect_moved(install->list);
}

Test(peer_to_peer, a_grant_without_image_is_followed_by_a_pull)
{
    expect_pull(NIC_RESULT_NO_IMAGE);
}
Test(peer_to_peer, a_torn_image_is_followed_by_a_pull) { expect_pull(NIC_RESULT_BAD_IMAGE); }
Test(peer_to_peer, a_wrong_generation_is_followed_by_a_pull) { expect_pull(NIC_RESULT_STALE); }
Test(peer_to_peer, a_slot_in_use_is_followed_by_a_pull) { expect_pull(NIC_RESULT_BUSY); }

/* The connection ended at the old NIC, so no image comes. RELEASE ends the grant. */
Test(peer_to_peer, a_connection_that_has_ended_is_released)
{
    fake_complete(bed.fake, 0, freeze, NIC_RESULT_ABSENT);
    bed_terminated(&bed, 0, freeze->gen, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(fake_expect(bed.fake, 1, NIC_CMD_RELEASE)->gen, grant->gen);
    complete(grant, NIC_RESULT_NO_IMAGE);
    cr_assert_eq(bed_stats(&bed)->transfers[TRANSFER_MOVE].cancelled, 1);
    cr_assert_eq(bed.sw->nics[1].slots.used_bits, 0);
}

/* NICs without grants pull, and so does a move for which no grant is left. */
static void expect_pull_with(uint32_t capabilities, bool takes_all)
{
    choose_mechanism();
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        bed.fake->port[nic].regs[NIC_REG_CAPABILITIES / 4] = capabilities;
    bed_start(&bed);
    bed_open(&bed);
    if (takes_all)
        bed.sw->nics[1].slots.grants = bed.sw->nics[1].slots.grants_max;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    cr_assert_eq(install->flags & NIC_CMD_FLAG_SLOT, 0);
    cr_assert_eq(bed_stats(&bed)->images_pulled, 1);
    complete(install, NIC_RESULT_OK);
    bed.sw->nics[1].slots.grants = 0;
    grant = install;
    expect_moved(install->list);
    bed_end(&bed);
}

Test(peer_to_peer_refused, nics_without_grants_pull)
{
    expect_pull_with(NIC_CAPABILITY_IMAGE_SLOTS, false);
}

Test(peer_to_peer_refused, without_a_grant_left_the_image_is_pulled)
{
    expect_pull_with(NIC_CAPABILITY_IMAGE_SLOTS | NIC_CAPABILITY_GRANT, true);
}

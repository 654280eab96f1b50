/* Tests the order of RESERVE and RELEASE: their reads overlap, and they take effect in the order of the ring. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>

enum { PEERS = 8, DMA_READ_PS = 600000 };

static struct rig rig;
static struct rig_peer peer[PEERS];

static void setup(void)
{
    rig_init(&rig);
    rng_init(&rig.rng, 1, "ordered");
    rig_start(&rig);
    for (uint32_t i = 0; i < PEERS; i++) {
        peer[i] = (struct rig_peer){.rig = &rig,
                                    .conn = i,
                                    .port = (uint16_t)(40000 + i),
                                    .image = rig_alloc(&rig, CTX_BYTES),
                                    .seq = 1000,
                                    .ack = 5001};
        rig_build_image(&rig, &peer[i]);
    }
}

static void teardown(void)
{
    cr_assert(toe_engine_is_idle(rig.nic[0].engine));
    rig_end(&rig);
}

TestSuite(toe_ordered, .init = setup, .fini = teardown);

static void command(uint8_t op, uint32_t conn, uint64_t image)
{
    struct nic_cmd cmd = {.op = op, .gen = 1, .conn = conn, .image = image};
    rig_command(&rig, 0, &cmd);
}

static void expect_done(uint8_t op, uint32_t conn, uint8_t result)
{
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, op);
    cr_assert_eq(event.conn, conn);
    cr_assert_eq(event.result, result, "op %u of %u: %u", op, conn, event.result);
}

/* The read of the command itself and those of all tuples take the time of two reads, not of nine. */
Test(toe_ordered, reservations_read_their_tuples_in_parallel)
{
    for (uint32_t i = 0; i < PEERS; i++)
        command(NIC_CMD_RESERVE, i, peer[i].image);
    rig_run(&rig, 4 * DMA_READ_PS);
    for (uint32_t i = 0; i < PEERS; i++)
        expect_done(NIC_CMD_RESERVE, i, NIC_RESULT_OK);
}

/* A tuple changes its connection again and again. Each RESERVE finds the tuple free because the RELEASE before it is
 * done, whichever of their reads comes back first. */
Test(toe_ordered, a_tuple_is_released_before_it_is_reserved_again)
{
    rig.jitter = true;
    command(NIC_CMD_RESERVE, 0, peer[0].image);
    rig_run(&rig, 10 * DMA_READ_PS);
    expect_done(NIC_CMD_RESERVE, 0, NIC_RESULT_OK);
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t old = round % PEERS, next = (round + 1) % PEERS;
        command(NIC_CMD_RELEASE, old, peer[0].image);
        command(NIC_CMD_RESERVE, next, peer[0].image);
        rig_run(&rig, 20 * DMA_READ_PS);
        expect_done(NIC_CMD_RELEASE, old, NIC_RESULT_OK);
        expect_done(NIC_CMD_RESERVE, next, NIC_RESULT_OK);
    }
}

/* The second of two reservations of one tuple is refused, whichever of their reads comes back first. */
Test(toe_ordered, the_first_reservation_of_a_tuple_wins)
{
    rig.jitter = true;
    for (uint32_t round = 0; round < 50; round++) {
        command(NIC_CMD_RESERVE, 1, peer[0].image);
        command(NIC_CMD_RESERVE, 2, peer[0].image);
        command(NIC_CMD_RELEASE, 1, peer[0].image);
        rig_run(&rig, 30 * DMA_READ_PS);
        expect_done(NIC_CMD_RESERVE, 1, NIC_RESULT_OK);
        expect_done(NIC_CMD_RESERVE, 2, NIC_RESULT_DUPLICATE);
        expect_done(NIC_CMD_RELEASE, 1, NIC_RESULT_OK);
    }
}

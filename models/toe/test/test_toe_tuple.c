/* Tests RESERVE and RELEASE with the tuple in the command (models/toe/command/common/tuple.c). */
#include "models/toe/test/toe_rig.h"
#include "models/toe/toe_conn.h"

#include <criterion/criterion.h>

static struct rig rig;
static struct rig_peer peer;

static void begin(unsigned contract)
{
    rig_init(&rig);
    rig.params.contract = (uint8_t)contract;
    rig_start(&rig);
    peer = (struct rig_peer){.rig = &rig,
                             .conn = 5,
                             .port = 40005,
                             .gen = 1,
                             .image = rig_alloc(&rig, CTX_BYTES),
                             .rx_ring = rig_alloc(&rig, 1 << RIG_DATA_RING_LOG2),
                             .tx_ring = rig_alloc(&rig, 1 << RIG_DATA_RING_LOG2)};
    rig_build_image(&rig, &peer);
    rig_post_buffers(&rig, 0, 4);
}

static void setup(void) { begin(2); }

static void teardown(void) { rig_end(&rig); }

TestSuite(toe_tuple, .init = setup, .fini = teardown);

/* Issues a command whose tuple is that of the image, but which names no image. Returns its result. */
static enum nic_result command_by_tuple(uint8_t op, uint16_t gen)
{
    struct flow_key key;
    toe_conn_flow_key((struct conn_ctx *)(rig.mem + peer.image), &key);
    struct nic_cmd cmd = {.op = op, .gen = gen, .conn = peer.conn};
    nic_tuple_to_cmd(&key, &cmd);
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    return (enum nic_result)rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result;
}

static void expect_verdict(enum nic_verdict verdict)
{
    rig_segment(&peer, 0, TCP_ACK, "x", 1);
    rig_run(&rig, 3 * PS_PER_US);
    struct nic_record record = rig_record(&rig, 0, (uint8_t)verdict);
    cr_assert_eq(record.conn, verdict == NIC_VERDICT_RESERVED ? peer.conn : UINT32_MAX);
}

Test(toe_tuple, reserve_and_release_know_the_tuple)
{
    cr_assert(rig_read32(&rig, 0, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_TUPLE);
    expect_verdict(NIC_VERDICT_NOT_MINE);
    cr_assert_eq(command_by_tuple(NIC_CMD_RESERVE, 1), NIC_RESULT_OK);
    expect_verdict(NIC_VERDICT_RESERVED);
    cr_assert_eq(command_by_tuple(NIC_CMD_RESERVE, 1), NIC_RESULT_DUPLICATE);
    cr_assert_eq(command_by_tuple(NIC_CMD_RELEASE, 1), NIC_RESULT_OK);
    expect_verdict(NIC_VERDICT_NOT_MINE);
    cr_assert_eq(command_by_tuple(NIC_CMD_RELEASE, 1), NIC_RESULT_ABSENT);
}

/* INSTALL finds the reservation by the tuple of the image, so both must be the same. */
Test(toe_tuple, install_uses_the_reservation)
{
    cr_assert_eq(command_by_tuple(NIC_CMD_RESERVE, 1), NIC_RESULT_OK);
    rig_install(&peer, 0, NULL, 0);
    rig_run(&rig, 8 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
}

/* A NIC of version 1 does not know the flag, and takes the first bytes of the tuple for an address. */
Test(toe_tuple, version_1_reads_the_image)
{
    teardown();
    begin(1);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES), 0);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE,
                          .flags = NIC_CMD_FLAG_TUPLE,
                          .gen = 1,
                          .conn = peer.conn,
                          .image = peer.image};
    rig_command(&rig, 0, &cmd);
    rig_run(&rig, 5 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).result, NIC_RESULT_OK);
    expect_verdict(NIC_VERDICT_RESERVED);
}

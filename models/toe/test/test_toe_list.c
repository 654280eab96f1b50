/* Tests FREEZE_LIST and INSTALL_LIST: each entry has its own result, an entry that fails does not hold up the others, and
 * a list without entries or with too many is refused. */
#include "models/toe/test/toe_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rig rig;
static struct rig_peer peers[2];

static void setup(void)
{
    rig_init(&rig);
    rig_start(&rig);
    rig_establish(&rig, &peers[0], 2, 0);
    rig_establish(&rig, &peers[1], 3, 0);
}

static void teardown(void)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        cr_assert(toe_engine_is_idle(rig.nic[nic].engine));
    rig_end(&rig);
}

TestSuite(toe_list, .init = setup, .fini = teardown);

static struct nic_cmd entry_of(const struct rig_peer *peer)
{
    return (struct nic_cmd){.conn = peer->conn, .gen = peer->gen, .image = peer->image};
}

/* Gives the list to the NIC, and returns the results. There is one completion. */
static const struct nic_list_result *run_list(unsigned nic, uint8_t op, uint8_t flags,
                                              const struct nic_cmd *entries, uint32_t count)
{
    uint64_t list = rig_alloc(&rig, (uint32_t)(count * sizeof *entries));
    uint64_t results = rig_alloc(&rig, (uint32_t)(count * sizeof(struct nic_list_result)));
    memcpy(rig.mem + list, entries, count * sizeof *entries);
    memset(rig.mem + results, 0xee, count * sizeof(struct nic_list_result));
    rig_command(&rig, nic,
                &(struct nic_cmd){.op = op,
                                  .flags = flags,
                                  .conn = UINT32_MAX,
                                  .list = list,
                                  .image = results,
                                  .count = count,
                                  .cookie = 77});
    rig_run(&rig, 20 * PS_PER_US);
    struct nic_event event = rig_event(&rig, nic, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, op);
    cr_assert_eq(event.cookie, 77);
    cr_assert_eq(event.result, NIC_RESULT_OK);
    rig_no_event(&rig, nic);
    return (const struct nic_list_result *)(const void *)(rig.mem + results);
}

Test(toe_list, an_entry_that_fails_does_not_hold_up_the_others)
{
    struct nic_cmd absent = {.conn = 9, .gen = 1, .image = rig_alloc(&rig, CTX_BYTES)};
    struct nic_cmd beyond = {.conn = RIG_CONNS, .gen = 1, .image = absent.image};
    struct nic_cmd entries[] = {entry_of(&peers[0]), absent, entry_of(&peers[0]), beyond,
                                entry_of(&peers[1])};
    const struct nic_list_result *result = run_list(0, NIC_CMD_FREEZE_LIST, 0, entries, 5);
    cr_assert_eq(result[0].result, NIC_RESULT_OK);
    cr_assert_neq(result[1].result, NIC_RESULT_OK, "no such connection");
    cr_assert_neq(result[2].result, NIC_RESULT_OK, "named twice");
    cr_assert_eq(result[3].result, NIC_RESULT_ABSENT);
    cr_assert_eq(result[4].result, NIC_RESULT_OK);
    cr_assert_eq(result[4].conn, 3);
    cr_assert_eq(result[4].gen, peers[1].gen);
    cr_assert_gt(result[4].frozen_ps, 0);
    cr_assert_geq(result[4].drained_ps, result[4].frozen_ps);
    cr_assert_eq(toe_engine_stats(rig.nic[0].engine)->freezes, 2);
}

static void to_next(struct nic_cmd entries[2])
{
    for (uint32_t i = 0; i < 2; i++) {
        struct conn_ctx image;
        memcpy(&image, rig.mem + peers[i].image, sizeof image);
        image.generation = ++peers[i].gen;
        image.owner = 1;
        tcp_image_seal(&image);
        memcpy(rig.mem + peers[i].image, &image, sizeof image);
        entries[i] = entry_of(&peers[i]);
        entries[i].tx_prod = image.tx_prod;
        entries[i].rx_consumed = image.rx_consumed;
    }
}

Test(toe_list, two_connections_move_with_four_lists)
{
    struct nic_cmd entries[2] = {entry_of(&peers[0]), entry_of(&peers[1])};
    const struct nic_list_result *result = run_list(0, NIC_CMD_FREEZE_LIST, 0, entries, 2);
    cr_assert_eq(result[0].result | result[1].result, NIC_RESULT_OK);
    struct nic_cmd release[2] = {entries[0], entries[1]};
    to_next(entries);
    result = run_list(1, NIC_CMD_INSTALL_LIST, NIC_CMD_FLAG_LOOKUP, entries, 2);
    cr_assert_eq(result[0].result | result[1].result, NIC_RESULT_OK);
    cr_assert_eq(rig.nic[1].slot[3].state, OWN_RESERVED);
    result = run_list(1, NIC_CMD_INSTALL_LIST, 0, entries, 2);
    cr_assert_eq(result[0].result | result[1].result, NIC_RESULT_OK);
    cr_assert_eq(rig.nic[1].slot[2].state, OWN_ACTIVE);
    cr_assert_eq(rig.nic[1].slot[3].state, OWN_ACTIVE);
    result = run_list(0, NIC_CMD_FREEZE_LIST, NIC_CMD_FLAG_LOOKUP, release, 2);
    cr_assert_eq(result[0].result | result[1].result, NIC_RESULT_OK);
    cr_assert_eq(rig.nic[0].slot[2].state, OWN_ABSENT);
    cr_assert_eq(rig.nic[0].slot[3].state, OWN_ABSENT);
}

/* The last entry has its result at once, before the queue knows that it has started. */
Test(toe_list, a_list_whose_last_entry_fails_at_once_ends)
{
    struct nic_cmd entries[2] = {entry_of(&peers[0]), {.conn = RIG_CONNS}};
    const struct nic_list_result *result = run_list(0, NIC_CMD_FREEZE_LIST, 0, entries, 2);
    cr_assert_eq(result[0].result, NIC_RESULT_OK);
    cr_assert_eq(result[1].result, NIC_RESULT_ABSENT);
}

/* The command behind a list starts when all entries have started. */
Test(toe_list, commands_behind_a_list_keep_their_order)
{
    uint64_t list = rig_alloc(&rig, sizeof(struct nic_cmd));
    uint64_t results = rig_alloc(&rig, sizeof(struct nic_list_result));
    struct nic_cmd entry = entry_of(&peers[0]);
    memcpy(rig.mem + list, &entry, sizeof entry);
    rig_command(
        &rig, 0,
        &(struct nic_cmd){.op = NIC_CMD_FREEZE_LIST, .list = list, .image = results, .count = 1});
    rig_command(
        &rig, 0,
        &(struct nic_cmd){
            .op = NIC_CMD_RELEASE, .conn = 2, .gen = peers[0].gen, .image = peers[0].image});
    rig_run(&rig, 20 * PS_PER_US);
    cr_assert_eq(rig_event(&rig, 0, NIC_EVENT_CMD_DONE).op, NIC_CMD_FREEZE_LIST);
    struct nic_event released = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(released.op, NIC_CMD_RELEASE);
    cr_assert_eq(released.result, NIC_RESULT_OK, "the tombstone was there");
}

static void is_refused(uint32_t count)
{
    rig_command(&rig, 0, &(struct nic_cmd){.op = NIC_CMD_INSTALL_LIST, .count = count});
    rig_run(&rig, 5 * PS_PER_US);
    struct nic_event event = rig_event(&rig, 0, NIC_EVENT_CMD_DONE);
    cr_assert_eq(event.op, NIC_CMD_INSTALL_LIST);
    cr_assert_eq(event.result, NIC_RESULT_UNSUPPORTED);
}

Test(toe_list, one_without_entries_and_one_with_33_are_refused)
{
    is_refused(0);
    is_refused(NIC_LIST_MAX + 1);
    cr_assert_neq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES) & NIC_CAPABILITY_LISTS, 0);
}

Test(toe_list, version_1_has_none)
{
    rig_end(&rig);
    rig_init(&rig);
    rig.params.contract = 1;
    rig_start(&rig);
    is_refused(1);
    cr_assert_eq(rig_read32(&rig, 0, NIC_REG_CAPABILITIES), 0);
}

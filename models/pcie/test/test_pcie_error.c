/* Tests damaged and lost packets and failed reads: what recovers from them, when, and where a
 * driver sees them (timing 1.4, 1.7). */
#include "models/pcie/test/fake_pcie.h"

#include "models/pcie/config/pcie_config.h"
#include "models/pcie/wire/pcie_dll.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#define HIGH FAKE_MEM_BASE

enum { GEN3_REPLAY_NS = 609 }; /* timing 1.4: x8, MPS 256 */

static struct pcie_params quick(void)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.root_write_ps = 0;
    params.completion_timeout_ps = 50 * PS_PER_US;
    return params;
}

static uint64_t time_of(const struct fake_pcie *fake, enum fake_event_kind kind, size_t n)
{
    const struct fake_event *event = fake_pcie_event(fake, kind, n);
    cr_assert_not_null(event, "event %d number %zu", kind, n);
    return event->now_ps;
}

static uint32_t config_after(struct fake_pcie *fake, uint32_t offset)
{
    size_t n = fake_pcie_count(fake, FAKE_READ_DONE);
    pcie_link_cfg_read32(fake->link, offset, fake_pcie_done(fake, 1), fake->loop.now_ps);
    fake_pcie_run(fake, fake->loop.now_ps + 100 * PS_PER_US);
    const struct fake_event *event = fake_pcie_event(fake, FAKE_READ_DONE, n);
    cr_assert(event && event->ok);
    return event->value;
}

/* A write of 64 bytes takes 11.172 ns on the wire and 100 ns of propagation. The Nak takes 1.016 ns
 * and 100 ns, and then the write is sent again. */
Test(pcie_error, a_nak_replays_the_damaged_tlp_and_all_behind_it_in_order)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    pcie_link_inject(fake->link, PCIE_FAULT_TLP_ERROR, 0);
    for (uint32_t i = 0; i < 3; i++)
        fake_pcie_write(fake, HIGH + 64 * i, 64, i);
    fake_pcie_run(fake, 10 * PS_PER_US);
    uint64_t nak_ps = 111172 + 1016 + 100000;
    uint64_t first_ps = time_of(fake, FAKE_MEM_WRITE, 0);
    cr_assert(first_ps + 2 >= nak_ps + 111172 && first_ps <= nak_ps + 111174, "%lu",
              (unsigned long)first_ps);
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_eq(fake_pcie_event(fake, FAKE_MEM_WRITE, i)->address, HIGH + 64 * i);
        cr_assert_eq(fake_pcie_event(fake, FAKE_VISIBLE, i)->address, i);
    }
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 3);
    cr_assert_eq(fake_pcie_count(fake, FAKE_TLP), 6, "each is seen on the wire twice");
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert(stats->bad_tlps == 1 && stats->naks == 1 && stats->replays == 1);
    cr_assert_eq(stats->replayed_tlps, 3);
    cr_assert_eq(stats->replay_timeouts, 0);
    fake_pcie_destroy(fake);
}

Test(pcie_error, a_lost_nak_is_made_good_by_the_replay_timer)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, true);
    pcie_link_inject(fake->link, PCIE_FAULT_TLP_ERROR, 0);
    pcie_link_inject(fake->link, PCIE_FAULT_DLLP_ERROR, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 10 * PS_PER_US);
    uint64_t want_ps = 11172 + GEN3_REPLAY_NS * PS_PER_NS + 111172;
    uint64_t got_ps = time_of(fake, FAKE_MEM_WRITE, 0);
    timing_case("1.4 replay timer", want_ps, got_ps);
    cr_assert(got_ps + 2 >= want_ps && got_ps <= want_ps + 2, "%lu", (unsigned long)got_ps);
    cr_assert_eq(pcie_link_stats(fake->link)->replay_timeouts, 1);
    cr_assert_eq(config_after(fake, PCIE_SPACE_CORRECTABLE) & 0x1080, 0x1080,
                 "replay timer and bad DLLP");
    fake_pcie_destroy(fake);
}

Test(pcie_error, a_lost_ack_replays_once_and_the_duplicate_does_nothing)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    pcie_link_inject(fake->link, PCIE_FAULT_ACK_LOST, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 100 * PS_PER_US);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(stats->acks_lost, 1);
    cr_assert_eq(stats->replay_timeouts, 1);
    cr_assert_eq(stats->replayed_tlps, 1);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 1);
    fake_pcie_destroy(fake);
}

/* An Ack that is still on its way when the replay timer expires comes too late, so the TLPs that it
 * acknowledges are sent again. */
Test(pcie_error, an_ack_under_way_does_not_stop_the_replay)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    pcie_link_inject(fake->link, PCIE_FAULT_ACK_LOST, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 250 * PS_PER_NS);
    fake_pcie_write(fake, HIGH, 64, 2); /* its Ack leaves before the timer expires at 620 ns */
    fake_pcie_run(fake, 100 * PS_PER_US);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(stats->replay_timeouts, 1);
    cr_assert_eq(stats->replayed_tlps, 2);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 2);
    fake_pcie_destroy(fake);
}

/* The fourth replay in a row makes REPLAY_NUM roll over, so the link retrains. The TLP arrives
 * nevertheless. */
Test(pcie_error, four_replays_without_progress_retrain_the_link)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    for (int i = 0; i < 4; i++)
        pcie_link_inject(fake->link, PCIE_FAULT_TLP_ERROR, 0);
    fake_pcie_write(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 100 * PS_PER_US);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(stats->replays, 4);
    cr_assert_eq(stats->retrains, 1);
    cr_assert_geq(time_of(fake, FAKE_MEM_WRITE, 0), params.retrain_ps);
    cr_assert_eq(config_after(fake, PCIE_SPACE_CORRECTABLE) & 0x100, 0x100, "rollover");
    fake_pcie_destroy(fake);
}

struct read_fault {
    char name[48];
    enum pcie_fault fault;
    uint32_t offset, bits; /* the register and its bits where a driver sees the error */
    uint64_t after_ps;     /* the earliest time of the failure */
};

static struct read_fault read_faults[] = {
    {"poisoned", PCIE_FAULT_POISONED, PCIE_SPACE_UNCORRECTABLE, 1u << 12, 0},
    {"no completion", PCIE_FAULT_NO_COMPLETION, PCIE_SPACE_UNCORRECTABLE, 1u << 14, 50 * PS_PER_US},
    {"completer abort", PCIE_FAULT_ABORT, PCIE_CONFIG_COMMAND, 1u << 28, 0},
};

ParameterizedTestParameters(pcie_error, a_failed_read_says_so_once_and_the_next_is_good)
{
    return cr_make_param_array(struct read_fault, read_faults,
                               sizeof read_faults / sizeof *read_faults);
}

ParameterizedTest(struct read_fault *row, pcie_error,
                  a_failed_read_says_so_once_and_the_next_is_good)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    pcie_link_inject(fake->link, row->fault, 0);
    fake_pcie_read(fake, HIGH, 1024, 1); /* makes two requests, one of which fails */
    fake_pcie_run(fake, 100 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 1, "%s", row->name);
    cr_assert_not(fake_pcie_event(fake, FAKE_READ_DONE, 0)->ok, "%s", row->name);
    cr_assert_geq(time_of(fake, FAKE_READ_DONE, 0), row->after_ps);
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(stats->poisoned + stats->completion_timeouts + stats->completer_aborts, 1);
    cr_assert_eq(config_after(fake, row->offset) & row->bits, row->bits, "%s", row->name);
    pcie_link_cfg_write32(fake->link, row->offset, row->bits | 6, (struct pcie_read_done){0},
                          fake->loop.now_ps);
    cr_assert_eq(config_after(fake, row->offset) & row->bits, 0, "cleared by ones");
    fake_pcie_read(fake, HIGH, 1024, 2);
    fake_pcie_run(fake, fake->loop.now_ps + 100 * PS_PER_US);
    size_t last = fake_pcie_count(fake, FAKE_READ_DONE) - 1;
    cr_assert(fake_pcie_event(fake, FAKE_READ_DONE, last)->ok, "%s", row->name);
    fake_pcie_destroy(fake);
}

Test(pcie_error, a_read_that_times_out_while_the_link_is_down_has_ended_before)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    pcie_link_inject(fake->link, PCIE_FAULT_NO_COMPLETION, 0);
    fake_pcie_read(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 10 * PS_PER_US);
    pcie_link_set_up(fake->link, false, 10 * PS_PER_US);
    fake_pcie_run(fake, 200 * PS_PER_US);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 1);
    cr_assert_eq(pcie_link_stats(fake->link)->completion_timeouts, 0);
    fake_pcie_destroy(fake);
}

struct fence_fault {
    char name[32];
    enum pcie_fault fault;
};

static struct fence_fault fence_faults[] = {{"reset", PCIE_FAULT_RESET},
                                            {"bus master off", PCIE_FAULT_MASTER_OFF}};

ParameterizedTestParameters(pcie_error, the_host_can_fence_the_endpoint)
{
    return cr_make_param_array(struct fence_fault, fence_faults, 2);
}

ParameterizedTest(struct fence_fault *row, pcie_error, the_host_can_fence_the_endpoint)
{
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    pcie_link_inject(fake->link, row->fault, 0);
    fake_pcie_run(fake, PS_PER_US);
    cr_assert_eq(fake_pcie_event(fake, FAKE_FENCE, 0)->address, 1, "%s", row->name);
    cr_assert_not(fake->endpoint.ops->is_up(fake->endpoint.self));
    const struct pcie_stats *stats = pcie_link_stats(fake->link);
    cr_assert_eq(stats->resets, row->fault == PCIE_FAULT_RESET);
    cr_assert_eq(stats->master_offs, 1);
    fake_pcie_destroy(fake);
}

/* Packets are damaged at many different times. Every request still ends once and in order, and no
 * byte is wrong. */
Test(pcie_error, a_storm_of_damaged_packets_loses_nothing)
{
    struct pcie_params params = quick();
    struct fake_pcie *fake = fake_pcie_create(&params, false);
    for (uint32_t i = 0; i < 300; i++) {
        uint64_t now_ps = i * 97 * PS_PER_NS;
        fake_pcie_run(fake, now_ps);
        if (i % 3 == 0)
            pcie_link_inject(fake->link, (enum pcie_fault)(PCIE_FAULT_TLP_ERROR + i / 3 % 3),
                             now_ps);
        fake_pcie_write(fake, HIGH + 256 * i, 200, i);
        fake_pcie_read(fake, HIGH + 256 * i, 200, i);
    }
    fake_pcie_run(fake, 10 * PS_PER_MS);
    cr_assert_eq(fake_pcie_count(fake, FAKE_MEM_WRITE), 300);
    cr_assert_eq(fake_pcie_count(fake, FAKE_READ_DONE), 300);
    for (uint32_t i = 0; i < 300; i++) {
        cr_assert_eq(fake_pcie_event(fake, FAKE_MEM_WRITE, i)->address, HIGH + 256 * i);
        const struct fake_event *read = fake_pcie_event(fake, FAKE_READ_DONE, i);
        cr_assert(read->ok);
        cr_assert_eq(read->value & 0xff, read->address & 0xff, "sees the write before it");
    }
    cr_assert_eq(pcie_link_stats(fake->link)->bad_tlps, 2 * 34);
    fake_pcie_destroy(fake);
}

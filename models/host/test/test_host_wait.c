/* Tests models/host/host_wait: interrupts, poll loops and kicks. */
#include "models/host/host_wait.h"
#include "models/host/test/host_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static struct host_rig rig;
#define OP(name) rig.bus.ops->name
#define KICK (UINT32_C(1) << 31)

static void stop(void) { host_rig_free(&rig); }

static void start_interrupt(void) { host_rig_init(&rig, NULL, NULL); }

static void start_poll(void)
{
    struct host_params params;
    host_params_default(&params);
    params.notify = HOST_NOTIFY_POLL;
    params.poll_period_ps = 100000;
    host_rig_init(&rig, &params, NULL);
}

static void start_adaptive(void)
{
    struct host_params params;
    host_params_default(&params);
    params.notify = HOST_NOTIFY_ADAPTIVE;
    params.poll_period_ps = 100000;
    host_rig_init(&rig, &params, NULL);
}

static uint64_t now(void) { return OP(now_ps)(rig.bus.self); }

static uint32_t wait_until(uint64_t until_ps) { return OP(wait)(rig.bus.self, until_ps); }

TestSuite(host_interrupt, .init = start_interrupt, .fini = stop);
TestSuite(host_poll, .init = start_poll, .fini = stop);
TestSuite(host_adaptive, .init = start_adaptive, .fini = stop);

/* Reads the entry and then watches it, as a driver does when it finds nothing. */
static void look_and_watch(unsigned slot, uint64_t address)
{
    (void)OP(mem_read)(rig.bus.self, address, 64);
    OP(watch)(rig.bus.self, slot, address);
}

Test(host_interrupt, is_delivered_after_the_interrupt_latency)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX, .address = 3});
    cr_assert_eq(wait_until(TIME_NEVER), 1u << 3);
    cr_assert_eq(now(), 1005000);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(now(), 1505000, "entering the handler costs IRQ_ENTRY");
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts, 1);
    cr_assert_eq(rig.blocked, 2, "one sleep and the step");
}

Test(host_interrupt, of_two_vectors_come_together_when_the_core_was_busy)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX, .address = 0});
    host_rig_at(&rig, (struct rig_event){.at_ps = 6000, .kind = RIG_MSIX, .address = 1});
    OP(charge)(rig.bus.self, CPU_COST_OPEN, 10);
    cr_assert_eq(wait_until(TIME_NEVER), 3);
    cr_assert_eq(now(), 3010000, "at once");
    OP(step_end)(rig.bus.self);
    cr_assert_eq(now(), 4010000);
}

Test(host_interrupt, not_yet_delivered_is_not_returned)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX});
    cr_assert_eq(wait_until(900000), 0);
    cr_assert_eq(now(), 900000);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 1005000);
}

Test(host_interrupt, of_the_same_vector_is_merged_until_taken)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX});
    host_rig_at(&rig, (struct rig_event){.at_ps = 6000, .kind = RIG_MSIX});
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(wait_until(5000000), 0);
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts_merged, 1);
}

Test(host_interrupt, timeout_in_the_past_returns_at_once)
{
    OP(charge)(rig.bus.self, CPU_COST_OPEN, 1);
    cr_assert_eq(wait_until(5), 0);
    cr_assert_eq(now(), 301000);
}

Test(host_interrupt, a_kick_wakes_with_bit_31_and_costs_no_interrupt)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 7000, .kind = RIG_KICK});
    cr_assert_eq(wait_until(TIME_NEVER), KICK);
    cr_assert_eq(now(), 7000);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(now(), 7000);
}

Test(host_interrupt, a_kick_while_busy_is_not_lost)
{
    host_cpu_kick(rig.cpu, 0);
    OP(charge)(rig.bus.self, CPU_COST_POLL, 1);
    cr_assert_eq(wait_until(TIME_NEVER), KICK);
    cr_assert_eq(now(), 20000);
    cr_assert_eq(wait_until(30000), 0);
}

Test(host_adaptive, sleeps_until_an_interrupt_while_it_watches_nothing)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    host_rig_at(&rig, (struct rig_event){4000, RIG_DMA_WRITE, a, 64, 1});
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX, .address = 2});
    cr_assert_eq(wait_until(TIME_NEVER), 1u << 2);
    cr_assert_eq(now(), 1005000);
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts, 1);
    cr_assert_eq(host_cpu_stats(rig.cpu)->polls, 0);
}

Test(host_adaptive, sees_a_watched_entry_at_the_next_poll_without_an_interrupt)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(2, a);
    host_rig_at(&rig, (struct rig_event){1234567, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1u << 2);
    cr_assert_eq(now(), 1300000);
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts, 0);
    cr_assert_eq(host_cpu_stats(rig.cpu)->polls, 13);
}

Test(host_adaptive, an_interrupt_wakes_it_while_it_polls)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(2, a);
    host_rig_at(&rig, (struct rig_event){.at_ps = 5000, .kind = RIG_MSIX, .address = 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1u << 1);
    cr_assert_eq(now(), 1005000, "at once, not at a poll");
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts, 1);
}

Test(host_adaptive, what_was_written_before_the_watch_began_is_seen)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    (void)OP(mem_read)(rig.bus.self, a, 64);
    host_rig_at(&rig, (struct rig_event){4000, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(50000), 0, "nothing is watched");
    OP(watch)(rig.bus.self, 0, a);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 50000);
}

Test(host_adaptive, address_0_ends_the_watch)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(2, a);
    OP(watch)(rig.bus.self, 2, 0);
    host_rig_at(&rig, (struct rig_event){4000, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(500000), 0);
    cr_assert_eq(host_cpu_stats(rig.cpu)->polls, 0);
}

Test(host_poll, wakes_at_the_first_instant_after_the_entry_is_visible)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(2, a);
    host_rig_at(&rig, (struct rig_event){1234567, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1u << 2);
    cr_assert_eq(now(), 1300000);
    cr_assert_eq(host_cpu_stats(rig.cpu)->polls, 13);
    cr_assert_leq(rig.blocked, 2, "looks that find nothing are not scheduled");
}

Test(host_poll, an_entry_visible_exactly_at_an_instant_is_seen_then)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(0, a);
    host_rig_at(&rig, (struct rig_event){500000, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 500000);
}

Test(host_poll, keeps_its_phase_whatever_the_steps_took)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    OP(charge)(rig.bus.self, CPU_COST_RECORD, 1); /* 60 ns, so the step ends between two polls */
    OP(step_end)(rig.bus.self);
    look_and_watch(0, a);
    host_rig_at(&rig, (struct rig_event){61000, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 100000);
}

Test(host_poll, only_a_write_that_covers_the_watched_byte_wakes)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(0, a + 64);
    host_rig_at(&rig, (struct rig_event){10000, RIG_DMA_WRITE, a, 64, 1});
    host_rig_at(&rig, (struct rig_event){20000, RIG_DMA_WRITE, a + 128, 64, 1});
    host_rig_at(&rig, (struct rig_event){250000, RIG_DMA_WRITE, a, 256, 1});
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 300000);
}

Test(host_poll, an_entry_written_during_the_step_is_returned_at_once)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(0, a);
    host_rig_at(&rig, (struct rig_event){10000, RIG_DMA_WRITE, a, 64, 1});
    OP(charge)(rig.bus.self, CPU_COST_RECORD, 1);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 60000);
}

/* The driver reads the entry and finds nothing, the entry is written during the rest of the step, and only after that
 * the driver watches it. */
Test(host_poll, an_entry_written_between_look_and_watch_is_not_lost)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    host_rig_at(&rig, (struct rig_event){10000, RIG_DMA_WRITE, a, 64, 1});
    (void)OP(mem_read)(rig.bus.self, a, 64);
    OP(charge)(rig.bus.self, CPU_COST_RECORD, 1);
    OP(step_end)(rig.bus.self);
    OP(watch)(rig.bus.self, 0, a);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    cr_assert_eq(now(), 60000);
}

Test(host_poll, an_entry_never_looked_at_counts_as_visible_once)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    OP(watch)(rig.bus.self, 0, a);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
    OP(watch)(rig.bus.self, 0, a);
    cr_assert_eq(wait_until(1000000), 0);
}

Test(host_poll, a_timer_ends_the_wait_between_two_looks)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    look_and_watch(0, a);
    host_rig_at(&rig, (struct rig_event){110000, RIG_DMA_WRITE, a, 64, 1});
    cr_assert_eq(wait_until(150000), 0);
    cr_assert_eq(now(), 150000);
    cr_assert_eq(wait_until(TIME_NEVER), 1);
}

Test(host_poll, a_kick_is_noticed_at_the_next_look)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 7000, .kind = RIG_KICK});
    cr_assert_eq(wait_until(TIME_NEVER), KICK);
    cr_assert_eq(now(), 100000);
}

Test(host_poll, interrupt_messages_are_counted_and_ignored)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 7000, .kind = RIG_MSIX});
    cr_assert_eq(wait_until(3000000), 0);
    cr_assert_eq(host_cpu_stats(rig.cpu)->interrupts_ignored, 1);
}

/* Tests sim/swarm/swarm_shrink.c: only the settings that a failure needs are left, with small values. */
#include "models/base/units.h"
#include "sim/scenario/scenario.h"
#include "sim/swarm/swarm_shrink.h"
#include "sim/swarm/swarm_shrink_write.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add(struct swarm_scenario *s, const char *set)
{
    (void)strcpy(s->sets[s->set_count++], set);
}

static struct swarm_scenario scenario;

static void make_scenario(void)
{
    static const char *const sets[] = {
        "seed=7",
        "name=swarm-7",
        "traffic.kind=generator",
        "traffic.direction=upload",
        "traffic.connections=64",
        "traffic.bytes=64KiB",
        "team.mtu=1400B",
        "team.ring=32KiB",
        "switch.rehash[0].at=10%",
        "switch.rehash[0].action=swap",
        "faults[0].at=1ms",
        "faults[0].action=link_down",
        "faults[0].nic=0",
        "faults[1].at=2ms",
        "faults[1].action=pcie_down",
        "faults[1].nic=1",
        "nics.engine.cycle=4ns",
        "duration=2000s",
    };
    scenario = (struct swarm_scenario){0};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        add(&scenario, sets[i]);
}

/* It fails if NIC 1 loses its PCIe while at least five clients of a generator upload. */
static bool fails(void *self, const struct swarm_scenario *s)
{
    unsigned *calls = self;
    const struct sim_config *config = &s->config;
    bool down = false;
    ++*calls;
    for (size_t i = 0; i < config->action_count; i++)
        down |= strcmp(config->actions[i].kind->name, "pcie_down") == 0 &&
                config->actions[i].nic == 1 && config->actions[i].at_ps > 0;
    return down && config->traffic == TRAFFIC_GENERATOR && config->gen.direction == GEN_UPLOAD &&
           config->gen.connections >= 5;
}

static bool has(const char *set)
{
    for (size_t i = 0; i < scenario.set_count; i++)
        if (strcmp(scenario.sets[i], set) == 0)
            return true;
    return false;
}

Test(swarm_shrink, leaves_what_the_failure_needs)
{
    unsigned calls = 0;
    const struct swarm_shrink_test test = {fails, &calls};
    make_scenario();
    cr_expect_eq(swarm_shrink(&scenario, &test), calls);
    cr_expect_eq(scenario.set_count, 9);
    static const char *const left[] = {"seed=7",
                                       "name=swarm-7",
                                       "duration=2000s",
                                       "traffic.kind=generator",
                                       "traffic.direction=upload",
                                       "traffic.connections=8",
                                       "faults[0].action=pcie_down",
                                       "faults[0].nic=1"};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        cr_expect(has(left[i]), "%s", left[i]);
    cr_expect(calls < 100, "%u", calls);
}

/* The file is read back to the same configuration. */
Test(swarm_shrink, writes_a_scenario_file)
{
    static struct sim_config config;
    char path[] = "/tmp/toesim-shrink-XXXXXX";
    struct error err;
    make_scenario();
    add(&scenario, "team.mac=02:00:00:00:00:99");
    add(&scenario, "switch.table=0110");
    add(&scenario, "nics.nic1.engine.cycle=3ns");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    (void)close(file);
    cr_assert(swarm_shrink_write(&scenario, path));
    cr_assert_eq(scenario_load(path, NULL, 0, &config, &err), STATUS_OK, "%s", err.text);
    cr_expect_eq(config.seed, 7);
    cr_expect_eq(config.gen.connections, 64);
    cr_expect_eq(config.action_count, 3);
    cr_expect_eq(config.team.mac[5], 0x99);
    cr_expect_str_eq(config.lan_switch.table, "0110");
    cr_expect_eq(config.nic[1].engine.cycle_ps, 3 * PS_PER_NS);
    cr_expect_not(swarm_shrink_write(&scenario, "/dev/full"));
    (void)unlink(path);
}

Test(swarm_shrink, failures_may_differ_in_numbers)
{
    cr_expect(swarm_same_failure("3 conversations are stalled", "12 conversations are stalled"));
    cr_expect(swarm_same_failure("I-OWN is violated", "I-OWN is violated"));
    cr_expect_not(swarm_same_failure("I-OWN is violated", "I-TX1 is violated"));
    cr_expect_not(swarm_same_failure("I-OWN is violated", "I-OWN is"));
    cr_expect(
        swarm_same_failure("/a/.1.new-Xy/nic0.pcap: full", "/b/1.shrink/.1.new-z/nic1.pcap: full"));
    cr_expect_not(swarm_same_failure("/a/nic0.pcap: full", "/a/stats.json: full"));
}

/* Tests the keys nics.nic0.* and nics.nic1.*, which override nics.* for one NIC. */
#include "models/base/units.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/scenario_write.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char traffic[] = "traffic: {kind: generator}\nmeasure: {waves: none}\n";
static struct sim_config config;
static struct error err;

static enum status parse(const char *nics, const char *assignment)
{
    struct scenario_set set = {assignment, "--set"};
    char text[512];
    int len = snprintf(text, sizeof text, "%s%s", traffic, nics);
    return scenario_parse(text, (size_t)len, "s.yaml", &set, assignment ? 1 : 0, &config, &err);
}

Test(scenario_nics, one_nic_overrides_what_both_have)
{
    cr_assert_eq(parse("nics: {pcie: {lanes: 8, gen: 4}, nic1: {pcie: {lanes: 4}}}", NULL),
                 STATUS_OK, "%s", err.text);
    cr_expect_eq(config.nic[0].pcie.lanes, 8);
    cr_expect_eq(config.nic[1].pcie.lanes, 4);
    cr_expect_eq(config.nic[0].pcie.gen, 4);
    cr_expect_eq(config.nic[1].pcie.gen, 4);
}

Test(scenario_nics, a_value_of_one_nic_stays_when_that_of_both_changes)
{
    const char file[] = "nics: {nic0: {link: {rate: 40Gbps}}}";
    cr_assert_eq(parse(file, "nics.link.rate=100Gbps"), STATUS_OK, "%s", err.text);
    cr_expect_eq(config.nic[0].mac.rate_bps, UINT64_C(40000000000));
    cr_expect_eq(config.nic[1].mac.rate_bps, UINT64_C(100000000000));
    cr_assert_eq(parse(file, "nics.nic0.link.rate=25Gbps"), STATUS_OK, "%s", err.text);
    cr_expect_eq(config.nic[0].mac.rate_bps, UINT64_C(25000000000));
    cr_expect_eq(config.nic[1].mac.rate_bps, config.mac.rate_bps);
}

/* What the reader derives from other keys, such as the MTU, is that of the NIC too. */
Test(scenario_nics, derived_values_reach_both)
{
    cr_assert_eq(parse("team: {mtu: 9000B}\nnics: {nic1: {link: {cable: 1us}}}", NULL), STATUS_OK);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        cr_expect_eq(config.nic[nic].mac.mtu_bytes, 9000);
        cr_expect_eq(config.nic[nic].engine.tcp.mss_max, 8960);
    }
    cr_expect_eq(config.nic[1].mac.cable_ps, PS_PER_US);
    cr_expect_neq(config.nic[0].mac.cable_ps, PS_PER_US);
}

Test(scenario_nics, errors_name_the_key_and_the_cure)
{
    static const char *const wrong[][2] = {
        {"nics.nic1.pcie.lane=4", "nics.nic1.pcie.lane: unknown key; did you mean "
                                  "nics.nic1.pcie.lanes?"},
        {"nics.nic2.pcie.lanes=4", "nics.nic2.pcie.lanes: unknown key"},
        {"nics.nic1.pcie.lanes=3", "nics.nic1.pcie.lanes: "},
        {"nics.nic0.cache.model=golden", "nics.nic0.cache.model: both NICs have the same value; "
                                         "write nics.cache.model"},
        {"nics.nic0.contract=1", "both NICs have the same value; write nics.contract"},
        {"nics.nic1.pcie=4", "nics.nic1.pcie: is one value, but must be a section"},
        {"nics.nic1=4", "nics.nic1: is one value, but must be a section"},
        {"nics.nic1.pcie.replay_buffer=256B", "nics.nic1.pcie: "},
        {"nics.nic1.link.rate=25Gbps", "switch.lacp: aggregates links of one rate only; write"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(parse("switch: {lacp: fast}", wrong[i][0]), STATUS_BAD_INPUT, "%s",
                     wrong[i][0]);
        cr_expect_not_null(strstr(err.text, wrong[i][1]), "%s: %s", wrong[i][0], err.text);
    }
    cr_expect_eq(parse("nics: {nic0: {cache: {model: golden}}}", NULL), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "s.yaml:3: nics.nic0.cache.model: both NICs"), "%s",
                       err.text);
    cr_expect_eq(parse("nics: {nic0: [1]}", NULL), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "nics.nic0: is a list"), "%s", err.text);
}

Test(scenario_nics, a_fault_needs_the_data_link_layer_of_its_own_nic)
{
    const char file[] = "faults: [{at: 2ms, action: pcie_tlp_error, nic: 1}]";
    cr_expect_eq(parse(file, "nics.nic0.pcie.dll=false"), STATUS_OK, "%s", err.text);
    cr_expect_eq(parse(file, "nics.nic1.pcie.dll=false"), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "nics.nic1.pcie: a fault needs"), "%s", err.text);
}

static void round_trip(const char *name)
{
    static struct sim_config again;
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    cr_assert(scenario_write(&config, memory));
    (void)fclose(memory);
    cr_expect_not_null(strstr(text, "\n  nic1:\n"), "%s: %s", name, text);
    cr_assert_eq(scenario_parse(text, len, "effective.yaml", NULL, 0, &again, &err), STATUS_OK,
                 "%s: %s", name, err.text);
    cr_expect_eq(memcmp(config.nic, again.nic, sizeof config.nic), 0, "%s", name);
    free(text);
}

/* Each key of the table that one NIC can have, with a value that is not the default. */
Test(scenario_nics, each_key_reaches_only_its_nic_and_effective_yaml)
{
    unsigned tried = 0;
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        static struct sim_config plain;
        char path[SCENARIO_NIC_PATH_MAX], assignment[SCENARIO_NIC_PATH_MAX + 16];
        static const char *const values[] = {"1",    "4",     "100",     "2000", "2",
                                             "1ns",  "2ns",   "100Gbps", "128B", "64B",
                                             "8KiB", "false", "true",    "64",   "2ppm"};
        if (!scenario_key_is_of_nic(key))
            continue;
        cr_assert_eq(parse("", NULL), STATUS_OK);
        plain = config;
        (void)scenario_nic_key(key, 1, path);
        bool changed = false;
        for (size_t v = 0; !changed && v < sizeof values / sizeof values[0]; v++) {
            (void)snprintf(assignment, sizeof assignment, "%s=%s", path, values[v]);
            changed = parse("", assignment) == STATUS_OK &&
                      memcmp(&plain.nic[1], &config.nic[1], sizeof plain.nic[1]) != 0;
        }
        tried++;
        cr_expect(changed, "%s changes nothing", path);
        if (!changed)
            continue;
        cr_expect_eq(memcmp(&plain.nic[0], &config.nic[0], sizeof plain.nic[0]), 0, "%s", path);
        round_trip(path);
    }
    cr_expect_gt(tried, 50);
}

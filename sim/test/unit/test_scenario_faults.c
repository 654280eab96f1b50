/* Tests the faults of a line, the table of the switch, and keys that contradict each other. */
#include "models/base/units.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_write.h"
#include "sim/scenario/value/scenario_frames.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

static struct sim_config config, again;
static struct error err;

static enum status parse(const char *text, struct sim_config *into)
{
    return scenario_parse(text, strlen(text), "a.yaml", NULL, 0, into, &err);
}

static const char all_kinds[] =
    "traffic: {kind: generator}\n"
    "switch:\n"
    "  {policy: table, table: 0110, forwarding: cut_through, queue: 100, pause_threshold: 50,\n"
    "   rehash: [{at: 1ms, action: assign, connection: 7, nic: 1}]}\n"
    "nics: {link: {pause_threshold: 9, pause_quanta: 100, pause_obeyed: false, pause_poll: 2us}}\n"
    "faults:\n"
    "  - {action: drop, link: nic0, rate: 2000}\n"
    "  - {action: corrupt, link: nic1, direction: to_peers, frames: 5}\n"
    "  - {action: truncate, link: nic1, frames: 5-7, lasting: 3ms}\n"
    "  - {action: duplicate, link: uplink, direction: to_server, rate: 1000000}\n"
    "  - {at: 10%, action: reorder, link: uplink, frames: 3 7 10-12, behind: 4, delay: 2us}\n"
    "  - {at: 3ms, action: onload, every: 4ms}\n"
    "  - {at: 5ms, action: offload, connection: 3}\n"
    "  - {at: 50%, action: ctx_error, connection: 3}\n"
    "  - {at: 6ms, action: ctx_error, connection: 0, line: 4, bit: 543, every: 1us, count: 3}\n"
    "  - {at: 7ms, action: ctx_error, connection: 1, array: tag, bit: 12}\n"
    "  - {at: 2ms, action: delay, link: nic0, rate: 1, delay: 20us, jitter: 50us, every: 1ms,\n"
    "     count: 2}\n";

Test(scenario_faults, each_kind_is_read_with_its_keys)
{
    cr_assert_eq(parse(all_kinds, &config), STATUS_OK, "%s", err.text);
    cr_assert_eq(config.action_count, 12);
    const struct sim_action *a = config.actions;
    cr_assert(strcmp(a[0].kind->name, "assign") == 0 && a[0].value == 7 && a[0].nic == 1);
    cr_assert(a[1].line.kind == LINE_FAULT_DROP && a[1].line.rate_ppm == 2000);
    cr_assert(a[1].link == SIM_LINK_NIC0 && a[1].direction == SIM_BOTH_WAYS);
    cr_assert(!a[1].by_progress && a[1].at_ps == 0, "from the beginning");
    cr_assert(a[2].line.kind == LINE_FAULT_CORRUPT && a[2].direction == SIM_TO_PEERS);
    cr_assert(a[2].line.range_count == 1 && a[2].line.ranges[0].first == 5);
    cr_assert(a[3].line.kind == LINE_FAULT_TRUNCATE && a[3].line.ranges[0].last == 7);
    cr_assert_eq(a[3].line.lasting_ps, 3 * PS_PER_MS);
    cr_assert(a[4].line.kind == LINE_FAULT_DUPLICATE && a[4].link == SIM_LINK_UPLINK);
    cr_assert(a[5].line.kind == LINE_FAULT_REORDER && a[5].line.behind == 4);
    cr_assert(a[5].by_progress && a[5].line.range_count == 3);
    cr_assert(strcmp(a[6].kind->name, "onload") == 0 && a[6].value == UINT32_MAX,
              "every connection");
    cr_assert(strcmp(a[7].kind->name, "offload") == 0 && a[7].value == 3);
    cr_assert(a[8].value == 3 && !a[8].flip.tag && a[8].flip.line == 0 && a[8].flip.bit == 0);
    cr_assert(a[9].value == 0 && a[9].flip.line == 4 && a[9].flip.bit == 543);
    cr_assert(a[10].flip.tag && a[10].flip.bit == 12);
    cr_assert(a[11].line.kind == LINE_FAULT_DELAY && a[11].line.jitter_ps == 50 * PS_PER_US);
    cr_assert(a[11].every_ps == PS_PER_MS && a[11].count == 2);
    cr_assert_str_eq(config.lan_switch.table, "0110");
    cr_assert(config.lan_switch.cut_through && config.lan_switch.queue_frames == 100);
    cr_assert_eq(config.lan_switch.pause_threshold, 50);
    cr_assert(config.mac.pause_threshold == 9 && config.mac.pause_quanta == 100);
    cr_assert(!config.mac.pause_obeyed && config.mac.pause_poll_ps == 2 * PS_PER_US);
}

Test(scenario_faults, what_is_written_reads_back_to_the_same)
{
    char *text = NULL;
    size_t len = 0;
    cr_assert_eq(parse(all_kinds, &config), STATUS_OK);
    FILE *memory = open_memstream(&text, &len);
    cr_assert(scenario_write(&config, memory));
    (void)fclose(memory);
    cr_assert_eq(parse(text, &again), STATUS_OK, "%s\n%s", err.text, text);
    cr_assert_eq(memcmp(config.actions, again.actions, sizeof config.actions), 0, "%s", text);
    cr_assert_str_eq(again.lan_switch.table, "0110");
    free(text);
}

struct bad_row {
    char name[40];
    char fault[120];
    char why[48];
};

static struct bad_row bad_rows[] = {
    {"no link", "{action: drop, rate: 1}", "has no `link`"},
    {"no choice", "{action: drop, link: nic0}", "needs either `rate`"},
    {"two choices", "{action: drop, link: nic0, rate: 1, frames: 2}", "needs either `rate`"},
    {"nic", "{action: drop, link: nic0, rate: 1, nic: 0}", "hits a link"},
    {"behind", "{action: drop, link: nic0, rate: 1, behind: 2}", "only reorder takes"},
    {"jitter", "{action: reorder, link: nic0, rate: 1, jitter: 2us}", "only delay takes"},
    {"delay", "{action: corrupt, link: nic0, rate: 1, delay: 2us}", "delay and reorder take"},
    {"how late", "{action: delay, link: nic0, rate: 1}", "write how late"},
    {"line key of another", "{at: 1ms, action: link_down, nic: 0, rate: 1}", "only drop"},
    {"rate above all", "{action: drop, link: nic0, rate: 1000001}", "out of range"},
    {"frame 0", "{action: drop, link: nic0, frames: 0}", "numbers from 1"},
    {"backward range", "{action: drop, link: nic0, frames: 9-7}", "numbers from 1"},
    {"no number", "{action: drop, link: nic0, frames: 3 x}", "numbers from 1"},
    {"no frames", "{action: drop, link: nic0, frames: \" \"}", "numbers from 1"},
    {"huge", "{action: drop, link: nic0, frames: 4294967296}", "numbers from 1"},
    {"17 ranges", "{action: drop, link: nic0, frames: 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8}",
     "up to 16"},
    {"link", "{action: drop, link: nic2, rate: 1}", "none of"},
    {"no connection", "{at: 1ms, action: ctx_error}", "write which connection id"},
    {"owner is not chosen", "{at: 1ms, action: ctx_error, connection: 1, nic: 0}", "owner"},
    {"line of a tag", "{at: 1ms, action: ctx_error, connection: 1, array: tag, line: 1}",
     "write array: data"},
    {"sixth line", "{at: 1ms, action: ctx_error, connection: 1, line: 5}", "0 to 4"},
    {"bit behind parity", "{at: 1ms, action: ctx_error, connection: 1, bit: 544}", "0 to 543"},
    {"array", "{at: 1ms, action: ctx_error, connection: 1, array: lookup}", "none of: data tag"},
    {"bit of a link", "{at: 1ms, action: link_down, nic: 0, bit: 1}", "only ctx_error takes"},
    {"array of a line fault", "{action: drop, link: nic0, rate: 1, array: tag}",
     "only ctx_error takes"},
    {"line of a place", "{at: 1ms, action: onload, line: 1}", "only ctx_error takes"},
    {"link of a context", "{at: 1ms, action: ctx_error, connection: 1, link: nic0}", "only drop"},
    {"place and nic", "{at: 1ms, action: onload, nic: 1}", "the port of its last frame decides"},
};

ParameterizedTestParameters(scenario_faults, contradictions_are_explained)
{
    return cr_make_param_array(struct bad_row, bad_rows, sizeof bad_rows / sizeof *bad_rows);
}

ParameterizedTest(struct bad_row *row, scenario_faults, contradictions_are_explained)
{
    char text[300];
    (void)snprintf(text, sizeof text, "traffic: {kind: generator}\nfaults:\n  - %s\n", row->fault);
    cr_assert_eq(parse(text, &config), STATUS_BAD_INPUT, "%s", row->name);
    cr_assert_not_null(strstr(err.text, row->why), "%s: %s", row->name, err.text);
    cr_assert_not_null(strstr(err.text, "a.yaml:3: "), "%s", err.text);
}

Test(scenario_faults, a_context_error_needs_a_connection_that_can_be)
{
    static const char text[] = "traffic: {kind: generator, connections: 1}\n"
                               "team: {connections_max: 16}\n"
                               "faults: [{at: 1ms, action: ctx_error, connection: %u}]\n";
    char with[300];
    (void)snprintf(with, sizeof with, text, 15);
    cr_assert_eq(parse(with, &config), STATUS_OK, "%s", err.text);
    (void)snprintf(with, sizeof with, text, 16);
    cr_assert_eq(parse(with, &config), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.text, "a.yaml:3: faults[0].connection: is beyond team.connections_max; "
                               "write a lower one");
}

Test(scenario_faults, the_table_needs_digits_and_assign_needs_both_keys)
{
    static const char *const bad[] = {"switch: {policy: table}", "switch: {table: 012}",
                                      "switch: {rehash: [{at: 1ms, action: assign, nic: 1}]}",
                                      "switch: {rehash: [{at: 1ms, action: swap, nic: 1}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "traffic: {kind: generator}\n%s\n", bad[i]);
        cr_assert_eq(parse(text, &config), STATUS_BAD_INPUT, "%s", bad[i]);
    }
}

Test(scenario_faults, offload_ports_and_their_policy_need_each_other)
{
    static const char *const bad[] = {"{policy: ports}", "{ports: 80}", "{policy: ports, ports: 0}",
                                      "{policy: ports, ports: 90-80}",
                                      "{policy: ports, ports: 65536}"};
    char text[200];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(text, sizeof text, "traffic: {kind: generator}\nteam: {offload: %s}\n",
                       bad[i]);
        cr_expect_eq(parse(text, &config), STATUS_BAD_INPUT, "%s", bad[i]);
        cr_expect_not_null(strstr(err.text, "team.offload.ports"), "%s", err.text);
    }
    cr_assert_eq(parse("traffic: {kind: generator}\n"
                       "team: {offload: {policy: ports, ports: '80, 8000-8099'}}\n",
                       &config),
                 STATUS_OK, "%s", err.text);
    cr_assert_eq(config.team.offload_ports.count, 2);
    cr_assert_eq(config.team.offload_ports.range[1].last, 8099);
}

/* Version 1 of the interface has no push window. */
Test(scenario_commands, pushed_ones_need_version_2)
{
    static const char text[] = "traffic: {kind: generator}\n"
                               "nics: {contract: 1}\n"
                               "team:\n  move: {commands: %s}\n";
    char pushed[200], fetched[200];
    (void)snprintf(pushed, sizeof pushed, text, "pushed");
    (void)snprintf(fetched, sizeof fetched, text, "fetched");
    cr_assert_eq(parse(pushed, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:4: team.move.commands: pushed needs"), "%s",
                       err.text);
    cr_assert_not_null(strstr(err.text, "write nics.contract: 2, or fetched"), "%s", err.text);
    cr_assert_eq(parse(fetched, &config), STATUS_OK, "%s", err.text);
    cr_assert_eq(config.engine.contract, 1);
    cr_assert_eq(parse("traffic: {kind: generator}\nnics: {contract: 3}\n", &config),
                 STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:2: nics.contract"), "%s", err.text);
    cr_assert_eq(parse("traffic: {kind: generator}\nteam: {move: {commands: pushed}}\n", &config),
                 STATUS_OK, "%s", err.text);
    cr_assert(config.team.pushes_commands && config.engine.contract == 2);
}

/* Version 1 of the interface has no image slots, and a key may take them away. */
Test(scenario_commands, a_mechanism_with_slots_needs_nics_that_have_them)
{
    static const char text[] = "traffic: {kind: generator}\n"
                               "nics: {%s}\n"
                               "team:\n  move: {mechanism: host-push}\n";
    static const char *const bad[] = {"contract: 1", "engine: {image_slots: 0}"};
    char scenario[200];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(scenario, sizeof scenario, text, bad[i]);
        cr_assert_eq(parse(scenario, &config), STATUS_BAD_INPUT);
        cr_assert_not_null(strstr(err.text, "a.yaml:4: team.move.mechanism: host-push needs NICs"),
                           "%s", err.text);
        cr_assert_not_null(strstr(err.text, "nics.engine.image_slots: 64, or another mechanism"),
                           "%s", err.text);
    }
    (void)snprintf(scenario, sizeof scenario, text, "engine: {image_slots: 1}");
    cr_assert_eq(parse(scenario, &config), STATUS_OK, "%s", err.text);
    cr_assert_eq(config.engine.image_slots, 1);
}

/* A connection can be rebuilt only if the peer was told nothing that its records do not say. */
Test(scenario_commands, a_rebuild_needs_nics_that_record_first)
{
    static const char text[] = "traffic: {kind: generator}\n"
                               "nics:\n  contract: %u\n  engine: {ack_policy: %s}\n"
                               "team: {move: {mechanism: rebuild}}\n";
    char scenario[200];
    (void)snprintf(scenario, sizeof scenario, text, 2, "flushed");
    cr_assert_eq(parse(scenario, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:4: nics.engine.ack_policy: "), "%s", err.text);
    cr_assert_not_null(strstr(err.text, "write recorded, or another mechanism"), "%s", err.text);
    (void)snprintf(scenario, sizeof scenario, text, 1, "recorded");
    cr_assert_eq(parse(scenario, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:3: nics.contract: "), "%s", err.text);
    (void)snprintf(scenario, sizeof scenario, text, 2, "recorded");
    cr_assert_eq(parse(scenario, &config), STATUS_OK, "%s", err.text);
}

/* The root complex refuses requests between the NICs by default. */
Test(scenario_commands, peer_to_peer_needs_nics_that_may_write_to_each_other)
{
    static const char text[] = "traffic: {kind: generator}\n"
                               "nics: {pcie: {p2p: %s}}\n"
                               "team:\n  move: {mechanism: peer-to-peer}\n";
    char refused[200], allowed[200];
    (void)snprintf(refused, sizeof refused, text, "refused");
    (void)snprintf(allowed, sizeof allowed, text, "allowed");
    cr_assert_eq(parse(refused, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:4: team.move.mechanism: peer-to-peer needs NICs"),
                       "%s", err.text);
    cr_assert_not_null(strstr(err.text, "write nics.pcie.p2p: allowed"), "%s", err.text);
    cr_assert_eq(parse(allowed, &config), STATUS_OK, "%s", err.text);
}

Test(scenario_host, memory_that_no_machine_has_is_refused)
{
    static const char *const bad[][2] = {
        {"llc_hit: 100ns", "a.yaml:3: team.host.dram: below team.host.llc_hit"},
        {"iommu: {page: 8KiB}", "a.yaml:3: team.host.iommu.page: '8KiB' is wrong; write 4KiB"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "traffic: {kind: generator}\nteam:\n  host: {%s}\n",
                       bad[i][0]);
        cr_assert_eq(parse(text, &config), STATUS_BAD_INPUT, "%s", bad[i][0]);
        cr_assert_not_null(strstr(err.text, bad[i][1]), "%s", err.text);
    }
}

/* A NIC fences itself only if it misses heartbeats that it was to get. */
Test(scenario_commands, a_fence_by_heartbeats_needs_heartbeats)
{
    static const char without[] = "traffic: {kind: generator}\nteam:\n  fence: heartbeat\n";
    static const char with[] =
        "traffic: {kind: generator}\nteam:\n  fence: heartbeat\n  heartbeat: 100us\n";
    cr_assert_eq(parse(without, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:3: team.fence: "), "%s", err.text);
    cr_assert_not_null(strstr(err.text, "write team.heartbeat: 100us"), "%s", err.text);
    cr_assert_eq(parse(with, &config), STATUS_OK, "%s", err.text);
}

Test(scenario_commands, hard_images_go_through_host_memory)
{
    static const char text[] = "traffic: {kind: generator}\n"
                               "team:\n  move:\n    mechanism: %s\n    image: hard\n";
    char scenario[200];
    (void)snprintf(scenario, sizeof scenario, text, "host-push");
    cr_assert_eq(parse(scenario, &config), STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "a.yaml:5: team.move.image: "), "%s", err.text);
    cr_assert_not_null(strstr(err.text, "team.move.mechanism: host-pull"), "%s", err.text);
    (void)snprintf(scenario, sizeof scenario, text, "checkpoint");
    cr_assert_eq(parse(scenario, &config), STATUS_BAD_INPUT, "it needs recorded, too");
    (void)snprintf(scenario, sizeof scenario, text, "drain-first");
    cr_assert_eq(parse(scenario, &config), STATUS_OK, "%s", err.text);
}

Test(scenario_host, several_cores_need_a_driver_and_nics_that_can_share)
{
    static const char *const bad[][2] = {
        {"team: {host: {cores: 0}}", "team.host.cores: '0' is out of range; write 1 to 8"},
        {"team: {host: {cores: 9}}", "team.host.cores: '9' is out of range; write 1 to 8"},
        {"team: {driver: minimal, idle: 0s, host: {cores: 2}}",
         "team.host.cores: team.driver: minimal runs on one core"},
        {"team: {host: {cores: 2}}\nnics: {contract: 1}",
         "team.host.cores: several cores need NICs"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "traffic: {kind: generator}\n%s\n", bad[i][0]);
        cr_assert_eq(parse(text, &config), STATUS_BAD_INPUT, "%s", text);
        cr_assert_not_null(strstr(err.text, bad[i][1]), "%s", err.text);
    }
}

/* Tests the scenario reader. Each kind of error is reported with its line, and a scenario that
 * was written is read back unchanged. */
#include "models/base/units.h"
#include "models/hwif/flow_key.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_write.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sim_config config;
static struct error err;

static enum status parse(const char *text)
{
    return scenario_parse(text, strlen(text), "s.yaml", NULL, 0, &config, &err);
}

static enum status parse_with(const char *text, const char *assignment)
{
    struct scenario_set set = {assignment, "--set"};
    return scenario_parse(text, strlen(text), "s.yaml", &set, 1, &config, &err);
}

/* --- good files --- */

Test(scenario, reads_values_of_every_section)
{
    const char text[] =
        "name: first\n"
        "seed: 9223372036854775807\n"
        "duration: 2s\n"
        "team:\n"
        "  mode: active-backup\n"
        "  mac: 02:aa:bb:cc:dd:ee\n"
        "  ipv4: 192.0.2.9\n"
        "  ipv6: \"2001:db8::9\"\n"
        "  mtu: 9000B\n"
        "  idle: 1.5ms\n"
        "  rings: {command: 64}\n"
        "  tcp: {rto_min: 300ms}\n"
        "nics:\n"
        "  link: {rate: 100Gbps, latency_tx: 67.2ns}\n"
        "  pcie: {gen: 4, lanes: 16, mps: 512B}\n"
        "  cache: {model: rtl, skip_idle: false}\n"
        "switch:\n"
        "  policy: flip\n"
        "  flip_frames: 7\n"
        "  rehash:\n"
        "    - {at: 12.5%, action: swap}\n"
        "    - {at: 3ms, action: layer2, every: 1ms, count: 4}\n"
        "traffic: {kind: generator, direction: upload, connections: 3, bytes: 1MiB,\n"
        "          ip_version: 6, vlan: 100}\n"
        "faults:\n"
        "  - {action: link_down, nic: 1, at: 5ms}\n"
        "  - {action: ctx_error, connection: 12, at: 50%}\n"
        "measure: {waves: none}\n"
        "outputs: {captures: false}\n"
        "expect:\n"
        "  - streams.damaged == 0\n"
        "  - \"moves.latency_ns.p50 < 20us\"\n";
    cr_assert_eq(parse(text), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(config.name, "first");
    cr_assert_eq(config.seed, (uint64_t)INT64_MAX);
    cr_assert_eq(config.duration_ps, 2 * PS_PER_S);
    cr_assert_eq(config.team.mode, TEAM_MODE_ACTIVE_BACKUP);
    cr_assert(config.lan_switch.active_backup);
    cr_assert_arr_eq(config.team.mac, ((uint8_t[]){2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}), 6);
    cr_assert_arr_eq(config.replay.team_mac, config.team.mac, 6);
    cr_assert_arr_eq(config.team.ipv4 + 10, ((uint8_t[]){255, 255, 192, 0, 2, 9}), 6);
    cr_assert_arr_eq(config.gen.team_ip, config.team.ipv6, 16);
    cr_assert_eq(config.mac.mtu_bytes, 9000);
    cr_assert_eq(config.capture.mtu_bytes, 9000);
    cr_assert_eq(config.engine.tcp.mss_max, 8960);
    cr_assert_eq(config.team.idle_ps, 1500 * PS_PER_US);
    cr_assert_eq(config.team.ring_log2_cmd, 6);
    cr_assert_eq(config.engine.tcp.rto_min_us, 300000);
    cr_assert_eq(config.mac.rate_bps, UINT64_C(100000000000));
    cr_assert_eq(config.mac.latency_tx_ps, 67200);
    cr_assert_eq(config.pcie.mps_bytes, 512);
    cr_assert_not(config.ctx_skip_idle);
    cr_assert_eq(config.lan_switch.policy, PORT_POLICY_FLIP);
    cr_assert_eq(config.lan_switch.flip_frames, 7);
    cr_assert_eq(config.lan_switch.seed, config.seed);
    cr_assert_eq(config.gen.vlan, VLAN_TAGGED | 100);
    cr_assert_eq(config.action_count, 4);
    cr_assert(config.actions[0].by_progress && config.actions[0].at_permille == 125);
    cr_assert_str_eq(config.actions[1].kind->name, "layer2");
    cr_assert_eq(config.actions[1].kind->number, FLOW_HASH_LAYER2);
    cr_assert_eq(config.actions[1].every_ps, PS_PER_MS);
    cr_assert_str_eq(config.actions[2].kind->name, "link_down");
    cr_assert_eq(config.actions[2].nic, 1);
    cr_assert_str_eq(config.actions[3].kind->name, "ctx_error");
    cr_assert_eq(config.actions[3].value, 12);
    cr_assert_eq(config.waves, WAVES_NONE);
    cr_assert_not(config.write_captures);
    cr_assert_eq(config.expect_count, 2);
    cr_assert_str_eq(config.expects[1], "moves.latency_ns.p50 < 20us");
}

Test(scenario, gives_defaults_a_name_and_a_relative_capture_path)
{
    const char text[] = "traffic: {capture: ../traces//x/../http.pcap.gz}\nfaults:\nexpect: []\n";
    cr_assert_eq(
        scenario_parse(text, strlen(text), "scenarios/007-bond.yaml", NULL, 0, &config, &err),
        STATUS_OK, "%s", err.text);
    cr_assert_str_eq(config.name, "007-bond");
    cr_assert_str_eq(config.source, "scenarios/007-bond.yaml");
    cr_assert_str_eq(config.capture_path, "traces/http.pcap.gz");
    cr_assert_eq(config.team.idle_ps, 60 * PS_PER_S);
    cr_assert_eq(config.duration_ps, TIME_NEVER);
    cr_assert_eq(config.mac.rate_bps, UINT64_C(10000000000));
    cr_assert_eq(config.action_count, 0);
}

Test(scenario, a_path_below_the_current_folder_is_written_relative)
{
    char cwd[SIM_PATH_MAX], source[SIM_PATH_MAX + 32];
    cr_assert_not_null(getcwd(cwd, sizeof cwd));
    (void)snprintf(source, sizeof source, "%s/scenarios/a.yaml", cwd);
    const char text[] = "traffic: {capture: ../../../../../../../../../../../../abs.pcap}\n";
    cr_assert_eq(scenario_parse(text, strlen(text), source, NULL, 0, &config, &err), STATUS_OK);
    cr_assert_str_eq(config.capture_path, "/abs.pcap");
    const char inside[] = "traffic: {capture: ../traces/in.pcap}\n";
    cr_assert_eq(scenario_parse(inside, strlen(inside), source, NULL, 0, &config, &err), STATUS_OK);
    cr_assert_str_eq(config.capture_path, "traces/in.pcap");
}

/* --- bad files --- */

struct bad_row {
    const char *name;
    const char *text;
    const char *message; /* the beginning of the message */
    const char *part;    /* another part of the message */
};

#define C "traffic: {capture: x.pcap}\n"

static const struct bad_row bad_rows[] = {
    {"unknown key, near miss", C "team:\n  idel: 5s\n", "s.yaml:3: team.idel: unknown key",
     "did you mean team.idle?"},
    {"unknown key, other section", C "team:\n  lanes: 8\n", "s.yaml:3: team.lanes: unknown key",
     "nics.pcie.lanes"},
    {"unknown key, list", C "team:\n  xylophone: 8\n", "s.yaml:3: team.xylophone: unknown key",
     "known are: driver mode mac ipv4"},
    {"unknown section", C "hardware:\n  x: 8\n", "s.yaml:2: hardware", "unknown key"},
    {"duplicate key", C "seed: 1\nteam:\n  idle: 1s\nseed: 2\n", "s.yaml:5: seed: given twice",
     "first on line 2"},
    {"duplicate in a section", C "team:\n  idle: 1s\n  mtu: 1500B\n  idle: 2s\n",
     "s.yaml:5: team.idle: given twice", "first on line 3"},
    {"duplicate section", C "team:\n  idle: 1s\nteam:\n  mtu: 1500B\n",
     "s.yaml:4: team: given twice", "first on line 2"},
    {"no unit", C "\nteam:\n  idle: 60\n", "s.yaml:4: team.idle: '60' has no unit", "200ms"},
    {"wrong unit", C "team:\n  idle: 4KiB\n", "s.yaml:3: team.idle: '4KiB' has an unknown unit",
     "ps ns us ms s"},
    {"unit of size", C "team: {ring: 64KB}\n", "s.yaml:2: team.ring: '64KB' has an unknown unit",
     "KiB"},
    {"unit of rate", C "switch: {uplink: 10G}\n",
     "s.yaml:2: switch.uplink: '10G' has an unknown unit", "10Gbps"},
    {"unit on a count", C "seed: 3s\n", "s.yaml:2: seed: '3s' has an unknown unit",
     "a whole number without unit"},
    {"negative", C "seed: -3\n", "s.yaml:2: seed: '-3' is negative", "whole number"},
    {"no number", C "duration: long\n", "s.yaml:2: duration: 'long' is not a number", "200ms"},
    {"fraction of a count", C "seed: 1.5\n", "s.yaml:2: seed: '1.5' is finer", "whole number"},
    {"finer than a ps", C "duration: 0.0005ns\n", "s.yaml:2: duration: '0.0005ns' is finer",
     "time"},
    {"too large for 64 bits", C "seed: 99999999999999999999\n", "s.yaml:2: seed:", "is too large"},
    {"too large with its unit", C "duration: 99999999999s\n",
     "s.yaml:2: duration:", "is too large"},
    {"above the maximum", C "seed: 9223372036854775808\n",
     "s.yaml:2: seed:", "write 0 to 9223372036854775807"},
    {"below the minimum", C "team: {mtu: 100B}\n", "s.yaml:2: team.mtu: '100B' is out of range",
     "1280B to 9194B"},
    {"no power of two", C "team: {ring: 20KiB}\n", "s.yaml:2: team.ring: '20KiB'", "power of two"},
    {"no Ethernet rate", C "nics: {link: {rate: 11Gbps}}\n", "s.yaml:2: nics.link.rate: '11Gbps'",
     "25Gbps"},
    {"finer than the field", C "team: {tcp: {rto_min: 1500ns}}\n",
     "s.yaml:2: team.tcp.rto_min: '1500ns' is too fine", "whole us"},
    {"no such name", C "switch:\n  hash: layer7\n",
     "s.yaml:3: switch.hash: 'layer7' is none of:", "layer2 layer2_3 layer3_4"},
    {"no bool", C "outputs: {captures: yes}\n", "s.yaml:2: outputs.captures: 'yes'",
     "true or false"},
    {"bad MAC", C "team: {mac: 02:00:00:00:00}\n", "s.yaml:2: team.mac:", "unicast MAC"},
    {"group MAC", C "team: {mac: 03:00:00:00:00:01}\n", "s.yaml:2: team.mac:", "unicast MAC"},
    {"bad IPv4", C "team: {ipv4: 10.0.0.256}\n", "s.yaml:2: team.ipv4:", "unicast IPv4"},
    {"multicast IPv4", C "team: {ipv4: 224.0.0.1}\n", "s.yaml:2: team.ipv4:", "unicast IPv4"},
    {"bad IPv6", C "team: {ipv6: 10.0.0.1}\n", "s.yaml:2: team.ipv6:", "unicast IPv6"},
    {"bad VLAN",
     C "# two\n# three\nswitch: {}\nteam: {}\nmeasure: {}\noutputs: {}\nfaults: []\nnics: "
       "{}\nname: x\nseed: 1\nduration: 1s\nexpect:\n - seed == sim_time_ps\nteamx: 1\n",
     "s.yaml:15: teamx: unknown key", ""},
    {"VLAN 4095", "traffic: {kind: generator, vlan: 4095}\n", "s.yaml:1: traffic.vlan: '4095'",
     "1 to 4094"},
    {"bad name", C "name: a/b\n", "s.yaml:2: name: 'a/b'", "letters"},
    {"section for a value", C "seed: {a: 1}\n", "s.yaml:2: seed: is a section",
     "must be one value"},
    {"list for a value", C "seed: [1, 2]\n", "s.yaml:2: seed: is a list", "must be one value"},
    {"value for a section", C "team: 5\n", "s.yaml:2: team: is one value", "must be a section"},
    {"list for a section", C "team:\n  - 5\n", "s.yaml:2: team: is a list", "must be a section"},
    {"section for a list", C "faults:\n  at: 5ms\n", "s.yaml:2: faults: is a section",
     "must be a list"},
    {"value in a list of sections", C "faults:\n  - link_down\n",
     "s.yaml:3: faults[0]: is one value", "must be a section"},
    {"second value empty", C "seed:\n", "s.yaml:2: seed: '' is not a number", "whole number"},
    {"item without at", C "faults:\n  - {action: link_up, nic: 0}\n",
     "s.yaml:3: faults[0]: has no `at`", "50%"},
    {"item without action", C "switch:\n  rehash:\n    - {at: 50%}\n",
     "s.yaml:4: switch.rehash[0]: has no `action`", ""},
    {"second item without nic",
     C "faults:\n- {at: 1ms, action: link_up, nic: 0}\n- {at: 1ms, action: "
       "link_down}\n",
     "s.yaml:4: faults[1]: has no `nic`", "0 or 1"},
    {"context error with nic", C "faults:\n- {at: 1ms, action: ctx_error, nic: 0, connection: 1}\n",
     "s.yaml:3: faults[0]: has `nic`", "leave it out"},
    {"context error without connection", C "faults:\n- {at: 1ms, action: ctx_error}\n",
     "s.yaml:3: faults[0]: has no `connection`", ""},
    {"connection of a link", C "faults:\n- {at: 1ms, action: link_up, nic: 1, connection: 1}\n",
     "s.yaml:3: faults[0]: has `connection`", ""},
    {"count without every", C "switch:\n  rehash:\n  - {at: 1ms, action: swap, count: 3}\n",
     "s.yaml:4: switch.rehash[0]: has `count` without `every`", "5ms"},
    {"nic 2", C "faults:\n- {at: 1ms, action: link_up, nic: 2}\n", "s.yaml:3: faults[0].nic: '2'",
     "0 to 1"},
    {"more than all", C "switch:\n  rehash:\n  - at: 101%\n    action: swap\n",
     "s.yaml:4: switch.rehash[0].at: '101%'", "0% to 100%"},
    {"unknown action", C "switch:\n  rehash:\n  - at: 10%\n    action: shuffle\n",
     "s.yaml:5: switch.rehash[0].action: 'shuffle' is none of: swap", "layer3_4"},
    {"unknown fault", C "faults:\n  - action: fire\n",
     "s.yaml:3: faults[0].action: 'fire' is none of:", "pcie_down"},
    {"expectation without comparison", C "expect:\n  - seed == 1\n  - streams.damaged\n",
     "s.yaml:4: expect[1]: 'streams.damaged' has no comparison", "=="},
    {"replay mode", "traffic:\n  capture: x.pcap\n  mode: live\n",
     "s.yaml:3: traffic.mode: 'live' is none of: exact", "endpoint"},
    {"no capture", "seed: 1\ntraffic:\n  kind: replay\n", "s.yaml:2: traffic.capture: missing",
     "file to replay"},
    {"empty file", "", "s.yaml: traffic.capture: missing", ""},
    {"IP version 5", "traffic:\n  kind: generator\n  ip_version: 5\n",
     "s.yaml:3: traffic.ip_version: '5'", "4 or 6"},
    {"more clients than ids",
     "team: {connections_max: 8}\ntraffic:\n  kind: generator\n  connections: 9\n",
     "s.yaml:4: traffic.connections:", "at most as many"},
    {"timeouts out of order", C "team:\n  tcp:\n    rto_min: 2s\n",
     "s.yaml:4: team.tcp.rto_min:", "rto_min <= rto_initial"},
    {"waves of the golden model", C "nics: {cache: {model: golden}}\nmeasure: {waves: all}\n",
     "s.yaml:3: measure.waves:", "none"},
    {"credits below a payload", C "nics:\n  pcie: {root_credits: {posted_data: 8}}\n", "s.yaml",
     "root_credits: data are out of range"},
    {"bit error without the layer it is in",
     C "nics:\n  pcie: {dll: false}\nfaults:\n- {at: 1ms, action: pcie_tlp_error, nic: 0}\n",
     "s.yaml:3: nics.pcie.dll:", "dll: true"},
    {"anchor", C "team: &t\n  idle: 1s\n", "s.yaml:2: team: anchors are not supported", ""},
    {"alias", C "name: &n x\nseed: *n\n", "s.yaml:2: name: anchors are not supported", ""},
    {"alias alone", C "seed: *n\n", "s.yaml:2: seed: aliases are not supported", ""},
    {"tag", C "seed: !!int 3\n", "s.yaml:2: seed: tags are not supported", ""},
    {"merge key", C "team:\n  <<: 3\n", "s.yaml:3: team: '<<' is no key", ""},
    {"key with a dot", C "team.idle: 3s\n", "s.yaml:2: 'team.idle' is no key", ""},
    {"section as a key", C "? {a: b}\n: c\n", "s.yaml:2: a key must be a word", ""},
    {"two documents", C "---\nseed: 1\n", "s.yaml:2: a second document", ""},
    {"a list", "- a\n", "s.yaml:1: the file must be a mapping", ""},
    {"a word", "hello\n", "s.yaml:1: the file must be a mapping", ""},
    {"too deep", "a: {b: {c: {d: {e: {f: {g: 1}}}}}}\n", "s.yaml:1: a.b.c.d.e.f: nested too deeply",
     ""},
    {"not YAML", C "team: [1,\nseed: 2\n", "s.yaml:4: not YAML: ", ""},
    {"a tab", C "team:\n\tidle: 3s\n", "s.yaml:3: not YAML: ", "token"},
    {"a bad byte", C "name: \"\xff\"\n", "s.yaml:", "not YAML"},
    {"a control character", C "name: \"a\\0b\"\n", "s.yaml:2: name: contains a zero byte", ""},
    {"the capture is a folder", "traffic:\n  capture: ./\n",
     "s.yaml:2: traffic.capture: names a folder", ""},
    {"the folder above", "traffic:\n  capture: a/../..\n",
     "s.yaml:2: traffic.capture: names a folder", ""},
    {"a newline in the path", "traffic: {capture: \"a\\nb\"}\n",
     "s.yaml:1: traffic.capture:", "without control characters"},
};

Test(scenario, bad_files_give_file_line_key_and_cure)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        const struct bad_row *row = &bad_rows[i];
        err.text[0] = '\0';
        cr_expect_eq(parse(row->text), STATUS_BAD_INPUT, "%s", row->name);
        cr_expect(strncmp(err.text, row->message, strlen(row->message)) == 0, "%s: %s", row->name,
                  err.text);
        cr_expect(strstr(err.text, row->part) != NULL, "%s: %s", row->name, err.text);
    }
}

Test(scenario, bounds_hold)
{
    size_t size = 2 << 20;
    char *text = malloc(size);
    memset(text, '#', size);
    cr_assert_eq(scenario_parse(text, size, "s.yaml", NULL, 0, &config, &err), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.text, "s.yaml: larger than 1 MiB: not a scenario");
    size_t len = (size_t)snprintf(text, size, "%s", "expect:\n");
    for (int i = 0; i < 70; i++)
        len += (size_t)snprintf(text + len, size - len, "  - seed == %d\n", i);
    cr_assert_eq(scenario_parse(text, len, "s.yaml", NULL, 0, &config, &err), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.text, "s.yaml:66: expect[64]: at most 64 expectations, numbered from 0"
                               " (and 5 more; toesim check FILE lists all)");
    len = (size_t)snprintf(text, size, "%s", "faults:\n");
    for (int i = 0; i < 300; i++)
        len += (size_t)snprintf(text + len, size - len, "  - {at: 1ms, action: link_up, nic: 0}\n");
    cr_assert_eq(scenario_parse(text, len, "s.yaml", NULL, 0, &config, &err), STATUS_BAD_INPUT);
    cr_assert(strstr(err.text, "at most 256 in all"), "%s", err.text);
    free(text);
}

Test(scenario, missing_file_and_missing_capture_are_reported)
{
    cr_assert_eq(scenario_load("no/such.yaml", NULL, 0, &config, &err), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.text, "no/such.yaml: No such file or directory");
    char path[] = "/tmp/toesim-scenario-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    const char text[] = "seed: 1\ntraffic:\n  capture: nothing.pcap\n";
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    cr_assert_eq(scenario_load(path, NULL, 0, &config, &err), STATUS_BAD_INPUT);
    cr_assert(strstr(err.text, ":3: traffic.capture: '/tmp/nothing.pcap': No such file"), "%s",
              err.text);
    (void)unlink(path);
}

/* --- --set --- */

Test(scenario, sets_override_the_file_and_name_themselves_when_wrong)
{
    const char text[] = C "seed: 3\nfaults:\n- {at: 1ms, action: link_up, nic: 0}\n";
    cr_assert_eq(parse_with(text, "seed=4"), STATUS_OK, "%s", err.text);
    cr_assert_eq(config.seed, 4);
    cr_assert_eq(parse_with(text, "faults[0].nic=1"), STATUS_OK, "%s", err.text);
    cr_assert_eq(config.actions[0].nic, 1);
    cr_assert_eq(config.actions[0].at_ps, PS_PER_MS);
    cr_assert_eq(parse_with(text, "expect[0]=seed >= 1"), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(config.expects[0], "seed >= 1");
    cr_assert_eq(parse_with(text, "seed"), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.text, "--set: seed: is wrong; write KEY=VALUE");
    cr_assert_eq(parse_with(text, "team.idle=5"), STATUS_BAD_INPUT);
    cr_assert(strstr(err.text, "--set: team.idle: '5' has no unit") == err.text, "%s", err.text);
    cr_assert_eq(parse_with(text, "faults[2].nic=1"), STATUS_BAD_INPUT);
    cr_assert_eq(parse_with(text, "faults[x].nic=1"), STATUS_BAD_INPUT);
    cr_assert_eq(parse_with(text, "team=1"), STATUS_BAD_INPUT);
}

/* --- the table, and writing scenarios --- */

static void round_trip(const struct sim_config *first)
{
    static struct sim_config second;
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    cr_assert(scenario_write(first, file));
    (void)fclose(file);
    cr_assert_eq(scenario_parse(text, len, first->source, NULL, 0, &second, &err), STATUS_OK,
                 "%s\n%s", err.text, text);
    second.origins = first->origins; /* in effective.yaml all values are from a file */
    for (size_t i = 0; i < sizeof second; i++)
        cr_assert_eq(((const char *)first)[i], ((const char *)&second)[i], "byte %zu\n%s", i, text);
    free(text);
}

Test(scenario, effective_yaml_reads_back_to_the_same_config)
{
    cr_assert_eq(parse(C), STATUS_OK);
    round_trip(&config);
    cr_assert_eq(parse("faults:\n- {at: 1ms, action: link_up, nic: 1, every: 2ms, count: 3}\n"
                       "- {at: 99.9%, action: ctx_error, connection: 7, every: 1us}\n"
                       "traffic: {capture: 'we\"ird\\ name.pcap', vlan: 12}\n"
                       "switch: {rehash: [{at: 50%, action: swap}, {at: 0s, action: layer2_3}]}\n"
                       "duration: 1us\n"
                       "expect: ['scenario.name == \"b\\c\"', host.steps < 5ms]\n"),
                 STATUS_BAD_INPUT); /* a count is not a time */
    cr_assert_eq(parse("faults:\n- {at: 1ms, action: link_up, nic: 1, every: 2ms, count: 3}\n"
                       "- {at: 99.9%, action: ctx_error, connection: 7, every: 1us}\n"
                       "traffic: {capture: 'we\"ird\\ name.pcap', vlan: 12}\n"
                       "switch: {rehash: [{at: 50%, action: swap}, {at: 0s, action: layer2_3}]}\n"
                       "duration: 1us\n"
                       "expect: ['scenario.name == \"b\\c\"', 'host.busy_ns < 5ms']\n"),
                 STATUS_OK, "%s", err.text);
    round_trip(&config);
}

/* Gives another legal value of the key than the present one. Returns false if the key has none. */
static bool other_value(const struct scenario_key *key, char text[SCENARIO_VALUE_MAX])
{
    char now[SCENARIO_VALUE_MAX];
    scenario_value_format(key, &config, now);
    if (key->names) { /* an enumeration, or a list of some of the names */
        bool first = strcmp(key->names[0], now) == 0;
        (void)strcpy(text, key->names[first] ? key->names[first] : "");
        return key->names[first] != NULL;
    }
    switch (key->type) {
    case SCENARIO_BOOL:
        (void)strcpy(text, strcmp(now, "true") == 0 ? "false" : "true");
        return true;
    case SCENARIO_NAME:
    case SCENARIO_PATH:
        (void)strcpy(text, "other");
        return true;
    case SCENARIO_MAC:
        (void)strcpy(text, "02:00:00:00:00:99");
        return true;
    case SCENARIO_IPV4:
        (void)strcpy(text, "192.0.2.77");
        return true;
    case SCENARIO_IPV6:
        (void)strcpy(text, "2001:db8::77");
        return true;
    case SCENARIO_VLAN:
    case SCENARIO_PORTS:
        (void)strcpy(text, "77");
        return true;
    default:
        scenario_quantity_format(key->type, key->max, text);
        if (strcmp(text, now) == 0)
            scenario_quantity_format(key->type, key->min, text);
        return true;
    }
}

Test(scenario, every_key_reaches_the_config_and_effective_yaml)
{
    static struct sim_config plain;
    const char plain_text[] = "traffic: {kind: generator, bytes: 4KiB}\nmeasure: {waves: none}\n";
    const char with_race[] = "race: {frame: rst}\ntraffic: {kind: generator}\n";
    const char with_heartbeat[] =
        "team: {heartbeat: 100us}\ntraffic: {kind: generator}\n"; /* fence: heartbeat needs it */
    /* The minimal driver lets no connection rest. */
    const char no_rest[] = "team: {idle: 0s}\ntraffic: {kind: generator}\n";
    const char with_ports[] =
        "team: {offload: {policy: ports, ports: 80}}\ntraffic: {kind: generator}";
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        char assignment[2 * SCENARIO_VALUE_MAX], value[SCENARIO_VALUE_MAX];
        const char *text = key->type == SCENARIO_PORTS ? with_ports : plain_text;
        if (strcmp(key->path, "team.driver") == 0)
            text = no_rest;
        if (strcmp(key->path, "race.time") == 0)
            text = with_race;
        if (strcmp(key->path, "team.fence") == 0)
            text = with_heartbeat;
        cr_assert_eq(parse(text), STATUS_OK, "%s", err.text);
        plain = config;
        if (scenario_key_is_action(key) || key->type == SCENARIO_EXPECT || !other_value(key, value))
            continue;
        static const char *const fits[][2] = {{"rto_min", "900ms"},
                                              {"rto_initial", "900ms"},
                                              {"rto_max", "55s"},
                                              {"ip_version", "6"},
                                              {"llc_hit", "77ns"}, /* at most the time of DRAM */
                                              {"traffic.kind", "generator"},
                                              {"team.connections_max", "300"}};
        for (size_t f = 0; f < sizeof fits / sizeof *fits; f++)
            if (strstr(key->path, fits[f][0]))
                (void)strcpy(value, fits[f][1]);
        (void)snprintf(assignment, sizeof assignment, "%s=%s", key->path, value);
        cr_expect_eq(parse_with(text, assignment), STATUS_OK, "%s: %s", assignment, err.text);
        cr_expect_eq(config.origins.key[i], SIM_ORIGIN_OPTION, "%s", key->path);
        config.origins = plain.origins; /* what is compared next are the values */
        cr_expect(strcmp(key->path, "traffic.kind") == 0 ||
                      memcmp(&plain, &config, sizeof plain) != 0,
                  "%s changes nothing", assignment);
        round_trip(&config);
    }
}

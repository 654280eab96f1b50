#include "sim/scenario/rows/scenario_row.h"
#include "sim/scenario/scenario_table.h"

static const char *const array_names[] = {[false] = "data", [true] = "tag", NULL};
static const char *const link_names[] = {
    [SIM_LINK_NIC0] = "nic0", [SIM_LINK_NIC1] = "nic1", [SIM_LINK_UPLINK] = "uplink", NULL};
static const char *const way_names[] = {
    [SIM_BOTH_WAYS] = "both", [SIM_TO_SERVER] = "to_server", [SIM_TO_PEERS] = "to_peers", NULL};
static const char *const waves_names[] = {
    [WAVES_NONE] = "none", [WAVES_MOVES] = "moves", [WAVES_ALL] = "all", NULL};
static const char *const race_frame_names[] = {"none", "rst",    "fin",    "data",
                                               "dup",  "window", "forged", NULL};
static_assert(sizeof race_frame_names / sizeof(char *) == GEN_FRAME_FORGED + 2, "names");
static const char *const race_at_names[] = {
    [RACE_AT_MOVE] = "move", [RACE_AT_FROZEN] = "frozen", [RACE_AT_ACTIVE] = "active", NULL};
static const char *const race_nic_names[] = {
    [RACE_NIC_POLICY] = "policy", [RACE_NIC_0] = "nic0", [RACE_NIC_1] = "nic1", NULL};

const struct scenario_key scenario_output_rows[] = {
    ENUM("race.frame", race.frame, race_frame_names,
         "what a generated client does out of turn at race.time"),
    ENUM("race.at", race.at, race_at_names,
         "where the offsets of toesim sweep-race begin: T0, T5 or T10 of the move"),
    COUNT("race.move", race.move, 1, U32_LIMIT,
          "number of the move from NIC to NIC in moves.csv, from 1"),
    COUNT("race.connection", race.connection, 0, 65535, "the client, from 0"),
    ENUM("race.nic", race.nic, race_nic_names,
         "where the frame arrives: as switch.policy says, or on this NIC"),
    OFFSET("race.from", race.from_ps, PS_PER_S, "first offset of toesim sweep-race"),
    OFFSET("race.to", race.to_ps, PS_PER_S, "last offset of toesim sweep-race"),
    TIME("race.step", race.step_ps, 1, PS_PER_S, "distance of two offsets of toesim sweep-race"),
    TIME("race.time", race.time_ps, 0, TIME_LIMIT, "when the client acts; 0s: never"),

    ROW("faults[].at", SCENARIO_AT, NONE, 0, TIME_LIMIT, ITEM(at_ps), 1, NULL,
        "when the action starts: a time, or a percentage of the traffic"),
    ROW("faults[].action", SCENARIO_ACTION, NONE, 0, 0, ITEM(kind), 1, NULL, "kind of fault"),
    ROW("faults[].nic", SCENARIO_COUNT, NONE, 0, 1, ITEM(nic), 1, NULL,
        "the NIC (not for ctx_error, onload, offload, nor drop to delay)"),
    ROW("faults[].connection", SCENARIO_COUNT, NONE, 0, 65535, ITEM(value), 1, NULL,
        "for ctx_error, onload and offload: connection id; onload and offload without it are for "
        "all connections"),
    ROW("faults[].array", SCENARIO_ENUM, NONE, 0, 0, ITEM(flip.tag), 1, array_names,
        "for ctx_error: the memory of the cache"),
    ROW("faults[].line", SCENARIO_COUNT, NONE, 0, CTX_LINES - 1, ITEM(flip.line), 1, NULL,
        "for ctx_error with array data: the 64-byte line of the context"),
    ROW("faults[].bit", SCENARIO_COUNT, NONE, 0, CTX_LINE_STORED_BITS - 1, ITEM(flip.bit), 1, NULL,
        "for ctx_error: the bit; of a line the parity bits are 512 to 543, of a tag all higher "
        "numbers are its parity bit"),
    ROW("faults[].link", SCENARIO_ENUM, NONE, 0, 0, ITEM(link), 1, link_names,
        "for drop to delay: the link"),
    ROW("faults[].direction", SCENARIO_ENUM, NONE, 0, 0, ITEM(direction), 1, way_names,
        "for drop to delay: the direction"),
    ROW("faults[].rate", SCENARIO_COUNT, NONE, 0, LINE_FAULT_PPM, ITEM(line.rate_ppm), 1, NULL,
        "for drop to delay: frames per million, chosen at random"),
    ROW("faults[].frames", SCENARIO_FRAMES, NONE, 0, U32_LIMIT, ITEM(line.ranges), 1, NULL,
        "instead of rate: numbers of the frames on this link and in this direction, such as 3 7 "
        "10-12"),
    ROW("faults[].behind", SCENARIO_COUNT, NONE, 1, 1000, ITEM(line.behind), 1, NULL,
        "for reorder: number of later frames that overtake the frame"),
    ROW("faults[].delay", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.delay_ps), 1, NULL,
        "for delay: the delay; for reorder: longest wait, 0s: 1ms"),
    ROW("faults[].jitter", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.jitter_ps), 1, NULL,
        "for delay: largest random addition to the delay"),
    ROW("faults[].lasting", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.lasting_ps), 1, NULL,
        "for drop to delay: how long the fault lasts; 0s: until the end"),
    ROW("faults[].every", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(every_ps), 1, NULL,
        "period of repetition; 0s: the action happens once"),
    ROW("faults[].count", SCENARIO_COUNT, NONE, 0, U32_LIMIT, ITEM(count), 1, NULL,
        "with every: number of times; 0: until the end"),

    BOOL("measure.cache_time", cache_time,
         "samples the wall time of the caches' steps for perf.json"),
    ENUM("measure.waves", waves, waves_names, "contents of waves.fst"),
    TIME("measure.waves_margin", waves_margin_ps, 0, TIME_LIMIT,
         "for moves: how long the dump goes on after the end of a move"),
    COUNT("measure.waves_moves_max", waves_moves_max, 0, U32_LIMIT,
          "for moves: number of moves that are dumped, and of more that are late or fail; 0: all"),
    TIME("measure.sample", sample_ps, 0, TIME_LIMIT,
         "period of the rows of series.csv, which has the counters over time; 0s: no such file"),
#define X(id, key, text)                                                                           \
    COUNT("outputs.log." key, log.level[LOG_##id], 0, LOG_LEVEL_MAX,                               \
          "events.log: 0 nothing, 1 to 3 more and more of " text),
    LOG_TOPICS(X)
#undef X
        COUNT("outputs.log.connection", log.connection, 0, LOG_ALL_CONNECTIONS,
              "events.log has only the events of this connection id; 65536: all events"),
    TIME(
        "outputs.state_hash", state_hash_ps, 0, TIME_LIMIT,
        "period of the rows of hash.csv, which has a hash of what each part did; 0s: no such file"),
    BOOL("outputs.timeline", write_timeline,
         "timeline.json.gz: the moves as a picture for ui.perfetto.dev"),
    COUNT("outputs.timeline_moves", timeline_moves, 0, U32_LIMIT,
          "number of moves that the timeline shows; 0: all"),
    BOOL("outputs.waits", write_waits,
         "waits.csv: what was busy in each phase of each move, for toesim show"),
    BOOL("outputs.tlp_trace", tlp_trace, "pcie0.csv and pcie1.csv: a line per TLP"),
    BOOL("outputs.pcie_config", pcie_config, "lspci.txt: configuration spaces for lspci -F"),
    BOOL("outputs.captures", write_captures, "nic0.pcap, nic1.pcap and team.pcapng"),

    ROW("expect[]", SCENARIO_EXPECT, NONE, 0, 0, FIELD(expects), 1, NULL,
        "key of stats.json, one of == != < <= > >=, value"),
};
const size_t scenario_output_row_count =
    sizeof scenario_output_rows / sizeof scenario_output_rows[0];

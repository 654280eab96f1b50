#include "sim/scenario/scenario_table.h"
#include "sim/scenario/config.h"

#include "models/base/units.h"
#include "models/tcp/cc/cc.h"

#define U8_LIMIT UINT64_C(255)
#define U16_LIMIT UINT64_C(65535)
#define U32_LIMIT UINT64_C(4294967295)
#define KIB UINT64_C(1024)
#define MIB (UINT64_C(1024) * KIB)
#define GIB (UINT64_C(1024) * MIB)
#define GBPS UINT64_C(1000000000)
#define TIME_LIMIT ((uint64_t)INT64_MAX)

#define FIELD(f) offsetof(struct sim_config, f), sizeof(((struct sim_config *)0)->f)
#define NOWHERE 0, 0
#define ITEM(f) offsetof(struct sim_action, f), sizeof(((struct sim_action *)0)->f)

/* One row per key. TIME takes the field's tick, the others the numbers of their unit. */
#define ROW(path, type, rule, min, max, place, tick, names, doc)                                   \
    {                                                                                              \
        path, type, SCENARIO_RULE_##rule, min, max, place, tick, names, doc                        \
    }
#define TIME(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_TIME, NONE, min, max, FIELD(f), 1, NULL, doc)
#define TIME_US(path, f, min, max, doc)                                                            \
    ROW(path, SCENARIO_TIME, NONE, (min)*PS_PER_US, (max)*PS_PER_US, FIELD(f), PS_PER_US, NULL, doc)
#define TIME_MS(path, f, min, max, doc)                                                            \
    ROW(path, SCENARIO_TIME, NONE, (min)*PS_PER_MS, (max)*PS_PER_MS, FIELD(f), PS_PER_MS, NULL, doc)
#define SIZE(path, f, rule, min, max, doc)                                                         \
    ROW(path, SCENARIO_SIZE, rule, min, max, FIELD(f), 1, NULL, doc)
#define COUNT(path, f, min, max, doc)                                                              \
    ROW(path, SCENARIO_COUNT, NONE, min, max, FIELD(f), 1, NULL, doc)
#define POW2(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_COUNT, POW2, min, max, FIELD(f), 1, NULL, doc)
#define LOG2(path, f, min, max, doc)                                                               \
    ROW(path, SCENARIO_LOG2, POW2, min, max, FIELD(f), 1, NULL, doc)
#define RATE(path, f, rule, min, max, doc)                                                         \
    ROW(path, SCENARIO_RATE, rule, min, max, FIELD(f), 1, NULL, doc)
#define BOOL(path, f, doc) ROW(path, SCENARIO_BOOL, NONE, 0, 1, FIELD(f), 1, NULL, doc)
#define ENUM(path, f, names, doc) ROW(path, SCENARIO_ENUM, NONE, 0, 0, FIELD(f), 1, names, doc)
#define TEXT(path, type, f, doc) ROW(path, type, NONE, 0, 0, FIELD(f), 1, NULL, doc)

static const char *const cookie_names[] = {
    [SYN_COOKIES_OFF] = "off", [SYN_COOKIES_AUTO] = "auto", [SYN_COOKIES_ALWAYS] = "always", NULL};
static const char *const offload_names[] = {
    [OFFLOAD_ALL] = "all", [OFFLOAD_NONE] = "none", [OFFLOAD_PORTS] = "ports", NULL};
static const char *const port_policy_names[] = {
    "hash", "nic0", "alternate", "random", "flip", "round_robin", "table", "captured", NULL};
static_assert(sizeof port_policy_names / sizeof *port_policy_names == PORT_POLICY_CAPTURED + 2,
              "names");
static const char *const lacp_names[] = {
    [LACP_OFF] = "off", [LACP_SLOW] = "slow", [LACP_FAST] = "fast", NULL};
static const char *const forwarding_names[] = {
    [false] = "store_and_forward", [true] = "cut_through", NULL};
#define HASH_NAME(policy, name) [policy] = name,
static const char *const hash_names[] = {FLOW_HASH_POLICIES(HASH_NAME) NULL};
static const char *const array_names[] = {[false] = "data", [true] = "tag", NULL};
static const char *const link_names[] = {
    [SIM_LINK_NIC0] = "nic0", [SIM_LINK_NIC1] = "nic1", [SIM_LINK_UPLINK] = "uplink", NULL};
static const char *const way_names[] = {
    [SIM_BOTH_WAYS] = "both", [SIM_TO_SERVER] = "to_server", [SIM_TO_PEERS] = "to_peers", NULL};
static const char *const notify_names[] = {
    [HOST_NOTIFY_INTERRUPT] = "interrupt", [HOST_NOTIFY_POLL] = "poll", NULL};
static const char *const ack_names[] = {
    [ACK_POLICY_POSTED] = "posted", [ACK_POLICY_FLUSHED] = "flushed", NULL};
static const char *const p2p_names[] = {[false] = "refused", [true] = "allowed", NULL};
static const char *const model_names[] = {[false] = "rtl", [true] = "golden", NULL};
static const char *const traffic_names[] = {[TRAFFIC_REPLAY] = "replay",
                                            [TRAFFIC_GENERATOR] = "generator",
                                            [TRAFFIC_EXTERNAL] = "external",
                                            NULL};
static const char *const replay_mode_names[] = {
    [REPLAY_EXACT] = "exact", [REPLAY_ENDPOINT] = "endpoint", NULL};
static const char *const direction_names[] = {[GEN_DOWNLOAD] = "download",
                                              [GEN_UPLOAD] = "upload",
                                              [GEN_BOTH] = "both",
                                              [GEN_IDLE] = "idle",
                                              NULL};
static const char *const waves_names[] = {
    [WAVES_NONE] = "none", [WAVES_MOVES] = "moves", [WAVES_ALL] = "all", NULL};
static const char *const congestion_names[] = {
    [CC_NEWRENO] = "newreno", [CC_CUBIC] = "cubic", NULL};

/* The same TCP knobs for the team (NICs and host stack) and for generated clients. */
#define TCP_KEYS(path, f)                                                                          \
    TIME_US(path ".rto_min", f.rto_min_us, 1, U32_LIMIT, "smallest retransmission timeout"),       \
        TIME_US(path ".rto_initial", f.rto_initial_us, 1, U32_LIMIT,                               \
                "timeout before the first sample"),                                                \
        TIME_US(path ".rto_max", f.rto_max_us, 1, U32_LIMIT, "largest retransmission timeout"),    \
        TIME_US(path ".delayed_ack", f.delack_us, 0, 499999,                                       \
                "delay of an acknowledgement; RFC 9293 MUST-40: below 500ms"),                     \
        TIME_US(path ".time_wait", f.time_wait_us, 0, U32_LIMIT, "2 MSL"),                         \
        TIME_US(path ".fin_wait_2", f.fin_wait_2_us, 0, U32_LIMIT,                                 \
                "longest FIN-WAIT-2; 0s: for ever"),                                               \
        TIME_MS(path ".keepalive_idle", f.keepalive_idle_ms, 1, U32_LIMIT,                         \
                "silence before a probe"),                                                         \
        TIME_MS(path ".keepalive_interval", f.keepalive_interval_ms, 1, U32_LIMIT,                 \
                "between probes"),                                                                 \
        COUNT(path ".keepalive_probes", f.keepalive_probes, 1, U8_LIMIT,                           \
              "unanswered probes until the end"),                                                  \
        COUNT(path ".rexmt_max", f.rexmt_max, 1, U8_LIMIT, "retransmissions until the end (R2)"),  \
        COUNT(path ".rexmt_notice", f.rexmt_notice, 0, U8_LIMIT,                                   \
              "retransmissions until the application is told (R1); 0: never"),                     \
        COUNT(path ".syn_rexmt_max", f.syn_rexmt_max, 1, U8_LIMIT,                                 \
              "the same for SYN and SYN-ACK"),                                                     \
        COUNT(path ".dupack_threshold", f.dupack_threshold, 1, U8_LIMIT,                           \
              "duplicate acknowledgements that start fast retransmit"),                            \
        TIME_US(path ".challenge_period", f.challenge_period_us, 1, U32_LIMIT,                     \
                "period of the challenge acknowledgement limit (RFC 5961)"),                       \
        COUNT(path ".challenge_max", f.challenge_max, 0, U8_LIMIT,                                 \
              "challenge acknowledgements per period"),                                            \
        ENUM(path ".congestion", f.congestion, congestion_names, "congestion control"),            \
        BOOL(path ".ecn", f.ecn, "offer explicit congestion notification (RFC 3168)")

const struct scenario_key scenario_rows[] = {

    TEXT("name", SCENARIO_NAME, name, "name of the run and of its results folder"),
    COUNT("seed", seed, 0, (uint64_t)INT64_MAX, "of every random stream"),
    ROW("duration", SCENARIO_TIME, UNLIMITED, 1, TIME_LIMIT, FIELD(duration_ps), 1, NULL,
        "simulated time at most; unlimited: until the traffic is done"),

    ENUM("team.mode", team.mode, NULL, "which NICs of the team carry frames"),
    TEXT("team.mac", SCENARIO_MAC, team.mac, "the team's one MAC address"),
    TEXT("team.ipv4", SCENARIO_IPV4, team.ipv4, "its IPv4 address"),
    TEXT("team.ipv6", SCENARIO_IPV6, team.ipv6, "its IPv6 address"),
    SIZE("team.mtu", team.mtu_bytes, NONE, 1280, FRAME_MTU_MAX, "MTU of team, links and replay"),
    COUNT("team.connections_max", team.conn_max, 1, 65536, "connection ids, and contexts per NIC"),
    SIZE("team.ring", team.ring_bytes, POW2, 4 * KIB, 16 * MIB,
         "receive ring and transmit ring of a connection, each"),
    TIME("team.idle", team.idle_ps, 0, TIME_LIMIT,
         "silence until a connection is inactivated; 0s: never"),
    TIME("team.scan_period", team.scan_period_ps, 0, TIME_LIMIT,
         "of the idle scan; 0s: an eighth of idle"),
    TIME("team.move_deadline", team.move_deadline_ps, 1, TIME_LIMIT,
         "a move not done by then is late (moves.late)"),
    COUNT("team.hold_frames", team.hold_frames_per_conn, 1, 256,
          "frames held per connection that moves or waits to move"),
    SIZE("team.hold_total", team.hold_bytes_total, NONE, 1, 4 * GIB,
         "bytes held over all connections, in one frame per KiB at most"),
    COUNT("team.moves_outstanding_max", team.moves_outstanding_max, 1, 65536,
          "moves under way at once"),
    BOOL("team.moving", team.moving_enabled, "false: team.move.mechanism is forward"),
    ENUM("team.move.mechanism", team.mechanism, NULL,
         "how a connection goes from one NIC to the other"),
    TEXT("team.move.policy", SCENARIO_LIST, team.policies,
         "what decides that it goes; asked in this order until one has an answer"),
    ENUM("team.offload.policy", team.offload, offload_names,
         "which connections NICs take; the others run in the host's own TCP"),
    TEXT("team.offload.ports", SCENARIO_PORTS, team.offload_ports,
         "policy ports: the local ports that are offloaded, such as 80 8000-8099"),
    COUNT("team.offload.connections_max", team.offload_max, 0, 65536,
          "connections that NICs have at once; the next ones run in the host's own TCP"),
    COUNT("team.offload.fragments_max", team.offload_fragments_max, 0, U32_LIMIT,
          "so many segments in IP fragments take a connection to the host; 0: never"),
    COUNT("team.offload.out_of_order_max", team.offload_out_of_order_max, 0, U32_LIMIT,
          "so many segments dropped as tcp_ooo_full take it to the host; 0: never"),
    COUNT("team.fragments.datagrams_max", team.fragment_datagrams, 0, 1024,
          "put together by the host at a time; 0: fragments are dropped"),
    TIME("team.fragments.timeout", team.fragment_timeout_ps, 1, TIME_LIMIT,
         "from the first fragment until a datagram is given up"),
    COUNT("team.challenge_rate", team.challenge_rate, 0, U32_LIMIT,
          "challenge acknowledgements of the server per second (RFC 5961 10); 0: no limit"),
    ENUM("team.syn_cookies", team.syn_cookies, cookie_names,
         "SYNs answered without state (RFC 4987): when the backlog is full, or always"),
    COUNT("team.syn_backlog", team.syn_backlog, 1, 65536,
          "connections a peer has begun to open, not established yet, at most"),
    LOG2("team.rings.command", team.ring_log2_cmd, 4, 65536, "entries of each NIC's command ring"),
    LOG2("team.rings.record", team.ring_log2_record, 4, 1048576,
         "entries of each NIC's receive record ring"),
    LOG2("team.rings.event", team.ring_log2_event, 4, 1048576, "entries of each NIC's event ring"),
    LOG2("team.rings.buffer", team.ring_log2_buffer, 4, 1048576,
         "entries of each NIC's buffer ring"),
    TIME("team.heartbeat", team.heartbeat_ps, 0, TIME_LIMIT, "of the host to the NICs; 0s: none"),
    TCP_KEYS("team.tcp", team.tcp),
    ENUM("team.host.notify", host.notify, notify_names,
         "how the host learns of records and events"),
    TIME("team.host.interrupt", host.interrupt_ps, 0, TIME_LIMIT,
         "MSI-X at the root port until the handler runs"),
    TIME("team.host.poll_period", host.poll_period_ps, 1, TIME_LIMIT, "of the poll loop"),
    TIME("team.host.llc_hit", host.llc_hit_ps, 0, PS_PER_S, "memory access that hits the LLC"),
    TIME("team.host.dram", host.dram_ps, 0, PS_PER_S,
         "memory access that goes to DRAM; not below llc_hit"),
    TIME("team.host.socket_hop", host.socket_hop_ps, 0, PS_PER_S,
         "way to the memory of another socket and back"),
    BOOL("team.host.remote.nic0", host.remote[0], "NIC 0 is on another socket than memory"),
    BOOL("team.host.remote.nic1", host.remote[1], "NIC 1 is on another socket than memory"),
    BOOL("team.host.iommu.enabled", host.iommu.enabled,
         "each root port translates what its NIC reads and writes"),
    COUNT("team.host.iommu.entries", host.iommu.entries, 1, HOST_IOMMU_ENTRIES_MAX,
          "pages in each IOTLB"),
    SIZE("team.host.iommu.page", host.iommu.page_bytes, PAGE, 4 * KIB, GIB,
         "page size: 4KiB, 2MiB or 1GiB"),
    COUNT("team.host.iommu.walk_reads", host.iommu.walk_reads, 3, 5,
          "table entries read from DRAM for a 4KiB page; 1 less for 2MiB, 2 less for 1GiB"),
    COUNT("team.host.iommu.walks", host.iommu.walks, 1, HOST_IOMMU_WALKS_MAX, "page walks at once"),
    SIZE("team.host.llc", host.llc_bytes, NONE, 0, 64 * GIB, "capacity of the last-level cache"),
#define X(id, key, ps, unit, source)                                                               \
    TIME("team.host.cost." key, host.cost_ps[CPU_COST_##id], 0, TIME_LIMIT, "CPU time per " unit),
    CPU_COSTS(X)
#undef X

        RATE("nics.link.rate", mac.rate_bps, ETHERNET, 10 * GBPS, 100 * GBPS, "of both links"),
    TIME("nics.link.latency_tx", mac.latency_tx_ps, 0, PS_PER_S, "MAC and PCS, toward the wire"),
    TIME("nics.link.latency_rx", mac.latency_rx_ps, 0, PS_PER_S, "MAC and PCS, from the wire"),
    TIME("nics.link.cable", mac.cable_ps, 0, PS_PER_S, "propagation"),
    COUNT("nics.link.tx_queue", mac.tx_queue_frames, 1, 1048576,
          "frames in a NIC's transmit queue"),
    BOOL("nics.link.pause_obeyed", mac.pause_obeyed, "a port stops sending when it is told to"),
    COUNT("nics.link.pause_threshold", mac.pause_threshold, 0, 1048576,
          "frames waiting for the engine above which a NIC sends pause; 0: never"),
    COUNT("nics.link.pause_quanta", mac.pause_quanta, 1, U16_LIMIT,
          "asked for each time, of 512 bit times, by NICs and switch"),
    TIME("nics.link.pause_poll", mac.pause_poll_ps, 1, PS_PER_S,
         "how often the queue is looked at while pause is asked for"),
    COUNT("nics.pcie.gen", pcie.gen, 1, 5, "generation"),
    POW2("nics.pcie.lanes", pcie.lanes, 1, 16, "lanes"),
    SIZE("nics.pcie.mps", pcie.mps_bytes, POW2, 128, 4096, "maximum payload size"),
    SIZE("nics.pcie.mrrs", pcie.mrrs_bytes, POW2, 128, 4096, "maximum read request size"),
    SIZE("nics.pcie.rcb", pcie.rcb_bytes, POW2, 64, 128, "read completion boundary"),
    COUNT("nics.pcie.tags", pcie.tags, 1, 256, "reads outstanding"),
    TIME("nics.pcie.propagation", pcie.propagation_ps, 0, PS_PER_S, "PHY and wire, each way"),
    TIME("nics.pcie.root_read", pcie.root_read_ps, 0, PS_PER_S,
         "root complex part of a DMA read, without the memory access"),
    TIME("nics.pcie.root_write", pcie.root_write_ps, 0, PS_PER_S,
         "arrival of a write until it is visible"),
    TIME("nics.pcie.device_mmio", pcie.device_mmio_ps, 0, PS_PER_S,
         "the NIC's time to answer an MMIO read"),
    SIZE("nics.pcie.write_queue", pcie.write_queue_bytes, NONE, 4 * KIB, GIB,
         "posted writes waiting in the NIC"),
    BOOL("nics.pcie.dll", pcie.dll, "SKP, Ack, UpdateFC, credits and replay"),
    COUNT("nics.pcie.root_credits.posted_headers", pcie.root_credits.posted_headers, 0, 127,
          "advertised by the root port; 0: infinite"),
    COUNT("nics.pcie.root_credits.posted_data", pcie.root_credits.posted_data, 0, 2047,
          "of 16 bytes; 0: infinite"),
    COUNT("nics.pcie.root_credits.nonposted_headers", pcie.root_credits.nonposted_headers, 0, 127,
          "0: infinite"),
    COUNT("nics.pcie.root_credits.nonposted_data", pcie.root_credits.nonposted_data, 0, 2047,
          "0: infinite"),
    COUNT("nics.pcie.root_credits.completion_headers", pcie.root_credits.completion_headers, 0, 127,
          "0: infinite, as root complexes advertise"),
    COUNT("nics.pcie.root_credits.completion_data", pcie.root_credits.completion_data, 0, 2047,
          "0: infinite"),
    COUNT("nics.pcie.endpoint_credits.posted_headers", pcie.endpoint_credits.posted_headers, 0, 127,
          "advertised by the NIC; 0: infinite"),
    COUNT("nics.pcie.endpoint_credits.posted_data", pcie.endpoint_credits.posted_data, 0, 2047,
          "of 16 bytes; 0: infinite"),
    COUNT("nics.pcie.endpoint_credits.nonposted_headers", pcie.endpoint_credits.nonposted_headers,
          0, 127, "0: infinite"),
    COUNT("nics.pcie.endpoint_credits.nonposted_data", pcie.endpoint_credits.nonposted_data, 0,
          2047, "0: infinite"),
    COUNT("nics.pcie.endpoint_credits.completion_headers", pcie.endpoint_credits.completion_headers,
          0, 127, "0: infinite, as endpoints advertise"),
    COUNT("nics.pcie.endpoint_credits.completion_data", pcie.endpoint_credits.completion_data, 0,
          2047, "0: infinite"),
    SIZE("nics.pcie.replay_buffer", pcie.replay_bytes, NONE, 256, GIB,
         "of each side: TLPs not yet acknowledged"),
    TIME("nics.pcie.completion_timeout", pcie.completion_timeout_ps, 1, TIME_LIMIT,
         "a DMA read without its completions has failed"),
    ENUM("nics.pcie.p2p", pcie.p2p, p2p_names, "requests of one NIC for the other's registers"),
    TIME("nics.pcie.retrain", pcie.retrain_ps, 0, PS_PER_S,
         "recovery after four replays without progress"),
    TIME("nics.engine.cycle", engine.cycle_ps, 1, PS_PER_US, "clock of the TOE engine"),
    COUNT("nics.engine.parse_cycles", engine.parse_cycles, 0, 1000000,
          "frame in the engine until LOOKUP"),
    COUNT("nics.engine.rx_cycles", engine.rx_cycles, 0, 1000000,
          "context locked by a received segment"),
    COUNT("nics.engine.tx_cycles", engine.tx_cycles, 0, 1000000,
          "context locked to decide on a segment"),
    COUNT("nics.engine.timer_cycles", engine.timer_cycles, 0, 1000000, "context locked by a timer"),
    COUNT("nics.engine.build_cycles", engine.build_cycles, 0, 1000000,
          "payload here until the MAC has the frame"),
    COUNT("nics.engine.rx_queue", engine.rx_queue_frames, 1, 1048576,
          "frames waiting for the receive pipeline"),
    COUNT("nics.engine.tx_queue", engine.tx_queue_frames, 1, 1048576,
          "frames decided on, not yet at the MAC"),
    TIME("nics.engine.tx_ahead", engine.tx_ahead_ps, 1, PS_PER_S,
         "no new segment while the line is busy for so long"),
    COUNT("nics.engine.tx_burst", engine.tx_burst, 1, 1024, "segments decided per lock"),
    COUNT("nics.engine.cmd_prefetch", engine.cmd_prefetch, 1, 64, "commands fetched per DMA read"),
    COUNT("nics.engine.buffer_prefetch", engine.buffer_prefetch, 1, 64,
          "buffer descriptors per DMA read"),
    ENUM("nics.engine.ack_policy", engine.ack_policy, ack_names,
         "what an acknowledgement promises"),
    TIME("nics.cache.dram", ctx_dram_ps, 0, PS_PER_MS,
         "context DRAM: request until the first beat"),
    TIME("nics.cache.dram_beat", ctx_dram_beat_ps, 0, PS_PER_MS, "each further beat of 64 bytes"),
    BOOL("nics.cache.skip_idle", ctx_skip_idle, "clock the caches only while they have work"),
    ENUM("nics.cache.model", ctx_golden, model_names,
         "rtl, or the C model for debugging (no waves)"),

    ENUM("switch.hash", lan_switch.hash, hash_names, "the group's hash"),
    ENUM("switch.policy", lan_switch.policy, port_policy_names,
         "which port a frame to the team takes"),
    COUNT("switch.flip_frames", lan_switch.flip_frames, 1, U32_LIMIT,
          "policy flip: frames until the port changes"),
    TEXT("switch.table", SCENARIO_TABLE, lan_switch.table,
         "policy table: NIC of each connection in order of appearance, such as 0110; repeated"),
    ENUM("switch.forwarding", lan_switch.cut_through, forwarding_names,
         "cut_through: after 64 bytes, where the outgoing port is no faster"),
    TIME("switch.forward", lan_switch.forward_ps, 0, PS_PER_S, "decision after a frame's last bit"),
    COUNT("switch.queue", lan_switch.queue_frames, 1, 1048576,
          "frames in each port's transmit queue"),
    COUNT("switch.pause_threshold", lan_switch.pause_threshold, 0, 1048576,
          "outgoing queue above which the switch sends pause; 0: never"),
    ENUM("switch.lacp", lacp, lacp_names,
         "link aggregation control between switch and NICs: a LACPDU each 30 s or each second"),
    TIME("switch.detect", lan_switch.detect_ps, 0, TIME_LIMIT,
         "link down until the group stops using it"),
    COUNT("switch.active", lan_switch.active, 0, 1,
          "active-backup: the NIC that carries frames at first"),
    RATE("switch.uplink", uplink_bps, ETHERNET, 10 * GBPS, 100 * GBPS, "link to the remote side"),
    ROW("switch.rehash[].at", SCENARIO_AT, NONE, 0, TIME_LIMIT, ITEM(at_ps), 1, NULL,
        "when: a time, or a percentage of the traffic"),
    ROW("switch.rehash[].action", SCENARIO_ACTION, NONE, 0, 0, ITEM(kind), 1, NULL,
        "members change places, the new hash, or a connection's new NIC (policy table)"),
    ROW("switch.rehash[].connection", SCENARIO_COUNT, NONE, 0, 1048575, ITEM(value), 1, NULL,
        "assign: which connection, from 0 in order of appearance"),
    ROW("switch.rehash[].nic", SCENARIO_COUNT, NONE, 0, 1, ITEM(nic), 1, NULL,
        "assign: the NIC it uses from now on"),
    ROW("switch.rehash[].every", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(every_ps), 1, NULL,
        "again after this time; 0s: once"),
    ROW("switch.rehash[].count", SCENARIO_COUNT, NONE, 0, U32_LIMIT, ITEM(count), 1, NULL,
        "with every: times in all; 0: to the end"),

    ENUM("traffic.kind", traffic, traffic_names,
         "a capture, generated clients, or the caller (toesim live, libtoesim)"),
    TEXT("traffic.capture", SCENARIO_PATH, capture_path,
         "replay: file, relative to the scenario's folder"),
    ENUM("traffic.mode", replay_mode, replay_mode_names,
         "replay: the remote's segments as captured, or its bytes by a live TCP stack (lwIP)"),
    TIME("traffic.max_gap", capture.max_gap_ps, 1, TIME_LIMIT,
         "replay: longest idle gap of the timeline"),
    TEXT("traffic.interfaces", SCENARIO_LIST, capture.interfaces,
         "replay: the capture's interfaces to read, such as eth0,eth1; empty: all"),
    TEXT("traffic.port_of", SCENARIO_LIST, capture.port_of,
         "policy captured: such as eth0=nic0,eth1=nic1; empty: the first two interfaces"),
    COUNT("traffic.frames_max", capture.frames_max, 0, (uint64_t)INT64_MAX,
          "replay: frames read at most; 0: built-in bound"),
    SIZE("traffic.bytes_max", capture.bytes_max, NONE, 0, TIME_LIMIT,
         "replay: bytes read at most; 0B: built-in bound"),
    BOOL("traffic.decap", capture.decap, "replay: take frames out of tunnels"),
    BOOL("traffic.allow_empty", allow_empty,
         "replay: a capture without any conversation to judge is no error"),
    TIME("traffic.start", replay.start_ps, 0, TIME_LIMIT, "first frame, after the driver is up"),
    TIME("traffic.stall", replay.stall_ps, 1, TIME_LIMIT,
         "nothing moved for so long, and no timer would send again: stalled"),
    TIME("traffic.liveness", replay.liveness_ps, 1, TIME_LIMIT,
         "replay, exact: pure acknowledgement after this silence"),
    TIME("traffic.rto_min", replay.rto_min_ps, 1, TIME_LIMIT,
         "replay, exact: smallest timeout of the remote side"),
    ENUM("traffic.direction", gen.direction, direction_names, "generator: who sends"),
    COUNT("traffic.connections", gen.connections, 1, 65536, "generator: how many"),
    SIZE("traffic.bytes", gen.bytes_total, NONE, 0, TIME_LIMIT,
         "generator: in all, each direction that carries data"),
    TIME("traffic.open_interval", gen.open_interval_ps, 0, TIME_LIMIT, "generator: SYN to SYN"),
    TIME("traffic.hold", gen.hold_ps, 0, TIME_LIMIT,
         "generator, idle: how long connections stay open"),
    ROW("traffic.ip_version", SCENARIO_COUNT, IP_VERSION, 4, 6, FIELD(gen.ip_version), 1, NULL,
        "generator: 4 or 6"),
    TEXT("traffic.vlan", SCENARIO_VLAN, gen.vlan, "generator: none, or a VLAN id from 1 to 4094"),
    COUNT("traffic.port", gen.port, 1, U16_LIMIT, "generator: the server's port"),
    SIZE("traffic.ring", gen.ring_bytes, POW2, 4 * KIB, 16 * MIB,
         "generator: receive window of each client"),
    TCP_KEYS("traffic.tcp", gen.tcp),

    SIZE("traffic.fragment_over", fragment_over, NONE, 0, 9216,
         "packets of the peers longer than this leave in IP fragments; 0B: none do"),
    COUNT("traffic.flood.count", flood.count, 0, U32_LIMIT,
          "SYNs from addresses that nobody has, beside the other traffic; 0: none"),
    TIME("traffic.flood.start", flood.start_ps, 0, TIME_LIMIT, "of the first of them"),
    TIME("traffic.flood.interval", flood.interval_ps, 1, TIME_LIMIT, "between two of them"),
    COUNT("traffic.flood.port", flood.port, 1, U16_LIMIT, "the server's port"),
    ROW("traffic.flood.ip_version", SCENARIO_COUNT, IP_VERSION, 4, 6, FIELD(flood.ip_version), 1,
        NULL, "4 or 6"),

    ROW("faults[].at", SCENARIO_AT, NONE, 0, TIME_LIMIT, ITEM(at_ps), 1, NULL,
        "when: a time, or a percentage of the traffic"),
    ROW("faults[].action", SCENARIO_ACTION, NONE, 0, 0, ITEM(kind), 1, NULL, "what happens"),
    ROW("faults[].nic", SCENARIO_COUNT, NONE, 0, 1, ITEM(nic), 1, NULL,
        "to which NIC (not ctx_error, onload, offload, nor drop to delay)"),
    ROW("faults[].connection", SCENARIO_COUNT, NONE, 0, 65535, ITEM(value), 1, NULL,
        "ctx_error, onload, offload: connection id; onload, offload: all without it"),
    ROW("faults[].array", SCENARIO_ENUM, NONE, 0, 0, ITEM(flip.tag), 1, array_names,
        "ctx_error: which memory of the cache"),
    ROW("faults[].line", SCENARIO_COUNT, NONE, 0, CTX_LINES - 1, ITEM(flip.line), 1, NULL,
        "ctx_error, array data: which 64-byte line of the context"),
    ROW("faults[].bit", SCENARIO_COUNT, NONE, 0, CTX_LINE_STORED_BITS - 1, ITEM(flip.bit), 1, NULL,
        "ctx_error: which bit; of a line the parity bits are 512 to 543, of a tag all beyond it "
        "are "
        "its parity bit"),
    ROW("faults[].link", SCENARIO_ENUM, NONE, 0, 0, ITEM(link), 1, link_names,
        "drop to delay: which link"),
    ROW("faults[].direction", SCENARIO_ENUM, NONE, 0, 0, ITEM(direction), 1, way_names,
        "drop to delay: which way"),
    ROW("faults[].rate", SCENARIO_COUNT, NONE, 0, LINE_FAULT_PPM, ITEM(line.rate_ppm), 1, NULL,
        "drop to delay: frames per million, by chance"),
    ROW("faults[].frames", SCENARIO_FRAMES, NONE, 0, U32_LIMIT, ITEM(line.ranges), 1, NULL,
        "instead of rate: their numbers on this link and way, such as 3 7 10-12"),
    ROW("faults[].behind", SCENARIO_COUNT, NONE, 1, 1000, ITEM(line.behind), 1, NULL,
        "reorder: so many later frames overtake it"),
    ROW("faults[].delay", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.delay_ps), 1, NULL,
        "delay: so late; reorder: waits no longer, 0s: 1ms"),
    ROW("faults[].jitter", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.jitter_ps), 1, NULL,
        "delay: up to so much later still"),
    ROW("faults[].lasting", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(line.lasting_ps), 1, NULL,
        "drop to delay: for this time; 0s: to the end"),
    ROW("faults[].every", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(every_ps), 1, NULL,
        "again after this time; 0s: once"),
    ROW("faults[].count", SCENARIO_COUNT, NONE, 0, U32_LIMIT, ITEM(count), 1, NULL,
        "with every: times in all; 0: to the end"),

    BOOL("measure.cache_time", cache_time, "wall time in the caches' steps, sampled, in perf.json"),
    ENUM("measure.waves", waves, waves_names, "what waves.fst holds"),
    TIME("measure.waves_margin", waves_margin_ps, 0, TIME_LIMIT,
         "moves: dumped after the end of a move"),
    COUNT("measure.waves_moves_max", waves_moves_max, 0, U32_LIMIT,
          "moves: only the first so many; 0: all"),
    BOOL("outputs.tlp_trace", tlp_trace, "pcie0.csv and pcie1.csv: a line per TLP"),
    BOOL("outputs.pcie_config", pcie_config, "lspci.txt: configuration spaces for lspci -F"),
    BOOL("outputs.captures", write_captures, "nic0.pcap, nic1.pcap and team.pcapng"),

    ROW("expect[]", SCENARIO_EXPECT, NONE, 0, 0, FIELD(expects), 1, NULL,
        "key of stats.json, one of == != < <= > >=, value"),
};
const size_t scenario_row_count = sizeof scenario_rows / sizeof scenario_rows[0];

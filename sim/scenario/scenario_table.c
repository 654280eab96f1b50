#include "sim/scenario/scenario_table.h"
#include "sim/scenario/rows/scenario_row.h"

#include "models/tcp/cc/cc.h"

static const char *const program_names[] = {
    [SERVER_PROGRAM_TEAM] = "full", [SERVER_PROGRAM_MINIMAL] = "minimal", NULL};
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
static const char *const notify_names[] = {[HOST_NOTIFY_INTERRUPT] = "interrupt",
                                           [HOST_NOTIFY_POLL] = "poll",
                                           [HOST_NOTIFY_ADAPTIVE] = "adaptive",
                                           NULL};
static const char *const ack_names[] = {[ACK_POLICY_POSTED] = "posted",
                                        [ACK_POLICY_FLUSHED] = "flushed",
                                        [ACK_POLICY_RECORDED] = "recorded",
                                        NULL};
static const char *const command_names[] = {[false] = "fetched", [true] = "pushed", NULL};
static const char *const fence_names[] = {
    [TEAM_FENCE_LINK_DISABLE] = "link-disable", [TEAM_FENCE_HEARTBEAT] = "heartbeat", NULL};
static const char *const image_names[] = {[false] = "full", [true] = "hard", NULL};
static const char *const p2p_names[] = {[false] = "refused", [true] = "allowed", NULL};
static const char *const model_names[] = {[false] = "rtl", [true] = "golden", NULL};
static const char *const traffic_names[] = {[TRAFFIC_REPLAY] = "replay",
                                            [TRAFFIC_GENERATOR] = "generator",
                                            [TRAFFIC_EXTERNAL] = "external",
                                            NULL};
static const char *const replay_mode_names[] = {
    [REPLAY_EXACT] = "exact", [REPLAY_ENDPOINT] = "endpoint", NULL};
static const char *const direction_names[] = {
    [GEN_DOWNLOAD] = "download", [GEN_UPLOAD] = "upload",     [GEN_BOTH] = "both",
    [GEN_IDLE] = "idle",         [GEN_REQUESTS] = "requests", NULL};
static const char *const arrival_names[] = {
    [GEN_ARRIVAL_FIXED] = "fixed", [GEN_ARRIVAL_EXPONENTIAL] = "exponential", NULL};
static const char *const congestion_names[] = {
    [CC_NEWRENO] = "newreno", [CC_CUBIC] = "cubic", NULL};

/* The keys of TCP are the same for the team (NICs and host stack) and for generated clients. */
#define TCP_KEYS(path, f)                                                                          \
    TIME_US(path ".rto_min", f.rto_min_us, 1, U32_LIMIT, "smallest retransmission timeout"),       \
        TIME_US(path ".rto_initial", f.rto_initial_us, 1, U32_LIMIT,                               \
                "timeout before the first sample"),                                                \
        TIME_US(path ".rto_max", f.rto_max_us, 1, U32_LIMIT, "largest retransmission timeout"),    \
        TIME_US(path ".delayed_ack", f.delack_us, 0, 499999,                                       \
                "longest delay of an acknowledgment; below 500ms (RFC 9293 MUST-40)"),             \
        TIME_US(path ".time_wait", f.time_wait_us, 0, U32_LIMIT, "time in TIME-WAIT (2 MSL)"),     \
        TIME_US(path ".fin_wait_2", f.fin_wait_2_us, 0, U32_LIMIT,                                 \
                "longest time in FIN-WAIT-2; 0s: no limit"),                                       \
        TIME_MS(path ".keepalive_idle", f.keepalive_idle_ms, 1, U32_LIMIT,                         \
                "silence before the first keepalive probe"),                                       \
        TIME_MS(path ".keepalive_interval", f.keepalive_interval_ms, 1, U32_LIMIT,                 \
                "time between two keepalive probes"),                                              \
        COUNT(path ".keepalive_probes", f.keepalive_probes, 1, U8_LIMIT,                           \
              "unanswered probes after which the connection ends"),                                \
        COUNT(path ".rexmt_max", f.rexmt_max, 1, U8_LIMIT,                                         \
              "retransmissions after which the connection ends (R2)"),                             \
        COUNT(path ".rexmt_notice", f.rexmt_notice, 0, U8_LIMIT,                                   \
              "retransmissions after which the application is notified (R1); 0: never"),           \
        COUNT(path ".syn_rexmt_max", f.syn_rexmt_max, 1, U8_LIMIT,                                 \
              "retransmissions of a SYN or SYN-ACK after which the connection ends"),              \
        COUNT(path ".dupack_threshold", f.dupack_threshold, 1, U8_LIMIT,                           \
              "duplicate acknowledgments that start fast retransmit"),                             \
        TIME_US(path ".challenge_period", f.challenge_period_us, 1, U32_LIMIT,                     \
                "period of the limit of challenge ACKs (RFC 5961)"),                               \
        COUNT(path ".challenge_max", f.challenge_max, 0, U8_LIMIT, "challenge ACKs per period"),   \
        ENUM(path ".congestion", f.congestion, congestion_names, "congestion control"),            \
        BOOL(path ".ecn", f.ecn, "offer explicit congestion notification (RFC 3168)")

const struct scenario_key scenario_rows[] = {
    TEXT("name", SCENARIO_NAME, name, "name of the run and of its results folder"),
    COUNT("seed", seed, 0, (uint64_t)INT64_MAX, "seed of all random numbers"),
    ROW("duration", SCENARIO_TIME, UNLIMITED, 1, TIME_LIMIT, FIELD(duration_ps), 1, NULL,
        "longest simulated time; unlimited: the run ends when the traffic is done"),

    ENUM("team.driver", team.program, program_names,
         "program that the server runs: full, or minimal, which only opens and moves connections"),
    ENUM("team.mode", team.mode, NULL, "which NICs of the team carry frames"),
    TEXT("team.mac", SCENARIO_MAC, team.mac, "the team's one MAC address"),
    TEXT("team.ipv4", SCENARIO_IPV4, team.ipv4, "the team's IPv4 address"),
    TEXT("team.ipv6", SCENARIO_IPV6, team.ipv6, "the team's IPv6 address"),
    SIZE("team.mtu", team.mtu_bytes, NONE, 1280, FRAME_MTU_MAX,
         "MTU of the team, the links and the replay"),
    COUNT("team.connections_max", team.conn_max, 1, 65536,
          "number of connection ids, and of contexts per NIC"),
    SIZE("team.ring", team.ring_bytes, POW2, 4 * KIB, 16 * MIB,
         "size of each connection's receive ring, and of its transmit ring"),
    TIME("team.idle", team.idle_ps, 0, TIME_LIMIT,
         "idle time after which a connection is inactivated; 0s: never"),
    TIME("team.scan_period", team.scan_period_ps, 0, TIME_LIMIT,
         "period of the idle scan; 0s: an eighth of team.idle"),
    TIME("team.move_deadline", team.move_deadline_ps, 1, TIME_LIMIT,
         "a move that takes longer is late (moves.late)"),
    COUNT("team.hold_frames", team.hold_frames_per_conn, 1, 256,
          "frames held for a connection that moves or waits to move"),
    SIZE("team.hold_total", team.hold_bytes_total, NONE, 1, 4 * GIB,
         "bytes held for all connections together, in at most one frame per KiB"),
    COUNT("team.moves_outstanding_max", team.moves_outstanding_max, 1, 65536,
          "moves that may be under way at the same time"),
    BOOL("team.moving", team.moving_enabled, "false means team.move.mechanism: forward"),
    ENUM("team.move.mechanism", team.mechanism, NULL,
         "mechanism that moves a connection from one NIC to the other"),
    TEXT("team.move.policy", SCENARIO_LIST, team.policies,
         "policies that decide when a connection moves; they are asked in this order until one "
         "decides"),
    ENUM("team.move.image", team.hard_images, image_names,
         "what a move carries: the full context, or its hard subset of three lines"),
    ENUM("team.move.commands", team.pushes_commands, command_names,
         "how commands get to a NIC: it fetches them from their ring, or the core writes each as a "
         "line into the NIC's push window"),
    ENUM("team.offload.policy", team.offload, offload_names,
         "connections that the NICs process; all others run in the host's own TCP"),
    TEXT("team.offload.ports", SCENARIO_PORTS, team.offload_ports,
         "for policy ports: the local ports that are offloaded, such as 80 8000-8099"),
    COUNT(
        "team.offload.connections_max", team.offload_max, 0, 65536,
        "connections that the NICs have at the same time; further ones run in the host's own TCP"),
    COUNT("team.offload.fragments_max", team.offload_fragments_max, 0, U32_LIMIT,
          "number of segments in IP fragments that moves a connection to the host; 0: never"),
    COUNT(
        "team.offload.out_of_order_max", team.offload_out_of_order_max, 0, U32_LIMIT,
        "number of segments dropped as tcp_ooo_full that moves a connection to the host; 0: never"),
    COUNT("team.fragments.datagrams_max", team.fragment_datagrams, 0, 1024,
          "datagrams that the host reassembles at the same time; 0: fragments are dropped"),
    TIME("team.fragments.timeout", team.fragment_timeout_ps, 1, TIME_LIMIT,
         "time from the first fragment until the reassembly is given up"),
    COUNT("team.challenge_rate", team.challenge_rate, 0, U32_LIMIT,
          "challenge ACKs that the server sends per second (RFC 5961 10); 0: no limit"),
    ENUM("team.syn_cookies", team.syn_cookies, cookie_names,
         "when SYNs are answered without state (RFC 4987); auto: when the backlog is full"),
    COUNT("team.syn_backlog", team.syn_backlog, 1, 65536,
          "largest number of embryonic connections"),
    LOG2("team.rings.command", team.ring_log2_cmd, 4, 65536, "entries of each NIC's command ring"),
    LOG2("team.rings.record", team.ring_log2_record, 4, 1048576,
         "entries of each NIC's receive record ring"),
    LOG2("team.rings.event", team.ring_log2_event, 4, 1048576, "entries of each NIC's event ring"),
    LOG2("team.rings.buffer", team.ring_log2_buffer, 4, 1048576,
         "entries of each NIC's buffer ring"),
    TIME("team.heartbeat", team.heartbeat_ps, 0, TIME_LIMIT,
         "period of the host's heartbeats to the NICs; 0s: none"),
    TIME("team.clock_period", team.clock_period_ps, 10 * PS_PER_US, 10 * PS_PER_S,
         "period with which the driver sets the NICs' clocks, if they have clocks of their own"),
    ENUM("team.fence", team.fence, fence_names,
         "how the driver makes sure that a NIC that does not answer has stopped: the root port "
         "disables its link, or heartbeats stay away"),
    TCP_KEYS("team.tcp", team.tcp),
    COUNT("team.host.cores", host.cores, 1, HOST_CORES_MAX,
          "cores that act on records, events and application calls, each on its connections"),
    ENUM("team.host.notify", host.notify, notify_names,
         "how the host is notified of records and events; adaptive: by interrupts, and by polling "
         "while a transfer is under way"),
    TIME("team.host.command_timeout", team.command_timeout_ps, 0, TIME_LIMIT,
         "a NIC that completes no command for this time is lost; 0s: never"),
    TIME("team.host.interrupt", host.interrupt_ps, 0, TIME_LIMIT,
         "time from the MSI-X at the root port until the handler runs"),
    TIME("team.host.poll_period", host.poll_period_ps, 1, TIME_LIMIT, "period of the poll loop"),
    TIME("team.host.llc_hit", host.llc_hit_ps, 0, PS_PER_S,
         "time of a memory access that hits the LLC"),
    TIME("team.host.dram", host.dram_ps, 0, PS_PER_S,
         "time of a memory access that goes to DRAM; at least llc_hit"),
    TIME("team.host.socket_hop", host.socket_hop_ps, 0, PS_PER_S,
         "additional round trip to the memory of another socket"),
    BOOL("team.host.remote.nic0", host.remote[0], "NIC 0 is on another socket than the memory"),
    BOOL("team.host.remote.nic1", host.remote[1], "NIC 1 is on another socket than the memory"),
    BOOL("team.host.iommu.enabled", host.iommu.enabled,
         "each root port translates the addresses that its NIC reads and writes"),
    COUNT("team.host.iommu.entries", host.iommu.entries, 1, HOST_IOMMU_ENTRIES_MAX,
          "entries of each IOTLB"),
    SIZE("team.host.iommu.page", host.iommu.page_bytes, PAGE, 4 * KIB, GIB,
         "page size: 4KiB, 2MiB or 1GiB"),
    COUNT("team.host.iommu.walk_reads", host.iommu.walk_reads, 3, 5,
          "table entries that a page walk reads from DRAM for a 4KiB page; one less for 2MiB, two "
          "less for 1GiB"),
    COUNT("team.host.iommu.walks", host.iommu.walks, 1, HOST_IOMMU_WALKS_MAX,
          "page walks at the same time"),
    SIZE("team.host.llc", host.llc_bytes, NONE, 0, 64 * GIB, "capacity of the last-level cache"),
#define X(id, key, ps, unit, source)                                                               \
    TIME("team.host.cost." key, host.cost_ps[CPU_COST_##id], 0, TIME_LIMIT, "CPU time per " unit),
    CPU_COSTS(X)
#undef X

        RATE("nics.link.rate", mac.rate_bps, ETHERNET, 10 * GBPS, 100 * GBPS, "rate of both links"),
    TIME("nics.link.latency_tx", mac.latency_tx_ps, 0, PS_PER_S,
         "latency of MAC and PCS toward the wire"),
    TIME("nics.link.latency_rx", mac.latency_rx_ps, 0, PS_PER_S,
         "latency of MAC and PCS from the wire"),
    TIME("nics.link.cable", mac.cable_ps, 0, PS_PER_S, "propagation delay of the cable"),
    COUNT("nics.link.tx_queue", mac.tx_queue_frames, 1, 1048576,
          "frames in a NIC's transmit queue"),
    BOOL("nics.link.pause_obeyed", mac.pause_obeyed, "ports obey received pause frames"),
    COUNT("nics.link.pause_threshold", mac.pause_threshold, 0, 1048576,
          "a NIC sends pause frames when more frames than this wait for its engine; 0: never"),
    COUNT("nics.link.pause_quanta", mac.pause_quanta, 1, U16_LIMIT,
          "pause time that NICs and switch request, in units of 512 bit times"),
    TIME("nics.link.pause_poll", mac.pause_poll_ps, 1, PS_PER_S,
         "period of checking the queue during a pause"),
    COUNT("nics.pcie.gen", pcie.gen, 1, 5, "PCIe generation"),
    POW2("nics.pcie.lanes", pcie.lanes, 1, 16, "number of lanes"),
    SIZE("nics.pcie.mps", pcie.mps_bytes, POW2, 128, 4096, "maximum payload size"),
    SIZE("nics.pcie.mrrs", pcie.mrrs_bytes, POW2, 128, 4096, "maximum read request size"),
    SIZE("nics.pcie.rcb", pcie.rcb_bytes, POW2, 64, 128, "read completion boundary"),
    COUNT("nics.pcie.tags", pcie.tags, 1, 256, "largest number of outstanding reads"),
    TIME("nics.pcie.propagation", pcie.propagation_ps, 0, PS_PER_S,
         "latency of PHY and wire in each direction"),
    TIME("nics.pcie.root_read", pcie.root_read_ps, 0, PS_PER_S,
         "time of a DMA read in the root complex, without the memory access"),
    TIME("nics.pcie.root_write", pcie.root_write_ps, 0, PS_PER_S,
         "time from the arrival of a write until it is visible"),
    TIME("nics.pcie.device_mmio", pcie.device_mmio_ps, 0, PS_PER_S,
         "time in which the NIC answers an MMIO read"),
    SIZE("nics.pcie.write_queue", pcie.write_queue_bytes, NONE, 4 * KIB, GIB,
         "bytes of posted writes that may wait in the NIC"),
    BOOL("nics.pcie.dll", pcie.dll, "models SKP, Ack, UpdateFC, credits and replay"),
    COUNT("nics.pcie.root_credits.posted_headers", pcie.root_credits.posted_headers, 0, 127,
          "advertised by the root port; 0: infinite"),
    COUNT("nics.pcie.root_credits.posted_data", pcie.root_credits.posted_data, 0, 2047,
          "in units of 16 bytes; 0: infinite"),
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
          "in units of 16 bytes; 0: infinite"),
    COUNT("nics.pcie.endpoint_credits.nonposted_headers", pcie.endpoint_credits.nonposted_headers,
          0, 127, "0: infinite"),
    COUNT("nics.pcie.endpoint_credits.nonposted_data", pcie.endpoint_credits.nonposted_data, 0,
          2047, "0: infinite"),
    COUNT("nics.pcie.endpoint_credits.completion_headers", pcie.endpoint_credits.completion_headers,
          0, 127, "0: infinite, as endpoints advertise"),
    COUNT("nics.pcie.endpoint_credits.completion_data", pcie.endpoint_credits.completion_data, 0,
          2047, "0: infinite"),
    SIZE("nics.pcie.replay_buffer", pcie.replay_bytes, NONE, 256, GIB,
         "bytes of TLPs that each side keeps until they are acknowledged"),
    TIME("nics.pcie.completion_timeout", pcie.completion_timeout_ps, 1, TIME_LIMIT,
         "time after which a DMA read without its completions has failed"),
    BOTH("nics.pcie.p2p", ENUM, pcie.p2p, 0, 0, p2p_names,
         "requests of one NIC to the registers of the other NIC"),
    TIME("nics.pcie.retrain", pcie.retrain_ps, 0, PS_PER_S,
         "time of a link recovery, which follows four replays without progress"),
    BOTH("nics.contract", COUNT, engine.contract, 1, NIC_INTERFACE_VERSION, NULL,
         "version of the interface between NICs and driver (docs/hwif.md)"),
    OFFSET("nics.clock_offset", engine.clock_offset_ps, CLOCK_OFFSET_LIMIT,
           "what the NIC's clock is ahead of the host's at the start"),
    DRIFT("nics.clock_drift", engine.clock_drift_ppm, 1000,
          "how much faster than the host's clock the NIC's runs"),
    TIME("nics.engine.cycle", engine.cycle_ps, 1, PS_PER_US, "clock period of the TOE engine"),
    COUNT("nics.engine.parse_cycles", engine.parse_cycles, 0, 1000000,
          "cycles from a frame's arrival in the engine until LOOKUP"),
    COUNT("nics.engine.rx_cycles", engine.rx_cycles, 0, 1000000,
          "cycles for which a received segment locks the context"),
    COUNT("nics.engine.tx_cycles", engine.tx_cycles, 0, 1000000,
          "cycles for which the transmit side locks the context to decide on a segment"),
    COUNT("nics.engine.timer_cycles", engine.timer_cycles, 0, 1000000,
          "cycles for which a timer locks the context"),
    COUNT("nics.engine.build_cycles", engine.build_cycles, 0, 1000000,
          "cycles from the payload's arrival until the MAC has the frame"),
    COUNT("nics.engine.rx_queue", engine.rx_queue_frames, 1, 1048576,
          "frames that may wait for the receive pipeline"),
    COUNT("nics.engine.tx_queue", engine.tx_queue_frames, 1, 1048576,
          "frames that may be under construction for the MAC"),
    TIME("nics.engine.tx_ahead", engine.tx_ahead_ps, 1, PS_PER_S,
         "no new segment is built while the line is busy for this time or longer"),
    TIME("nics.engine.inject_wait", engine.inject_wait_ps, 0, PS_PER_S,
         "time for which frames wait after INSTALL until earlier ones are back from the host"),
    COUNT("nics.engine.tx_burst", engine.tx_burst, 1, 1024,
          "segments that the transmit side decides on per lock"),
    LOG2("nics.engine.push_slots", engine.push_log2, 4, 1 << NIC_PUSH_LOG2_MAX,
         "slots of the window for pushed commands"),
    COUNT("nics.engine.image_slots", engine.image_slots, 0, NIC_IMAGE_SLOTS_MAX,
          "image slots of a NIC; 0: none, so that mechanisms that need them are refused"),
    COUNT("nics.engine.cmd_prefetch", engine.cmd_prefetch, 1, 64,
          "commands that one DMA read fetches"),
    COUNT("nics.engine.buffer_prefetch", engine.buffer_prefetch, 1, 64,
          "buffer descriptors that one DMA read fetches"),
    COUNT("nics.engine.checkpoint", engine.checkpoint_records, 1, 65535,
          "for mechanism checkpoint: records of a connection for each of its checkpoints"),
    BOTH("nics.engine.ack_policy", ENUM, engine.ack_policy, 0, 0, ack_names,
         "when received bytes may be acknowledged"),
    POW2("nics.cache.sets", cache_shape.sets, 2, CACHE_SETS_MAX,
         "sets of the context cache; another shape than the default one is built once"),
    POW2("nics.cache.ways", cache_shape.ways, 1, CACHE_WAYS_MAX, "ways of each set"),
    POW2("nics.cache.lookup_entries", cache_shape.lookup_entries, 16, CACHE_LOOKUP_MAX,
         "entries of the lookup table"),
    POW2("nics.cache.miss_slots", cache_shape.miss_slots, 2, CACHE_MISS_SLOTS_MAX,
         "misses that the cache handles at the same time"),
    TIME("nics.cache.cycle", cache_cycle_ps, 0, PS_PER_US,
         "clock period of the context cache; 0s: that of the engine"),
    TIME("nics.cache.dram", ctx_dram_ps, 0, PS_PER_MS,
         "time from a request to the context DRAM until the first beat"),
    TIME("nics.cache.dram_beat", ctx_dram_beat_ps, 0, PS_PER_MS,
         "time of each further beat of 64 bytes"),
    BOOL("nics.cache.skip_idle", ctx_skip_idle, "clocks the caches only while they have work"),
    BOOL("nics.cache.lock_step", ctx_lock_step,
         "runs the golden model beside the RTL of each cache; a difference violates I-AUDIT"),
    ENUM("nics.cache.model", ctx_golden, model_names,
         "rtl, or golden: the C model for debugging (no waves)"),

    ENUM("switch.hash", lan_switch.hash, hash_names, "hash policy of the link aggregation group"),
    ENUM("switch.policy", lan_switch.policy, port_policy_names,
         "rule by which the switch chooses the port for a frame to the team"),
    COUNT("switch.flip_frames", lan_switch.flip_frames, 1, U32_LIMIT,
          "for policy flip: frames after which the port changes"),
    TEXT("switch.table", SCENARIO_TABLE, lan_switch.table,
         "for policy table: the NIC of each connection in order of appearance, such as 0110; "
         "repeated"),
    ENUM("switch.forwarding", lan_switch.cut_through, forwarding_names,
         "cut_through: forwards after 64 bytes if the outgoing port is not faster"),
    TIME("switch.forward", lan_switch.forward_ps, 0, PS_PER_S,
         "time from a frame's last bit until the forwarding decision"),
    COUNT("switch.queue", lan_switch.queue_frames, 1, 1048576,
          "frames in each port's transmit queue"),
    COUNT("switch.pause_threshold", lan_switch.pause_threshold, 0, 1048576,
          "the switch sends pause frames when an outgoing queue is longer; 0: never"),
    ENUM("switch.lacp", lacp, lacp_names,
         "link aggregation control between switch and NICs: a LACPDU each 30 s or each second"),
    TIME("switch.detect", lan_switch.detect_ps, 0, TIME_LIMIT,
         "time from link down until the group stops using the link"),
    COUNT("switch.active", lan_switch.active, 0, 1,
          "for active-backup: the NIC that carries frames at the beginning"),
    RATE("switch.uplink", uplink_bps, ETHERNET, 10 * GBPS, 100 * GBPS,
         "rate of the link to the remote side"),
    ROW("switch.rehash[].at", SCENARIO_AT, NONE, 0, TIME_LIMIT, ITEM(at_ps), 1, NULL,
        "when the action starts: a time, or a percentage of the traffic"),
    ROW("switch.rehash[].action", SCENARIO_ACTION, NONE, 0, 0, ITEM(kind), 1, NULL,
        "swaps the members, sets another hash, or assigns a connection to a NIC (policy table)"),
    ROW("switch.rehash[].connection", SCENARIO_COUNT, NONE, 0, 1048575, ITEM(value), 1, NULL,
        "for assign: the connection, numbered from 0 in order of appearance"),
    ROW("switch.rehash[].nic", SCENARIO_COUNT, NONE, 0, 1, ITEM(nic), 1, NULL,
        "for assign: the NIC that the connection uses from now on"),
    ROW("switch.rehash[].every", SCENARIO_TIME, NONE, 0, TIME_LIMIT, ITEM(every_ps), 1, NULL,
        "period of repetition; 0s: the action happens once"),
    ROW("switch.rehash[].count", SCENARIO_COUNT, NONE, 0, U32_LIMIT, ITEM(count), 1, NULL,
        "with every: number of times; 0: until the end"),

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
         "a conversation without progress for this time has stalled, unless a timer will send "
         "again"),
    TIME("traffic.liveness", replay.liveness_ps, 1, TIME_LIMIT,
         "replay, exact: pure acknowledgement after this silence"),
    TIME("traffic.rto_min", replay.rto_min_ps, 1, TIME_LIMIT,
         "replay, exact: smallest timeout of the remote side"),
    RATE("traffic.uplink", replay.uplink_bps, ETHERNET, 10 * GBPS, 100 * GBPS,
         "replay: rate of the line that all clients share, in front of switch.uplink"),
    ENUM("traffic.direction", gen.direction, direction_names,
         "generator: the side that sends, nobody after a little, or requests and responses"),
    COUNT("traffic.connections", gen.connections, 1, 65536, "generator: number of connections"),
    SIZE("traffic.bytes", gen.bytes_total, NONE, 0, TIME_LIMIT,
         "generator: bytes in all, in each direction that carries data"),
    TIME("traffic.open_interval", gen.open_interval_ps, 0, TIME_LIMIT,
         "generator: time between two SYNs"),
    TIME("traffic.hold", gen.hold_ps, 0, TIME_LIMIT,
         "generator, idle: how long connections stay open"),
    COUNT("traffic.requests.count", gen.requests.count, 1, 100000,
          "generator, requests: number of requests on each connection"),
    TIME("traffic.requests.interval", gen.requests.interval_ps, PS_PER_NS, 10 * PS_PER_S,
         "time between two requests of a connection, whether the first has its response or not"),
    ENUM("traffic.requests.arrival", gen.requests.arrival, arrival_names,
         "whether these times are all the same, or drawn with this mean"),
    SIZE("traffic.requests.size", gen.requests.bytes, NONE, 1, MIB, "bytes of each request"),
    SIZE("traffic.requests.response", gen.requests.response_bytes, NONE, 1, MIB,
         "bytes of each response"),
    ROW("traffic.ip_version", SCENARIO_COUNT, IP_VERSION, 4, 6, FIELD(gen.ip_version), 1, NULL,
        "generator: 4 or 6"),
    TEXT("traffic.vlan", SCENARIO_VLAN, gen.vlan, "generator: none, or a VLAN id from 1 to 4094"),
    COUNT("traffic.port", gen.port, 1, U16_LIMIT, "generator: the server's port"),
    SIZE("traffic.ring", gen.ring_bytes, POW2, 4 * KIB, 16 * MIB,
         "generator: receive window of each client"),
    TCP_KEYS("traffic.tcp", gen.tcp),

    SIZE("traffic.fragment_over", fragment_over, NONE, 0, 9216,
         "longer packets of the peers are sent in IP fragments; 0B: none"),
    COUNT("traffic.flood.count", flood.count, 0, U32_LIMIT,
          "number of additional SYNs from addresses that nobody has; 0: none"),
    TIME("traffic.flood.start", flood.start_ps, 0, TIME_LIMIT, "time of the first of these SYNs"),
    TIME("traffic.flood.interval", flood.interval_ps, 1, TIME_LIMIT,
         "time between two of these SYNs"),
    COUNT("traffic.flood.port", flood.port, 1, U16_LIMIT, "the server's port"),
    ROW("traffic.flood.ip_version", SCENARIO_COUNT, IP_VERSION, 4, 6, FIELD(flood.ip_version), 1,
        NULL, "4 or 6"),
};
const size_t scenario_row_count = sizeof scenario_rows / sizeof scenario_rows[0];

/* The rows of the table of output keys, in the order of stats.json. */
#include "sim/schema/output_keys.h"

#include "host-sw/types/server_stats.h"

#define COUNT(path, unit, meaning)                                                                 \
    {                                                                                              \
        path, OUTPUT_INTEGER, OUTPUT_ALWAYS, unit, meaning                                         \
    }
#define MAYBE(path, unit, meaning)                                                                 \
    {                                                                                              \
        path, OUTPUT_INTEGER, OUTPUT_SOMETIMES, unit, meaning                                      \
    }

/* A statistic of the server's software. */
#define SERVER_COUNT(type, member, section, key, unit, meaning)                                    \
    COUNT(section "." key, unit, meaning),

/* The keys of one port, of a NIC or of the switch. */
#define PORT(path)                                                                                 \
    COUNT(path ".rx_frames", "frames", "received"),                                                \
        COUNT(path ".rx_bytes", "bytes", "received, with FCS"),                                    \
        COUNT(path ".tx_frames", "frames", "sent"),                                                \
        COUNT(path ".tx_bytes", "bytes", "sent, with padding and FCS"),                            \
        COUNT(path ".tx_queue_max", "frames", "most in the transmit queue"),                       \
        COUNT(path ".tx_wait_mean_ns", "ns", "mean wait in the transmit queue"),                   \
        COUNT(path ".tx_wait_max_ns", "ns", "longest wait in the transmit queue"),                 \
        COUNT(path ".tx_pause", "frames", "pause frames sent"),                                    \
        COUNT(path ".rx_pause", "frames", "pause frames received"),                                \
        COUNT(path ".rx_pfc", "frames", "priority pause frames received"),                         \
        COUNT(path ".tx_slow", "frames", "LACPDUs and markers sent"),                              \
        COUNT(path ".rx_slow", "frames", "LACPDUs and markers received"),                          \
        COUNT(path ".lacp_losses", "times", "that this port stopped distributing"),                \
        COUNT(path ".rx_bad_fcs_passed", "frames", "cut through with a wrong check sequence"),     \
        COUNT(path ".rx_bad_fcs", "frames", "with a wrong check sequence"),                        \
        COUNT(path ".rx_runts", "frames", "shorter than 64 bytes"),                                \
        COUNT(path ".rx_oversize", "frames", "longer than the MTU allows"),                        \
        COUNT(path ".rx_jabbers", "frames", "too long and with a wrong check sequence"),           \
        COUNT(path ".rx_wrong_destination", "frames", "unicast to another address"),               \
        COUNT(path ".tx_queue_full", "frames", "lost to a full transmit queue")

const struct output_row output_rows[] = {
    {"schema", OUTPUT_STRING, OUTPUT_ALWAYS, "", "name and number of this format"},
    {"scenario.name", OUTPUT_STRING, OUTPUT_ALWAYS, "", "name of the run"},
    COUNT("seed", "", "seed of every random stream"),
    COUNT("sim_time_ps", "ps", "simulated time at the end of the run"),
    {"complete", OUTPUT_BOOLEAN, OUTPUT_ALWAYS, "",
     "false: stopped from outside, or ended by a violated invariant"},
    COUNT("frames.replayed", "frames", "sent by the peers"),
    COUNT("frames.received", "frames", "received by both NICs"),
    COUNT("frames.transmitted", "frames", "sent by both NICs"),
    COUNT("frames.in_flight", "frames", "received, but the run ended before their verdict"),
    COUNT("streams.total", "conversations", "all: the sum of every outcome"),
    COUNT("streams.complete", "conversations",
          "that could be judged; of a caller: closed in order"),
    COUNT("streams.<outcome>", "conversations", ""),
    MAYBE("streams.damaged_nic0", "conversations",
          "of the damaged ones, damaged under nic0 without faults too"),
    MAYBE("streams.stalled_nic0", "conversations",
          "of the stalled ones, stalled under nic0 without faults too"),
    COUNT("streams.partial.<partial>", "conversations", "not judged: "),
    COUNT("streams.bytes_to_server", "bytes",
          "payload that reached the server; of a generator: that was sent"),
    COUNT("streams.bytes_to_client", "bytes", "payload that reached the clients"),
    COUNT("moves.started", "moves", "begun: completed + failed + cancelled + open"),
    COUNT("moves.completed", "moves",
          "whose connection became active at the new NIC, however late"),
    COUNT(
        "moves.failed", "moves",
        "whose connection stayed at the old NIC, went to the host, or was given up by the driver"),
    COUNT("moves.cancelled", "moves", "whose connection ended at a NIC while it moved"),
    COUNT("moves.open", "moves", "not over when the run ended"),
    SERVER_STATS_MOVES(SERVER_COUNT)
        COUNT("moves.latency_ns.<sample>", "ns", "reload, T0 to T10: "),
    COUNT("moves.blackout_ns.<sample>", "ns", "no NIC serves the connection, T5 to T10: "),
    COUNT("moves.recovery_ns.<sample>", "ns",
          "until a peer uses an answer of the new NIC, T0 to T13: "),
    COUNT("moves.phase_ns.<phase>.<sample>", "ns", ""),
    MAYBE("moves.phase_ns.<own_mark>.<sample>", "ns", "begun_ps until "),
    COUNT("transfers.<transfer>.started", "transfers", "begun "),
    COUNT("transfers.<transfer>.completed", "transfers",
          "that reached their place, however late, "),
    COUNT("transfers.<transfer>.failed", "transfers",
          "whose connection went back, to the host, or was given up by the driver, "),
    COUNT("transfers.<transfer>.cancelled", "transfers", "whose connection ended meanwhile, "),
    COUNT("transfers.<transfer>.open", "transfers", "not over when the run ended, "),
    COUNT("connections.offloaded", "connections", "given to a NIC"),
    COUNT("connections.inactivated", "connections", "put to rest in host memory after team.idle"),
    COUNT("connections.reactivated", "connections", "brought back from there"),
    COUNT("connections.not_inactivated.<idle_reason>", "looks",
          "at silent connections that stayed where they were: "),
    SERVER_STATS_RESTS(SERVER_COUNT)
        COUNT("connections.notifications", "notices", "of premature ends, to the application"),
    SERVER_STATS_ENDS(SERVER_COUNT)
        COUNT("connections.host", "activations", "on the host's own TCP, whatever the reason"),
    SERVER_STATS_OPENINGS(SERVER_COUNT) SERVER_STATS_RECORDS(SERVER_COUNT)
        SERVER_STATS_HOST_OPENED(SERVER_COUNT)
            COUNT("host.tcp.onloaded", "connections", "taken from a NIC to the host"),
    COUNT("host.tcp.reoffloaded", "connections", "given back to a NIC"),
    SERVER_STATS_HOST_KEPT(SERVER_COUNT)
        COUNT("host.tcp.taken.<host_reason>", "activations", "on the host: "),
    COUNT("host.tcp.concurrent_max", "connections", "most on the host at one time"),
    COUNT("host.tcp.segments_received", "segments", "processed by the host"),
    COUNT("host.tcp.segments_sent", "segments", "sent by the host"),
    COUNT("host.tcp.payload_received", "bytes", "of payload, by the host"),
    COUNT("host.tcp.payload_sent", "bytes", "of payload, by the host"),
    COUNT("host.tcp.retransmissions", "segments", "sent again by the host"),
    COUNT("host.tcp.resets_sent", "segments", "resets sent by the host's TCP"),
    COUNT("host.tcp.unsent", "segments", "lost for want of a port or a buffer"),
    COUNT("host.tcp.timers_fired", "timers", "of connections on the host"),
    COUNT("host.fragments.received", "fragments", "IP fragments received"),
    COUNT("host.fragments.whole", "datagrams", "put together"),
    SERVER_STATS_FRAGMENTS(SERVER_COUNT) COUNT("host.fragments.copies", "fragments", "repeated"),
    COUNT("host.fragments.malformed", "fragments", "with contradicting lengths"),
    COUNT("host.fragments.overlaps", "fragments", "that overlap others"),
    COUNT("host.fragments.full", "fragments", "without room"),
    COUNT("host.fragments.timeouts", "datagrams", "given up after the reassembly time"),
    COUNT("host.fragments.evicted", "datagrams", "given up for newer ones"),
    COUNT("host.challenges_refused", "segments", "challenge ACKs beyond the limit of RFC 5961"),
    SERVER_STATS_NICS(SERVER_COUNT) COUNT("host.steps", "steps", "of the driver program"),
    COUNT("host.busy_ns", "ns", "the core worked"),
    COUNT("host.interrupts", "interrupts", "delivered"),
    COUNT("host.polls", "polls", "of ring heads"),
    COUNT("host.mmio_reads", "reads", "of NIC registers"),
    COUNT("host.mmio_writes", "writes", "to NIC registers"),
    COUNT("host.dma_reads_llc", "reads", "by DMA, all in the last-level cache"),
    COUNT("host.dma_reads_dram", "reads", "by DMA, others"),
    COUNT("host.iotlb_hits", "translations", "found in an IOTLB"),
    COUNT("host.iotlb_misses", "translations", "that needed a page walk"),
    {"nics[].name", OUTPUT_STRING, OUTPUT_ALWAYS, "", "nic0 or nic1"},
    PORT("nics[].mac"),
    COUNT("nics[].pcie.tlps_up", "TLPs", "toward the root complex"),
    COUNT("nics[].pcie.tlps_down", "TLPs", "toward the NIC"),
    COUNT("nics[].pcie.bytes_up", "bytes", "on the wire toward the root complex"),
    COUNT("nics[].pcie.bytes_down", "bytes", "on the wire toward the NIC"),
    COUNT("nics[].pcie.writes", "requests", "DMA writes, before splitting"),
    COUNT("nics[].pcie.reads", "requests", "DMA reads, before splitting"),
    COUNT("nics[].pcie.msix", "messages", "MSI-X"),
    COUNT("nics[].pcie.mmio_writes", "requests", "register writes"),
    COUNT("nics[].pcie.mmio_reads", "requests", "register reads"),
    COUNT("nics[].pcie.discarded", "TLPs", "lost to a link that is down"),
    COUNT("nics[].pcie.tags_used_max", "tags", "most in use at one time"),
    COUNT("nics[].pcie.tag_stalls", "requests", "reads that waited for a tag"),
    COUNT("nics[].pcie.skps", "ordered sets", "SKP"),
    COUNT("nics[].pcie.acks", "DLLPs", "Ack"),
    COUNT("nics[].pcie.naks", "DLLPs", "Nak"),
    COUNT("nics[].pcie.updatefcs", "DLLPs", "UpdateFC"),
    COUNT("nics[].pcie.initfcs", "DLLPs", "InitFC"),
    COUNT("nics[].pcie.credit_stalls", "TLPs", "that waited for credits or replay buffer"),
    COUNT("nics[].pcie.bad_tlps", "TLPs", "damaged by a fault"),
    COUNT("nics[].pcie.bad_dllps", "DLLPs", "damaged by a fault"),
    COUNT("nics[].pcie.acks_lost", "DLLPs", "Acks lost to a fault"),
    COUNT("nics[].pcie.replays", "replays", "begun"),
    COUNT("nics[].pcie.replayed_tlps", "TLPs", "sent again"),
    COUNT("nics[].pcie.replay_timeouts", "timeouts", "of the replay timer"),
    COUNT("nics[].pcie.retrains", "times", "the link was retrained"),
    COUNT("nics[].pcie.poisoned", "requests", "DMA reads that came back poisoned"),
    COUNT("nics[].pcie.completion_timeouts", "requests", "DMA reads without completion"),
    COUNT("nics[].pcie.completer_aborts", "requests", "DMA reads that were aborted"),
    COUNT("nics[].pcie.link_downs", "times", "the link went down"),
    COUNT("nics[].pcie.resets", "resets", "function-level"),
    COUNT("nics[].pcie.master_offs", "times", "bus mastering was switched off"),
    COUNT("nics[].pcie.messages", "messages", "of errors, to the root complex"),
    COUNT("nics[].pcie.peer_reads", "requests", "for the other NIC's registers, reads"),
    COUNT("nics[].pcie.peer_writes", "requests", "for the other NIC's registers, writes"),
    COUNT("nics[].pcie.peer_refused", "requests", "of these, refused by access control"),
    COUNT("nics[].pcie.unclaimed", "requests", "that nobody claims"),
    COUNT("nics[].driver.error_interrupts", "interrupts", "for errors, from the root port"),
    COUNT("nics[].driver.<nic_error>", "times", ""),
    COUNT("nics[].engine.rx_frames", "frames", "taken from the MAC"),
    COUNT("nics[].engine.rx_injected", "frames", "given back by the driver after a move"),
    COUNT("nics[].engine.rx_applied", "frames", "processed by TCP"),
    COUNT("nics[].engine.rx_parked", "frames",
          "waited after INSTALL until earlier ones came back from the host"),
    COUNT("nics[].engine.rx_foreign", "frames", "given to the host whole"),
    COUNT("nics[].engine.rx_dropped", "frames", "dropped, by a reason under drops"),
    COUNT("nics[].engine.rx_payload_bytes", "bytes", "of payload received"),
    COUNT("nics[].engine.tx_frames", "frames", "sent"),
    COUNT("nics[].engine.tx_acks", "frames", "of these, pure ACKs"),
    COUNT("nics[].engine.tx_payload_bytes", "bytes", "of payload sent"),
    COUNT("nics[].engine.tx_retransmissions", "frames", "sent again"),
    COUNT("nics[].engine.tx_resets", "frames", "resets sent"),
    COUNT("nics[].engine.tx_host_frames", "frames", "sent for the host"),
    COUNT("nics[].engine.timers_fired", "timers", "of connections"),
    COUNT("nics[].engine.challenges_refused", "segments",
          "challenge ACKs beyond the limit of RFC 5961"),
    COUNT("nics[].engine.commands", "commands", "of the driver carried out"),
    COUNT("nics[].engine.stale_doorbells", "doorbells", "of an older generation"),
    COUNT("nics[].engine.records", "records", "receive records written"),
    COUNT("nics[].engine.events", "events", "written"),
    COUNT("nics[].engine.installs", "contexts", "installed"),
    COUNT("nics[].engine.freezes", "contexts", "frozen"),
    COUNT("nics[].engine.terminated", "connections", "ended prematurely"),
    COUNT("nics[].engine.closed", "connections", "ended in order"),
    COUNT("nics[].engine.active_max", "connections", "most at one time"),
    COUNT("nics[].engine.rx_queue_max", "frames", "most waiting for the receive pipeline"),
    COUNT("nics[].engine.tx_queue_max", "frames", "most waiting for the MAC"),
    COUNT("nics[].ctx_cache.lookups", "requests", "LOOKUP"),
    COUNT("nics[].ctx_cache.hits", "requests", "READ_LOCK answered from the cache"),
    COUNT("nics[].ctx_cache.misses", "requests", "READ_LOCK answered from on-card DRAM"),
    COUNT("nics[].ctx_cache.evictions", "contexts", "evicted"),
    COUNT("nics[].ctx_cache.writebacks", "contexts", "written back to on-card DRAM"),
    COUNT("nics[].ctx_cache.extracts", "contexts", "extracted for a move"),
    COUNT("nics[].ctx_cache.extracts_cold", "contexts",
          "not in the cache when FREEZE asked for them, as a move or inactivation does"),
    COUNT("nics[].ctx_cache.installs", "contexts", "installed"),
    COUNT("nics[].ctx_cache.reserves", "entries", "reserved for a coming context"),
    COUNT("nics[].ctx_cache.releases", "entries", "reservations given back"),
    COUNT("nics[].ctx_cache.removes", "contexts", "removed"),
    COUNT("nics[].ctx_cache.freezes", "contexts", "frozen"),
    COUNT("nics[].ctx_cache.lock_waits", "requests", "that waited for a lock"),
    COUNT("nics[].ctx_cache.flips", "bits", "flipped by soft errors"),
    COUNT("nics[].ctx_cache.flips_missed", "bits", "of soft errors that met no such context"),
    COUNT("nics[].ctx_cache.tag_errors", "ways", "dropped for a tag with bad parity"),
    COUNT("nics[].ctx_cache.bad_reads", "answers", "that ended a connection for bad parity"),
    COUNT("nics[].ctx_cache.bad_victims", "contexts", "evicted with bad parity"),
    COUNT("nics[].ctx_cache.cycles_run", "cycles", "evaluated"),
    COUNT("nics[].ctx_cache.cycles_skipped", "cycles", "without work"),
    COUNT("switch.to_member0", "frames", "sent to NIC 0"),
    COUNT("switch.to_member1", "frames", "sent to NIC 1"),
    COUNT("switch.to_uplink", "frames", "sent to the peers"),
    COUNT("switch.rehashes", "changes", "of the hash or of the members"),
    PORT("switch.ports.<port>"),
    MAYBE("peer.flood_sent", "segments", "SYNs of the flood"),
    MAYBE("peer.flood_answers", "segments", "that answered the flood"),
    MAYBE("peer.synthetic_acks", "segments", "ACKs that the capture does not have"),
    MAYBE("peer.retransmissions", "segments", "sent again by the peers"),
    MAYBE("peer.challenge_resets", "segments", "resets after a challenge ACK"),
    MAYBE("peer.withheld_segments", "segments", "not sent: the captured server ignored them"),
    MAYBE("capture.records", "records",
          "read from the capture: used + joined + the sum of capture.left_out"),
    MAYBE("capture.used", "records", "segments of conversations that are replayed"),
    MAYBE("capture.joined", "records", "fragments of such segments, but for the last of each"),
    MAYBE("capture.left_out.<left_out>", "records", "left out: "),
    MAYBE("capture.tcp_segments", "segments", "accepted"),
    MAYBE("capture.split_segments", "segments", "more, by splitting those above the MTU"),
    MAYBE("capture.ignored_segments", "segments", "that their receivers did not accept"),
    MAYBE("capture.repaired_checksums", "segments",
          "whose checksum the capturing host had left to its NIC"),
    MAYBE("capture.fragments", "records", "IP fragments"),
    MAYBE("capture.reassembled", "segments", "put together from fragments"),
    MAYBE("capture.snap_cut", "segments", "some of whose payload the snap length cut off"),
    MAYBE("capture.backward_stamps", "records", "earlier than the one before"),
    MAYBE("capture.clamped_gaps", "gaps", "shortened to traffic.max_gap"),
    MAYBE("capture.vlan_stacks", "records", "with more than one VLAN tag"),
    MAYBE("capture.damaged_record", "", "number of the record where the file is damaged; 0: sound"),
    COUNT("faults.<line_fault>", "frames", "by the line faults of the scenario: "),
    COUNT("faults.<link>.<way>.<line_fault>", "frames", ""),
    COUNT("drops.<drop>", "frames", ""),
    COUNT("invariants.<invariant>", "violations", "of: "),
    {"expect[].text", OUTPUT_STRING, OUTPUT_LATE, "", "the expectation"},
    {"expect[].built_in", OUTPUT_BOOLEAN, OUTPUT_LATE, "", "true: the scenario did not ask for it"},
    {"expect[].actual", OUTPUT_ANY, OUTPUT_LATE, "", "value of its key; null: no such key"},
    {"expect[].ok", OUTPUT_BOOLEAN, OUTPUT_LATE, "", "true: it held"},
    {"expect[].message", OUTPUT_STRING, OUTPUT_LATE, "", "why it could not be evaluated"},
};

const size_t output_row_count = sizeof output_rows / sizeof output_rows[0];

#include "sim/schema/output_columns.h"

#include "sim/waits/wait_log.h"

#include <string.h>

struct column {
    const char *file, *name, *unit, *meaning;
};

/* A column with a name in angle brackets stands for several. */
static const struct column columns[] = {
    {"moves.csv", "conn", "", "id of the connection"},
    {"moves.csv", "generation", "", "generation that the transfer moves away from"},
    {"moves.csv", "trigger", "", "what caused it: frame, link, call, timer or none"},
    {"moves.csv", "trigger_nic", "", "NIC that received the frame, or whose link changed"},
    {"moves.csv", "trigger_frame", "", "number of the frame in nicN.pcap, from 1"},
    {"moves.csv", "kind", "", "move, inactivate, reactivate, onload, offload or rebuild"},
    {"moves.csv", "mechanism", "", "mechanism that carried it out"},
    {"moves.csv", "policy", "", "policy that decided; empty if none was asked"},
    {"moves.csv", "from", "", "place it leaves: a NIC, host or memory"},
    {"moves.csv", "to", "", "place it goes to"},
    {"moves.csv", "outcome", "", "completed, failed, cancelled, or open at the end of the run"},
    {"moves.csv", "late", "", "1 if it was not over at its deadline"},
    {"moves.csv", "cold", "", "1 if FREEZE found the context in the source's DRAM only"},
    {"moves.csv", "held", "frames", "frames that the driver held"},
    {"moves.csv", "forwarded", "frames", "frames that it gave to a NIC by RX_INJECT"},
    {"moves.csv", "dropped", "frames", "frames of the connection that were lost in its window"},
    {"moves.csv", "held_bytes", "bytes", "of the held frames, without FCS and padding"},
    {"moves.csv", "dup_acks", "segments", "duplicate ACKs of the server in its window"},
    {"moves.csv", "rexmit_peer", "segments", "retransmissions of the peer in its window"},
    {"moves.csv", "rexmit_own", "segments", "retransmissions of the server in its window"},
    {"moves.csv", "rto", "times", "expiries of the server's retransmission timer in its window"},
    {"moves.csv", "cwnd_before", "bytes", "congestion window in the image"},
    {"moves.csv", "cwnd_after", "bytes", "congestion window one round trip after the move"},
    {"moves.csv", "service_gap_ns", "ns", "from the old place's last frame to the new one's first"},
    {"moves.csv", "t<0 to 13>_ps", "ps",
     "the marks T0 to T13 (docs/moves.md); empty: did not happen"},
    {"moves.csv", "begun_ps", "ps", "when it began, behind those that it waited for"},
    {"moves.csv", "m_<name>", "ps", "a mark of the mechanism's own (docs/moves.md)"},
    {"conns.csv", "row", "", "number in the order of admission, from 0"},
    {"conns.csv", "remote", "", "address and port of the peer"},
    {"conns.csv", "local", "", "address and port of the server"},
    {"conns.csv", "vlan", "", "VLAN id; 0: none"},
    {"conns.csv", "state", "", "state in the directory at the end of the run; free: it has ended"},
    {"conns.csv", "owner", "", "place that had it last: a NIC, or host"},
    {"conns.csv", "rx_if", "", "NIC that received its last frame"},
    {"conns.csv", "generation", "", "its last generation"},
    {"conns.csv", "moves", "moves", "completed moves from NIC to NIC"},
    {"conns.csv", "opened_ps", "ps", "when it was admitted"},
    {"conns.csv", "last_rx_ps", "ps", "MAC time of its last frame"},
    {"conns.csv", "closed_ps", "ps", "when it ended; 0: it has not"},
    {"conns.csv", "rx_bytes", "bytes", "that the application has received"},
    {"conns.csv", "tx_bytes", "bytes", "that the application has sent"},
    {"conns.csv", "cause", "", "cause of a premature end; none: there was none"},
    {"conns.csv", "conversation", "", "number of its conversation or client, from 0"},
    {"conns.csv", "outcome", "", "outcome of that conversation (docs/results.md)"},
    {"conns.csv", "why", "", "reason of a partial or damaged one"},
    {"conns.csv", "host_reason", "", "why the host's own TCP had it; none: it did not"},
    {"cache_sets.csv", "nic", "", "NIC of the context cache"},
    {"cache_sets.csv", "set", "", "set of the cache; sets without an access have no row"},
    {"cache_sets.csv", "hits", "requests", "that found their context in the set"},
    {"cache_sets.csv", "misses", "requests", "that did not"},
    {"cache_sets.csv", "evictions", "contexts", "that left the set for another one"},
    {"pcie0.csv, pcie1.csv", "time_ps", "ps", "start of the TLP on the link"},
    {"pcie0.csv, pcie1.csv", "direction", "", "up: to the host; down: from the host"},
    {"pcie0.csv, pcie1.csv", "kind", "", "MWr, MRd, Cpl, CplD, MSI-X, CfgRd, CfgWr or Msg"},
    {"pcie0.csv, pcie1.csv", "tag", "", "tag of a request and of its completions"},
    {"pcie0.csv, pcie1.csv", "address", "", "hexadecimal"},
    {"pcie0.csv, pcie1.csv", "length", "bytes", "of payload, or asked for"},
    {"pcie0.csv, pcie1.csv", "wire_bytes", "bytes", "with headers and framing"},
    {"pcie0.csv, pcie1.csv", "header_credits", "", "left behind this TLP; inf: not limited"},
    {"pcie0.csv, pcie1.csv", "data_credits", "16 bytes", "left behind this TLP; inf: not limited"},
    {"pcie0.csv, pcie1.csv", "note", "", "replay, lost, poisoned, or empty"},
    {"series.csv", "time_ps", "ps", "time of the sample (docs/timeline.md)"},
    {"series.csv", "<key>", "", "each key of stats.json that changed during the run"},
    {"waits.csv", "conn", "", "connection id"},
    {"waits.csv", "generation", "", "generation that the move ended, as in moves.csv"},
    {"waits.csv", "begun_ps", "ps", "when the move began, as in moves.csv"},
    {"waits.csv", "phase", "", "phase of the move that has a length (docs/moves.md)"},
    {"waits.csv", "from_ps", "ps", "begin of the phase"},
    {"waits.csv", "to_ps", "ps", "end of the phase"},
#define X(id, column, text) {"waits.csv", column, "ps", text},
    WAIT_COLUMNS(X)
#undef X
        {"hash.csv", "time_ps", "ps", "end of the period (docs/timeline.md)"},
    {"hash.csv", "<part>", "", "hash of what this part has reported until then, hexadecimal"},
};

bool output_columns_write(FILE *file)
{
    const char *last = "";
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const struct column *c = &columns[i];
        if (strcmp(c->file, last) != 0)
            (void)fprintf(file, "%s### %s\n\n| column | unit | meaning |\n|---|---|---|\n",
                          i ? "\n" : "", c->file);
        (void)fprintf(file, "| `%s` | %s | %s |\n", c->name, c->unit, c->meaning);
        last = c->file;
    }
    return ferror(file) == 0;
}

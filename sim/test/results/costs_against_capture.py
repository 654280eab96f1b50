#!/usr/bin/env python3
"""Counts what each transfer costs in the captures of a run, as tshark reads them, and compares it with moves.csv.

The definitions are those of docs/moves.md. The window of a transfer is from its T0 to that of the connection's next
transfer. Each pass goes through the frames of a connection in the order in which they were at the server's MACs.
The counts of the columns that follow --tshark must also be those of tshark's own analysis (tcp.analysis). It calls a
segment that fills a hole a retransmission, although its bytes were never captured.

usage: costs_against_capture.py RESULTS [--tshark COLUMN...]
"""
import bisect
import csv
import subprocess
import sys

FIELDS = ["frame.time_epoch", "frame.len", "frame.interface_name", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport",
          "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.flags", "tcp.window_size_value", "tcp.options.wscale.shift",
          "tcp.analysis.duplicate_ack", "tcp.analysis.retransmission"]
FIN, SYN, RST, ACK = 1, 2, 4, 16
COLUMNS = ["dup_acks", "rexmit_peer", "rexmit_own"]


def ns_of(epoch):
    seconds, _, fraction = epoch.partition(".")
    return int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0")[:9])


class Bytes:
    """Sequence numbers that were seen, unwrapped, as sorted disjoint ranges."""

    def __init__(self):
        self.first, self.starts, self.ends = None, [], []

    def put(self, seq, length):
        """Adds a range and says whether any of it was there."""
        if self.first is None:
            self.first = seq
        start = (seq - self.first + (1 << 31)) % (1 << 32)
        end = start + length
        low = bisect.bisect_left(self.ends, start)
        high = bisect.bisect_right(self.starts, end)
        seen = any(s < end and start < e for s, e in zip(self.starts[low:high], self.ends[low:high]))
        start = min([start] + self.starts[low:high])
        end = max([end] + self.ends[low:high])
        self.starts[low:high], self.ends[low:high] = [start], [end]
        return seen

    def is_beyond(self, ack):
        """Says whether a byte from ack on was seen."""
        return bool(self.ends) and self.ends[-1] > (ack - self.first + (1 << 31)) % (1 << 32)


class Connection:
    """Both directions of one connection at the server's MACs."""

    def __init__(self):
        self.peer, self.own, self.ack, self.window, self.shift = Bytes(), Bytes(), None, None, 0
        self.events = []    # (ns, column)
        self.received = []  # (ns, interface, bytes)
        self.sent = []      # ns
        self.analysis = []  # (ns, column) by tshark

    def add(self, from_server, row):
        ns, length, interface = ns_of(row[0]), int(row[1]), row[2]
        seq, ack, payload, flags, window = int(row[7]), int(row[8]), int(row[9]), int(row[10], 16), int(row[11])
        numbers = payload + bool(flags & SYN) + bool(flags & FIN)
        (self.sent if from_server else self.received).append((ns, interface, length))
        side = self.own if from_server else self.peer
        if row[14]:
            self.analysis.append((ns, "rexmit_own" if from_server else "rexmit_peer"))
        if row[13] and from_server:
            self.analysis.append((ns, "dup_acks"))
        if numbers and side.put(seq, numbers):
            self.events.append((ns, "rexmit_own" if from_server else "rexmit_peer"))
        if not from_server or not flags & ACK or flags & RST:
            return
        if flags & SYN:
            self.shift = int(row[12] or 0)
        window = window if flags & SYN else window << self.shift
        if not payload and not flags & (SYN | FIN) and (ack, window) == (self.ack, self.window) and self.peer.is_beyond(ack):
            self.events.append((ns, "dup_acks"))
        if self.ack is None or (ack - self.ack) % (1 << 32) < 1 << 31:
            self.ack = ack
        self.window = window


def read_capture(path, servers):
    command = ["tshark", "-n", "-r", path, "-Y", "tcp", "-T", "fields", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    connections = {}
    for row in sorted(rows, key=lambda row: ns_of(row[0])):
        source, destination = row[3] + ":" + row[4], row[5] + ":" + row[6]
        from_server = source in servers
        name = (destination, source) if from_server else (source, destination)
        connections.setdefault(name, Connection()).add(from_server, row)
    return connections


def gap_of(connection, t12_ps):
    sent = [ns for ns, _, _ in connection.sent if ns * 1000 < t12_ps]
    return (t12_ps // 1000 - max(sent)) if sent else None


def check_held(row, connection):
    """The driver holds the first frames of the new NIC from T0 on, beginning with the one that triggers."""
    nic, t0, held = "nic" + row["to"], int(row["t0_ps"]) // 1000, int(row["held"])
    sizes = [size for ns, interface, size in connection.received if interface == nic and ns >= t0]
    return sum(sizes[:held]) == int(row["held_bytes"])


def main():
    results, by_tshark = sys.argv[1], sys.argv[3:]
    with open(results + "/moves.csv", newline="") as file:
        moves = list(csv.DictReader(file))
    with open(results + "/conns.csv", newline="") as file:
        tuples = {row["row"]: (row["remote"], row["local"]) for row in csv.DictReader(file)}
    captured = read_capture(results + "/team.pcapng", {local for _, local in tuples.values()})
    bad, totals = [], dict.fromkeys(COLUMNS, 0)
    for conn in {move["conn"] for move in moves}:
        connection, rows, edge = captured[tuples[conn]], [m for m in moves if m["conn"] == conn], 0
        edges = []
        for row in rows:
            edge = max(edge, int(row["t0_ps"]) // 1000)
            edges.append(edge)
        for row, start, stop in zip(rows, edges, edges[1:] + [1 << 62]):
            what = "connection %s, generation %s" % (conn, row["generation"])
            for column in COLUMNS:
                counts = [sum(start <= ns < stop and c == column for ns, c in events)
                          for events in [connection.events] + [connection.analysis] * (column in by_tshark)]
                totals[column] += int(row[column])
                if any(count != int(row[column]) for count in counts):
                    bad.append("%s: %s is %s, the capture has %s" % (what, column, row[column], counts))
            if row["t12_ps"]:
                gap = gap_of(connection, int(row["t12_ps"]))
                if gap is not None and abs(gap - int(row["service_gap_ns"] or -9)) > 1:
                    bad.append("%s: service_gap_ns is %s, the capture has %d" % (what, row["service_gap_ns"], gap))
            if len(rows) == 1 and row["kind"] == "move" and not check_held(row, connection):
                bad.append("%s: held_bytes is %s" % (what, row["held_bytes"]))
    for text in bad[:20]:
        print(text)
    print("%d transfers: " % len(moves) + ", ".join("%s %d" % (c, totals[c]) for c in COLUMNS))
    sys.exit(1 if bad or not moves else 0)


main()

#!/usr/bin/env python3
"""Compares the moves that a run reports with what tshark reads in its captures.

For each row with a trigger frame: the record exists, is a segment of the moved connection to the server,
and its time is T0 in nanoseconds. No two completed moves share a record. With --storm, where each
client changes its NIC once: the records are exactly those that were each client's first on its new NIC.
Links: moves without a frame have no T1 and T2, and yet T0 and T10.

usage: moves_against_capture.py RESULTS [--storm]
"""
import csv
import subprocess
import sys

FIELDS = ["frame.number", "frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport"]


def fail(text):
    print("fail:", text)
    sys.exit(1)


def ns_of(epoch):
    """A decimal number of seconds, without floating point."""
    seconds, _, fraction = epoch.partition(".")
    return int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0")[:9])


def read_capture(path):
    """(ns, source, destination) by record number."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    records = {}
    for line in lines:
        number, epoch, src, sport, dst, dport = line.split("\t")
        records[int(number)] = (ns_of(epoch), src + ":" + sport, dst + ":" + dport)
    return records


def first_on_new_nic(captures, server):
    """The records that are each client's first on a NIC other than that of its first segment."""
    arrivals = [(record[0], nic, number, record[1])
                for nic in (0, 1) for number, record in captures[nic].items() if record[2] == server]
    home, found = {}, {}
    for _, nic, number, client in sorted(arrivals):
        if home.setdefault(client, nic) != nic:
            found.setdefault(client, (nic, number))
    return set(found.values())


def percentile(values, permille):
    """Nearest rank."""
    rank = -(-len(values) * permille // 1000)
    return sorted(values)[max(rank, 1) - 1]


def check_rows(moves, captures):
    triggers = set()
    for row in moves:
        what = "connection %s, generation %s" % (row["conn"], row["generation"])
        if not row["t0_ps"]:
            fail(what + ": no T0")
        if row["outcome"] == "completed" and not row["t10_ps"]:
            fail(what + ": completed without T10")
        if row["trigger"] != "frame":
            if row["t1_ps"] or row["t2_ps"] or row["trigger_frame"]:
                fail(what + ": T1 or T2 without a frame")
            continue
        key = (int(row["trigger_nic"]), int(row["trigger_frame"]))
        if key in triggers and row["outcome"] == "completed":
            fail(what + ": shares its trigger frame %d of nic%d" % (key[1], key[0]))
        triggers.add(key)
        record = captures[key[0]].get(key[1])
        if not record:
            fail(what + ": nic%d.pcap has no record %d" % key)
        if record[0] != int(row["t0_ps"]) // 1000:
            fail(what + ": T0 is %s ps, the record's time %d ns" % (row["t0_ps"], record[0]))
        if row["trigger_nic"] != row["to"]:
            fail(what + ": a frame of nic%s moved it to nic%s" % (row["trigger_nic"], row["to"]))
    return triggers


def main():
    results, storm = sys.argv[1], "--storm" in sys.argv[2:]
    with open(results + "/moves.csv", newline="") as file:
        moves = [row for row in csv.DictReader(file) if row["kind"] == "move"]
    captures = [read_capture("%s/nic%d.pcap" % (results, nic)) for nic in (0, 1)]
    triggers = check_rows(moves, captures)
    with open(results + "/conns.csv", newline="") as file:
        server = next(csv.DictReader(file))["local"]
    for nic, number in triggers:
        if captures[nic][number][2] != server:
            fail("record %d of nic%d does not go to the server" % (number, nic))
    if storm and triggers != first_on_new_nic(captures, server):
        fail("the trigger frames are not each client's first on its new NIC")
    reload_ns = [(int(row["t10_ps"]) - int(row["t0_ps"])) // 1000
                 for row in moves if row["outcome"] == "completed"]
    print("%d moves, %d trigger frames, reload p50 %d ns" %
          (len(moves), len(triggers), percentile(reload_ns, 500) if reload_ns else 0))


main()

#!/usr/bin/env python3
"""Compares timeline.json.gz with moves.csv by the rules of the Trace Event Format.

Each shown move has one slice whose phases, from detect to install, have the sum T10 - T0. A move that no frame caused has
no phase before the driver's decision (T3). The slices of a track lie within
each other or apart. Each arrow begins in a slice of a received frame, and each of its points lies in a slice.

usage: timeline_against_moves.py RESULTS [--moves NUMBER]
"""
import argparse
import csv
import gzip
import json
import sys
from collections import defaultdict
from decimal import Decimal


def fail(text):
    print(text)
    sys.exit(1)


def picoseconds(number):
    return int(number * 1_000_000)


class Track:
    """Slices of one track, from their begins and ends in the order of the file, which must be that of time."""

    def __init__(self):
        self.slices, self.stack, self.now = [], [], 0

    def at(self, time, where):
        if time < self.now:
            fail(f"{where}: {time} comes behind {self.now}")
        self.now = time

    def end(self, time, where):
        if not self.stack:
            fail(f"{where}: an end without begin at {time}")
        start, name = self.stack.pop()
        if start == time:
            fail(f"{where}: {name} at {time} has no length")
        self.slices.append((start, time, name))


parser = argparse.ArgumentParser()
parser.add_argument("results")
parser.add_argument("--moves", type=int)
parser.add_argument("--busy", action="store_true", help="frames wait in a NIC at some time")
options = parser.parse_args()
with gzip.open(options.results + "/timeline.json.gz", "rt", encoding="ascii") as file:
    document = json.load(file, parse_float=Decimal)
with open(options.results + "/moves.csv", encoding="ascii", newline="") as file:
    moves = [row for row in csv.DictReader(file) if row["kind"] == "move"]
shown = moves if options.moves is None else moves[: options.moves]
if document["otherData"] != {"moves": len(moves), "moves_shown": len(shown)}:
    fail(f"{document['otherData']} for {len(moves)} moves")

processes, opened, arrows, counters = {}, defaultdict(Track), defaultdict(list), defaultdict(list)
for event in document["traceEvents"]:
    kind = event["ph"]
    if kind == "M" and event["name"] == "process_name":
        processes[event["pid"]] = event["args"]["name"]
    elif kind in "BE":
        track, where = opened[event["pid"], event["tid"]], f"{processes[event['pid']]} {event['tid']}"
        track.at(picoseconds(event["ts"]), where)
        if kind == "B":
            track.stack.append((track.now, event["name"]))
        else:
            track.end(track.now, where)
    elif kind in "stf":
        arrows[event["id"]].append((kind, event["pid"], event["tid"], picoseconds(event["ts"])))
    elif kind == "C":
        counters[event["name"]].append((picoseconds(event["ts"]), event["args"]["value"]))
if any(track.stack for track in opened.values()):
    fail("a slice without end")
tracks = {name: track.slices for name, track in opened.items()}

of_move = {}
for (process, _), slices in tracks.items():
    if processes[process] != "moves":
        continue
    tops = [s for s in slices if s[2].startswith("move ")]
    for start, end, name in tops:
        inside = [s for s in slices if not s[2].startswith("move ") and start <= s[0] and s[1] <= end]
        of_move[int(name.split()[1].rstrip(":"))] = (start, name, inside)
if sorted(of_move) != list(range(1, len(shown) + 1)):
    fail(f"moves {sorted(of_move)} are shown")
for number, row in enumerate(shown, 1):
    start, name, phases = of_move[number]
    if not name.endswith(f"nic{row['from']} to nic{row['to']}"):
        fail(f"{name} went from {row['from']} to {row['to']}")
    if row["outcome"] == "completed" and row["t0_ps"]:
        if start != int(row["t0_ps"]):
            fail(f"{name} begins at {start}")
        reload = sum(end - begin for begin, end, phase in phases if phase != "replay")
        first = row["t0_ps"] if row["trigger"] == "frame" else row["t3_ps"]
        if reload != int(row["t10_ps"]) - int(first):
            fail(f"{name}: the phases add up to {reload} ps")
for number, points in arrows.items():
    for kind, process, thread, at in points:
        inside = [s for s in tracks.get((process, thread), []) if s[0] <= at <= s[1]]
        if not inside or (kind == "s" and shown[number - 1]["trigger"] == "frame" and inside[0][2] != "frame"):
            fail(f"arrow {number}: its point {kind} at {at} lies in no slice")
    if [p[0] for p in points] not in (["s", "t", "f"], ["s", "f"], ["f"]):
        fail(f"arrow {number}: {points}")
if shown and (len(arrows) == 0 or counters["moves under way"][-1][1] != 0 and options.moves is None):
    fail("no arrow, or moves that never end")
if "cache misses" in counters:
    with open(options.results + "/stats.json", encoding="utf-8") as file:
        nics = json.load(file)["nics"]
    for nic, stats in enumerate(nics):
        for way, key in ("receive", "rx_queue_max"), ("send", "tx_queue_max"):
            values = [value for _, value in counters[f"nic{nic}, frames to {way}"]]
            if not values or max(values) > stats["engine"][key]:
                fail(f"nic{nic}: frames to {way}: {max(values, default=None)}, at most {stats['engine'][key]}")
    if options.busy and max(v for name in counters if "frames to" in name for _, v in counters[name]) == 0:
        fail("no frame ever waits")
print(f"{len(of_move)} moves, {sum(map(len, tracks.values()))} slices, {len(arrows)} arrows")

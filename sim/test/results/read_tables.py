#!/usr/bin/env python3
"""Reads the tables of a results folder with Python's csv module and compares them with stats.json.

usage: read_tables.py FOLDER
"""

import csv
import glob
import json
import os
import sys

folder = sys.argv[1]
bad = []


def table(name):
    with open(os.path.join(folder, name), newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    if not rows or len(set(rows[0])) != len(rows[0]) or not all(rows[0]):
        bad.append(f"{name}: columns without a name, or two with the same one")
        return []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            bad.append(f"{name}:{number}: {len(row)} fields under {len(rows[0])} names")
            return []
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def same(what, found, wanted):
    if found != wanted:
        bad.append(f"{what}: {found} in the table, {wanted} in stats.json")


tables = {os.path.basename(path): table(os.path.basename(path)) for path in glob.glob(os.path.join(folder, "*.csv"))}
with open(os.path.join(folder, "stats.json"), encoding="utf-8") as file:
    stats = json.load(file)
moves = tables["moves.csv"]
for kind, counts in stats["transfers"].items():
    outcomes = [m["outcome"] for m in moves if m["kind"] == kind]
    same(f"transfers of kind {kind}", len(outcomes), counts["started"])
    for outcome in ("completed", "failed", "cancelled", "open"):
        same(f"{outcome} transfers of kind {kind}", outcomes.count(outcome), counts[outcome])
for count in ("started", "completed", "failed", "cancelled", "open"):
    same(f"moves.{count}", stats["transfers"]["move"][count], stats["moves"][count])
for key, column in (("dropped_frames", "dropped"), ("dup_acks",) * 2, ("rexmit_peer",) * 2, ("rexmit_own",) * 2, ("rto",) * 2):
    same(f"moves.{key}", sum(int(m[column]) for m in moves if m["kind"] == "move"), stats["moves"][key])
for move in moves:
    if move["kind"] not in stats["transfers"] or not move["mechanism"] or not move["t0_ps"] or not move["t3_ps"]:
        bad.append(f"moves.csv: connection {move['conn']}: no kind, mechanism, T0 or T3: {move}")
    if move["outcome"] == "completed" and move["to"] != "memory" and not move["t10_ps"]:
        bad.append(f"moves.csv: connection {move['conn']}: a completed {move['kind']} without T10")
    if move["outcome"] == "completed" and move["from"] != "memory" and not move["t5_ps"]:
        bad.append(f"moves.csv: connection {move['conn']}: a completed {move['kind']} without T5")
    marks = [int(move[f"t{m}_ps"]) for m in (3, 4, 5, 6, 7, 8, 9, 10) if move.get(f"t{m}_ps")]
    if marks != sorted(marks):
        bad.append(f"moves.csv: connection {move['conn']}: marks T3 to T10 are not in order")
intact = sum(c["outcome"] == "intact" for c in tables["conns.csv"])
if stats["streams"].get("intact", 0) < intact:
    bad.append(f"conns.csv: {intact} intact connections, {stats['streams']['intact']} in stats.json")
for name in ("pcie0.csv", "pcie1.csv"):
    times = [int(row["time_ps"]) for row in tables.get(name, [])]
    if times != sorted(times) or (times and times[-1] > stats["sim_time_ps"]):
        bad.append(f"{name}: times do not grow, or go beyond the run's end")
for text in bad:
    print(text)
print(f"{len(tables)} tables, {sum(len(t) for t in tables.values())} rows")
sys.exit(1 if bad else 0)

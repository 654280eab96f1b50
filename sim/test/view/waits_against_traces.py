"""Computes the times of waits.csv anew, from the TLPs in pcie0.csv and pcie1.csv and from the lines of events.log.

usage: waits_against_traces.py RESULTS BYTE_PS (the time of a byte on both links, in ps)
"""
import csv
import os
import re
import sys

folder, byte_ps = sys.argv[1], float(sys.argv[2])


def rows(name):
    with open(os.path.join(folder, name), newline="") as file:
        return list(csv.DictReader(file))


def overlap(spans, start, end):
    """The time that the spans have in common with the phase; spans that overlap count once."""
    total, done = 0, start
    for first, last in spans:
        first, last = max(first, done), min(last, end)
        if first < last:
            total += last - first
            done = last
    return total


links = {}
for nic in (0, 1):
    for tlp in rows(f"pcie{nic}.csv"):
        start = int(tlp["time_ps"])
        links.setdefault((nic, tlp["direction"]), []).append((start, start + float(tlp["wire_bytes"]) * byte_ps))
core, own = [], {}
line = re.compile(r"(\d+)\.(\d{6}) us \S+ +nic(\d)(?: connection (\d+) generation \d+)? (\w+)(.*)")
with open(os.path.join(folder, "events.log")) as file:
    for text in file:
        us, ps, nic, conn, kind, fields = line.match(text).groups()
        if kind not in ("CORE_RAN", "CTX_ANSWERED", "CMD_STARTED"):
            continue
        now, since = int(us) * 10**6 + int(ps), int(re.search(r"since_ps=(\d+)", fields).group(1))
        if kind == "CORE_RAN":
            core.append((since, now))
        else:
            own.setdefault((conn, nic, "cache" if kind == "CTX_ANSWERED" else "queue"), []).append((since, now))
for spans in list(links.values()) + [core]:
    spans.sort()

moves = {(row["conn"], row["begun_ps"]): row for row in rows("moves.csv") if row["kind"] == "move"}
marks = {"detect": (0, 2), "notify": (2, 3), "queue": (3, None), "command": (None, 4), "quiesce": (4, 5), "drain": (5, 6),
         "extract": (6, 7), "decide": (7, 8), "transfer": (8, 9), "install": (9, 10)}
checked = wrong = 0
seen = set()
for row in rows("waits.csv"):
    move = moves[row["conn"], row["begun_ps"]]
    place = [int(move["from"]), int(move["to"])]
    start, end = int(row["from_ps"]), int(row["to_ps"])
    ends = [move["begun_ps" if mark is None else f"t{mark}_ps"] for mark in marks[row["phase"]]]
    seen.add((row["conn"], row["begun_ps"], row["phase"]))
    expected = {"core_ps": overlap(core, start, end)}
    for side, nic in zip(("old", "new"), place):
        for direction in ("up", "down"):
            expected[f"{side}_{direction}_ps"] = overlap(links.get((nic, direction), []), start, end)
        for what in ("cache", "queue"):
            spans = own.get((row["conn"], str(nic), what), [])
            expected[f"{side}_{what}_ps"] = sum(max(0, min(last, end) - max(first, start)) for first, last in spans)
    if [row["from_ps"], row["to_ps"]] != ends:
        print(f"{row}: moves.csv says {ends}")
        wrong += 1
    for name, ps in expected.items():
        checked += 1
        if abs(ps - int(row[name])) > 100:  # each TLP rounds to a picosecond
            print(f"connection {row['conn']}, {row['phase']}, {name}: {row[name]}, expected {ps}")
            wrong += 1
for (conn, begun), move in moves.items():
    for phase, ends in marks.items():
        start, end = (move["begun_ps" if mark is None else f"t{mark}_ps"] for mark in ends)
        if start and end and int(start) < int(end) and (conn, begun, phase) not in seen:
            print(f"connection {conn}: {phase} of the move at {begun} has no row")
            wrong += 1
print(f"{checked} times checked, {wrong} wrong")
sys.exit(wrong > 0 or checked == 0)

#!/usr/bin/env python3
"""Compares the moves that the waves of a run show, as fst2vcd prints them, with moves.csv and the summary.

The signal probe.waves_on_i says when the file holds what happens. Moves that were late or failed are shown from then on.
With --deadline, as many of them behind the first moves as the scenario's limit says have a window from the deadline (when
the driver sees it) until T10, with the mark T10 of the connection in it. With --failed, a window is open soon after T7 of a
failed move behind the first ones.

usage: waves_against_moves.py RESULTS VCD [--limit MOVES] [--deadline PS] [--failed]
"""
import argparse
import csv
import re
import sys

PS_PER_MS = 1_000_000_000
STEP_PS = 1_000_000  # a busy driver notices a deadline this much later


def fail(text):
    print(text)
    sys.exit(1)


def read_vcd(path):
    """The value changes of the signals of scope probe: {name: [(ps, value)]}."""
    names, changes, scopes, now = {}, {}, [], 0
    with open(path, encoding="latin-1") as file:
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "$scope":
                scopes.append(words[2])
            elif words[0] == "$upscope":
                scopes.pop()
            elif words[0] == "$var" and scopes[-1] == "probe":
                names[words[3]] = words[4]
                changes[words[4]] = []
            elif words[0][0] == "#":
                now = int(words[0][1:])
            elif words[0][0] in "01" and words[0][1:] in names:
                changes[names[words[0][1:]]].append((now, int(words[0][0])))
            elif words[0][0] == "b" and len(words) == 2 and words[1] in names:
                changes[names[words[1]]].append((now, int(words[0][1:], 2)))
    return changes


def windows_of(changes):
    """When waves_on_i was 1: [(from, until)]."""
    windows, begin = [], None
    for at_ps, value in changes:
        if value and begin is None:
            begin = at_ps
        elif not value and begin is not None:
            windows.append((begin, at_ps))
            begin = None
    return windows + ([(begin, sys.maxsize)] if begin is not None else [])


def marks_of(signals):
    """(connection, mark) -> times at which one of the four places for moves showed it."""
    marks = {}
    for place in range(4):
        conn, mark = 0, 0
        events = [(at, 0, value) for at, value in signals[f"move{place}_conn_i"]]
        events += [(at, 1, value) for at, value in signals[f"move{place}_mark_i"]]
        for at_ps, kind, value in sorted(events):
            conn, mark = (value, mark) if kind == 0 else (conn, value)
            marks.setdefault((conn, mark), []).append(at_ps)
    return marks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("vcd")
    parser.add_argument("--deadline", type=int)
    parser.add_argument("--limit", type=int, default=16)
    parser.add_argument("--failed", action="store_true")
    args = parser.parse_args()
    signals = read_vcd(args.vcd)
    windows = windows_of(signals["waves_on_i"])
    with open(args.results + "/moves.csv", newline="", encoding="utf-8") as file:
        moves = [row for row in csv.DictReader(file, strict=True) if row["kind"] == "move"]
    with open(args.results + "/summary.txt", encoding="utf-8") as file:
        told = re.search(r"^waves +show (\d+) of (\d+) moves(?:, (\d+) of them in part)?"
                         r"(?:; (\d+) of (\d+) that were late or failed)?$", file.read(), re.M)
    if not told:
        fail("the summary does not say how many moves the waves show")
    shown, total, part, troubled_shown, troubled = (int(text or 0) for text in told.groups())
    bad = [row for row in moves if row["late"] == "1" or row["outcome"] == "failed"]
    if total != len(moves) or troubled != len(bad):
        fail(f"{total} moves, {troubled} late or failed; moves.csv has {len(moves)} and {len(bad)}")
    # The driver notices the end of a move after T10, so it may also count a move whose T10 is shortly before a window.
    spans = [(int(row["begun_ps"]), int(row["t10_ps"])) for row in moves if row["t10_ps"]]
    whole = sum(any(a <= begin and end <= b for a, b in windows) for begin, end in spans)
    some = sum(any(a <= end and begin <= b for a, b in windows) for begin, end in spans)
    if len(spans) == len(moves) and not (shown - part <= whole and some <= shown):
        fail(f"{shown} shown, {part} in part; the file has {whole} whole ones, and {some} in all")
    print(f"{shown} of {total} moves shown, {part} in part, {troubled_shown} of {troubled} in trouble")
    if args.failed:
        seen = [row for row in moves[args.limit:] if row["outcome"] == "failed" and row["t7_ps"] and
                any(a <= int(row["t7_ps"]) + PS_PER_MS and b > int(row["t7_ps"]) for a, b in windows)]
        if not seen:
            fail(f"no window is open in the millisecond after T7 of a failed move behind the first {args.limit}")
        print(f"failed moves behind the first {args.limit} with a window after T7: {len(seen)}")
    if args.deadline is None:
        return
    marks, seen = marks_of(signals), []
    for number, row in enumerate(moves):
        if row["late"] != "1" or not row["t10_ps"] or number < args.limit:
            continue
        late, active = int(row["begun_ps"]) + args.deadline, int(row["t10_ps"])
        if late <= active and any(a <= late + STEP_PS and active <= b for a, b in windows) and \
                any(late <= at <= active for at in marks.get((int(row["conn"]), 10), [])):
            seen.append(number)
    if len(seen) < args.limit or troubled_shown < args.limit:
        fail(f"of the moves behind the first {args.limit}, {len(seen)} late ones can be followed, {troubled_shown} are told")
    print(f"late moves behind the first {args.limit} that can be followed until T10: {len(seen)}")


main()

#!/usr/bin/env python3
"""Checks series.csv of a run: times grow and are multiples of the period, counters change from row to row, and the last row
has the numbers of stats.json.

usage: series_against_stats.py RESULTS PERIOD_PS
"""
import csv
import json
import re
import sys


def fail(text):
    print(text)
    sys.exit(1)


results, period = sys.argv[1], int(sys.argv[2])
with open(results + "/stats.json", encoding="utf-8") as file:
    stats = json.load(file)
with open(results + "/series.csv", encoding="ascii", newline="") as file:
    names, *rows = csv.reader(file)


def value_of(name):
    value = stats
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", name):
        value = value[int(part[1:-1])] if part[0] == "[" else value[part]
    return value


if names[0] != "time_ps" or len(rows) < 3:
    fail(f"{len(rows)} rows of {names[0]}")
times = [int(row[0]) for row in rows]
if times != sorted(set(times)) or any(time % period for time in times[:-1]):
    fail("the times do not grow by multiples of the period")
for before, after in zip(rows, rows[1:]):
    if before[1:] == after[1:]:
        fail(f"nothing changed up to {after[0]}")
for column, name in enumerate(names[1:], 1):
    if int(rows[-1][column]) != value_of(name):
        fail(f"{name} ends at {rows[-1][column]}, and is {value_of(name)} in stats.json")
    if len({row[column] for row in rows}) < 2:
        fail(f"{name} never changes")
for name in ("frames.received", "moves.completed", "streams.bytes_to_client"):
    values = [int(row[names.index(name)]) for row in rows]
    if values != sorted(values):
        fail(f"{name} decreases")
if times[-1] > stats["sim_time_ps"]:
    fail("a row behind the end of the run")
print(f"{len(rows)} rows of {len(names)} columns")

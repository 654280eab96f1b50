#!/usr/bin/env python3
"""Compares what `toesim compare --json` says of two runs with what their files say, calculated here anew.

usage: compare_against_runs.py COMPARE_JSON RESULTS RESULTS
"""
import csv
import json
import math
import sys
from fractions import Fraction


def fail(text):
    print(text)
    sys.exit(1)


def flat(value, name=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flat(inner, f"{name}[{index}]")
    else:
        yield name, value


def samples(folder):
    found = {"reload": [], "blackout": [], "recovery": [], "service gap": []}
    with open(folder + "/moves.csv", encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "move" or row["outcome"] != "completed":
                continue
            for name, start, end in (("reload", "t0_ps", "t10_ps"), ("blackout", "t5_ps", "t10_ps"), ("recovery", "t0_ps", "t13_ps")):
                if row[start] and row[end]:
                    found[name].append((int(row[end]) - int(row[start])) // 1000)
            if row["service_gap_ns"]:
                found["service gap"].append(int(row["service_gap_ns"]))
    return {name: sorted(values) for name, values in found.items()}


def distance(a, b):
    return max(abs(Fraction(sum(v <= x for v in a), len(a)) - Fraction(sum(v <= x for v in b), len(b))) for x in set(a + b))


with open(sys.argv[1], encoding="utf-8") as file:
    said = json.load(file)
runs = sys.argv[2:4]
stats = []
for run in runs:
    with open(run + "/stats.json", encoding="utf-8") as file:
        stats.append({k: v for k, v in flat(json.load(file)) if not k.startswith(("expect[", "scenario.")) and k != "schema"})
differing = {k: [s.get(k) for s in stats] for k in {**stats[0], **stats[1]} if stats[0].get(k) != stats[1].get(k)}
headline = {line["key"]: line["values"] for line in said["headline"]}
named = {line["key"]: line["values"] for line in said["differing"]}
for key, values in differing.items():
    if named.get(key, headline.get(key)) != values:
        fail(f"{key}: {values} in the files, {named.get(key, headline.get(key))} said")
if set(named) - set(differing):
    fail(f"{set(named) - set(differing)} do not differ")
if said["same"] != sum(stats[0][k] == stats[1].get(k) for k in stats[0]):
    fail(f"{said['same']} keys are said to be the same")
mine = [samples(run) for run in runs]
for row in said["durations"]:
    values, base = mine[row["run"] - 1][row["duration"]], mine[0][row["duration"]]
    if row["count"] != len(values):
        fail(f"{row}: {len(values)} samples")
    for name, permille in (("p10", 100), ("p50", 500), ("p90", 900), ("p99", 990)):
        if values and row[name] != values[max(1, math.ceil(len(values) * permille / 1000)) - 1]:
            fail(f"{row}: {name}")
    if values and base:
        d = distance(base, values)
        if abs(row["distance_permille"] - d * 1000) > 0.51:
            fail(f"{row}: the distance is {float(d)}")
        limit = 1.628 * math.sqrt((len(base) + len(values)) / (len(base) * len(values)))
        if abs(float(d) - limit) > 1e-6 and row["significant"] != (d > limit):
            fail(f"{row}: the limit is {limit}")
print(f"{len(differing)} keys differ, {said['same']} are the same")

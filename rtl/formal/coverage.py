#!/usr/bin/env python3
"""Merges Verilator's coverage files and prints line and toggle percent per file and the cover points.

usage: coverage.py EXCLUDE FILE.dat...

A point counts as hit if any shape or instance has hit it, because shapes differ in their widths and instances in
their use.
EXCLUDE has lines `file  pattern  reason`. The pattern is a regular expression over `toggle NAME` or `line NUMBER
text`, and a pattern that excludes nothing is an error.
"""
import collections, os, re, sys


def points(path):
    for line in open(path, errors="replace"):
        if not line.startswith("C '"):
            continue
        body, count = line[3:].rsplit("' ", 1)
        keys = dict(field.split("\x02", 1) for field in body.split("\x01") if "\x02" in field)
        yield keys, int(count)


rules = []
for n, line in enumerate(open(sys.argv[1]), 1):
    if line.strip() and not line.startswith("#"):
        name, pattern, reason = re.split(r"\s{2,}|\t+", line.strip(), maxsplit=2)
        rules.append([name, re.compile(pattern), reason, 0])

hits = collections.Counter()
for path in sys.argv[2:]:
    for keys, count in points(path):
        kind = keys.get("page", "").split("/")[0]
        file = keys["f"].split("/")[-1]
        if kind == "v_user":
            instance = re.search(r"gen_\w+?(\[\d+\]|__BRA__\d+__KET__)", keys.get("h", ""))
            key = ("cover", file, instance.group(0) if instance else "", keys["o"])
        elif kind == "v_toggle":
            key = ("toggle", file, int(keys["l"]), keys["o"])
        else:
            key = ("line", file, int(keys["l"]), keys.get("n", "") + keys["o"])
        hits[key] += count

text = {}
table = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0, 0]))
missed = []
for key in sorted(hits, key=str):
    kind, file = key[0], key[1]
    if file == "ctx_cache_cover.sv" and kind != "cover":
        continue
    subject = f"toggle {key[3]}" if kind == "toggle" else f"{kind} {key[2]} {key[3]}"
    rule = next((r for r in rules if r[0] in (file, "*") and r[1].search(subject)), None) if not hits[key] else None
    cell = table[kind][file]
    if rule:
        rule[3] += 1
        cell[2] += 1
        continue
    cell[1] += 1
    cell[0] += hits[key] > 0
    if not hits[key]:
        missed.append((kind, file, key[2], key[3]))


def percent(part, whole):
    return f"{part * 1000 // whole / 10:5.1f} %" if whole else "      -"


files = sorted(set(table["line"]) | set(table["toggle"]))
print(f"{'file':24} {'line':>8} {'points':>9}   {'toggle':>8} {'points':>11}  excluded")
sums = {"line": [0, 0, 0], "toggle": [0, 0, 0]}
for file in files:
    row = []
    for kind in ("line", "toggle"):
        a, b, c = table[kind][file]
        sums[kind] = [x + y for x, y in zip(sums[kind], (a, b, c))]
        row += [percent(a, b), f"{a}/{b}"]
    print(f"{file:24} {row[0]:>8} {row[1]:>9}   {row[2]:>8} {row[3]:>11}  {table['line'][file][2] + table['toggle'][file][2]}")
row = sum(([percent(a, b), f"{a}/{b}"] for a, b, _ in (sums["line"], sums["toggle"])), [])
print(f"{'all':24} {row[0]:>8} {row[1]:>9}   {row[2]:>8} {row[3]:>11}  {sums['line'][2] + sums['toggle'][2]}")
cover = [sum(c[i] for c in table["cover"].values()) for i in range(3)]
print(f"cover points: {cover[0]} of {cover[1]} hit, {cover[2]} excluded")
for kind, file, where, what in missed:
    if kind != "toggle":
        print(f"not hit: {kind} {file} {where} {what}")
groups = collections.defaultdict(list)
for kind, file, where, what in missed:
    if kind == "toggle":
        groups[file, re.sub(r"\[\d+\]", "", what)].append(what)
for (file, name), bits in sorted(groups.items(), key=lambda g: -len(g[1]))[:int(os.environ.get("COVERAGE_LIST", "20"))]:
    print(f"not toggled: {file} {name}: {len(bits)} bits: {' '.join(bits[:4])} ..")
for name, pattern, reason, used in rules:
    if not used:
        print(f"exclusion without effect: {name} {pattern.pattern}")
ok = (sums["line"][0] >= 0.98 * sums["line"][1] and sums["toggle"][0] >= 0.9 * sums["toggle"][1] and cover[0] == cover[1]
      and all(r[3] for r in rules))
sys.exit(0 if ok else 1)

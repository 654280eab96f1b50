#!/usr/bin/env python3
"""Prints the table of mk/synth.sh from the output of Yosys. usage: synth_table.py STEM"""
import re, sys

stem = sys.argv[1]
COLUMNS = ("LUT", "FF", "LUTRAM", "BRAM36", "URAM", "DSP")


def resource(cell, count):
    """Returns column and amount of a primitive, or None for any other cell."""
    if re.fullmatch(r"LUT[1-6]|INV", cell):
        return "LUT", count
    if cell.startswith("FD"):
        return "FF", count
    if cell.startswith("RAMB18"):
        return "BRAM36", count / 2
    if cell.startswith("RAMB36"):
        return "BRAM36", count
    if cell.startswith("URAM"):
        return "URAM", count
    if cell.startswith("RAM"):
        return "LUTRAM", count
    if cell.startswith("DSP"):
        return "DSP", count
    return None


def stat(path):
    """Returns for each module how many cells of each type `stat` lists, without the summary of the hierarchy."""
    modules, name = {}, None
    for line in open(path):
        head = re.match(r"=== (.+) ===", line)
        if head:
            name = None if head.group(1) == "design hierarchy" else head.group(1).lstrip("\\")
            if name:
                modules[name] = {}
        cell = re.match(r"\s+(\S+)\s+(\d+)$", line)
        if cell and name and not line.lstrip().startswith("Number"):
            modules[name][cell.group(1).lstrip("\\")] = int(cell.group(2))
    return modules


def levels(path):
    found = {}
    for line in open(path):
        m = re.match(r"Longest topological path in (\S+) \(length=(\d+)\)", line)
        if m:
            found[m.group(1).lstrip("\\")] = int(m.group(2))
    return found


def short(name):
    return re.search(r"(ctx_cache_[a-z0-9]+|ctx_cache|sram_\w+?(?=\\|$)|fifo|oldest)", name).group(1)


modules, depth = stat(stem + ".stat"), levels(stem + ".ltp")
arrays = {}
for n, line in enumerate(open(stem + ".arrays"), 1):
    name, words, bits = line.split()
    (arrays[name.lstrip("\\")],) = [(int(words), int(bits), cells) for cells in stat(f"{stem}.array{n}").values()]


def own(cells):
    row = dict.fromkeys(COLUMNS, 0)
    for cell, count in cells.items():
        found = resource(cell, count)
        if found:
            row[found[0]] += found[1]
    return row


def copies(name, within="ctx_cache"):
    if name == within:
        return 1
    return sum(count * copies(name, part) for part, count in modules.get(within, {}).items() if part in modules or part in arrays)


def show(label, number, row, level):
    print(f"| {label} | {number} | " + " | ".join(f"{row[c]:g}" for c in COLUMNS) + f" | {level} |")


print("| module | copies | " + " | ".join(COLUMNS) + " | levels |\n|---|---|" + "---|" * (len(COLUMNS) + 1))
total = dict.fromkeys(COLUMNS, 0)
rows = [(short(name), name, own(cells), max(depth.get(name, 0) - 1, 0)) for name, cells in modules.items() if name not in arrays]
rows.sort(key=lambda r: (r[0] != "ctx_cache", r[0]))
rows += [(f"{short(name)} {words} x {bits}", name, own(cells), "") for name, (words, bits, cells) in
         sorted(arrays.items(), key=lambda a: -a[1][0] * a[1][1])]
for label, name, row, level in rows:
    number = copies(name)
    for column in COLUMNS:
        total[column] += number * row[column]
    show(label, number, row, level)
flat = max(levels(stem + ".flat").values()) - 1
bits = sum(words * width * copies(name) for name, (words, width, _) in arrays.items())
show("**whole**", "", total, flat)
print(f"\nArrays: {bits} bits.")

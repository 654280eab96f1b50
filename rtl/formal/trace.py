#!/usr/bin/env python3
"""Prints a counterexample. For each cycle it shows the named registers that differ from the cycle before.

usage: trace.py FILE.aig FILE.map CEX [PATTERN]
CEX is the file that `read_aiger FILE.aig; fold; zero; bmc3 -F N; write_cex -n CEX` of yosys-abc writes.
"""
import collections, re, sys
from aiger import read

source, mapping, cex = sys.argv[1:4]
pattern = re.compile(sys.argv[4] if len(sys.argv) > 4 else ".")
head, lines, gates = read(source)
_, inputs, latches = head[:3]
frames = collections.defaultdict(dict)
for name, frame, bit in re.findall(r"pi(\d+)@(\d+)=([01])", open(cex).read()):
    frames[int(frame)][int(name)] = int(bit)
names = collections.defaultdict(dict)
for line in open(mapping):
    word = line.split()
    if word[0] in ("latch", "invlatch") and not word[3].startswith("$"):
        names[word[3]][int(word[2])] = int(word[1])
state = [line[1] if len(line) > 1 and line[1] in (0, 1) else 0 for line in lines[:latches]]
value, before = [0] * (2 * (head[0] + 1)), {}
value[1] = 1
for frame in range(max(frames) + 1):
    for i in range(inputs):
        bit = frames[frame].get(i, 0)
        value[2 * (i + 1)], value[2 * (i + 1) + 1] = bit, 1 - bit
    for i, bit in enumerate(state):
        value[2 * (inputs + i + 1)], value[2 * (inputs + i + 1) + 1] = bit, 1 - bit
    for lhs, a, b in gates:
        bit = value[a] & value[b]
        value[lhs], value[lhs + 1] = bit, 1 - bit
    now = {name: sum(state[i] << bit for bit, i in bits.items()) for name, bits in names.items() if pattern.search(name)}
    print(f"{frame:3}:", " ".join(f"{name}={number:x}" for name, number in sorted(now.items()) if before.get(name) != number))
    before = now
    state = [value[line[0]] for line in lines[:latches]]

#!/usr/bin/env python3
"""Moves the start of an AIGER file to the end of the script of its top. It plays the file with all inputs low until the
register FREE is high, and writes a file whose registers start with the values that they have then.

usage: start.py IN.aig IN.map OUT.aig [FREE]
Without FREE it only fixes the power-up: registers without reset start low. In each cycle that is played the assumptions
must hold and no assertion may fail; otherwise the script is wrong. It prints the number of cycles played.
"""
import sys
from aiger import read

LIMIT = 4000  # cycles; a script that takes longer hangs


def play(head, lines, gates, free):
    """Returns the number of cycles played, and the values of the registers after them."""
    _, inputs, latches, outputs, _, bads, constraints = head[:7]
    state = [line[1] if len(line) > 1 and line[1] in (0, 1) else 0 for line in lines[:latches]]
    value = [0] * (2 * (head[0] + 1))
    value[1] = 1
    for i in range(inputs):
        value[2 * (i + 1) + 1] = 1
    for cycle in range(LIMIT):
        for i, bit in enumerate(state):
            value[2 * (inputs + i + 1)], value[2 * (inputs + i + 1) + 1] = bit, 1 - bit
        # The file's own power-up takes one cycle, in which the registers get their first values.
        if free is not None and state[free] or free is None and cycle == 1:
            return cycle, state
        for lhs, a, b in gates:
            bit = value[a] & value[b]
            value[lhs], value[lhs + 1] = bit, 1 - bit
        for n, line in enumerate(lines[latches + outputs:]):
            if value[line[0]] != (n >= bads):
                sys.exit(f"start.py: cycle {cycle}: " + ("an assertion fails" if n < bads else f"assumption {n - bads} does not hold"))
        state = [value[line[0]] for line in lines[:latches]]
    sys.exit(f"start.py: the script does not end within {LIMIT} cycles")


def write(source, target, state):
    """Writes the same file with these first values of the registers."""
    data = open(source, "rb").read()
    at = data.index(b"\n") + 1
    out = [data[:at]]
    for bit in state:
        stop = data.index(b"\n", at)
        out.append(data[at:stop].split()[0] + (b" 1\n" if bit else b"\n"))
        at = stop + 1
    open(target, "wb").write(b"".join(out) + data[at:])


def main():
    source, mapping, target = sys.argv[1:4]
    free = None
    if len(sys.argv) > 4:
        for line in open(mapping):
            word = line.split()
            if word[0] == "latch" and word[3] == sys.argv[4]:
                free = int(word[1])
        if free is None:
            sys.exit(f"start.py: no register {sys.argv[4]} in {mapping}")
    cycles, state = play(*read(source), free)
    write(source, target, state)
    print(cycles)


main()

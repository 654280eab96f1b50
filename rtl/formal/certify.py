#!/usr/bin/env python3
"""Checks an invariant that yosys-abc found (`pdr -d`) with z3, which knows nothing of how it was found.

usage: certify.py FOLDED.aig INVARIANT.pla SECONDS
It makes three queries. The invariant holds at the start, when all registers are low. If the invariant and the
property hold, the invariant holds one cycle later as well. The invariant excludes every failing state. Each row of
the PLA file is a set of states that the invariant excludes.
"""
import subprocess, sys
from aiger import names, read


def clauses_of_gates(head, gates, shift):
    """Returns the Tseitin clauses of one cycle, and the function that turns an AIGER literal into one of theirs.

    A variable is shift + AIGER index + 1; variable 1 of a cycle is constant low."""
    def lit(n):
        return (shift + n // 2 + 1) * (-1 if n & 1 else 1)
    clauses = [[-(shift + 1)]]
    for lhs, a, b in gates:
        clauses += [[-lit(lhs), lit(a)], [-lit(lhs), lit(b)], [lit(lhs), -lit(a), -lit(b)]]
    return clauses, lit


def unsatisfiable(clauses, seconds):
    top = max(abs(n) for c in clauses for n in c)
    text = f"p cnf {top} {len(clauses)}\n" + "".join(" ".join(map(str, c)) + " 0\n" for c in clauses)
    done = subprocess.run(["z3", "-dimacs", "-in", f"-T:{seconds}"], input=text, capture_output=True, text=True)
    return "unsat" in done.stdout.lower()


def main():
    source, pla, seconds = sys.argv[1:4]
    head, lines, gates = read(source)
    _, inputs, latches, outputs = head[:4]
    bads = [line[0] for line in lines[latches:latches + outputs + head[5]]]
    cubes, order, index = [], [], names(source, b"l")
    for line in open(pla):
        word = line.split()
        if line.startswith(".ilb"):
            order = [index[name] for name in word[1:]]
        elif word and word[0][0] in "01-" and len(word) == 2:
            cubes.append([(order[i], bit == "1") for i, bit in enumerate(word[0]) if bit != "-"])
    if any(all(not high for _, high in cube) for cube in cubes):
        sys.exit("certify.py: the invariant does not hold at the start")

    now, lit = clauses_of_gates(head, gates, 0)
    size = head[0] + 1
    later, next_lit = clauses_of_gates(head, gates, size)
    state = [2 * (inputs + i + 1) for i in range(latches)]
    for i in range(latches):  # next cycle's registers
        now += [[-next_lit(state[i]), lit(lines[i][0])], [next_lit(state[i]), -lit(lines[i][0])]]
    inside = [[(-1 if high else 1) * lit(state[i]) for i, high in cube] for cube in cubes]
    good = [[-lit(b)] for b in bads]
    if not unsatisfiable(now + inside + [[lit(b) for b in bads]], seconds) and not unsatisfiable(
            now + inside + good + later + [[next_lit(b) for b in bads]], seconds):
        sys.exit("certify.py: z3 does not see that the invariant excludes every failing state")
    # A state is outside of the invariant in the next cycle if it is in one of the cubes.
    fresh, chosen, outside = 2 * size, [], []
    for cube in cubes:
        fresh += 1
        chosen.append(fresh)
        outside += [[-fresh, (1 if high else -1) * next_lit(state[i])] for i, high in cube]
    if cubes and not unsatisfiable(now + inside + good + outside + [chosen], seconds):
        sys.exit("certify.py: z3 does not see that the invariant is inductive")
    zero = [[-lit(s)] for s in state]
    if not unsatisfiable(now + zero + [[lit(b) for b in bads]], seconds):
        sys.exit("certify.py: a failing state at the start")
    print(f"{len(cubes)} clauses")


main()

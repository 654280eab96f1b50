"""Reads binary AIGER files (fmv.jku.at/aiger)."""


def read(path):
    """Returns the numbers of the header, the lines of latches, outputs, bad states and constraints, and the AND gates.

    A gate is its own literal (2 * index) and those of its two inputs."""
    data = open(path, "rb").read()
    end = data.index(b"\n")
    head = [int(n) for n in data[:end].split()[1:]] + [0] * 4
    variables, inputs, latches, outputs, ands, bads, constraints = head[:7]
    lines, at = [], end + 1
    for _ in range(latches + outputs + bads + constraints):
        stop = data.index(b"\n", at)
        lines.append([int(n) for n in data[at:stop].split()])
        at = stop + 1
    gates, lhs = [], 2 * (inputs + latches)
    for _ in range(ands):
        lhs += 2
        pair = []
        for _ in range(2):
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            pair.append(value)
        gates.append((lhs, lhs - pair[0], lhs - pair[0] - pair[1]))
    return head, lines, gates


def names(path, kind):
    """Returns the number of each input (kind i) or register (kind l) by its name in the symbol table."""
    table = {}
    for line in open(path, "rb").read().split(b"\n"):
        word = line.split()
        if len(word) == 2 and word[0][:1] == kind and word[0][1:].isdigit():
            table[word[1].decode()] = int(word[0][1:])
    return table

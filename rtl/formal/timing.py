#!/usr/bin/env python3
"""Static timing estimate of a netlist that Yosys mapped for UltraScale+ (write_json), path by path with signal names.

usage: timing.py [--limit NS] [--paths N] [--parts] NETLIST.json [MODULE]

Without --parts it reads one flat module. It prints a row for each part of the design with the slowest path that ends
in it, and then the N slowest paths, one for each register, memory or output port in which they end.
With --parts it prints a row for each module of a design that is not flat. Each module stands alone: its ports and
parts cost nothing.
The exit status is 1 if a path is slower than the limit, and 2 if the netlist has a cell whose delay is not known.

The delays are those of a fast UltraScale+ part (-2) with an average net. Placement and routing are not known here, so
this is an estimate. It shows which path is far too long, but not whether a path of 3.9 ns meets 4 ns.
"""
import argparse, json, re, sys

# All values are nanoseconds. A carry chain and the select levels of a wide multiplexer have dedicated wires.
NET, NET_MUXF = 0.30, 0.02
CELL = {"lut": 0.10, "muxf": 0.08, "carry": 0.05, "lutram": 0.12, "dsp": 2.0, "wire": 0.0}
DSP_CASCADE = 0.7  # from PCIN
CLOCK_TO_OUT = {"ff": 0.08, "ram": 0.95, "part": 0.0}
SETUP = {"ff": 0.03, "ram": 0.25, "lutram": 0.03, "part": 0.0}
CLOCKS = ("CLK", "C", "WCLK", "clk_i")
KINDS = (
    (r"FD[RSCP]E", "ff"), (r".*sram_.*|RAMB.*|URAM.*", "ram"), (r"LUT[1-6]|INV", "lut"), (r"MUXF[789]", "muxf"),
    (r"CARRY[48]", "carry"), (r"RAM\d+.*", "lutram"), (r"DSP48E\d", "dsp"), (r"BUFG|IBUF|OBUF|BUF", "wire"),
)


class Unknown(Exception):
    """A cell that the estimate has no delay for."""


def kind_of(cell, modules):
    for pattern, kind in KINDS:
        if re.fullmatch(pattern, cell["type"]):
            break
    else:
        module = modules.get(cell["type"])
        if module is None or "blackbox" in module.get("attributes", {}):
            raise Unknown(f"no delay is known for cells of type {cell['type']}")
        return "part"
    registers = [n for n in ("AREG", "BREG", "CREG", "MREG", "PREG") if int(str(cell.get("parameters", {}).get(n, "0")), 2)]
    if kind == "dsp" and registers:
        raise Unknown(f"no delay is known for a DSP with registers ({', '.join(registers)})")
    return kind


def goes_through(kind, pin, out):
    """Returns whether a change of input `pin` reaches output `out` within the same cycle."""
    if pin in CLOCKS:
        return False
    if kind != "lutram":
        return True
    if out.startswith("DO") and pin.startswith("ADDR"):  # RAM32M, RAM64M: port A to D
        return out[2:3] == pin[4:5]
    if out == "DPO":
        return pin.startswith("DPRA")
    return pin.startswith("A") and not pin.startswith("ADDR")


class Netlist:
    def __init__(self, modules, name):
        module = modules[name]
        self.cells, self.driver, self.kind, self.pins = module["cells"], {}, {}, {}
        for cell, value in self.cells.items():
            self.kind[cell] = kind_of(value, modules)
            self.pins[cell] = []
            for pin, bits in value["connections"].items():
                for bit in bits:
                    if isinstance(bit, str):
                        continue  # a constant
                    if value["port_directions"][pin] == "output":
                        self.driver[bit] = (cell, pin)
                    else:
                        self.pins[cell].append((pin, bit))
        self.outputs = [(port, bit) for port, value in module["ports"].items() if value["direction"] == "output"
                        for bit in value["bits"] if not isinstance(bit, str)]
        self.label = {}  # the shortest name without `$` that a bit has
        for net, value in module["netnames"].items():
            for index, bit in enumerate(value["bits"]):
                rank = (net.count("$"), len(net))
                if bit not in self.label or rank < self.label[bit][0]:
                    self.label[bit] = (rank, net, f"{net}[{index}]" if len(value["bits"]) > 1 else net)
        self.arrival, self.levels, self.before = {}, {}, {}

    def starts(self, bit):
        """Returns the time of a bit that a register, a memory, a part or an input port drives, and None for all others."""
        if bit not in self.driver:
            return 0.0
        return CLOCK_TO_OUT.get(self.kind[self.driver[bit][0]])

    def feeders(self, bit):
        cell, out = self.driver[bit]
        return [(pin, b) for pin, b in self.pins[cell] if goes_through(self.kind[cell], pin, out)]

    def settle(self, bit):
        """Fills in arrival, levels and before of a bit and of all bits on which it depends."""
        stack, open_bits = [bit], set()
        while stack:
            bit = stack[-1]
            if bit in self.arrival:
                stack.pop()
                continue
            start = self.starts(bit)
            if start is not None:
                self.arrival[bit], self.levels[bit], self.before[bit] = start, 0, None
                continue
            todo = [b for _, b in self.feeders(bit) if b not in self.arrival]
            if todo:
                if bit in open_bits:
                    raise Unknown(f"combinational loop through {self.label[bit][2]}")
                open_bits.add(bit)
                stack += todo
                continue
            kind, best = self.kind[self.driver[bit][0]], (0.0, None, CELL[self.kind[self.driver[bit][0]]])
            for pin, b in self.feeders(bit):
                net, cell = NET, CELL[kind]
                if kind == "carry" and pin == "CI":
                    net = 0.0
                elif kind == "muxf" and pin in ("I0", "I1"):
                    net = NET_MUXF
                elif kind == "dsp" and pin == "PCIN":
                    net, cell = 0.0, DSP_CASCADE
                if best[1] is None or self.arrival[b] + net > best[0]:
                    best = (self.arrival[b] + net, b, cell)
            self.arrival[bit], self.before[bit] = best[0] + best[2], best[1]
            self.levels[bit] = self.levels.get(best[1], 0) + 1

    def ends(self):
        """Returns (ns, levels, bit, name) of each end of a path: an input of a register, memory or part, or an output port."""
        found = []
        for cell, pins in self.pins.items():
            kind = self.kind[cell]
            if kind not in SETUP:
                continue
            name = self.name_of(cell)
            for pin, bit in pins:
                if pin in CLOCKS or (kind == "lutram" and pin.startswith(("A", "DPRA"))):
                    continue
                self.settle(bit)
                label = name if kind == "ff" else f"{name}.{pin}"
                found.append((self.arrival[bit] + NET + SETUP[kind], self.levels[bit], bit, label))
        for port, bit in self.outputs:
            self.settle(bit)
            found.append((self.arrival[bit], self.levels[bit], bit, f"port {port}"))
        return found

    def name_of(self, cell):
        if self.kind[cell] == "part":
            return cell
        for pin, bits in self.cells[cell]["connections"].items():
            if self.cells[cell]["port_directions"][pin] == "output" and bits and not isinstance(bits[0], str):
                return self.label[bits[0]][1]
        return cell

    def path(self, bit):
        """Returns the named signals of the slowest path to a bit, each with its time."""
        steps = []
        while bit is not None:
            _, net, label = self.label[bit]
            if "$" not in net or not steps or self.before[bit] is None:
                steps.append(f"{label}@{self.arrival[bit]:.2f}")
            bit = self.before[bit]
        return " > ".join(reversed(steps))


def part_of(end):
    """Returns the instance to which an end belongs, as a path of instance names."""
    return "ports" if end.startswith("port ") else ".".join(p for p in end.split(".") if re.fullmatch(r"u_\w+|gen_\w+(\[\d+\])?", p)) or "top"


def worst_of(ends, key):
    worst = {}
    for end in ends:
        if key(end) not in worst or end[:2] > worst[key(end)][:2]:
            worst[key(end)] = end
    return sorted(worst.items(), key=lambda item: (-item[1][0], item[0]))


def show_whole(net, ends, limit, paths):
    slow = sum(end[0] > limit for end in ends) if limit else 0
    print("| ends in | ns | levels | signal |\n|---|---|---|---|")
    for part, (ns, levels, _, name) in worst_of(ends, lambda end: part_of(end[3])):
        print(f"| {part} | {ns:.2f} | {levels} | {name} |")
    print()
    for name, (ns, levels, bit, _) in worst_of(ends, lambda end: end[3])[:paths]:
        print(f"{ns:6.2f} ns {levels:3d} levels to {name}: {net.path(bit)}")
    return f", {slow} of {len(ends)} ends above the limit of {limit:g} ns" if limit else ""


def show_parts(modules):
    worst = (0.0, 0)
    print("| module | ns | levels | ends in |\n|---|---|---|---|")
    rows = []
    for name, module in modules.items():
        if not module["cells"] or "sram_" in name or "blackbox" in module.get("attributes", {}):
            continue
        ends = Netlist(modules, name).ends()
        if ends:
            ns, levels, _, end = max(ends)
            rows.append((ns, levels, name.split("\\")[1] if name.startswith("$paramod") else name, end))
            worst = max(worst, (ns, levels))
    for ns, levels, name, end in sorted(rows, key=lambda row: (-row[0], row[2])):
        print(f"| {name} | {ns:.2f} | {levels} | {end} |")
    return worst


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2].removeprefix("usage: "))
    parser.add_argument("--limit", type=float)
    parser.add_argument("--paths", type=int, default=12)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("netlist")
    parser.add_argument("module", nargs="?", default="ctx_cache")
    args = parser.parse_args()
    with open(args.netlist) as file:
        modules = json.load(file)["modules"]
    try:
        if args.parts:
            ns, levels = show_parts(modules)
            note = ""
        else:
            net = Netlist(modules, args.module)
            ends = net.ends()
            ns, levels = max(end[:2] for end in ends)
            note = show_whole(net, ends, args.limit, args.paths)
    except (Unknown, KeyError) as error:
        print(f"timing.py: {args.netlist}: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"\nslowest path: {ns:.2f} ns, {levels} levels, {1000 / ns:.0f} MHz{note}")
    sys.exit(1 if args.limit and ns > args.limit else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Adds one assertion for each register of the cache to a flat Yosys JSON netlist: if the cache is quiescent and has no
input, the register keeps its value. usage: quiet.py NETLIST.json

Inputs are op_valid, ret_valid, lookup_valid, inject_valid and data from the DRAM. No register is left out.
"""
import json, sys

path = sys.argv[1]
design = json.load(open(path))
top = next(m for m in design["modules"].values() if m["attributes"].get("top"))
nets, cells = top["netnames"], top["cells"]
name_of = {}
for name, net in nets.items():
    for bit in net["bits"]:
        if isinstance(bit, int) and (bit not in name_of or name.startswith("dut.") and not net.get("hide_name")):
            name_of[bit] = name
fresh = 1 + max(b for n in nets.values() for b in n["bits"] if isinstance(b, int))


def cell(kind, name, widths, **ports):
    global fresh
    cells[name] = {"hide_name": 0, "type": kind, "parameters": {k: format(v, "032b") for k, v in widths.items()},
                   "attributes": {}, "port_directions": {k: "output" if k == "Y" else "input" for k in ports},
                   "connections": ports}


def gate(kind, name, a, b=None):
    global fresh
    fresh += 1
    ports, widths = {"A": a}, {"A_SIGNED": 0, "A_WIDTH": len(a), "Y_WIDTH": 1}
    if b is not None:
        ports["B"] = b
        widths.update({"B_SIGNED": 0, "B_WIDTH": len(b)})
    cell(kind, name, widths, **ports, Y=[fresh])
    return fresh


for name in [n for n, c in cells.items() if c["type"] == "$assert"]:
    del cells[name]
inputs = sum((nets[n]["bits"] for n in ("dut.op_valid_i", "dut.ret_valid_i", "dut.lookup_valid_i", "dut.inject_valid_i", "dut.mem_rdata_valid_i")), [])
active = gate("$logic_not", "quiet_no_input", inputs)
idle = gate("$logic_and", "quiet_idle", nets["dut.quiescent_o"]["bits"], [active])
# Nothing is required while the cache is in reset.
idle = gate("$logic_and", "quiet_now", nets["dut.rst_ni"]["bits"], [idle])
count = 0
for name, c in list(cells.items()):
    if c["type"] != "$dff":
        continue
    q = c["connections"]["Q"]
    names = {name_of.get(b, "") for b in q}
    if not any(n.startswith("dut.") for n in names):
        continue
    differs = gate("$ne", f"quiet_differs_{count}", c["connections"]["D"], q)
    bad = gate("$logic_and", f"quiet_bad_{count}", [idle], [differs])
    good = gate("$logic_not", f"quiet_good_{count}", [bad])
    label = "quiet." + sorted(n for n in names if n.startswith("dut."))[0]
    cell("$assert", f"{label}.{count}", {}, A=[good], EN=["1"])
    count += 1
json.dump(design, open(path, "w"))
print(f"{count} registers")

#!/usr/bin/env python3
"""Puts many mutants of the context cache into one source tree. One of them is chosen at run time.

usage: mutate.py --seed N --count N --out DIR [--only K] FILE.sv...

It writes DIR/<file>.sv with every mutant behind `ctx_mutant_pkg::id == k`, and DIR/mutants.tsv (number, kind,
file:line, before, after). With --only the files contain only mutant K, as plain source for the proof tools.
A mutant swaps an operator, changes a constant, negates a condition or drops an assignment. A line has one mutant.
"""
import argparse, os, random, re

SWAPS = [("&&", "||"), ("||", "&&"), ("==", "!="), ("!=", "=="), (" + ", " - "), (" - ", " + "),
         (" & ", " | "), (" | ", " & "), (" < ", " >= "), (" >= ", " < "), (">>", "<<"), ("<<", ">>")]
ASSIGN = re.compile(r"^(?P<head>\s*(?:assign\s+|default:\s*|[A-Z_]+:\s+)?(?:if \(\w+(?:\[\w+\])?\)\s+|else\s+)?)"
                    r"(?P<lhs>[a-z]\w*(?:\[[^=]*?\])?)(?P<op>\s*<?=\s*)(?P<rhs>[^;=][^;]*);(?P<tail>.*)$")
COND = re.compile(r"^(?P<head>\s*(?:end\s+)?(?:[A-Z_]+:\s+)?(?:else\s+)?if\s*)\(")


def closing(text, at):
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return -1


def swaps_of(rhs):
    """Yields kind and result of every way to swap one operator or change one constant of an expression."""
    for old, new in SWAPS:
        for m in re.finditer(re.escape(old), rhs):
            if old in ("==", "!=") and rhs[m.start() - 1] in "<>=!":
                continue
            yield "operator", rhs[:m.start()] + new + rhs[m.end():]
    for m in re.finditer(r"\b1'b([01])", rhs):
        yield "constant", rhs[:m.start()] + "1'b" + "10"[int(m.group(1))] + rhs[m.end():]
    for m in re.finditer(r"\b(\d)'d(\d)\b", rhs):
        yield "constant", rhs[:m.start()] + f"{m.group(1)}'d{int(m.group(2)) ^ 1}" + rhs[m.end():]
    for m in re.finditer(r"(?<![\w'])!(?=[a-z(])", rhs):
        yield "negation", rhs[:m.start()] + rhs[m.end():]
    for m in re.finditer(r"'0(?!\w)", rhs):
        yield "constant", rhs[:m.start()] + "'1" + rhs[m.end():]


def places(name, lines):
    """Yields (line, kind, before, after, build) for each mutant. build(condition) returns the new line."""
    in_module, in_reset = False, False
    for n, line in enumerate(lines):
        code = line.split("//")[0].rstrip()
        # Reset values are not mutated: in proofs from power-up the registers start low anyway.
        if re.match(r"\s*if \(!rst_ni\) begin", code):
            in_reset = True
        elif in_reset and re.match(r"\s*end\b", code):
            in_reset = False
        if in_reset:
            continue
        if ");" in code and not in_module and code.strip() == ");":
            in_module = True
            continue
        if not in_module or "`" in code or "localparam" in code or "for (" in code or "enum" in code:
            continue
        if name == "ctx_cache.sv" and "init_" in code or "rst_ni" in code:
            continue
        m = COND.match(code)
        if m:
            end = closing(code, m.end() - 1)
            if end > 0:
                cond = code[m.end():end]
                pre, post = code[:m.end()], code[end:]
                for kind, new in list(swaps_of(cond)) + [("condition", f"!({cond})")]:
                    yield n, kind, cond, new, (lambda c, pre=pre, post=post, new=new, cond=cond:
                                               f"{pre}({c}) ? ({new}) : ({cond}){post}")
                continue
        m = ASSIGN.match(code)
        if not m or "{" in m.group("lhs") or "state" in m.group("lhs") or "_next" in m.group("lhs"):
            continue
        head, lhs, op, rhs = m.group("head"), m.group("lhs"), m.group("op"), m.group("rhs")
        if rhs.startswith("'{") or ":" in lhs and "+:" not in lhs:
            continue
        changes = list(swaps_of(rhs))
        if "<=" in op:
            changes.append(("dropped", lhs))
        elif "assign" in head or "else" in head or "if" in head:
            changes.append(("dropped", "'0" if not rhs.strip().endswith("'0") else "'1"))
        for kind, new in changes:
            if new.strip() == rhs.strip():
                continue
            yield n, kind, rhs.strip(), new.strip(), (
                lambda c, head=head, lhs=lhs, op=op, rhs=rhs, new=new, tail=m.group("tail"):
                f"{head}{lhs}{op}({c}) ? ({new}) : ({rhs});{tail}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", type=int)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    sources, every = {}, {}
    for path in args.files:
        sources[path] = open(path).read().split("\n")
        for place in places(os.path.basename(path), sources[path]):
            every.setdefault((path, place[0]), []).append(place)
    # We make one mutant per line and take the lines in random order, so that a file gets mutants in
    # proportion to its logic.
    lines = sorted(every)
    rng.shuffle(lines)
    chosen = sorted((path, n, rng.choice(every[path, n])) for path, n in lines[:args.count])
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "mutants.tsv"), "w") as table:
        for k, (path, n, place) in enumerate(chosen, 1):
            _, kind, before, after, build = place
            table.write(f"{k}\t{kind}\t{path}:{n + 1}\t{before}\t{after}\n")
            if args.only is None:
                sources[path][n] = build(f"ctx_mutant_pkg::id == {k}")
            elif args.only == k:
                sources[path][n] = build("1'b1")
    for path, text in sources.items():
        with open(os.path.join(args.out, os.path.basename(path)), "w") as out:
            out.write("\n".join(text))
    print(f"{len(chosen)} mutants of {len(lines)} lines that can be mutated")


if __name__ == "__main__":
    main()

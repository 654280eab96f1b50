#!/usr/bin/env python3
"""The table of planted bugs in docs/invariants.md. Each bug of sim/test/planted/planted.txt has a row there, in that order.

usage: planted_doc.py RESULTS   writes the table from what mk/planted/mutate_team.sh left in RESULTS (build/planted/bugs.txt);
                                a bug that was not run keeps its row
       planted_doc.py --check   prints the bugs whose rows are missing, too many, or out of order
"""

import re
import sys

PAGE, TABLE, HEAD = "docs/invariants.md", "sim/test/planted/planted.txt", "| Bug | Caught by | Without it | What it breaks |"


def bugs():
    with open(TABLE, encoding="utf-8") as file:
        return [line.split("|")[0].strip() for line in file if re.match("[a-z]", line)]


def page_parts():
    """Lines before the table's rows, the rows, and what follows the line with their sum."""
    with open(PAGE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    start = lines.index(HEAD) + 2
    end = next((i for i in range(start, len(lines)) if not lines[i].startswith("|")), len(lines))
    after = next((i for i in range(end, len(lines)) if lines[i] and not re.match(r"\d+ bugs", lines[i])), len(lines))
    return lines[:start], lines[start:end], lines[after:]


def name_of(row):
    return row.split("`")[1]


def check():
    documented = [name_of(row) for row in page_parts()[1]]
    if documented == bugs():
        return 0
    for name in sorted(set(bugs()) ^ set(documented)):
        print(f"{PAGE} and {TABLE}: only one of them has {name}")
    print("make mutate-team, then mk/planted/planted_doc.py build/planted/bugs.txt")
    return 1


def write(results):
    before, rows, after = page_parts()
    row_of = {name_of(row): row for row in rows}
    with open(results, encoding="utf-8") as file:
        for line in file:
            name, _, caught, without, what = line.rstrip("\n").split("|")
            row_of[name] = f"| `{name}` | {caught} | {without} | {what} |"
    rows = [row_of[name] for name in bugs() if name in row_of]
    fields = [row.split(" | ") for row in rows]
    alone = sum(field[2] == "passes" for field in fields)
    checkers = len({field[1] for field in fields})
    total = f"{len(rows)} bugs, caught by {checkers} checkers; {alone} of them pass when their checker is off."
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write("\n".join(before + rows + ["", total, ""] + after) + "\n")
    return 0


sys.exit(check() if sys.argv[1] == "--check" else write(sys.argv[1]))

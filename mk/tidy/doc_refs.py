#!/usr/bin/env python3
"""What the pages name exists: files and identifiers in backquotes, links, races, invariants, make targets.

usage: doc_refs.py        (in the root of the tree; part of `make tidy`)

- `path/to/file`, `file.c` and `docs/page.md` must be files or folders that git knows; a name without a slash may lie anywhere.
- `name_like_this` and `name()` must be a word of the sources (C, C++, SystemVerilog, shell, make, YAML, the tables of keys).
- Each R-nn must have a row in docs/races.md, each I-NAME one in docs/invariants.md, in pages, comments and scenarios alike.
- No comment refers to a page DESIGN, which is not in the tree.
- Each `make target` must be a target; each [link](page) must lead to a file; docs/README.md lists each page of docs.
Prints file:line: what is missing, and exits with 1 if anything is.
"""
import re
import subprocess
import sys
from pathlib import Path

SOURCES = (".c", ".h", ".cpp", ".sv", ".def", ".sh", ".mk", ".yaml", ".py", ".txt", ".pkt", ".awk")
OUTPUTS = re.compile(r"^(build|results|lib)/|^(nic[01N]?\.pcap|team\.pcapng|waves\.fst|stats\.json|perf\.json|moves\.csv|conns\.csv"
                     r"|cache_sets\.csv|summary\.txt|effective\.yaml|violation\.(txt|json)|lspci\.txt|\d+\.yaml)$")
# These are files of other projects that a page names as its source.
ELSEWHERE = {"pci_regs.h", "bond_main.c", "bond_3ad.h", "bond_3ad.c", "simple_nic.py", "niantic.py"}


def tracked():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.split()
    return [name for name in listed if Path(name).is_file()]


def words_of(files):
    words = set()
    for name in files:
        if name.endswith(SOURCES) or name == "Makefile":
            words.update(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", Path(name).read_text(errors="replace")))
    return words


def rows(page, pattern):
    text = Path(page).read_text() if Path(page).exists() else ""
    return set(re.findall(pattern, text))


class Names:
    def __init__(self):
        self.files = tracked()
        self.paths = set(self.files)
        for name in self.files:
            self.paths.update(str(parent) for parent in Path(name).parents)
        self.bases = {Path(name).name for name in self.files}
        self.words = words_of(self.files) | {Path(name).stem for name in self.files}
        makefiles = "".join(Path(f).read_text() for f in self.files if f.endswith(".mk") or f == "Makefile")
        self.targets = set(re.findall(r"^([a-z][a-z-]*):", makefiles, re.M)) | set(re.findall(r"[a-z][a-z-]+", makefiles))
        self.races = rows("docs/races.md", r"R-\d\d")
        self.invariants = rows("docs/invariants.md", r"I-[A-Z0-9]+")

    def has_path(self, name):
        name = name.rstrip("/")
        if name.startswith("_"):  # the end of a name, in a page about files with one prefix
            return any(base.endswith(name) for base in self.bases)
        return name in self.paths or name in ELSEWHERE or ("/" not in name and name in self.bases)


def is_path(text):
    return re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", text) and (
        "/" in text or re.search(r"\.(c|h|cpp|sv|md|mk|sh|py|yaml|pkt|def|txt|lt|ys)$", text))


def missing_in_code_span(span, names):
    """What `span` names that does not exist, or None."""
    target = re.match(r"make ([a-z][a-z-]*)( |$)", span)
    if target:
        return None if target.group(1) in names.targets else f"make target {target.group(1)}"
    for text in span.split():
        text = text.strip(",;:")
        if OUTPUTS.search(text) or "*" in text or "<" in text or "NAME" in text:
            continue
        if is_path(text) and not text.startswith(("-", "/", ".")):
            top = text.split("/")[0]
            if ("/" not in text or top in names.paths) and not names.has_path(text):
                return f"file {text}"
    word = re.fullmatch(r"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(\(\))?", span)
    if word and word.group(1) not in names.words:
        return f"identifier {word.group(1)}"
    return None


def check_page(page, names, report):
    fenced = False
    for number, line in enumerate(Path(page).read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        for span in re.findall(r"`([^`]+)`", line):
            what = missing_in_code_span(span, names)
            if what:
                report(page, number, what)
        for link in re.findall(r"\]\(([^)#]+)", line):
            if "://" not in link and not (Path(page).parent / link).exists():
                report(page, number, f"file {link}")


def check_ids(name, names, report):
    for number, line in enumerate(Path(name).read_text(errors="replace").splitlines(), 1):
        if re.search(r"\bDESIGN( section)? \d", line):
            report(name, number, "page DESIGN")
        for race in re.findall(r"\bR-\d\d\b", line):
            if race not in names.races:
                report(name, number, f"race {race}")
        for invariant in re.findall(r"\bI-[A-Z][A-Z0-9]+\b", line):
            if invariant not in names.invariants:
                report(name, number, f"invariant {invariant}")


def main():
    names = Names()
    found = []
    report = lambda name, number, what: found.append(f"{name}:{number}: there is no {what}")
    for name in names.files:
        if name.endswith(".md"):
            check_page(name, names, report)
        if name.endswith((".md",) + SOURCES) and not name.startswith("mk/tidy/doc_refs"):
            check_ids(name, names, report)
    listed = Path("docs/README.md").read_text()
    for name in names.files:
        if re.fullmatch(r"docs/[\w-]+\.md", name) and name != "docs/README.md" and f"({Path(name).name})" not in listed:
            report("docs/README.md", 1, f"row for {name}")
    print("\n".join(found) if found else "references of the pages: all found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

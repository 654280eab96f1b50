#!/usr/bin/env python3
"""Finds signals and constants that a SystemVerilog file uses before it declares them.

Some tools turn them into one-bit wires.

usage: declared.py FILE...
It prints file, line and name of each finding, and exits with 1 if there is one. Functions may be used before they are
declared.
"""
import re, sys

KEYWORDS = r"(?:input|output|inout|parameter|localparam|genvar|typedef|logic|wire|reg|bit|byte|int|integer|var|automatic|signed|unsigned)"
TYPE = r"(?:logic|wire|reg|bit|byte|int|integer|[a-z]\w*_[et])"


def blank(match):
    """Replaces a match by spaces and keeps its line ends, so that positions stay the same."""
    return re.sub(r"[^\n]", " ", match.group(0))


def text_of(path):
    text = open(path).read()
    text = re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', blank, text)
    text = re.sub(r"`(?:include|ifdef|ifndef|define|undef|else|elsif|endif)[^\n]*", blank, text)
    return re.sub(r"\d*'s?[bdh][0-9a-fA-F_xz?]+", blank, text)


def declared(module):
    """Returns the position of the first declaration of each name outside of functions."""
    found = {}
    skip = [m.span() for m in re.finditer(r"\b(function|task)\b.*?\bend\1\b", module, re.S)]
    inside = lambda at: any(a <= at < b for a, b in skip)
    for match in re.finditer(rf"^[ \t]*(?:(?:input|output|parameter|localparam|genvar)\s+)*(?:{TYPE}\b|parameter\b|localparam\b|genvar\b)([^;]*?)(?=;|^\s*(?:input|output|parameter|localparam)\b|\)\s*[;(]\s*$)", module, re.S | re.M):
        if inside(match.start()):
            continue
        body, depth, start = match.group(1), 0, match.start(1)
        # A name follows the last packed dimension, and another one follows each comma outside of brackets.
        piece = ""
        for offset, c in enumerate(body + ","):
            depth += c in "([{"
            depth -= c in ")]}"
            if c == "," and depth == 0:
                plain = re.sub(r"\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]", blank, piece.split("=")[0])
                names = [m for m in re.finditer(r"[A-Za-z_]\w*", plain) if not re.fullmatch(KEYWORDS, m.group(0))]
                if names:
                    found.setdefault(names[-1].group(0), start + offset - len(piece) + names[-1].start())
                piece = ""
            else:
                piece += c
    for match in re.finditer(r"\btypedef\s+enum[^{]*\{([^}]*)\}\s*(\w+)\s*;", module):
        for name in re.finditer(r"[A-Za-z_]\w*", match.group(1)):
            found.setdefault(name.group(0), match.start(1) + name.start())
        found.setdefault(match.group(2), match.start(2))
    return found


def check(path):
    text, bad = text_of(path), []
    for module in re.finditer(r"\bmodule\b.*?\bendmodule\b", text, re.S):
        body = re.sub(r"\btask\b.*?\bendtask\b", blank, module.group(0), flags=re.S)  # they have names of their own
        for name, at in declared(body).items():
            for use in re.finditer(rf"(?<![\w.:$`]){name}\b", body[:at]):
                bad.append((text.count("\n", 0, module.start() + use.start()) + 1, name))
                break
        # `.name` without brackets connects the signal of this name.
        for use in re.finditer(r"\.([A-Za-z_]\w*)\s*[,)]", body):
            if use.group(1) in declared_cache(body) and declared_cache(body)[use.group(1)] > use.start():
                bad.append((text.count("\n", 0, module.start() + use.start()) + 1, use.group(1)))
    return sorted(set(bad))


CACHE = {}


def declared_cache(body):
    if body not in CACHE:
        CACHE[body] = declared(body)
    return CACHE[body]


if __name__ == "__main__":
    findings = [(path, line, name) for path in sys.argv[1:] for line, name in check(path)]
    for path, line, name in findings:
        print(f"{path}:{line}: {name} is used before its declaration")
    sys.exit(1 if findings else 0)

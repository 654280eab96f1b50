#!/usr/bin/env python3
"""Finds damaged comments: brackets, quotes or backticks without a partner, sentences that begin with a small letter,
and words that occur only once in the tree and are neither in the word list nor part of a name in the code. A script
that reflows comments can cut off letters, and no compiler notices that.
usage: comments.py [FILE ...]   (without FILE: all files that git knows; words are always counted in the whole tree)"""
import collections
import os
import re
import subprocess
import sys

WORD_LIST = "/usr/share/dict/american-english"  # Debian: wamerican, see mk/setup.sh
OWN_LIST = os.path.join(os.path.dirname(__file__), "words.txt")
C_LIKE = (".c", ".h", ".cpp", ".sv")
C_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.S)
CODE_SPAN = re.compile(r"`[^`]*`|'[^' ]{1,3}'|\"[^\"]*\"|\b[a-z]+://\S+|\S*[_/=<>$%@\\]\S*|[\w.-]+\(\)|\w*\d[\w.-]*")
ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|no|approx)\.\s", re.I)
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")

def c_comments(text):
    """Yields the line and the text of each comment; // lines that follow each other are one comment."""
    last, lines, first = -2, [], 0
    for found in C_TOKEN.finditer(text):
        if found[0][0] != "/":
            continue
        line = text.count("\n", 0, found.start()) + 1
        if found[0].startswith("/*"):
            yield line, re.sub(r"(?m)^\s*\*(?: |$)", "", found[0][2:-2])
            continue
        alone = text[text.rfind("\n", 0, found.start()) + 1:found.start()].strip() == ""
        if lines and (line != last + 1 or not alone):
            yield first, "\n".join(lines)
            lines = []
        first, last = first if lines else line, line
        lines.append(found[0][2:].strip())
    if lines:
        yield first, "\n".join(lines)

def hash_comments(text):
    lines, first = [], 0
    for number, line in enumerate(text.split("\n") + [""], 1):
        if re.match(r"\s*#(?!!)", line):
            first = first if lines else number
            lines.append(line.strip().lstrip("#").strip())
        elif lines:
            yield first, "\n".join(lines)
            lines = []

def check(path, line, comment, names, complain):
    """Complains about the form of one comment. A sentence may begin with one of the names in the code."""
    bare = re.sub(r"'[^' ]{1,3}'|\\.|\[[^][()]*\)", "", comment)  # without characters and half-open intervals
    for mark, name in (("`", "backtick"), ('"', "quote")):
        if bare.count(mark) % 2:
            complain(path, line, f"a {name} has no partner")
    plain = re.sub(r'`[^`]*`|"[^"]*"', "X", bare)
    left = re.sub(r"\([^()]*\)", "X", re.sub(r"\([^()]*\)", "X", plain))
    if re.search(r"[()]", re.sub(r"\b\w{1,2}\)", "", left)):  # "a)" is a bullet
        complain(path, line, "a bracket has no partner")
    for start in re.finditer(r"[a-z]{2}[.?!]\s+([a-z]+)(?![\w./(:=*-])", ABBREVIATED.sub(" ", plain)):
        if start[1] not in names:
            complain(path, line, f"a sentence begins with '{start[1]}'")

def main():
    read = {}
    for path in subprocess.check_output(["git", "ls-files"], text=True).split():
        if path.endswith((*C_LIKE, ".sh", ".py", ".mk", ".yaml", ".pkt", "Makefile")):
            read[path] = open(path, errors="replace").read()
    known = {word.strip().lower() for word in open(OWN_LIST)}
    has_list = os.path.exists(WORD_LIST)
    if has_list:
        known |= {word.strip().lower() for word in open(WORD_LIST)}
    comments, counts, names, damaged = {}, collections.Counter(), set(), []

    def complain(path, line, what):
        damaged.append(f"{path}:{line}: comment: {what}")

    for path, text in read.items():
        comments[path] = list((c_comments if path.endswith(C_LIKE) else hash_comments)(text))
        for _, comment in comments[path]:
            counts.update(word.lower() for word in WORD.findall(comment))
        if path.endswith(C_LIKE):
            code = C_TOKEN.sub(lambda m: " " if m[0][0] == "/" else m[0], text)
            names |= set(re.findall(r"\w+", code))
            known |= {part.lower() for part in re.findall(r"[A-Za-z][a-z]+|[A-Z]+", code)}
    for path in sys.argv[1:] or sorted(read):
        for line, comment in comments.get(path, []):
            check(path, line, comment, names, complain)
            for word in WORD.findall(CODE_SPAN.sub(" ", comment)) if has_list else []:
                low = word.lower()
                if counts[low] == 1 and len(low) > 2 and not {low, low.removesuffix("'s"), low.rstrip("s")} & known:
                    complain(path, line, f"'{word}' occurs only here and is no known word (mk/tidy/words.txt)")
    print(*damaged, sep="\n", end="\n" if damaged else "")
    return 1 if damaged else 0

if __name__ == "__main__":
    sys.exit(main())

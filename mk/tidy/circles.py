#!/usr/bin/env python3
"""Budgets of structure: how large the largest circle of calls between the C files of a folder is, how long the longest
function, how many headers declare functions of a file that is not theirs, how many assertions a function has on
average, and how many files the largest folder holds. Prints each value beside its limit.

A file uses another when it names a function that the other defines; a call and a pointer to the function count alike.
Exit 1: a value is over its limit.  usage: circles.py [ROOT]"""
import collections
import os
import re
import subprocess
import sys

# For each folder with its subfolders, this is the limit for the number of files in its largest circle of calls.
CIRCLES = {
    "models/base": 2, "models/wire": 1, "models/tcp": 4, "models/ctx_cache": 4, "models/toe": 4, "models/pcie": 4,
    "models/mac": 4, "models/lan_switch": 1, "models/host": 3, "models/check": 1, "models/stats": 1, "models/script": 5,
    "models/trace": 5, "host-sw/app": 5, "host-sw/driver": 5, "host-sw/stack": 5, "host-sw/conn": 1,
    "host-sw/team": 1, "host-sw/transfer": 1, "host-sw/mechanism": 1, "host-sw/policy": 1, "host-sw/life": 1, "host-sw/dispatch": 1, "host-sw/server": 1, "sim": 5,
}
# These folders are also checked as one set, because their files depend on each other most easily.
TOGETHER = ("host-sw/conn", "host-sw/team", "host-sw/transfer", "host-sw/mechanism", "host-sw/policy", "host-sw/life", "host-sw/dispatch")
TOGETHER_FILES = 1
# In these folders every header declares functions of its own file only.
OWN_HEADERS = ["models/toe", "host-sw"]
FUNCTION_LINES = 70
FOREIGN_HEADERS = 0  # limit of headers elsewhere that declare functions of other files
# For each folder with its subfolders, this is the least number of calls of assert() for each function in its C files.
ASSERTS = {"models/tcp": 0.4, "host-sw": 0.4}
FOLDER_FILES = 30  # limit of files in one folder, without those of its subfolders


def largest_folder(root):
    """(files, folder) of the folder that holds most of the files that git knows or would take."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True,
                            text=True, check=True).stdout.splitlines()
    folders = collections.Counter(os.path.dirname(f) for f in listed if os.path.isfile(os.path.join(root, f)))
    return max((files, folder or ".") for folder, files in folders.items())


def files_of(root, folder, ending):
    found = []
    for where, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(f for f in folders if f not in ("test", "build", "fuzz", "fail", "rooms", "example"))
        found += [os.path.relpath(os.path.join(where, n), root) for n in sorted(names) if n.endswith(ending)]
    return found


def text_of(root, path):
    """The file without comments, strings and preprocessor lines; the lines keep their numbers."""
    text = open(os.path.join(root, path), errors="ignore").read()
    # One pass removes both, because a string may contain what looks like the beginning of a comment.
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.M)


DEFINITION = re.compile(r"^(?!typedef\b|enum \w+ \{|struct \w+ \{)([A-Za-z_][\w \t*\n]*?)\b(\w+)\(([^;{}]*)\)\s*\{", re.M)
DECLARATION = re.compile(r"^(?!static\b|typedef\b)[A-Za-z_][\w \t*\n]*?\b(\w+)\(([^;{}]*)\);", re.M)


def functions_of(text):
    """(name, is_static, lines) of each function that the file defines."""
    for m in DEFINITION.finditer(text):
        end = text.find("\n}", m.end() - 1)
        newline = text.find("\n", m.end())
        if text.rfind("}", m.end() - 1, newline) >= 0:
            end = newline  # a function in one line
        yield m.group(2), "static" in m.group(1).split(), text.count("\n", m.start(), end) + 1


def circles(graph):
    """The strongly connected parts of more than one file (Tarjan)."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in sorted(graph[v]):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while not part or part[-1] != v:
                part.append(stack.pop())
                on.discard(part[-1])
            if len(part) > 1:
                found.append(sorted(part))

    for v in list(graph):
        if v not in index:
            visit(v)
    return found


def circle_of(sources, texts, defined):
    home = {}
    for f in sources:
        for name, is_static, _ in defined[f]:
            if not is_static:
                home.setdefault(name, set()).add(f)
    graph = collections.OrderedDict((f, set()) for f in sources)
    for f in sources:
        # A member of a struct may have the name of a function.
        for name in set(re.findall(r"(?<![.>\w])(\w+)\b", texts[f])):
            if len(home.get(name, ())) == 1:
                graph[f] |= home[name] - {f}
    return max(circles(graph), key=len, default=[])


def main():
    sys.setrecursionlimit(10000)
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    sources = [f for top in ("models", "host-sw", "sim") for f in files_of(root, top, ".c")]
    headers = [f for top in ("models", "host-sw", "sim") for f in files_of(root, top, ".h")]
    texts = {f: text_of(root, f) for f in sources + headers}
    defined = {f: list(functions_of(texts[f])) for f in sources}
    bad = 0

    def report(what, value, limit, detail=""):
        nonlocal bad
        bad |= value > limit
        print(f"tidy: {what}: {value} (at most {limit})" + (f": {detail}" if value > limit else ""))

    for folder, limit in CIRCLES.items():
        inside = [f for f in sources if f.startswith(folder + "/")]
        circle = circle_of(inside, texts, defined)
        report(f"files in a circle of calls, {folder}", len(circle), limit, " ".join(map(os.path.basename, circle)))
    inside = [f for f in sources if f.startswith(tuple(d + "/" for d in TOGETHER))]
    circle = circle_of(inside, texts, defined)
    report(f"files in a circle of calls, {', '.join(TOGETHER)} together", len(circle), TOGETHER_FILES,
           " ".join(map(os.path.basename, circle)))
    longest = max((lines, name, f) for f in sources for name, _, lines in defined[f])
    report("lines of the longest function", longest[0], FUNCTION_LINES, f"{longest[1]} in {longest[2]}")
    home = {name: f for f in sources for name, is_static, _ in defined[f] if not is_static}
    foreign = {}
    for h in headers:
        names = [m.group(1) for m in DECLARATION.finditer(texts[h])]
        strangers = [n for n in names if n in home and home[n] != re.sub(r"(_pvt)?\.h$", ".c", h)]
        if strangers:
            foreign[h] = strangers
    strict = [h for h in foreign if any(h.startswith(d + "/") for d in OWN_HEADERS)]
    report(f"headers with functions of other files, {', '.join(OWN_HEADERS)}", len(strict), 0,
           "; ".join(f"{h}: {' '.join(foreign[h])}" for h in strict))
    report("headers with functions of other files, elsewhere", len(foreign) - len(strict), FOREIGN_HEADERS,
           " ".join(sorted(set(foreign) - set(strict))))
    files, folder = largest_folder(root)
    report("files in the largest folder", files, FOLDER_FILES, folder)
    for folder, least in ASSERTS.items():
        inside = [f for f in sources if f.startswith(folder + "/")]
        functions = sum(len(defined[f]) for f in inside)
        value = sum(len(re.findall(r"\bassert\(", texts[f])) for f in inside) / functions
        bad |= value < least
        print(f"tidy: assertions per function, {folder}: {value:.2f} (at least {least})")
    return bad


sys.exit(main())

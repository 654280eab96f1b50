#!/usr/bin/python3
"""The JSON Schema of a scenario and the scenario reader refuse the same values.

For each key of the schema, values at both ends of its range and beyond, in each unit, odd spellings and
words are put into a scenario of their own (JSON is YAML too). Left out are numbers in quotes, which YAML
cannot tell from numbers, and ranges that go backwards, which no pattern can tell. `toesim check` must say ok where the
schema is satisfied, and name an error where it is not.
usage: schema_agrees.py TOESIM FOLDER
"""
import json, re, subprocess, sys
import jsonschema

toesim, folder = sys.argv[1:]
schema = json.loads(subprocess.check_output([toesim, "check", "--schema"]))
validator = jsonschema.Draft202012Validator(schema)
PER_CALL = 400

UNITS = {"time": [("ps", 1), ("ns", 10**3), ("us", 10**6), ("ms", 10**9), ("s", 10**12)],
         "size": [("B", 1), ("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30)],
         "rate": [("bps", 1), ("kbps", 10**3), ("Mbps", 10**6), ("Gbps", 10**9)]}
WORDS = ["", "none", "unlimited", "x", "-1", "007ns", "1.5us", "1.50000000000000ms", "0.1ps", "1.2.3ms",
         "1 ms", "1ms ", "1MS", ".5s", "1.s", "150%", "100%", "100.1%", "99.9%", "12.34%", "%", "0%", "0.5MiB", "1.0KiB",
         "3KiB", "12Gbps", "25.0Gbps", "0.025Gbps", "3 7 10-12", "3, 7", "0 4", "80 8000-8099",
         "02:54:4f:45:00:01", "03:54:4f:45:00:01", "02-54-4f-45-00-01", "10.0.0.1", "224.0.0.1", "0.0.0.1",
         "10.0.0.256", "fd00::1", "ff02::1"]


def keys(section, path=()):
    for name, value in section["properties"].items():
        if value.get("type") == "object":
            yield from keys(value, path + (name,))
        elif value.get("type") == "array" and value["items"].get("type") == "object":
            yield from keys(value["items"], path + (name, 0))
        elif name != "expect":
            yield path + (name,), value


def decimal(value, factor):
    """value / factor as an exact decimal number, or None."""
    if factor & (factor - 1) == 0:
        return str(value // factor) if value % factor == 0 else None
    digits = len(str(factor)) - 1
    whole, rest = divmod(value, factor)
    return str(whole) + (("." + str(rest).zfill(digits)).rstrip("0") if rest else "")


def candidates(key, about):
    """Values to try; about: the row of the table of keys, with its range."""
    yield from WORDS
    yield from [0, 1, 3, 4, 5, 6, 8, 4094, 4095, 65536, 2**32, True]
    kind = about.split()[0].rstrip(":,")
    if kind not in UNITS:
        bounds = [int(n) for n in re.findall(r"\b\d+\b", about)]
    else:
        scale = dict(UNITS[kind])
        bounds = [int(n) * scale[u] for n, u in re.findall(r"(\d+)([A-Za-z]+)", about) if u in scale]
    bounds += [2**63 - 1] if "at least" in about else []
    for bound in bounds:
        for value in {bound - 1, bound, bound + 1, bound // 2, bound * 2, bound + 10**6, bound // 7}:
            if value < 0:
                continue
            if kind not in UNITS:
                yield value
            for unit, factor in UNITS.get(kind, []):
                text = decimal(value, factor)
                if text:
                    yield text + unit


def scenario(path, value):
    document = {"name": "probe", "traffic": {"kind": "generator"}}
    at = document
    for step, after in zip(path, path[1:] + (None,)):
        if after is None:
            at[step] = value
        elif after == 0:
            at[step] = [{}]
            at = at[step]
        else:
            at = at.setdefault(step, {}) if step != 0 else at[0]
    return document


def table():
    rows = {}
    for line in subprocess.check_output([toesim, "check", "--keys"], text=True).splitlines():
        match = re.match(r"\| `([^`]*)` \| ([^|]*) \|", line)
        if match:
            rows[match.group(1)] = match.group(2)
    return rows


def refused_by_reader(documents):
    """Numbers of the documents that `toesim check` refuses for their own key."""
    names = []
    for number, (path, document) in enumerate(documents):
        names.append("%s/%d.json" % (folder, number))
        with open(names[-1], "w") as file:
            json.dump(document, file)
    refused = set()
    for start in range(0, len(names), PER_CALL):
        done = subprocess.run([toesim, "check"] + names[start:start + PER_CALL], capture_output=True, text=True)
        for line in done.stderr.splitlines():
            match = re.match(r".*/(\d+)\.json:\d+: ([^:]*): (.)", line)
            if not match:
                sys.exit("fail: a message without file, line and key: " + line)
            number = int(match.group(1))
            own = ".".join(map(str, documents[number][0])).replace(".0.", "[0].")
            # Only the reader knows rules between keys, so their messages do not count. A message about a value that is
            # wrong by itself begins with the quoted value.
            if match.group(2) == own and match.group(3) == "'":
                refused.add(number)
    return refused


rows, documents = table(), []
for path, _ in keys(schema):
    name = ".".join(map(str, path)).replace(".0.", "[].")
    if name in ("name", "traffic.kind", "traffic.capture", "team.ipv6"):
        continue
    row = rows.get(name) or rows[re.sub(r"^nics\.nic[01]\.", "nics.", name)]  # a key of one NIC has no row of its own
    for value in dict.fromkeys(candidates(name, row)):
        if name == "switch.table" and isinstance(value, int) and value > 1:
            continue  # without quotes a reader of YAML takes the digits as a number
        documents.append((path, scenario(path, value)))
refused = refused_by_reader(documents)
bad = 0
for number, (path, document) in enumerate(documents):
    valid = validator.is_valid(document)
    if valid == (number in refused):
        bad += 1
        if bad <= 20:
            print("fail: %s: schema %s, reader %s" % (json.dumps(document), "takes it" if valid else "refuses it",
                                                     "refuses it" if number in refused else "takes it"))
print("%s: schema and reader agree on %d values of %d keys" %
      ("pass" if bad == 0 else "fail", len(documents) - bad, len({p for p, _ in documents})))

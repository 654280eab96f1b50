#!/usr/bin/env python3
"""Every key of a scenario at both ends of its range, in a real run each.

The keys and their ranges come from `toesim check --keys`, so that a new key is tried without being
named here. A run may hold its expectations or not, but it must not be ended by a signal, must not hang
(processor time is limited, not wall time), and what `check` accepts `run` must accept as well.
usage: ranges.py TOESIM WORK_FOLDER CAPTURE [KEY...]
"""

import concurrent.futures
import os
import re
import resource
import shutil
import subprocess
import sys

CPU_SECONDS = 60
BASE = """name: tiny
seed: 1
duration: 50ms
traffic: {kind: generator, connections: 2, bytes: 4KiB, direction: both}
switch: {policy: alternate}
nics: {cache: {model: golden}}
measure: {waves: none}
outputs: {captures: false}
"""

# This is the same system with a capture, because other code reads the same keys in that case.
REPLAY = """name: tiny-replay
duration: 50ms
traffic: {kind: replay, capture: CAPTURE}
nics: {cache: {model: golden}}
measure: {waves: none}
outputs: {captures: false}
"""
REPLAY_KEYS = ("team.mtu", "traffic.", "switch.policy", "seed")

# A rule may require other keys for a value. This table gives their settings: {key or key=value: settings}.
RTO_MAX = ["rto_initial=4294967295us", "rto_max=4294967295us"]
NEEDS = {
    "team.connections_max=1": ["traffic.connections=1"],
    "team.driver=minimal": ["team.idle=0s"],
    "team.move.mechanism=rebuild": ["nics.engine.ack_policy=recorded"],
    "team.move.mechanism=checkpoint": ["nics.engine.ack_policy=recorded"],
    "team.move.mechanism=peer-to-peer": ["nics.pcie.p2p=allowed"],
    "team.fence=heartbeat": ["team.heartbeat=100us"],
    "team.offload.policy=ports": ["team.offload.ports=80"],
    "team.host.llc_hit=1s": ["team.host.dram=1s"],
    "team.host.dram=0s": ["team.host.llc_hit=0s"],
    "nics.pcie.replay_buffer=256B": ["nics.pcie.mps=128B"],
    "switch.policy=table": ["switch.table=01"],
    "traffic.bytes=0GiB": ["traffic.direction=idle"],
    "traffic.flood": ["traffic.flood.count=10"],
    "race.": ["race.frame=window", "race.from=-1s", "race.to=1s"],
    "measure.waves": ["nics.cache.model=rtl"],
}
for side in ("team", "traffic"):
    tcp = f"{side}.tcp."
    NEEDS[tcp + "rto_min=4294967295us"] = [tcp + s for s in RTO_MAX]
    NEEDS[tcp + "rto_initial=1us"] = [tcp + "rto_min=1us"]
    NEEDS[tcp + "rto_initial=4294967295us"] = [tcp + "rto_max=4294967295us"]
    NEEDS[tcp + "rto_max=1us"] = [tcp + "rto_min=1us", tcp + "rto_initial=1us"]

# A key of a list needs an entry of that list. This table gives one: {key: entry}.
ENTRIES = {
    "faults[].nic": "{at: 1ms, action: link_down}",
    "faults[].connection": "{at: 1ms, action: onload}",
    "faults[].array": "{at: 1ms, action: ctx_error, connection: 0}",
    "faults[].line": "{at: 1ms, action: ctx_error, connection: 0}",
    "faults[].bit": "{at: 1ms, action: ctx_error, connection: 0}",
    "faults[].behind": "{action: reorder, link: uplink, rate: 100000}",
    "faults[].delay": "{action: delay, link: uplink, rate: 100000, delay: 1us}",
    "faults[].jitter": "{action: delay, link: uplink, rate: 100000, delay: 1us}",
    "faults[].every": "{at: 1ms, action: set_active, nic: 1}",
    "faults[].count": "{at: 1ms, every: 1ms, action: set_active, nic: 1}",
    "faults[]": "{action: drop, link: uplink, rate: 100000}",
    "switch.rehash[].connection": "{at: 1ms, action: assign, nic: 1}",
    "switch.rehash[].nic": "{at: 1ms, action: assign, connection: 0}",
    "switch.rehash[].count": "{at: 1ms, every: 1ms, action: swap}",
    "switch.rehash[]": "{at: 1ms, action: swap}",
}

# These keys are not tried. The text gives the reason.
SKIPPED = {
    "traffic.kind=replay": "it needs a capture, and is the other base",
    "traffic.kind=external": "its frames come from toesim live or libtoesim",
    "switch.policy=captured": "it needs the interfaces of a capture: system_captures.sh runs it",
    "faults[].action": "each action has keys of its own, and scenarios",
    "race.connection=65535": "there are not so many clients",
    "switch.rehash[].action=assign": "it has keys of its own",
}


def values_of(kind):
    """The values to try for one row's second column."""
    if kind == "true, false":
        return ["true", "false"]
    if kind == "time, may be negative":
        return ["-1s", "0s", "1s"]
    if kind == "time, percentage":
        return ["0s", "9223372s", "0%", "100%"]
    if kind.startswith("none, VLAN"):
        return ["none", "1", "4094"]
    match = re.match(r"(?:time|size|rate|count),? ?(?:at least (\S+?)|(\S+) to ([^\s,]+))(, .*)?$", kind)
    if match:
        low = match.group(1) or match.group(2)
        high = match.group(3)
        if high is None:  # "at least": the largest that fits 63 bits, in its unit
            high = {"time": "9223372s", "size": "8589934591GiB", "coun": str(2**63 - 1)}[kind[:4]]
        return [low, high] + (["unlimited"] if "unlimited" in (match.group(4) or "") else [])
    if kind.startswith("rate: "):
        return kind[len("rate: "):].split(", ")
    if re.fullmatch(r"[\w.-]+(, [\w.-]+)+", kind):
        return kind.split(", ")
    return []


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def toesim(arguments):
    done = subprocess.run([TOESIM] + arguments, capture_output=True, text=True, preexec_fn=limits, check=False)
    return done.returncode, (done.stderr or done.stdout).strip().split("\n")[-1]


def settings(key, value):
    extra = NEEDS.get(f"{key}={value}", [])
    for prefix, needed in NEEDS.items():
        if "=" not in prefix and key.startswith(prefix):
            extra = extra + [s for s in needed if not s.startswith(key + "=")]
    return [a for s in extra + [f"{key.replace('[]', '[0]')}={value}"] for a in ("--set", s)]


def scenario_of(base, key):
    """The text of the scenario; a list gets the entry that has the key."""
    if "[]" not in key:
        return base
    section = key[: key.index("[]")]
    entry = ENTRIES.get(key) or ENTRIES[section + "[]"]
    if section == "switch.rehash":
        policy = "table, table: '01'" if "assign" in entry else "hash"
        return base.replace("switch: {policy: alternate}", f"switch: {{policy: {policy}, rehash: [{entry}]}}")
    return base + f"{section}: [{entry}]\n"


def try_one(case):
    number, base, key, value = case
    scenario = os.path.join(WORK, f"{number}.yaml")
    with open(scenario, "w", encoding="ascii") as file:
        file.write(scenario_of(base, key))
    place = os.path.join(WORK, f"{number}")
    status, text = toesim(["run", scenario, "-o", place] + settings(key, value))
    if status not in (0, 1):
        return f"fail: {key}={value}: exit status {status}: {text}"
    checked, said = toesim(["check", os.path.join(place, "effective.yaml")])
    shutil.rmtree(place)
    if checked != 0:
        return f"fail: {key}={value}: run accepts what check refuses: {said}"
    return f"pass: {key}={value}"


def main():
    listed = subprocess.run([TOESIM, "check", "--keys"], capture_output=True, text=True, check=True).stdout
    cases, untried = [], 0
    for line in listed.split("\n"):
        match = re.match(r"\| `([^`]+)` \| (.*?) \|", line)
        if not match:
            continue
        key, kind = match.groups()
        if (WANTED and key not in WANTED) or key in SKIPPED:
            continue
        values = [v for v in values_of(kind) if f"{key}={v}" not in SKIPPED]
        untried += not values
        bases = [BASE] + ([REPLAY.replace("CAPTURE", CAPTURE)] if key.startswith(REPLAY_KEYS) else [])
        cases += [(base, key, value) for base in bases for value in values]
    if not cases:
        print("fail: no key was found")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(try_one, ((i,) + case for i, case in enumerate(cases))))
    for result in results:
        if result.startswith("fail"):
            print(result)
    passed = sum(r.startswith("pass") for r in results)
    print(f"pass: {passed} runs with a key at an end of its range ({untried} keys have no range)")


TOESIM, WORK, CAPTURE, WANTED = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3]), sys.argv[4:]
main()

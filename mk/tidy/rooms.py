#!/usr/bin/env python3
"""Runs a scenario with the program of mk/tidy/rooms.mk, and prints which files of host-sw it enters for each move between the
completion of FREEZE and the doorbell of INSTALL. Headers with inline functions count as files.

usage: rooms.py PROGRAM SCENARIO [MOST [DONE]]
MOST: exit 1 if a move enters more files. DONE: the function that acts on the completion of FREEZE."""
import array
import os
import subprocess
import sys
import tempfile

# The driver looks up the completion in the first function, and rings the doorbells in the second.
LOOKED_UP, RUNG = "nic_driver_complete", "nic_driver_flush"
COMMAND = "nic_driver_command"


def places_of(program, offsets):
    """offset -> (function, file), by addr2line."""
    found = subprocess.run(["addr2line", "-f", "-e", program], input="\n".join(hex(o) for o in offsets),
                           capture_output=True, text=True, check=True).stdout.split("\n")
    root = os.getcwd() + "/"
    return {o: (found[2 * i], found[2 * i + 1].rsplit(":", 1)[0].replace(root, "").replace("./", ""))
            for i, o in enumerate(offsets)}


def files_of(places, calls):
    """In the order of their first call."""
    return list(dict.fromkeys(places[call][1] for call in calls))


def main():
    program, scenario = sys.argv[1:3]
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else None
    done = sys.argv[4] if len(sys.argv) > 4 else "place_nic_on_freeze_done"
    with tempfile.TemporaryDirectory() as work:
        trace = os.path.join(work, "trace")
        run = subprocess.run([program, "run", scenario, "--waves", "none", "-o", os.path.join(work, "out")],
                             env=dict(os.environ, TOESIM_ROOMS=trace), capture_output=True, text=True)
        if run.returncode:
            sys.exit("rooms: the run failed\n" + run.stdout[-1000:] + run.stderr)
        calls = array.array("Q")
        with open(trace, "rb") as file:
            calls.frombytes(file.read())
    places = places_of(program, sorted(set(calls)))
    names = [places[call][0] for call in calls]
    most = 0
    for at, name in enumerate(names):
        if name != done:
            continue
        begin = max(i for i in range(at) if names[i] == LOOKED_UP)
        end = next(i for i in range(at, len(names)) if names[i] == RUNG)
        issued = max((i for i in range(at, end) if names[i] == COMMAND), default=end)
        entered = files_of(places, calls[begin:end + 1])
        most = max(most, len(entered))
        print(f"rooms: {len(files_of(places, calls[begin:issued + 1]))} files until INSTALL is in its ring; until its doorbell "
              f"{end + 1 - begin} calls in {len(entered)} files: {' '.join(entered)}")
    if not most:
        sys.exit(f"rooms: the run never calls {done}")
    print(f"rooms: at most {most} files between FREEZE's completion and INSTALL's doorbell")
    if limit is not None and most > limit:
        sys.exit(f"rooms: more than {limit} files")


main()

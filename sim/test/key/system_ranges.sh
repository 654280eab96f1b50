#!/bin/sh
# Every key is set to both ends of its range in a real run. No run aborts or hangs, and `check` and
# `run` agree (ranges.py).
# usage: system_ranges.sh BUILD_DIR
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 sim/test/key/ranges.py "$1/toesim" "$work" traces/half-close.pcap
printf 'name: big\nteam: {mtu: 9KiB}\n' >"$work/mtu.yaml"
printf 'name: hold\nteam: {hold_frames: 257}\n' >"$work/hold.yaml"
for file in mtu:2:'team.mtu: .*out of range' hold:2:'team.hold_frames: .*out of range'; do
    name=${file%%:*}
    text=${file#*:2:}
    for command in check run; do
        "$1/toesim" $command "$work/$name.yaml" >"$work/log" 2>&1
        status=$?
        if [ $status -eq 2 ] && grep -q "$name.yaml:2: $text" "$work/log"; then
            echo "pass: $command refuses it with file and line: $text"
        else
            echo "fail: $command: exit status $status: $(cat "$work/log")"
        fi
    done
done

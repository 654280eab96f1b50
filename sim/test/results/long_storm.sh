#!/bin/sh
# A storm of 10,000 moves forwards nothing, loses nothing and retransmits nothing, and the expectations of its scenario
# hold. This takes a minute of processor time, so it is a part of `make test-long`.
# usage: long_storm.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 sim/test/results/storm_capture.py 10000 "$work/storm.pcap" --spread 2500 >"$work/log"
cp sim/test/moves/storm-10000.yaml "$work"
if "$build/toesim" run "$work/storm-10000.yaml" -o "$work/out" >"$work/log" 2>&1; then
    echo "pass: storm of 10,000 moves: makespan $(jq .moves.makespan_ns "$work/out/stats.json") ns"
else
    echo "fail: storm of 10,000 moves"
    tail -n 14 "$work/log"
fi

#!/bin/sh
# Runs every scenario of scenarios/long and checks its expectations. The moves of the scenarios
# with 10,000 connections are also compared with their captures.
# usage: scenarios_long.sh BUILD_DIR [NAME...]
set -u
build=$1
shift
[ $# -gt 0 ] || set -- $(basename -a -s .yaml scenarios/long/*.yaml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for name in "$@"; do
    captures=false
    case $name in *-10000) captures=true ;; esac
    if ! "$build/toesim" run "scenarios/long/$name.yaml" --set outputs.captures=$captures --out "$work/out" >"$work/log" 2>&1; then
        echo "fail: $name"
        tail -n 12 "$work/log"
        failed=1
    elif [ $captures = true ] && ! python3 sim/test/results/moves_against_capture.py "$work/out" >"$work/log" 2>&1; then
        echo "fail: $name: $(cat "$work/log")"
        failed=1
    else
        echo "pass: $name ($(jq -c '.moves.latency_ns | [.p50, .max]' "$work/out/stats.json") ns, $(jq '.memory_peak_kib / 1024 | floor' "$work/out/perf.json") MiB)"
    fi
    rm -rf "$work/out"
done
exit $failed

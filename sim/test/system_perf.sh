#!/bin/sh
# measure.cache_time puts the time of the caches' steps into perf.json, and changes no result.
# usage: system_perf.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() {
    what=$1
    shift
    if "$@" >/dev/null 2>&1; then echo "pass: $what"; else echo "fail: $what"; fi
}

for on in false true; do
    check "cache_time $on runs" "$build/toesim" run scenarios/regress/r03-generator.yaml \
        --waves none --set measure.cache_time=$on -o "$work/$on"
done
check "cache_time changes no result" cmp "$work/false/stats.json" "$work/true/stats.json"
check "cycles are in perf.json" grep -q '"cache_cycles_run": [1-9]' "$work/false/perf.json"
check "no time without cache_time" grep -q '"cache_step_ns": 0,' "$work/false/perf.json"
check "time with cache_time" grep -q '"cache_step_ns": [1-9]' "$work/true/perf.json"

#!/bin/sh
# measure.cache_time puts the time of the caches' steps into perf.json, and changes no result. An idle
# connection takes so little memory that 65,536 of them stay under 512 MiB.
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

idle() {
    "$build/toesim" run scenarios/512-bench-idle.yaml --set traffic.connections="$1" -o "$work/idle" >"$work/idle.log" 2>&1
    sed -n 's/.*"memory_peak_kib": *\([0-9]*\).*/\1/p' "$work/idle/perf.json"
}
case $build in
*san*)
    echo "skip: memory per connection (sanitizers need their own)"
    exit 0
    ;;
esac
few=$(idle 1024)
many=$(idle 6144)
bytes=$(((many - few) * 1024 / 5120))
base=$((few - bytes)) # KiB, less 1024 times so many bytes
check "an idle connection takes $bytes bytes: less than 7 KiB" test "$bytes" -gt 0 -a "$bytes" -lt 7168
check "and without any: $base KiB, less than 64 MiB" test "$base" -lt 65536

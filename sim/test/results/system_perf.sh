#!/bin/sh
# measure.cache_time adds the time of the caches' steps to perf.json and changes no result. The
# wall time covers the whole process, and the time of reading the capture is separate. An idle
# connection needs little memory. The run asserts that all connections are open at the same time.
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

# A clock outside of the program, read before and after the run, must not show less time than the
# program reports.
before=$(date +%s%N)
"$build/toesim" replay traces/redis.pcap.gz --waves none -o "$work/replay" >"$work/replay.log" 2>&1
outside=$((($(date +%s%N) - before) / 1000))
check "the wall time has the reading in it, and no more than an outside clock sees" \
    jq -e ".reading_us > 0 and .wall_us > .reading_us and .wall_us <= $outside" "$work/replay/perf.json"
check "a generator reads nothing" jq -e '.reading_us == 0' "$work/false/perf.json"

idle() {
    "$build/toesim" run scenarios/load/512-bench-idle.yaml --set traffic.connections="$1" --set traffic.hold=20ms \
        -o "$work/idle" >"$work/idle.log" 2>&1
    [ "$(jq .connections.concurrent_max "$work/idle/stats.json")" -eq "$1" ] || echo "$1 are not open at a time" >&2
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
check "an idle connection takes $bytes bytes: less than 20 KiB" test "$bytes" -gt 0 -a "$bytes" -lt 20480
check "and without any: $base KiB, less than 64 MiB" test "$base" -lt 65536

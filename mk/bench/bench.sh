#!/bin/sh
# Runs the benchmark scenarios and prints one table. The argument is the build folder. The script needs jq.
# It runs each scenario BENCH_ROUNDS times (default 3) and takes the run with the least CPU time, because other programs
# may use the machine at the same time.
set -eu
command -v jq >/dev/null || {
    echo "make bench needs the Debian package jq" >&2
    exit 3
}
build=$1
rounds=${BENCH_ROUNDS:-3}
work=$build/bench/runs
mkdir -p "$work"

# best SCENARIO OPTION...: prints perf.json of the fastest of several runs.
best() {
    scenario=$1
    shift
    name=$(basename "$scenario" .yaml)
    : >"$work/$name.json"
    for _ in $(seq "$rounds"); do
        rm -rf "${work:?}/$name"
        "$build/toesim" run "$scenario" -o "$work/$name" "$@" >"$work/$name.log" || {
            cat "$work/$name.log" >&2
            exit 1
        }
        cat "$work/$name/perf.json" >>"$work/$name.json"
    done
    jq -s -c 'min_by(.cpu_us)' "$work/$name.json"
}

row() { printf '%-44s %12s %12s   %s\n' "$@"; }
of() { printf '%s' "$1" | jq -r "$2"; }

row '' "1 conn" "256 conns" 'target'
one=$(best scenarios/load/510-bench-1.yaml)
many=$(best scenarios/load/511-bench-256.yaml)
pair() { row "$1" "$(of "$one" "$2")" "$(of "$many" "$2")" "$3"; }
pair 'frames per wall second, 200 MiB' '.frames_per_second' '40000'
pair 'frames per second of CPU' '.frames * 1000000 / .cpu_us | floor' ''
pair 'wall time, ms' '.wall_us / 1000 | floor' ''
pair 'frames on the links' '.frames' ''
pair 'evaluated cache cycles per frame' '.cache_cycles_run * 10 / .frames | floor / 10' '20'
rx() { jq '[.nics[].mac.rx_frames] | add' "$work/$1/stats.json"; }
row 'kernel events per received frame, end to end' \
    "$(of "$one" ".kernel_events * 10 / $(rx 510-bench-1) | floor / 10")" \
    "$(of "$many" ".kernel_events * 10 / $(rx 511-bench-256) | floor / 10")" ''
pair 'peak memory, MiB' '.memory_peak_kib / 1024 | floor' ''

# The bare loop runs before, between and after the scenarios, so that its best time is measured under the same load.
cache() { "$build/bench/bench_cache" >>"$work/cache"; }
: >"$work/cache"
cache
one=$(best scenarios/load/510-bench-1.yaml --set traffic.bytes=50MiB --set measure.cache_time=true)
cache
many=$(best scenarios/load/511-bench-256.yaml --set traffic.bytes=50MiB --set measure.cache_time=true)
cache
bare_ns=$(sort -n "$work/cache" | head -n 1 | cut -d' ' -f1)
port_ns=$(sort -n -k2 "$work/cache" | head -n 1 | cut -d' ' -f2)
ns='.cache_step_ns / .cache_cycles_run'
pair 'ns per cycle in the cache step (50 MiB)' "$ns | floor" ''
row 'ns per cycle, port alone, plain loop' "$port_ns" "" ''
row 'ns per cycle, bare Verilated cache, same pins' "$bare_ns" "" ''
pair 'cache step / bare' "$ns / $bare_ns * 100 | floor / 100" '1.2'

tiny=$(best scenarios/load/510-bench-1.yaml --set traffic.bytes=1KiB)
short=$(best scenarios/load/512-bench-idle.yaml)
long=$(best scenarios/load/512-bench-idle.yaml --set traffic.hold=1010ms)
row 'start-up, first KiB, end: CPU ms' "$(of "$tiny" '.cpu_us / 1000 | floor')" '' '100'
idle=$(($(of "$long" .cpu_us) - $(of "$short" .cpu_us)))
[ "$idle" -ge 0 ] || idle=0 # the difference is smaller than the noise
row 'one idle second, 1,000 connections: CPU ms' '' "$((idle / 1000)).$((idle / 100 % 10))" '50'
idle=$(rounds=1 best scenarios/load/513-bench-idle-65536.yaml)
row '65,536 idle connections at a time: peak memory, MiB' '' "$(of "$idle" '.memory_peak_kib / 1024 | floor')" '1024'
"$build/bench/bench_tcp" | while read -r rate name; do row "$name" "$rate" '' '5000000'; done
"$build/bench/bench_frames" | while read -r rate _ name; do
    row "frames/s, switch and MACs: $name" "$rate" '' '1000000'
done
# The log of events when it is off. Its price is at most that of all events, as if nobody else wanted any of them.
off=$(best scenarios/load/510-bench-1.yaml --set traffic.bytes=20MiB)
all="--set outputs.log.move=3 --set outputs.log.tcp=3 --set outputs.log.cache=3 --set outputs.log.pcie=3 \
    --set outputs.log.driver=3 --set outputs.log.link=3"
on=$(best scenarios/load/510-bench-1.yaml --set traffic.bytes=20MiB $all)
events=$(wc -l <"$work/510-bench-1/events.log")
rm "$work/510-bench-1/events.log"
event_ns=$("$build/bench_probe" | cut -d' ' -f1)
row 'log off: events per frame, ns for each' "$(of "$off" "$events * 10 / .frames | floor / 10")" "$event_ns" ''
row 'log off: share of the CPU time, %, at most' \
    "$(of "$off" "$events * $event_ns / (.cpu_us * 1000) * 10000 | ceil / 100")" '' '1'
row 'log on, all topics: CPU time is more by' "$(awk -v a="$(of "$on" .cpu_us)" -v b="$(of "$off" .cpu_us)" \
    'BEGIN { printf "%.1f", a / b }')" '' ''

# A study of 15 runs with one job and with two. Each time is the least of several sweeps.
sweep_ms() {
    least=
    for _ in $(seq "$rounds"); do
        rm -rf "${work:?}/study"
        before=$(date +%s%N)
        "$build/toesim" sweep scenarios/study/pcie.yaml -j "$1" -o "$work/study" >"$work/study.log" || {
            cat "$work/study.log" >&2
            exit 1
        }
        took=$((($(date +%s%N) - before) / 1000000))
        [ -n "$least" ] && [ "$least" -le "$took" ] || least=$took
    done
    echo "$least"
}
one=$(sweep_ms 1)
two=$(sweep_ms 2)
row 'sweep of 15 runs, ms with 1 job, with 2 jobs' "$one" "$two" ''
row 'sweep: two jobs are faster by' '' "$(awk -v a="$one" -v b="$two" 'BEGIN { printf "%.2f", a / b }')" '1.9'
tlps=$("$build/bench_pcie" | sed -n 's/.*, \([0-9]*\) per second.*/\1/p')
row 'TLPs/s, one PCIe link alone' "$tlps" '' '1500000'

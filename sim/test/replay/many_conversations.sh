#!/bin/sh
# Captures of many conversations that are not open at the same time, in an address space of limited size: a flood of SYNs
# that nobody answers, and conversations one after the other. traces/big_capture.c makes them.
# usage: many_conversations.sh BUILD_DIR SYNS CONVERSATIONS ADDRESS_SPACE_KIB
set -u
build=$1 syns=$2 conversations=$3 space=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O2 -o "$work/make" traces/big_capture.c || exit 1
# replayed NAME COUNT REASON [OPTION...]: all of them must have this outcome
replayed() {
    name=$1 count=$2 outcome=$3
    shift 3
    (
        ulimit -v "$space"
        "$build/toesim" replay "$work/plain" --allow-empty --waves none --set outputs.captures=false -o "$work/out" "$@"
    ) >"$work/log" 2>&1
    status=$?
    got=$(jq -r ".streams | \"\(.total) \($outcome)\"" "$work/out/stats.json")
    if [ "$status $got" = "0 $count $count" ]; then
        echo "pass: $name ($(jq -r .memory_peak_kib "$work/out/perf.json") KiB at most)"
    else
        echo "fail: $name: exit $status, '$got', wanted $count"
        tail -n 5 "$work/log"
    fi
    rm -rf "$work/out"
}
"$work/make" "$work/plain" 0 "$syns" 1 --syns 2>"$work/sums"
replayed "$syns SYNs without an answer" "$syns" .partial.no_syn_ack
replayed "$syns SYNs without an answer, endpoint mode" "$syns" .partial.no_syn_ack --mode endpoint
"$work/make" "$work/plain" 0 "$conversations" 100 --one-by-one --interval 20000 2>"$work/sums"
replayed "$conversations conversations one after the other" "$conversations" .intact
replayed "$conversations conversations one after the other, endpoint mode" "$conversations" .intact --mode endpoint

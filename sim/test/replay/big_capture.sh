#!/bin/sh
# Captures that are larger than the memory that the program may use. traces/big_capture.c makes
# them. They are replayed from a plain file, a gzip file and a pipe, in both modes. Every byte must
# be right, and the peak of memory must stay below a limit.
# usage: big_capture.sh BUILD_DIR BYTES PEAK_KIB [ADDRESS_SPACE_KIB]
set -u
build=$1 bytes=$2 peak_max=$3 space=${4:-unlimited}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O2 -o "$work/make" traces/big_capture.c || exit 1
# replayed NAME FILE CONVERSATIONS TO_SERVER TO_CLIENT [OPTION...]
replayed() {
    name=$1 file=$2 wanted="$3 $3 $4 $5"
    shift 5
    (
        ulimit -v "$space"
        "$build/toesim" replay "$file" --waves none --set outputs.captures=false -o "$work/out" "$@"
    ) >"$work/log" 2>&1
    status=$?
    got=$(jq -r '"\(.streams.total) \(.streams.intact) \(.streams.bytes_to_server) \(.streams.bytes_to_client)"' "$work/out/stats.json")
    peak=$(jq -r .memory_peak_kib "$work/out/perf.json")
    if [ "$status $got" != "0 $wanted" ]; then
        echo "fail: $name: exit $status, '$got', wanted '$wanted'"
        tail -n 5 "$work/log"
    elif [ "$peak" -gt "$peak_max" ]; then
        echo "fail: $name: peak of $peak KiB, the limit is $peak_max"
    else
        echo "pass: $name ($peak KiB at most)"
    fi
    rm -rf "$work/out"
}
# captured NAME CONVERSATIONS PAYLOAD [OPTION...]: plain, gzip, pipe
captured() {
    title=$1 conversations=$2 payload=$3
    shift 3
    sums=$("$work/make" "$work/plain" "$bytes" "$conversations" "$payload" "$@" 2>&1 >/dev/null)
    # shellcheck disable=SC2086 # three numbers
    replayed "$title" "$work/plain" $sums
    # shellcheck disable=SC2086
    replayed "$title, endpoint mode" "$work/plain" $sums --mode endpoint --port-policy alternate
    gzip -1 "$work/plain"
    # shellcheck disable=SC2086
    replayed "$title, gzip" "$work/plain.gz" $sums --port-policy random
    mkfifo "$work/pipe"
    cat "$work/plain.gz" >"$work/pipe" &
    # shellcheck disable=SC2086
    replayed "$title, from a pipe" "$work/pipe" $sums --port-policy flip:20
    rm -f "$work/pipe" "$work/plain.gz"
}
captured "one conversation" 1 1448
captured "many conversations, pcapng" 200 1448 --ng
captured "one conversation of small frames" 1 10
captured "many conversations of small frames" 20 10

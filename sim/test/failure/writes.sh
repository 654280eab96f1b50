# Makes single writes of the program's own code fail. Other tests read this file. It uses $build
# and $work.
ENOSPC=28 EIO=5

# run_one NUMBER ERRNO PLACE: a run in which the operation with this number fails; with 0 none
# fails. If $capture is set, the run replays that file from a pipe, which is copied, and with so
# little memory that a part of the data goes to disk.
run_one() {
    if [ -n "${capture:-}" ]; then
        rm -f "$work/pipe" && mkfifo "$work/pipe"
        { cat "$capture" >"$work/pipe"; } >/dev/null 2>&1 &
        feeder=$!
        set -- "$@" replay "$work/pipe" --waves none
    else
        set -- "$@" run "$work/one.yaml"
    fi
    number=$1 errno=$2 place=$3
    shift 3
    TOESIM_FAIL_WRITE=$number TOESIM_FAIL_ERRNO=$errno TOESIM_FAIL_WRITE_COUNT=$work/count TMPDIR=$work/here TOESIM_SPILL_BYTES=200000 \
        "$build/fail/toesim" "$@" --seed 2 -o "$work/$place" >"$work/log" 2>&1
    ended=$?
    [ -z "${capture:-}" ] || kill $feeder 2>/dev/null # which waits for a reader when the pipe was never opened
    return $ended
}

# Earlier results are in here/earlier, and there is a folder that no run has to make.
restore() {
    rm -rf "$work/new" "$work/here"
    mkdir -p "$work/here" && cp -r "$work/before" "$work/here/earlier"
}

# judge_one PLACE STATUS REASON: prints the errors after a write has failed. The library that
# writes waves gives no reason. The results are complete if the program found another way, such as
# a file with a name on a file system without unnamed ones, or if only the close of a temporary
# file failed.
judge_one() {
    [ -n "${capture:-}" ] && [ "$2" -eq 0 ] && diff -r -x perf.json -x run.json "$work/good" "$work/$1" >/dev/null && return
    [ "$2" -eq 3 ] || printf 'exit status %s; ' "$2"
    grep -q -e "^toesim: .*${1%%/*}.*: $3" -e "^toesim: .*${1%%/*}.*/waves.fst.*: cannot be written" "$work/log" ||
        printf 'no message with file and reason; '
    diff -r "$work/before" "$work/here/earlier" >/dev/null || printf 'the earlier results changed; '
    [ -z "$(find "$work/here" "$work/new" ! -type d ! -path "$work/here/earlier/*" 2>/dev/null)" ] || printf 'files are left; '
    [ -z "$(find "$work/here" "$work/new" -name '.*' 2>/dev/null)" ] || printf 'a folder is left; '
}

# fail_each_at PLACE FIRST STEP ERRNO REASON: one run for each STEP-th operation from FIRST on
fail_each_at() {
    restore
    run_one 0 0 "$1" || { echo "fail: a run in which no write fails"; tail -n 5 "$work/log"; return; }
    rm -rf "$work/good" && cp -r "$work/$1" "$work/good"
    count=$(cat "$work/count") next=$2 bad=0 runs=0
    while [ "$next" -le "$count" ]; do
        restore
        run_one "$next" "$4" "$1"
        problem=$(judge_one "$1" $? "$5")
        [ -z "$problem" ] || { bad=$((bad + 1)); echo "fail: operation $next of $count at $1 ($5): $problem$(tail -n 1 "$work/log")"; }
        runs=$((runs + 1)) next=$((next + $3))
    done
    [ $bad -eq 0 ] && [ $runs -gt 0 ] && echo "pass: $1: each of $runs runs with a failed write ($5) ended with status 3, of $count operations"
}

# fail_writes FIRST STEP ERRNO REASON: with earlier results at the place, and without
fail_writes() {
    printf '%s\n' 'name: one' 'traffic: {kind: generator, direction: both, connections: 1, bytes: 4KiB}' \
        'switch: {policy: alternate}' 'measure: {waves: moves}' 'outputs: {tlp_trace: true, pcie_config: true}' >"$work/one.yaml"
    rm -rf "$work/before"
    "$build/fail/toesim" run "$work/one.yaml" -o "$work/before" >"$work/log" 2>&1 || { echo "fail: the run before"; return; }
    fail_each_at here/earlier "$@"
    fail_each_at new/folder/out "$@"
}

# fail_capture_writes FIRST STEP ERRNO REASON: also for the data that is stored from a capture
fail_capture_writes() {
    capture=traces/redis.pcap.gz
    fail_each_at here/earlier "$@"
    capture=
}

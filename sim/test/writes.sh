# Fails single writes of the program's own code. Read by other tests. Uses $build and $work.
ENOSPC=28 EIO=5

# run_one NUMBER ERRNO PLACE: a run in which that operation fails; none does when the number is 0
run_one() {
    TOESIM_FAIL_WRITE=$1 TOESIM_FAIL_ERRNO=$2 TOESIM_FAIL_WRITE_COUNT=$work/count \
        "$build/fail/toesim" run "$work/one.yaml" --seed 2 -o "$work/$3" >"$work/log" 2>&1
}

# Earlier results in here/earlier, and no folder that a run has to make.
restore() {
    rm -rf "$work/new" "$work/here"
    mkdir -p "$work/here" && cp -r "$work/before" "$work/here/earlier"
}

# judge_one PLACE STATUS REASON: prints what is wrong after a write has failed
judge_one() {
    [ "$2" -eq 3 ] || printf 'exit status %s; ' "$2"
    grep -q "^toesim: .*${1%%/*}.*: $3" "$work/log" || printf 'no message with file and reason; '
    diff -r "$work/before" "$work/here/earlier" >/dev/null || printf 'the earlier results changed; '
    [ -z "$(find "$work/here" "$work/new" ! -type d ! -path "$work/here/earlier/*" 2>/dev/null)" ] || printf 'files are left; '
    [ -z "$(find "$work/here" "$work/new" -name '.*' 2>/dev/null)" ] || printf 'a folder is left; '
}

# fail_each_at PLACE FIRST STEP ERRNO REASON: one run for each STEP-th operation from FIRST on
fail_each_at() {
    restore
    run_one 0 0 "$1" || { echo "fail: a run in which no write fails"; tail -n 5 "$work/log"; return; }
    count=$(cat "$work/count") number=$2 bad=0 runs=0
    while [ "$number" -le "$count" ]; do
        restore
        run_one "$number" "$4" "$1"
        problem=$(judge_one "$1" $? "$5")
        [ -z "$problem" ] || { bad=$((bad + 1)); echo "fail: operation $number of $count at $1 ($5): $problem$(tail -n 1 "$work/log")"; }
        runs=$((runs + 1)) number=$((number + $3))
    done
    [ $bad -eq 0 ] && [ $runs -gt 0 ] && echo "pass: $1: each of $runs runs with a failed write ($5) ended with status 3, of $count operations"
}

# fail_writes FIRST STEP ERRNO REASON: with earlier results in place and without
fail_writes() {
    printf '%s\n' 'name: one' 'traffic: {kind: generator, direction: both, connections: 1, bytes: 4KiB}' \
        'switch: {policy: alternate}' 'measure: {waves: moves}' 'outputs: {tlp_trace: true, pcie_config: true}' >"$work/one.yaml"
    rm -rf "$work/before"
    "$build/fail/toesim" run "$work/one.yaml" -o "$work/before" >"$work/log" 2>&1 || { echo "fail: the run before"; return; }
    fail_each_at here/earlier "$@"
    fail_each_at new/folder/out "$@"
}

# Makes single allocations of the program's own code fail. Other tests read this file. It uses
# $build and $work.

# fail_each STEP: one run for each STEP-th allocation of a run with one connection and 4 KiB
fail_each() {
    printf '%s\n' 'name: one' 'traffic: {kind: generator, direction: both, connections: 1, bytes: 4KiB}' >"$work/one.yaml"
    TOESIM_FAIL_COUNT=$work/count "$build/fail/toesim" run "$work/one.yaml" --waves none -o "$work/whole" >"$work/log" 2>&1 ||
        { echo "fail: a run in which no allocation fails"; tail -n 5 "$work/log"; return; }
    count=$(cat "$work/count") number=1 bad=0
    while [ "$number" -le "$count" ]; do
        TOESIM_FAIL_ALLOC=$number "$build/fail/toesim" run "$work/one.yaml" --waves none -o "$work/out" >"$work/log" 2>&1
        status=$?
        if [ $status -ne 3 ] || ! grep -q memory "$work/log" || [ -e "$work/out/stats.json" ]; then
            echo "fail: allocation $number of $count: exit status $status: $(tail -n 1 "$work/log")"
            bad=$((bad + 1))
        fi
        rm -rf "$work/out"
        number=$((number + $1))
    done
    [ $bad -eq 0 ] && echo "pass: each allocation that failed ended the run with status 3, of $count"
}

# Runs a scenario with outputs off or on, and compares the results. Other tests read this file. It
# uses $build and sets $status.

# run_with SCENARIO DIR KEY=VALUE...: runs with only the outputs that are named
run_with() {
    of=$1 to=$2
    shift 2
    for key in "$@"; do set -- "$@" --set "$key" && shift; done
    "$build/toesim" run "$of" --set measure.waves=none --set outputs.tlp_trace=false --set outputs.captures=false \
        --set outputs.pcie_config=false --set outputs.timeline=false --set outputs.waits=false --set measure.sample=0s "$@" -o "$to" >"$to.log" 2>&1
    status=$?
}

run_off() { run_with "$1" "$2"; }

# compare WHAT DIR DIR: compares the files that have results
compare() {
    for file in stats.json moves.csv conns.csv cache_sets.csv; do
        if ! cmp -s "$2/$file" "$3/$file"; then
            echo "fail: $1: $file differs"
            diff "$2/$file" "$3/$file" | head -n 20
            return
        fi
    done
    echo "pass: $1: the same results"
}

#!/bin/sh
# Two runs of the default scenario give the same bytes in every file except perf.json and run.json. A run with
# another seed is still intact.
# usage: system_twice.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for scenario in scenarios/000-default.yaml; do
    for run in a b; do
        "$build/toesim" run "$scenario" -o "$work/$run" >"$work/$run.log" 2>&1 ||
            { echo "fail: $scenario run $run"; tail -n 20 "$work/$run.log"; }
    done
    rm -f "$work"/[ab]/perf.json "$work"/[ab]/run.json
    if diff -rq "$work/a" "$work/b" >"$work/diff" 2>&1; then
        echo "pass: $scenario twice gives equal files: $(ls "$work/a" | tr '\n' ' ')"
    else
        echo "fail: $scenario twice differs"
        cat "$work/diff"
    fi
    if "$build/toesim" run "$scenario" --seed 4711 -o "$work/c" >"$work/c.log" 2>&1; then
        echo "pass: $scenario with another seed"
    else
        echo "fail: $scenario with another seed"
        tail -n 20 "$work/c.log"
    fi
done

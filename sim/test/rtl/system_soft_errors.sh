#!/bin/sh
# Runs the soft errors with the golden model instead of the RTL. Every expectation of
# scenarios/soft-error holds too. summary.txt mentions soft errors, including those that missed,
# only if there were any.
# usage: system_soft_errors.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { # scenario, settings; results in $work/out
    scenario=$1
    shift
    mk/hang.sh 200 "$build/toesim" run "$scenario" --waves none --set outputs.captures=false "$@" -o "$work/out" \
        >"$work/log" 2>&1
}

for scenario in scenarios/soft-error/*.yaml; do
    if run "$scenario" --set nics.cache.model=golden; then
        echo "pass: $(basename "$scenario" .yaml) with the golden model"
    else
        echo "fail: $(basename "$scenario" .yaml) with the golden model"
        tail -n 12 "$work/log"
    fi
done

told() { # text
    if grep -q "^$1" "$work/out/summary.txt"; then
        echo "pass: summary.txt says \"$1\""
    else
        echo "fail: summary.txt does not say \"$1\""
    fi
}

run scenarios/soft-error/307-ctx-error-missed.yaml && told 'soft errors     0 hit, 3 missed'
run scenarios/soft-error/306-ctx-error-twice.yaml && told 'soft errors     2 hit, 0 missed'
run scenarios/soft-error/306-ctx-error-twice.yaml --set faults[0].at=100s --set faults[1].at=100s
if grep -q '^soft errors' "$work/out/summary.txt"; then
    echo "fail: summary.txt has soft errors without any"
else
    echo "pass: no soft errors, no line"
fi

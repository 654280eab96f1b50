#!/bin/sh
# Every scenario runs and its expectations hold, except the two large ones of `make bench`.
# usage: system_scenarios.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for scenario in scenarios/*.yaml; do
    case $scenario in */510-* | */511-*) continue ;; esac
    name=$(basename "$scenario" .yaml)
    if timeout 200 "$build/toesim" run "$scenario" --waves none -o "$work/out" >"$work/log" 2>&1; then
        echo "pass: $name"
    else
        echo "fail: $name"
        tail -n 12 "$work/log"
    fi
    rm -rf "$work/out"
done

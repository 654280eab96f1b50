#!/bin/sh
# Hundreds of busy connections move at the same time. No move misses its deadline, because the
# application's copies do not delay the driver.
# usage: system_load.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if mk/hang.sh 300 "$build/toesim" run scenarios/load/519-moves-under-load.yaml -o "$work/out" >"$work/log" 2>&1; then
    echo "pass: moves under load"
else
    echo "fail: moves under load: exit $?"
    tail -n 20 "$work/log"
fi

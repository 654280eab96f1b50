#!/bin/sh
# The table of README.md that shows the mechanisms side by side is what real runs give.
# usage: system_mechanisms.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! sim/bench/mechanisms.sh "$build" >"$work/table"; then
    echo "fail: mechanisms: a run failed"
elif sed -n '/^| Mechanism | Reload p50/,/^$/p' README.md | grep '^|' | cmp -s - "$work/table"; then
    echo "pass: mechanisms: the table of README.md"
else
    echo "fail: mechanisms: README.md has another table; sim/bench/mechanisms.sh prints this one"
    cat "$work/table"
fi

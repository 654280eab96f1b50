#!/bin/sh
# The table of docs/moves.md that shows how many moves one re-hash makes, by policy and size of the switch's queue, is
# what real runs give.
# usage: system_moves_by_queue.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! sim/bench/moves_by_queue.sh "$build" >"$work/table"; then
    echo "fail: moves by queue: a run failed"
elif grep -A5 '^| Frames in the queue' docs/moves.md | cmp -s - "$work/table"; then
    echo "pass: moves by queue: the table of docs/moves.md"
else
    echo "fail: moves by queue: docs/moves.md has another table"
    cat "$work/table"
fi

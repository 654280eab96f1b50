#!/bin/sh
# Prints how many moves one re-hash makes under one upload at line rate, for each policy and size of the switch's queue.
# The clients' link is ten times as fast as the links to the NICs, so the queue of the old port is full at the re-hash.
# The table of docs/moves.md, section 3b, is this output.
# usage: moves_by_queue.sh BUILD_DIR
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# moves FRAMES POLICY: the number of completed moves
moves() {
    "$build/toesim" run scenarios/move/212-one-upload-residency.yaml --set "switch.queue=$1" \
        --set "team.move.policy=$2" -o "$work/out" >"$work/log" 2>&1 || [ $? -eq 1 ] || {
        cat "$work/log" >&2
        exit 1
    }
    jq .moves.completed "$work/out/stats.json"
}

echo '| Frames in the queue | `first-packet` | `residency, first-packet` | `k-of-m, first-packet` | `k-of-m` |'
echo '|---|---|---|---|---|'
for queue in 8 64 512 4096; do
    echo "| $queue | $(moves $queue first-packet) | $(moves $queue residency,first-packet) | $(moves $queue k-of-m,first-packet) | $(moves $queue k-of-m) |"
done

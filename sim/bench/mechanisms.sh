#!/bin/sh
# Prints the mechanisms side by side: the medians of 400 moves beside their floors, the duplicate ACKs that the move of one
# upload and of one download costs, and how many of eight uploads survive when one of the two NICs dies. The floors are
# what toesim show prints (docs/reload.md). The table of README.md is this output.
# usage: mechanisms.sh BUILD_DIR
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run SCENARIO SETTING...: runs it, whatever its expectations say, since they are those of one mechanism
run() {
    scenario=$1
    shift
    set -- $(for pair in "$@"; do printf -- '--set %s ' "$pair"; done)
    "$build/toesim" run "scenarios/move/$scenario.yaml" "$@" -o "$work/out" >"$work/log" 2>&1 || [ $? -eq 1 ] || {
        cat "$work/log" >&2
        exit 1
    }
}

stat() { jq -r "$1" "$work/out/stats.json"; }

# Prints the sum of the column dup_acks of moves.csv.
dup_acks() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "dup_acks") column = i; next } { sum += $column } END { print sum + 0 }' \
        "$work/out/moves.csv"
}

# floor PHASE: of the run, in ns
floor() {
    "$build/toesim" show "$work/out" --floors | awk -F, -v phase="$1" '$2 == 1 && $3 == phase { printf "%d", $4 / 1000 + 0.5 }'
}

# row MECHANISM: a row of the table
row() {
    needs=team.move.mechanism=$1
    case $1 in rebuild | checkpoint) needs="$needs nics.engine.ack_policy=recorded" ;; esac
    times='| - | - '
    if [ "$1" != forward ]; then
        run 839-mechanism-table $needs
        times=$(printf '| %d ns (%d) | %d ns (%d) ' "$(stat .moves.latency_ns.p50)" "$(floor reload)" \
            "$(stat .moves.blackout_ns.p50)" "$(floor blackout)")
    fi
    run 213-one-upload $needs nics.pcie.p2p=allowed
    up=$(dup_acks)
    run 211-one-download $needs nics.pcie.p2p=allowed
    down=$(dup_acks)
    run 820-dead-upload $needs nics.pcie.p2p=allowed
    echo "| \`$1\` $times| $up / $down | $(stat .streams.intact) of 8 |"
}

echo '| Mechanism | Reload p50 (floor) | Blackout p50 (floor) | Duplicate ACKs, up / down | Intact after a NIC has died |'
echo '|---|---|---|---|---|'
for mechanism in host-pull host-pull-batched host-push peer-to-peer rebuild checkpoint drain-first forward-then-move forward; do
    row $mechanism
done

#!/bin/sh
# Prints the mechanisms side by side: the medians of 400 moves beside their floors, the duplicate ACKs that the move of one
# upload and of one download costs, and how many of eight uploads survive when one of the two NICs dies. The floors are the
# sums of docs/reload.md in nanoseconds, for the default parameters. The table of README.md is this output.
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

# Steps that no mechanism can do without, in ns.
detect=256 decide=230 push=212 extract=254 check=112 read=454 install=20
lines=462  # five lines and INSTALL, until the last one has arrived
across=396 # an image from one NIC to the other, through the root complex

# row MECHANISM BLACKOUT_FLOOR: a row of the table; a floor of 0 stands for a mechanism that never moves a connection
row() {
    needs=team.move.mechanism=$1
    case $1 in rebuild | checkpoint) needs="$needs nics.engine.ack_policy=recorded" ;; esac
    times='| - | - '
    if [ "$2" -gt 0 ]; then
        run 839-mechanism-table $needs
        times=$(printf '| %d ns (%d) | %d ns (%d) ' "$(stat .moves.latency_ns.p50)" $((detect + decide + push + $2)) \
            "$(stat .moves.blackout_ns.p50)" "$2")
    fi
    run 213-one-upload $needs nics.pcie.p2p=allowed
    up=$(dup_acks)
    run 211-one-download $needs nics.pcie.p2p=allowed
    down=$(dup_acks)
    run 820-dead-upload $needs nics.pcie.p2p=allowed
    echo "| \`$1\` $times| $up / $down | $(stat .streams.intact) of 8 |"
}

pull=$((extract + check + push + read + install))
echo '| Mechanism | Reload p50 (floor) | Blackout p50 (floor) | Duplicate ACKs, up / down | Intact after a NIC has died |'
echo '|---|---|---|---|---|'
row host-pull $pull
row host-pull-batched $pull
row host-push $((extract + check + lines + install))
row peer-to-peer $((across + install))
row rebuild $pull
row checkpoint $pull
row drain-first $pull
row forward-then-move $pull
row forward 0

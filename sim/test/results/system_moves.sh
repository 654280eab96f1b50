#!/bin/sh
# Compares the moves that a run reports with its captures, which tshark reads. T0 of each move is
# the time of its trigger frame, no frame triggers two moves, and every move has T0 and a reload
# latency, also if a link event or a call triggered it. One of the runs is a storm of 10,000
# connections, in which most moves wait for their turn. Its deadline is short, so that most moves
# are late, but none fails.
# usage: system_moves.sh BUILD_DIR
set -u
build=$1
command -v tshark >/dev/null || { echo "skip: tshark is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# against NAME [--storm]: compares the results in $work/out with their captures
against() {
    name=$1
    shift
    if said=$(python3 sim/test/results/moves_against_capture.py "$work/out" "$@" 2>&1); then
        echo "pass: $name: $said"
    else
        echo "fail: $name: $said"
    fi
}

# run NAME SCENARIO OPTIONS...: runs with captures
run() {
    name=$1
    shift
    rm -rf "$work/out"
    "$build/toesim" run "$@" --set outputs.captures=true --set measure.waves=none --out "$work/out" \
        >"$work/log" 2>&1 || {
        echo "fail: $name: the run failed"
        tail -n 5 "$work/log"
        return 1
    }
}

# rows COLUMN=VALUE... [: COLUMN...]: prints rows of the last run's moves.csv
rows() { python3 sim/test/results/csv_select.py "$work/out/moves.csv" "$@"; }

# holds NAME EXPRESSION: evaluates the expression on the last run's stats.json
holds() {
    if [ "$(jq "$2" "$work/out/stats.json")" = true ]; then
        echo "pass: $1: $2"
    else
        echo "fail: $1: not $2: $(jq -c '.moves | {started, completed, failed, cancelled, open, late}' "$work/out/stats.json")"
    fi
}

for scenario in port/100-alternate team/200-link-down team/201-active-backup; do
    run $scenario scenarios/$scenario.yaml || continue
    against $scenario
    holds $scenario '.moves.latency_ns.count == .moves.completed'
done

# The trigger of a move after link down is the event at 30 % of the traffic, which is not a frame.
run link-down scenarios/team/200-link-down.yaml && {
    kinds=$(rows kind=move trigger=link trigger_nic=1 trigger_frame= : t0_ps | sort -u | wc -l)
    [ "$kinds" -eq 1 ] && echo "pass: moves after link down share the instant of one link event" ||
        echo "fail: $kinds instants of link events, not 1"
}

rehash_ns=$(python3 sim/test/results/storm_capture.py 10000 "$work/storm.pcap")
cat >"$work/storm.yaml" <<END
name: storm
team: {idle: 0s, move_deadline: 30us}
traffic: {max_gap: 1s, capture: storm.pcap}
switch: {rehash: [{at: ${rehash_ns}ns, action: swap}]}
expect: [streams.intact == 10000]
END
if run storm "$work/storm.yaml"; then
    against storm --storm
    holds storm '.moves.completed == 10000 and .moves.failed == 0 and .moves.cancelled == 0'
    holds storm '.moves.late > 1000 and .moves.latency_ns.p50 > 1000000'
    late=$(rows kind=move late=1 | wc -l)
    holds storm ".moves.late == $late"
    # The caches hold fewer contexts than there are connections, and a context leaves its NIC only
    # by a move.
    cold=$(rows cold=1 | wc -l)
    holds storm "([.nics[].ctx_cache.extracts_cold] | add) == $cold and $cold > 1000 and $cold < 10000"
fi

# A connection that is reset while it moves: all outputs give its move the same result.
run cancelled sim/test/moves/cancelled.yaml && {
    holds cancelled '.moves.cancelled == 1 and .moves.failed == 0'
    count=$(rows kind=move outcome=cancelled | wc -l)
    [ "$count" -eq 1 ] && grep -q ' 1 cancelled' "$work/out/summary.txt" && echo "pass: cancelled in moves.csv and summary" ||
        echo "fail: $count rows of moves.csv are cancelled; $(grep '^moves' "$work/out/summary.txt")"
}

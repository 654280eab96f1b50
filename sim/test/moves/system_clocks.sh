#!/bin/sh
# Tests NICs with clocks of their own (docs/hwif.md, section 11): moves between them cost the peers nothing, every result of
# two runs is the same, and what cannot work is refused.
# usage: system_clocks.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run NAME SCENARIO SET...: leaves the results in $work/NAME
run() {
    name=$1 scenario=$2
    shift 2
    set -- $(for pair in "$@"; do printf -- '--set %s ' "$pair"; done)
    "$build/toesim" run "scenarios/$scenario.yaml" "$@" -o "$work/$name" >"$work/log" 2>&1 ||
        { echo "fail: $name: exit status $?"; tail -n 3 "$work/log"; }
}

# value NAME FILTER: a value of stats.json
value() { jq -r "$2" "$work/$1/stats.json"; }

cost='.peer.retransmissions + .nics[0].engine.tx_retransmissions + .nics[1].engine.tx_retransmissions'
alike="nics.nic0.clock_offset=0s nics.nic1.clock_offset=0s nics.nic0.clock_drift=0ppm nics.nic1.clock_drift=0ppm"

# twin SCENARIO: retransmissions with these clocks and with the time of the host
twin() {
    run apart "$1"
    run same "$1" $alike
    with=$(value apart "$cost") without=$(value same "$cost")
    moves=$(value apart .moves.completed)
    if [ "$with" -le "$without" ] && [ "$moves" -gt 0 ]; then
        echo "pass: $1: $moves moves, $with retransmissions, and $without with one clock"
    else
        echo "fail: $1: $moves moves, $with retransmissions, but $without with one clock"
    fi
}
twin move/840-clock-offset
twin move/841-clock-drift

# Each mechanism that moves connections does so between two clocks.
for mechanism in host-push host-pull-batched peer-to-peer rebuild drain-first forward-then-move; do
    policy=posted
    [ $mechanism = rebuild ] && policy=recorded
    run "$mechanism" port/100-alternate nics.nic0.clock_offset=-2s nics.nic1.clock_drift=100ppm \
        team.move.mechanism=$mechanism nics.pcie.p2p=allowed nics.engine.ack_policy=$policy
    if [ "$(value "$mechanism" .streams.intact)" = 40 ]; then
        echo "pass: $mechanism between two clocks: $(value "$mechanism" .moves.completed) moves, 40 intact"
    else
        echo "fail: $mechanism between two clocks"
    fi
done

# The order of frames is known only as well as the clocks are. Without corrections fewer of them move their connection.
run kept port/100-alternate nics.nic0.clock_drift=1000ppm nics.nic1.clock_drift=-1000ppm
run left port/100-alternate nics.nic0.clock_drift=1000ppm nics.nic1.clock_drift=-1000ppm team.clock_period=10s
kept=$(value kept .moves.completed) left=$(value left .moves.completed)
if [ "$kept" -gt "$left" ]; then
    echo "pass: $kept moves when the clocks are set, $left when they drift apart"
else
    echo "fail: $kept moves when the clocks are set, but $left when they drift apart"
fi

# refused WHAT TEXT SET...: exit status 2 and this text
refused() {
    what=$1 text=$2
    shift 2
    set -- $(for pair in "$@"; do printf -- '--set %s ' "$pair"; done)
    "$build/toesim" run scenarios/000-default.yaml "$@" -o "$work/refused" >"$work/log" 2>&1
    status=$?
    if [ $status -eq 2 ] && grep -q -e "$text" "$work/log"; then
        echo "pass: $what is refused"
    else
        echo "fail: $what: exit status $status"
        tail -n 3 "$work/log"
    fi
}
refused "a drift of more than 1000 ppm" "out of range; write -1000ppm to 1000ppm" nics.clock_drift=-1001ppm
refused "a drift without a unit" "has no unit; write a drift such as 50ppm" nics.clock_drift=7
refused "an offset of months" "out of range; write -1000000s to 1000000s" nics.nic1.clock_offset=2000000s
refused "a clock in version 1" "nics.contract: .*write 2" nics.clock_offset=1s nics.contract=1
refused "a clock with the minimal driver" "team.driver: .*write full" nics.nic0.clock_drift=5ppm team.driver=minimal team.idle=0s

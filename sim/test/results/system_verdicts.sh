#!/bin/sh
# Tests the outcomes of conversations that a run reports, and the exit status that follows from
# them.
# usage: system_verdicts.sh BUILD_DIR
set -u
build=$1
data=sim/test/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect NAME STATUS JQ_CONDITION_ON_STATS PATTERN COMMAND... : the output must match the pattern
expect() {
    name=$1 want=$2 condition=$3 pattern=$4
    shift 4
    rm -rf "$work/out"
    "$@" -o "$work/out" >"$work/log" 2>&1
    got=$?
    if [ "$got" -ne "$want" ]; then
        echo "fail: $name: exit $got, not $want"
    elif ! jq -e "$condition" "$work/out/stats.json" >/dev/null 2>&1; then
        echo "fail: $name: stats.json does not have $condition"
        jq -c .streams "$work/out/stats.json"
    elif ! grep -q -e "$pattern" "$work/log"; then
        echo "fail: $name: '$pattern' is not printed"
    elif ! jq -e '.streams | .total == .intact + .damaged + .stalled + .unfinished + .not_compared + (.partial | add)
            and .complete == .intact + .damaged + .stalled + .unfinished' "$work/out/stats.json" >/dev/null; then
        echo "fail: $name: the outcomes do not add up"
        jq -c .streams "$work/out/stats.json"
    else
        echo "pass: $name"
        return
    fi
    tail -n 5 "$work/log"
}

run="$build/toesim run"
replay="$build/toesim replay"
# shellcheck disable=SC2086
{
expect "a run cut before anything arrived" 1 '.streams.unfinished == 3 and .streams.intact == 0' \
    '3 total, 3 complete: 0 intact, 0 damaged, 0 stalled, 3 unfinished' $run $data/total-loss.yaml
expect "the same, allowed by an expectation on the very key" 0 '.streams.unfinished == 3' \
    'streams.unfinished == 3 (actual 3)$' $run $data/total-loss.yaml --set 'expect[0]=streams.unfinished == 3'
expect "an expectation on another key allows nothing" 1 '.streams.unfinished == 3' \
    'FAIL streams.unfinished == 0 (actual 3), built in' $run $data/total-loss.yaml --set 'expect[0]=streams.total == 3'
expect "an expectation with the key on its right allows nothing" 1 '.expect | length == 4' \
    'FAIL streams.unfinished == 0' $run $data/total-loss.yaml --set 'expect[0]=streams.total == streams.unfinished'
expect "clients that nobody answers" 2 '.streams.partial.no_syn_ack == 3 and .streams.complete == 0' \
    'no conversation could be judged: 3 in all (3 no_syn_ack)' $replay $data/refused.pcap
expect "the same, allowed" 0 '.streams.partial.no_syn_ack == 3' 'partial  *3 no_syn_ack' \
    $replay $data/refused.pcap --allow-empty
expect "a capture without TCP" 2 '.streams.total == 0' '0 in all (3 records, 3 without TCP)' $replay $data/udp-only.pcap
expect "the same, allowed by the scenario's key" 0 '.streams.total == 0' '0 total' \
    $replay $data/udp-only.pcap --set traffic.allow_empty=true
editcap -s 68 traces/half-close.pcap "$work/snap.pcap"
expect "a snap length that cut the SYNs' options" 2 '.streams.partial.no_syn == 4 and .capture.left_out.cut_header > 0' \
    'whose headers the snap length cut off); capture with a longer snap length (tcpdump -s 0)' $replay "$work/snap.pcap"
head -c 1000 traces/half-close.pcap >"$work/cut.pcap"
expect "a file that ends within a record" 2 '.streams.total > 0' \
    "cut.pcap: record [0-9]*: .*missing from them; tcpdump -r OLD -w NEW writes those alone to a new file" \
    $replay "$work/cut.pcap"
expect "a replay cut short" 1 '.streams.unfinished > 0 and .streams.damaged == 0' 'FAIL streams.unfinished == 0' \
    $replay traces/http-keepalive.pcap.gz --set duration=50ms
expect "a replay on lwIP cut short" 1 '.streams.unfinished > 0 and .streams.damaged == 0' 'FAIL streams.unfinished == 0' \
    $replay traces/http-keepalive.pcap.gz --mode endpoint --set duration=50ms
expect "a replay that nobody ever hears" 1 '.streams.damaged == 0 and .streams.stalled > 0' 'FAIL streams.stalled == 0' \
    $replay traces/half-close.pcap --set 'faults[0].action=drop' --set 'faults[0].link=uplink' \
    --set 'faults[0].rate=1000000'
expect "frames on their way when the run ends" 0 '.frames.in_flight > 0 and .invariants."I-RXONCE" == 0' '1 intact' \
    $run $data/in-flight.yaml
expect "silence shorter than TCP's back-off is no stall" 0 '.streams.intact == .streams.complete' '0 stalled' \
    $replay traces/half-close.pcap --stall 1s --set 'faults[0].action=drop' --set 'faults[0].link=uplink' \
    --set 'faults[0].rate=1000000' --set 'faults[0].lasting=6s'
expect "the same, of a generator" 0 '.streams.intact == 4' '0 stalled' \
    $run $data/total-loss.yaml --set duration=unlimited --set traffic.stall=1s --set traffic.connections=4 \
    --set 'faults[0].lasting=6s' --set 'faults[0].direction=to_peers'
expect "nobody ever answers" 1 '.streams.stalled == 3' 'FAIL streams.stalled == 0' \
    $run $data/total-loss.yaml --set duration=unlimited
}
# The column of conns.csv agrees with stats.json.
$build/toesim run scenarios/soft-error/301-ctx-error.yaml --waves none -o "$work/conns" >/dev/null 2>&1
for outcome in intact damaged; do
    outcomes=$(awk -F, -v want=$outcome 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "outcome") at = i }
        NR > 1 && $at == want { n++ } END { print n + 0 }' "$work/conns/conns.csv")
    if [ "$outcomes" = "$(jq ".streams.$outcome" "$work/conns/stats.json")" ]; then
        echo "pass: conns.csv has as many $outcome conversations as stats.json"
    else
        echo "fail: conns.csv has $outcomes $outcome conversations"
    fi
done
# A replay in which nothing can move says how to make connections move, and no other replay says so.
hints() { # WANTED NAME OPTIONS...
    want=$1 name=$2
    shift 2
    $build/toesim replay "$@" --waves none --set outputs.captures=false -o "$work/hint" >"$work/log" 2>&1
    [ -s "$work/hint/stats.json" ] && got=$(grep -c 'port-policy alternate makes them move' "$work/hint/summary.txt")
    if [ "$got" -eq "$want" ]; then echo "pass: $name"; else echo "fail: $name: $got times"; tail -n 5 "$work/log"; fi
}
hints 1 "without moves, how to get some" traces/half-close.pcap
hints 1 "the same, all frames on one NIC" traces/half-close.pcap --port-policy nic0
hints 0 "with moves, no advice" traces/half-close.pcap --port-policy alternate
hints 0 "without moves in spite of a fault, no advice" traces/half-close.pcap --set 'faults[0].action=drop' \
    --set 'faults[0].link=uplink' --set 'faults[0].rate=1'
hints 0 "without connections, no advice" $data/udp-only.pcap --allow-empty
exit 0

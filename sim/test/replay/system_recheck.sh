#!/bin/sh
# A replay that finds damage replays the capture once more under nic0, without faults, in a child
# process.
# usage: system_recheck.sh BUILD_DIR
set -u
toesim=$(cd "$1" && pwd)/toesim
traces=$(pwd)/traces
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; tail -n 5 log; fi; }
run() { # DIR WANTED_EXIT COMMAND...
    dir=$1 wanted=$2
    shift 2
    "$toesim" "$@" --waves none --set outputs.captures=false -o "$dir" >log 2>&1
    status=$?
    [ $status -eq "$wanted" ] || { echo "fail: $* ends with $status"; return 1; }
}
key() { jq -c '[.streams.damaged, .streams.damaged_nic0]' "$1/stats.json"; }
fault="--set faults[0].action=pcie_down --set faults[0].at=40% --set faults[0].nic=0"
# The server gives up after its first retransmission, which is earlier than any answer of a peer.
hasty="--set team.tcp.rexmt_max=1 --set team.tcp.rto_min=2us --set team.tcp.rto_initial=2us --set team.tcp.rto_max=2us"

# shellcheck disable=SC2086
run fault 1 replay "$traces/half-close.pcap" $fault && [ "$(key fault)" = "[1,0]" ] &&
    grep -q '^ *also damaged under nic0: 0 of 1$' fault/summary.txt
judge "a fault's damage is not there under nic0" $?
# shellcheck disable=SC2086
run again 1 replay "$traces/half-close.pcap" $fault && diff -r --exclude perf.json --exclude run.json fault again >/dev/null
judge "the same bytes the second time" $?
# shellcheck disable=SC2086
run hasty 1 replay "$traces/redis.pcap.gz" --port-policy alternate $hasty && [ "$(key hasty)" = "[15,15]" ]
judge "what does not come from the moves is there too" $?
# shellcheck disable=SC2086
run hasty_endpoint 1 replay "$traces/redis.pcap.gz" --mode endpoint $hasty && jq -e ".streams.damaged > 0 and .streams.damaged == .streams.damaged_nic0" hasty_endpoint/stats.json >/dev/null
judge "in endpoint mode as well" $?
# shellcheck disable=SC2086
run without 1 replay "$traces/half-close.pcap" --no-recheck $fault && [ "$(key without)" = "[1,null]" ] && ! grep -q nic0: without/summary.txt
judge "--no-recheck" $?
run intact 0 replay "$traces/half-close.pcap" --port-policy alternate && [ "$(key intact)" = "[0,null]" ] && ! grep -q nic0: intact/summary.txt
judge "nothing to check again" $?
# shellcheck disable=SC2002,SC2086
cat "$traces/half-close.pcap" | run pipe 1 replay /dev/stdin $fault
[ "$(key pipe)" = "[1,0]" ] && jq .streams fault/stats.json >a && jq .streams pipe/stats.json | diff a - >log && diff fault/moves.csv pipe/moves.csv >log
judge "a pipe is copied for the second replay" $?
# The limit is so short that no answer can arrive in time.
run stalled 1 replay "$traces/redis.pcap.gz" --port-policy alternate --set traffic.stall=1us &&
    [ "$(jq -c '[.streams.damaged, .streams.damaged_nic0, .streams.stalled, .streams.stalled_nic0]' stalled/stats.json)" = "[0,null,2,2]" ] &&
    grep -q '^ *also stalled under nic0: 2 of 2$' stalled/summary.txt
judge "what has stalled is looked at again as well" $?

# The child is running when it has used processor time.
child_works() { [ "$(awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null || echo 0)" -ge 10 ]; }
start_long() {
    "$toesim" replay "$traces/bulk-download.pcap.gz" --set 'faults[0].action=pcie_down' --set 'faults[0].at=5%' \
        --set 'faults[0].nic=0' --port-policy nic0 --waves none --set outputs.captures=false -o "$1" >log 2>&1 &
    pid=$!
    child=
    until [ -n "$child" ] && child_works "$child"; do
        kill -0 $pid 2>/dev/null || break
        child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null | tr -d ' ')
        sleep 0.02
    done
}
# If no process reaps orphans, a dead one stays in /proc.
is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
gone() { for _ in 1 2 3 4 5 6 7 8 9 10; do is_gone "$1" && return 0; sleep 0.1; done; return 1; }
start_long term
kill -TERM $pid
wait $pid
status=$?
[ $status -eq 143 ] && [ "$(jq -c '[.complete, .streams.damaged_nic0]' term/stats.json)" = "[true,null]" ]
judge "SIGTERM in the meantime: 143, and the results are those of the run ($status)" $?
gone "$child"
judge "and the child is gone" $?
start_long killed
kill -KILL $pid
wait $pid 2>/dev/null
gone "$child"
judge "the child ends with its parent" $?

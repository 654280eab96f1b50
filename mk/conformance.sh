#!/bin/sh
# Plays every packet script on the TCP core and in the whole system, runs the tests that scenarios/tcp/clauses.txt
# names, and writes the table of results.
# usage: conformance.sh BUILD_DIR OUTPUT
# The exit status is 1 if the proof of a MUST failed or is missing.
set -u
build=$1 output=$2
work=$build/conformance
rm -rf "$work"
mkdir -p "$work"
# Over IPv6 the whole system plays only the scripts for which the address family can make a difference.
v6='abort after close closed ecn icmp initial keepalive mss open paws sack send slow syncookie time ts ws zero'

TOESIM_SCRIPT_RESULTS=$work/core4 TOESIM_SCRIPT_RESULTS_V6=$work/core6 "$build/test/test_scripts" >"$work/test_scripts.log" 2>&1
"$build/toesim" script --results "$work/system4" scenarios/tcp/*/*.pkt >"$work/system4.log" 2>&1
# shellcheck disable=SC2046
"$build/toesim" script --ip 6 --results "$work/system6" $(for p in $v6; do ls scenarios/tcp/*/"$p"-*.pkt 2>/dev/null; done) >"$work/system6.log" 2>&1
"$build/toesim" script --set team.offload.policy=none --port-policy alternate --results "$work/host4" scenarios/tcp/*/*.pkt >"$work/host4.log" 2>&1
for program in "$build"/test/test_tcp_* "$build"/test/test_sack "$build"/test/test_toe_rx "$build"/test/test_stack \
    "$build"/test/test_socket_app "$build"/test/test_opening "$build"/test/test_team_icmp "$build"/test/test_connecting "$build"/test/test_cookie "$build"/test/test_syn_cookie "$build"/test/test_packet \
    "$build"/test/test_neighbour "$build"/test/test_fragments "$build"/test/test_ip_reassembly; do
    case $program in *.a | *.o | *'*') continue ;; esac
    [ -x "$program" ] && "$program" -j1 --verbose 2>&1
done | sed -n -E 's/^\[(PASS|FAIL)\] ([a-z0-9_]+::[a-z0-9_]+):?.*/\1 test:\2/p' >"$work/tests"

mk/conformance.awk -v work="$work" scenarios/tcp/clauses.txt >"$output"

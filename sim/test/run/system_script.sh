#!/bin/sh
# toesim script in the whole system finds differences and reports where they are. The test plants
# mistakes, and tries bad usage.
# usage: system_script.sh BUILD_DIR
set -u
toesim=$1/toesim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
open='+0 < S 0:0(0) mss 1460
+0 > S. 0:0(0) ack 1 mss 1460
+0 < . 1:1(0) ack 1'

# what STATUS MESSAGE OPTION... -- lines of the script
expect() {
    what=$1 status=$2 message=$3
    shift 3
    out=$("$toesim" script "$work/a.pkt" "$@" 2>&1)
    got=$?
    case $out in
    *"$message"*) [ $got -eq "$status" ] && echo "pass: $what" && return ;;
    esac
    echo "fail: $what: exit status $got, not $status: $out"
}
script() { printf '%s\n' "$open" "$@" >"$work/a.pkt"; }

script '+0 write 10' '+0 > P. 1:12(11) ack 1'
expect "another length" 1 "a.pkt:5: expected P. 1:12(11) ack 1, got P. 1:11(10) ack 1"
script '+0 > . 1:1(0) ack 1'
expect "nothing was sent" 1 "a.pkt:4: expected . 1:1(0) ack 1, but nothing was sent"
script '+0 write 10' '+1s > P. 1:11(10) ack 1'
expect "sent too early" 1 "a.pkt:5: P. 1:11(10) ack 1 was sent after "
script '+0 write 10' '+0 close'
expect "a segment nobody asked for" 1 "a.pkt:5: not expected before this line: P. 1:11(10) ack 1"
script '+0 state CLOSING'
expect "another state" 1 "a.pkt:4: the state is ESTABLISHED, not CLOSING"
script '+0 verdict tcp_old'
expect "another verdict" 1 "a.pkt:4: the verdict is applied, not tcp_old"
script '+0 terminated remote_reset'
expect "still alive" 1 "a.pkt:4: the connection did not end"
script '+0 < R 1:1(0)' '+0 terminated keepalive'
expect "another cause" 1 "a.pkt:5: the cause is remote_reset, not keepalive"
script '+0 received 1'
expect "nothing received" 1 "a.pkt:4: 0 bytes were received in order, not 1"
script '+0 notice path-mtu'
expect "no notice" 1 "a.pkt:4: the last notice is none, not path-mtu"
script '+0 read 5'
expect "nothing to read" 1 "a.pkt:4: only 0 bytes are there to read"
script '+0 < . 1:3001(3000) ack 1'
expect "too long for a frame" 1 "a.pkt:4: 3000 bytes do not fit a frame; write at most 1500"
script '+0 state ESTABLISHED'
expect "the same script, right" 0 "1 passed, 0 failed, 0 not played"
expect "an unknown key" 2 "team.speed" --set team.speed=1
expect "a bad value" 2 "team.tcp.rto_min" --set team.tcp.rto_min=1
expect "an unknown policy" 2 "--port-policy is one of" --port-policy both
"$toesim" script "$work/a.pkt" --results "$work/results" >/dev/null 2>&1
if [ "$(cat "$work/results")" = "pass pass $work/a.pkt" ]; then
    echo "pass: results file"
else
    echo "fail: results file: $(cat "$work/results")"
fi

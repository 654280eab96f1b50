#!/bin/sh
# `toesim equal` finds the same bytes and ends on the host, on the NICs and with moves in scenarios of several kinds, and
# answers bad input, a full disk and a killed run with a status and a message.
# usage: system_equal.sh BUILD_DIR
set -u
build=$1
toesim=$build/toesim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect NAME STATUS PATTERN ARGUMENT...
expect() {
    name=$1 want=$2 pattern=$3
    shift 3
    mk/hang.sh 600 "$toesim" equal "$@" >"$work/log" 2>&1
    got=$?
    if [ "$got" -eq "$want" ] && grep -q -e "$pattern" "$work/log"; then
        echo "pass: $name"
    else
        echo "fail: $name: exit $got (want $want), message:"
        tail -n 12 "$work/log"
    fi
}

# Each kind of traffic, of end and of fault.
for scenario in 000-default capture/011-half-close capture/012-reset endpoint/621-endpoint-drop line/610-drop \
    team/200-link-down idle/300-idle; do
    expect "$scenario" 0 ' 0 different' "scenarios/$scenario.yaml" -o "$work/out"
done
for direction in upload download both idle; do
    cat >"$work/$direction.yaml" <<END
traffic: {kind: generator, direction: $direction, connections: 6, bytes: 384KiB, hold: 2ms}
switch: {policy: alternate}
END
    expect "$direction, port by port" 0 '^6 conversations equal, 0 different' "$work/$direction.yaml" -o "$work/out"
done
expect "frames are lost until the end" 0 ' 0 different' sim/test/planted/loss.yaml -o "$work/out"
expect "a context error is hardware" 0 '^3 conversations equal, 0 different, .* 1 equal until hardware' \
    scenarios/soft-error/301-*.yaml -o "$work/out"
expect "runs at the same time" 0 '^6 conversations equal' "$work/both.yaml" -o "$work/out" --jobs 3
cut=$(grep -c . "$work/log")
[ "$cut" -eq 5 ] && echo "pass: a table of three runs and a sum" || echo "fail: $cut lines, not 5"
[ ! -e "$work/out/host/streams.bin" ] && [ -s "$work/out/moves/stats.json" ] && echo "pass: results stay, streams do not" ||
    echo "fail: results or streams: $(ls "$work/out/moves")"

expect "no scenario" 2 'needs exactly one SCENARIO'
expect "missing scenario" 2 'none.yaml' "$work/none.yaml"
expect "no job" 2 'jobs needs a number' "$work/both.yaml" --jobs 0
expect "wrong key" 2 'team.idel' "$work/both.yaml" --set team.idel=1s
printf 'traffic: {kind: external}\n' >"$work/external.yaml"
expect "a caller's traffic" 2 'traffic.kind' "$work/external.yaml" -o "$work/out"
expect "a duration that cuts every conversation" 2 'longer duration' "$work/both.yaml" --set duration=1200us -o "$work/out"
expect "a duration that cuts some" 0 ' 0 different, [1-9].* equal until a run' "$work/idle.yaml" \
    --set traffic.open_interval=1ms --set duration=6ms -o "$work/out"
expect "no conversation" 2 'conversation' scenarios/000-default.yaml --set traffic.capture=sim/test/data/udp-only.pcap \
    --set traffic.allow_empty=true -o "$work/out"
echo mine >"$work/file"
expect "no folder" 3 'file: Not a directory' "$work/both.yaml" -o "$work/file"

# A limit of the file size acts like a full disk.
(
    ulimit -f 64
    expect "full disk" 3 'streams.bin' "$work/both.yaml" -o "$work/full"
)
# The run of the moves is killed; the other two have finished, and their results stay.
"$toesim" equal "$work/both.yaml" --set traffic.bytes=64MiB --jobs 1 -o "$work/killed" >"$work/log" 2>&1 &
parent=$!
while [ ! -e "$work/killed/forward.log" ] && kill -0 $parent 2>/dev/null; do sleep 0.1; done
run=$(ps -o pid= --ppid "$(ps -o pid= --ppid $parent | tr -d ' ')" | tr -d ' ')
kill -9 "$run"
wait $parent
got=$?
if [ $got -eq 3 ] && grep -q 'run forward was ended by signal 9' "$work/log" && [ -s "$work/killed/host/stats.json" ]; then
    echo "pass: a killed run"
else
    echo "fail: a killed run: exit $got: $(cat "$work/log")"
fi

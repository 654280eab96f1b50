#!/bin/sh
# toesim sweep-race: every offset around a move ends as it should, a branch equals the run from the start, and bad input,
# a killed branch and a full disk are answered with a status and a message.
# usage: system_sweep_race.sh BUILD_DIR
set -u
build=$1
toesim=$build/toesim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1" && sed 's/^/    /' "$work/log" | tail -n 12; fi; }

# sweep NAME STATUS PATTERN ARGUMENT...
sweep() {
    name=$1 want=$2 pattern=$3
    shift 3
    mk/hang.sh 300 "$toesim" sweep-race "$@" >"$work/log" 2>&1
    got=$?
    [ "$got" -eq "$want" ] && grep -q -e "$pattern" "$work/log"
    judge "$name (exit $got)" $?
}

# Two scenarios of scenarios/race with few offsets each. With two jobs the outcomes are the same.
few="--set race.step=1us"
rst=scenarios/race/900-download-rst.yaml fin=scenarios/race/904-upload-fin.yaml
sweep "resets during a download" 0 ' tried, .* reset (r)$' $rst $few --keep -o "$work/out"
sweep "FINs during an upload" 0 ' tried, [0-9]* intact (.)$' $fin $few -o "$work/out"
cp "$work/out/900-download-rst/outcomes.csv" "$work/outcomes"
sweep "two jobs" 0 ' reset (r)$' $rst $few -j 2 -o "$work/out"
cmp -s "$work/outcomes" "$work/out/900-download-rst/outcomes.csv"
judge "two jobs write the same outcomes" $?

# The first, a middle and the last branch.
branches=$work/out/900-download-rst/branches
for time in $(ls "$branches" | sort -n | sed -n '1p;7p;$p'); do
    "$toesim" run $rst --set race.time="${time%.json}ps" --set measure.waves=none --set outputs.captures=false -o "$work/run" >"$work/log" 2>&1
    cmp -s "$branches/$time" "$work/run/stats.json"
    judge "the branch at ${time%.json} ps equals the run from the start" $?
done

# The frames make this expectation fail, so each offset prints the command that does the same from the start.
cat >"$work/expects.yaml" <<'END'
traffic: {kind: generator, direction: download, connections: 1, bytes: 64KiB}
team: {connections_max: 16}
switch: {rehash: [{at: 50%, action: swap}]}
race: {frame: rst, from: -1us, to: 1us, step: 1us}
expect: [connections.terminated_prematurely == 0]
END
sweep "an offset that fails" 1 '3 expect (E)' "$work/expects.yaml" -o "$work/out"
command=$(sed -n 's/^    \(toesim run .*\)/\1/p' "$work/log" | head -n 1)
(PATH=$build:$PATH && $command -o "$work/run") >"$work/log" 2>&1
[ $? -eq 1 ] && grep -q 'FAIL *connections.terminated_prematurely == 0 (actual 1)' "$work/log"
judge "its command fails too: $command" $?

sweep "no scenario" 2 'needs at least one SCENARIO'
sweep "no job" 2 'jobs needs a number' $rst --jobs 0
sweep "no frame" 2 'race.frame: missing' scenarios/move/211-one-download.yaml -o "$work/out"
sweep "no move" 2 'race.move: there is no move 7; .* has 1 moves' $rst --set race.move=7 -o "$work/out"
sweep "a move that does not begin" 2 'there is no move 1' $rst --set team.moving=false -o "$work/out"
sweep "too many offsets" 2 'race.step: .* are too many' $rst --set race.from=-1ms --set race.step=1ps -o "$work/out"
sweep "before the run" 2 'race.from: is before' $rst --set race.from=-1s --set race.step=10us -o "$work/out"
sweep "a range that is none" 2 'race.from: is after race.to' $rst --set race.to=-6us -o "$work/out"
sweep "replay has no client" 2 'race.frame: needs traffic.kind: generator' scenarios/000-default.yaml --set race.frame=rst -o "$work/out"
sweep "two signs" 2 'one sign' $rst --set race.from=--2us -o "$work/out"
"$toesim" run $rst --set race.frame=none --set race.time=1ms -o "$work/run" >"$work/log" 2>&1
[ $? -eq 2 ] && grep -q 'race.time: needs race.frame' "$work/log"
judge "a time without a frame" $?
sweep "the run without the frame fails" 1 'the run without the frame ends with status 1' "$work/expects.yaml" \
    --set duration=1040us -o "$work/out"

mkdir -p "$work/full/900-download-rst"
ln -s /dev/full "$work/full/900-download-rst/outcomes.csv"
sweep "full disk" 3 'outcomes.csv: No space left' $rst --set race.step=5us -o "$work/full"

# Somebody kills one branch. It is long, because the connection moves at the beginning.
"$toesim" sweep-race $rst --set race.frame=data --set 'switch.rehash[0].at=1%' --set traffic.bytes=16MiB --set race.step=5us \
    -o "$work/killed" >"$work/log" 2>&1 &
main=$!
branch=
while [ -z "$branch" ] && kill -0 $main 2>/dev/null; do
    sleep 0.05
    [ -e "$work/killed/900-download-rst/outcomes.csv" ] || continue
    sweeper=$(ps -o pid= --ppid $main | tr -d ' ')
    [ -z "$sweeper" ] || branch=$(ps -o pid= --ppid "$sweeper" | head -n 1 | tr -d ' ')
done
kill -9 "$branch" 2>/dev/null
wait $main
got=$?
[ $got -eq 3 ] && grep -q '2 intact (.), 1 lost (l)' "$work/log" && [ "$(wc -l <"$work/killed/900-download-rst/outcomes.csv")" -eq 4 ]
judge "a killed branch: exit $got, the others stay" $?

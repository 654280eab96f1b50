#!/bin/sh
# toesim show: the numbers of a move are those of moves.csv, each kind of trigger has its words, and what is no move is refused.
# usage: system_show.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { # name, status
    if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; cat "$work/said"; fi
}
run() { # folder, scenario
    "$build/toesim" run "$2" --waves none --set outputs.captures=false -o "$work/$1" >"$work/said" 2>&1 || { echo "fail: $2"; cat "$work/said"; }
}
show() { "$build/toesim" show "$@" >"$work/said" 2>&1; }
run a scenarios/regress/r01-alternate.yaml
run link scenarios/team/200-link-down.yaml
column() { # name: of the third move
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["kind"] == "move" && ++n == 3 { print $at[name] }' "$work/a/moves.csv"
}
show "$work/a" --move 3
judge "the third move" $?
us=$(awk -v from="$(column t0_ps)" -v to="$(column t10_ps)" 'BEGIN { ns = int((to - from) / 1000); printf "%d.%03d us", ns / 1000, ns % 1000 }')
grep -q "^  reload  *$us " "$work/said"
judge "its reload takes $us" $?
grep -q "^  trigger  *frame $(column trigger_frame) of nic$(column trigger_nic).pcap.*; policy $(column policy) decided" "$work/said" &&
    grep -q "^move 3 of [0-9]*: connection $(column conn), nic$(column from) to nic$(column to), $(column mechanism), completed, generation $(column generation)" "$work/said" &&
    grep -q "^  frames  *$(column held) held ($(column held_bytes) bytes), $(column forwarded) forwarded, $(column dropped) dropped" "$work/said"
judge "frame, connection, places and held frames are those of moves.csv" $?
[ "$(grep -c -E '^  (detect|notify|queue|command|quiesce|drain|extract|decide|transfer|install) ' "$work/said")" = 10 ]
judge "ten phases" $?
show "$work/a"
[ "$(grep -c completed "$work/said")" = "$(jq .moves.completed "$work/a/stats.json")" ]
judge "the list has every move" $?
show "$work/link" --move 1 && grep -q '^  trigger  *the link of nic[01] changed at' "$work/said"
judge "a link that went down" $?
# No phase of any move takes less than its floor, and a whole move at most 1.6 times as long: the floor of the reload is near
# what the model can do, and none of its parts is above it.
floors() { # name, greatest ratio of reload and floor, settings
    name=$1 most=$2
    shift 2
    sets=
    rm -rf "$work/floors" "$work/floors.csv"
    for set in "$@"; do sets="$sets --set $set"; done
    "$build/toesim" run scenarios/move/839-mechanism-table.yaml $sets \
        -o "$work/floors" >"$work/said" 2>&1
    show "$work/floors" --floors && cp "$work/said" "$work/floors.csv"
    awk -F, -v most="$most" '
        FNR == NR { if (FNR > 1) floor[$2, $3] = $4; next }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        function check(phase, from, to, took) {
            took = $at[to] - $at[from]
            if (took < floor[$at["to"], phase]) { print phase, took, "below", floor[$at["to"], phase]; bad++ }
            return took
        }
        $at["kind"] == "move" && $at["outcome"] == "completed" && $at["trigger"] == "frame" && $at["begun_ps"] == $at["t3_ps"] {
            moves++
            check("detect", "t0_ps", "t2_ps"); check("notify", "t2_ps", "t3_ps"); check("command", "begun_ps", "t4_ps")
            check("quiesce", "t4_ps", "t5_ps"); check("extract", "t6_ps", "t7_ps"); check("decide", "t7_ps", "t8_ps")
            check("transfer", "t8_ps", "t9_ps"); check("install", "t9_ps", "t10_ps"); check("blackout", "t5_ps", "t10_ps")
            ratio = check("reload", "t0_ps", "t10_ps") / floor[$at["to"], "reload"]
            if (ratio > most) { print "reload", ratio, "times its floor"; bad++ }
        }
        END { print moves + 0, "moves"; exit bad > 0 || moves < 200 }' "$work/floors.csv" "$work/floors/moves.csv" >"$work/said" 2>&1
    judge "floors: $name" $?
}
for mechanism in host-pull host-push peer-to-peer host-pull-batched; do
    for commands in pushed fetched; do
        floors "$mechanism, $commands" 1.6 team.move.mechanism=$mechanism team.move.commands=$commands
    done
done
floors "interrupts" 1.6 team.host.notify=interrupt
floors "Gen1 x1" 1.6 nics.pcie.gen=1 nics.pcie.lanes=1
floors "Gen5 x16 and one NIC with Gen1 x4" 1.6 nics.pcie.gen=5 nics.pcie.lanes=16 nics.nic1.pcie.gen=1 nics.nic1.pcie.lanes=4
floors "small packets" 1.6 nics.pcie.mps=128B nics.pcie.mrrs=128B team.move.commands=fetched
floors "a slow cache" 1.6 nics.cache.cycle=12ns
floors "no data link layer" 1.6 nics.pcie.dll=false
show "$work/floors" --move 3
[ "$(grep -c -E '^  (detect|command|quiesce|extract|decide|transfer|install|reload|blackout) +[^ ]+ [nu]s +[^ ]+ [nu]s +[^ ]+ [nu]s +[0-9.]+ [nu]s ' "$work/said")" = 9 ]
judge "the floors stand beside the phases" $?
# waits.csv, which is calculated anew from other outputs of the same run. A byte on Gen3 x8 takes 126.95 ps.
waits() { # name, settings
    name=$1
    shift
    rm -rf "$work/waits"
    "$build/toesim" run scenarios/move/839-mechanism-table.yaml --set outputs.waits=true --set outputs.tlp_trace=true \
        --set outputs.log.cache=3 --set outputs.log.driver=3 "$@" -o "$work/waits" >"$work/said" 2>&1 || cat "$work/said"
    python3 sim/test/view/waits_against_traces.py "$work/waits" 126.95 >"$work/said" 2>&1
    judge "waits.csv: $name" $?
}
waits "one move after the other"
waits "lists and several moves at a time" --set team.move.mechanism=host-pull-batched --set team.host.notify=interrupt
if python3 sim/test/view/waits_against_traces.py "$work/waits" 150 >"$work/said" 2>&1; then false; else true; fi
judge "with another time of a byte the check fails" $?
show "$work/waits" --move 3 && grep -q '^    decide  *software [0-9.]* [nu]s' "$work/said"
judge "show says what was busy" $?
sed -i '3s/^\([0-9]*,\).*/\1/' "$work/waits/waits.csv"
refused() { # pattern, arguments
    pattern=$1
    shift
    show "$@"
    [ $? -eq 2 ] && grep -q -e "$pattern" "$work/said"
    ended=$?
    judge "refused: $(head -n 1 "$work/said" | sed "s#$work/##g")" $ended
}
refused 'waits.csv:3: has 2 columns' "$work/waits" --move 1
refused 'has no move 0' "$work/a" --move 0
refused 'has no move 999; it has [0-9]*, counted from 1' "$work/a" --move 999
refused 'needs the number' "$work/a" --move x
refused 'No such file' "$work/nothing" --move 1
refused 'exactly one' --move 1
refused 'do not go together' "$work/a" --move 1 --floors
refused 'effective.yaml: is missing' "$work/nothing" --floors
sed -i 's/mechanism: .*/mechanism: forward/' "$work/a/effective.yaml"
refused 'mechanism forward has no floor' "$work/a" --floors
mkdir "$work/bad"
echo a,b >"$work/bad/moves.csv"
refused 'is not the header' "$work/bad"
{ head -n 1 "$work/a/moves.csv"; echo 1,2; } >"$work/bad/moves.csv"
refused 'moves.csv:2: has 2 columns' "$work/bad" --move 1
head -n 1 "$work/a/moves.csv" >"$work/bad/moves.csv"
refused 'try --port-policy alternate' "$work/bad" --move 1
exit 0

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
refused() { # pattern, arguments
    pattern=$1
    shift
    show "$@"
    [ $? -eq 2 ] && grep -q -e "$pattern" "$work/said"
    judge "refused: $(head -n 1 "$work/said" | sed "s#$work/##g")" $?
}
refused 'has no move 0' "$work/a" --move 0
refused 'has no move 999; it has [0-9]*, counted from 1' "$work/a" --move 999
refused 'needs the number' "$work/a" --move x
refused 'No such file' "$work/nothing" --move 1
refused 'exactly one' --move 1
mkdir "$work/bad"
echo a,b >"$work/bad/moves.csv"
refused 'is not the header' "$work/bad"
{ head -n 1 "$work/a/moves.csv"; echo 1,2; } >"$work/bad/moves.csv"
refused 'moves.csv:2: has 2 columns' "$work/bad" --move 1
head -n 1 "$work/a/moves.csv" >"$work/bad/moves.csv"
refused 'try --port-policy alternate' "$work/bad" --move 1
exit 0

#!/bin/sh
# events.log and hash.csv: the log holds the events that were asked for and no others, its moves are those of stats.json, and
# two runs that part at a known time part in the row of that time. Neither file changes another result.
# usage: system_logs.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { # name, status
    if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi
}
run() { # folder, arguments
    to=$work/$1
    shift
    "$build/toesim" run "$@" --waves none --set outputs.captures=false -o "$to" >"$to.log" 2>&1 ||
        { echo "fail: $*"; cat "$to.log"; }
}
scenario=scenarios/regress/r01-alternate.yaml
run plain $scenario
run move $scenario --log move=1
[ "$(grep -c ' MOVE_BEGIN ' "$work/move/events.log")" = "$(jq .moves.started "$work/plain/stats.json")" ] &&
    [ "$(grep -c ' MOVE_END .*outcome=completed' "$work/move/events.log")" = "$(jq .moves.completed "$work/plain/stats.json")" ]
judge "the log has the moves of stats.json" $?
! grep -v -q '^[0-9]*\.[0-9]\{6\} us move ' "$work/move/events.log" && ! grep -q MOVE_MARK "$work/move/events.log"
judge "level 1 of move: no other topic, and no marks" $?
run marks $scenario --log move
grep -q MOVE_MARK "$work/marks/events.log"
judge "level 2 has marks" $?
run trace $scenario --trace conn=2 --set outputs.state_hash=1ms
[ "$(grep -c . "$work/trace/events.log")" -gt 100 ] && ! grep -v -q ' connection 2 generation ' "$work/trace/events.log" &&
    [ "$(awk '{ print $3 }' "$work/trace/events.log" | sort -u | tr '\n' ' ')" = "cache driver link move tcp " ]
judge "a trace has one connection and all topics but TLPs, which belong to none" $?
sort -c -s -n "$work/trace/events.log"
judge "the events are in the order of time" $?
for file in stats.json moves.csv conns.csv cache_sets.csv; do
    cmp "$work/plain/$file" "$work/trace/$file" || break
done
judge "no other result changes" $?

# From 30 ms on, the second run loses frames.
printf 'traffic: {kind: generator, connections: 2, bytes: 100MiB}\nswitch: {policy: nic0}\nduration: 50ms\noutputs: {state_hash: 1ms}\nexpect: [streams.unfinished == 2]\n' >"$work/a.yaml"
{ cat "$work/a.yaml"; printf 'faults: [{at: 30.5ms, action: drop, link: nic0, direction: to_server, rate: 1000000, lasting: 1ms}]\n'; } >"$work/b.yaml"
run a "$work/a.yaml"
run again "$work/a.yaml"
run b "$work/b.yaml"
cmp "$work/a/hash.csv" "$work/again/hash.csv" && [ "$(wc -l <"$work/a/hash.csv")" -ge 50 ]
judge "the same run gives the same hashes" $?
parted=$(diff "$work/a/hash.csv" "$work/b/hash.csv" | sed -n 's/^< \([0-9]*\),.*/\1/p' | head -n 1)
[ "$parted" = 31000000000 ]
judge "two runs part in the row of the first lost frame ($parted ps)" $?
refused() { # name, options
    name=$1
    shift
    "$build/toesim" run $scenario -o "$work/refused" "$@" >"$work/err" 2>&1
    [ $? -eq 2 ] && grep -q 'outputs.log' "$work/err"
    judge "refused: $name" $?
}
refused "an unknown topic" --log pcai
refused "level 4" --log tcp=4
refused "a trace of nothing" --trace 20

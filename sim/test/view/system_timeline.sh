#!/bin/sh
# outputs.timeline and measure.sample: what the files say agrees with moves.csv and stats.json, also for more moves than are
# shown, and asking for them changes no other result.
# usage: system_timeline.sh BUILD_DIR
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
for scenario in scenarios/000-default.yaml scenarios/regress/r01-alternate.yaml; do
    name=$(basename "$scenario" .yaml)
    run "$name.plain" "$scenario"
    run "$name" "$scenario" --set outputs.timeline=true --set measure.sample=20us
    python3 sim/test/view/timeline_against_moves.py "$work/$name" >"$work/said"
    ended=$?
    judge "$name: timeline, $(cat "$work/said")" $ended
    python3 sim/test/view/series_against_stats.py "$work/$name" 20000000 >"$work/said"
    ended=$?
    judge "$name: series, $(cat "$work/said")" $ended
    for file in stats.json moves.csv conns.csv cache_sets.csv summary.txt; do
        cmp "$work/$name/$file" "$work/$name.plain/$file" || break
    done
    judge "$name: no other result changes" $?
    run "$name.again" "$scenario" --set outputs.timeline=true --set measure.sample=20us
    cmp "$work/$name/timeline.json.gz" "$work/$name.again/timeline.json.gz" &&
        cmp "$work/$name/series.csv" "$work/$name.again/series.csv"
    judge "$name: the same bytes again" $?
done
run few scenarios/regress/r01-alternate.yaml --set outputs.timeline=true --set outputs.timeline_moves=3
python3 sim/test/view/timeline_against_moves.py "$work/few" --moves 3 >"$work/said"
ended=$?
judge "three of many moves: $(cat "$work/said")" $ended
[ "$(stat -c %s "$work/few/timeline.json.gz")" -lt "$(stat -c %s "$work/r01-alternate/timeline.json.gz")" ]
judge "three moves make a smaller file than all" $?
run busy scenarios/study/base/upload.yaml --set outputs.timeline=true --set measure.sample=1us
python3 sim/test/view/timeline_against_moves.py "$work/busy" --busy >"$work/said"
ended=$?
judge "counters of the frames that wait: $(cat "$work/said")" $ended
printf 'traffic: {kind: generator, connections: 1, bytes: 1KiB}\nswitch: {policy: nic0}\n' >"$work/still.yaml"
run still "$work/still.yaml" --set outputs.timeline=true
python3 sim/test/view/timeline_against_moves.py "$work/still" >"$work/said"
ended=$?
judge "a run without moves: $(cat "$work/said")" $ended
run host scenarios/regress/r05-host.yaml --set outputs.timeline=true
python3 sim/test/view/timeline_against_moves.py "$work/host" >"$work/said"
ended=$?
judge "connections in the host's own TCP: $(cat "$work/said")" $ended

# The two checkers notice a wrong number.
zcat "$work/few/timeline.json.gz" | sed '0,/"name":"transfer","ph":"E"/ s/\("name":"transfer","ph":"E".*\)\(.\),"args"/\10,"args"/' |
    gzip >"$work/wrong.gz"
mv "$work/wrong.gz" "$work/few/timeline.json.gz"
! python3 sim/test/view/timeline_against_moves.py "$work/few" --moves 3 >"$work/said"
ended=$?
judge "a wrong phase is noticed: $(cat "$work/said")" $ended
sed -i '$ s/,[0-9]*,/,1,/' "$work/r01-alternate/series.csv"
! python3 sim/test/view/series_against_stats.py "$work/r01-alternate" 20000000 >"$work/said"
ended=$?
judge "a wrong last row is noticed: $(cat "$work/said")" $ended
TMPDIR=$work/none "$build/toesim" run scenarios/regress/r01-alternate.yaml --set measure.sample=20us -o "$work/no" >"$work/log" 2>&1
[ $? -eq 3 ] && grep -q TMPDIR "$work/log"
ended=$?
judge "a temporary folder that is missing: $(tail -n 1 "$work/log" | sed "s#$work/##g")" $ended

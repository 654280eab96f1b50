#!/bin/sh
# toesim compare: its numbers are those of the files, calculated anew in Python; a run equals itself; limits fail when a change
# is beyond them, and only then; what cannot be compared is refused.
# usage: system_compare.sh BUILD_DIR
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
    "$build/toesim" run "$@" --waves none --set outputs.captures=false --set outputs.state_hash=100us -o "$to" >"$to.log" 2>&1 ||
        { echo "fail: $*"; cat "$to.log"; }
}
compare() { "$build/toesim" compare "$@" >"$work/said" 2>"$work/err"; }
scenario=scenarios/regress/r01-alternate.yaml
run a $scenario
run b $scenario --set nics.pcie.gen=5
run again $scenario
compare --json "$work/a" "$work/b" && python3 sim/test/view/compare_against_runs.py "$work/said" "$work/a" "$work/b" >"$work/checked"
ended=$?
judge "two runs: $(cat "$work/checked")" $ended
[ "$(jq .parted "$work/said")" != '""' ]
ended=$?
judge "the runs part in $(jq -r .parted "$work/said")" $ended
compare --json "$work/a" "$work/again" && [ "$(jq '.differing | length' "$work/said")" = 0 ] && [ "$(jq .parted "$work/said")" = '""' ]
judge "a run equals itself" $?
compare "$work/a" "$work/b" && head -n 12 "$work/said" | grep -q '^moves.latency_ns.p50 .* us .* us  *-.* %)$'
judge "the first lines have the reload latency and its change" $?
grep -q '^goodput  *[0-9]* Mb/s  *[0-9]* Mb/s ' "$work/said"
judge "a rate has its unit" $?
compare --csv "$work/a" "$work/b" "$work/again" &&
    python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], newline=""))); sys.exit(any(len(r) != 5 for r in rows) or len(rows) < 20)' "$work/said"
judge "CSV of three runs" $?
compare --markdown "$work/a" "$work/b" && [ "$(grep -c '^|---|---:|---:|---:|$' "$work/said")" -gt 3 ]
judge "Markdown" $?

limit() { # status, limit
    compare "$work/a" "$work/b" --fail-if "$2"
    status=$?
    [ $status -eq "$1" ]
    judge "exit status $status: $2" $?
}
limit 0 'moves.latency_ns.p50 > +2%'
limit 1 'moves.latency_ns.p50 < -1%'
limit 1 'moves.latency_ns.p50<-10'
limit 0 'moves.latency_ns.p50 < -1000000'
limit 0 'moves.failed > +0'
limit 0 'streams.damaged > +0%'
limit 2 'moves.latency > +2%'
limit 2 'moves.latency_ns.p50 > 2%'
limit 2 'moves.latency_ns.p50'
limit 2 'moves.latency_ns.p50 > +2x'
limit 2 'complete > +1'
compare "$work/b" "$work/a" --fail-if 'moves.latency_ns.p50 > +0.5%'
[ $? -eq 1 ] && grep -q 'moves.latency_ns.p50: [0-9]* in .*, [0-9]* in .*, beyond > +0.5%' "$work/err"
ended=$?
judge "the message has both values: $(sed "s#$work/##g" "$work/err")" $ended

printf 'scenario: %s\naxes: {nics.pcie.gen: [3, 5]}\nset: {measure.waves: none, outputs.captures: false}\nreport: [moves.completed]\n' "$(pwd)/$scenario" >"$work/two.yaml"
"$build/toesim" sweep "$work/two.yaml" -o "$work/two" >/dev/null 2>&1
compare --json "$work/two/study.sqlite:0" "$work/two/study.sqlite:1" &&
    python3 sim/test/view/compare_against_runs.py "$work/said" "$work/two/runs/000000" "$work/two/runs/000001" >"$work/checked"
ended=$?
judge "two rows of a study: $(cat "$work/checked")" $ended

refused() { # pattern, arguments
    pattern=$1
    shift
    compare "$@"
    [ $? -eq 2 ] && grep -q -e "$pattern" "$work/err"
    ended=$?
    judge "refused: $(head -n 1 "$work/err" | sed "s#$work/##g")" $ended
}
refused 'needs 2 to 8' "$work/a"
refused 'No such file' "$work/a" "$work/nothing"
refused 'no run with number 7' "$work/a" "$work/two/study.sqlite:7"
refused 'STUDY.sqlite:NUMBER' "$work/a" "$work/two/study.sqlite:x"
head -c 3000 /dev/urandom >"$work/noise.sqlite"
refused 'not a database' "$work/a" "$work/noise.sqlite:1"
mkdir "$work/foreign" "$work/bare"
echo '{"schema": "toesim.stats/99"}' >"$work/foreign/stats.json"
refused 'toesim.stats/99' "$work/a" "$work/foreign"
cp "$work/a/stats.json" "$work/bare"
refused 'moves.csv: No such file' "$work/bare" "$work/a"
echo 'a,b' >"$work/bare/moves.csv"
refused 'is not the header' "$work/bare" "$work/a"
{ head -n 1 "$work/a/moves.csv"; echo 1,2; } >"$work/bare/moves.csv"
refused 'moves.csv:2: has 2 columns' "$work/bare" "$work/a"
exit 0

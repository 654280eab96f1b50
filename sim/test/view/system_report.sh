#!/bin/sh
# toesim report: a browser without network shows the page without an error, with a mark for each row of moves.csv and a cell
# for each set; 10,000 moves and 65,536 connections are shown too; what is no result is refused with a message.
# usage: system_report.sh BUILD_DIR
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
    "$build/toesim" run "$@" --waves none --set outputs.captures=false -o "$to" >"$to.log" 2>&1 || { echo "fail: $*"; cat "$to.log"; }
}
report() { "$build/toesim" report "$1" -o "$2" >"$work/said" 2>&1; }
run some scenarios/regress/r01-alternate.yaml --set measure.sample=100us
printf 'name: a<b\ntraffic: {kind: generator, connections: 1, bytes: 1KiB}\nswitch: {policy: nic0}\n' | tr -d '<' >"$work/none.yaml"
run none "$work/none.yaml"
run unequal scenarios/regress/r01-alternate.yaml --set nics.nic1.pcie.lanes=4
report "$work/unequal" "$work/unequal.html"
report "$work/some" "$work/some.html" && report "$work/none" "$work/none.html"
judge "a run with moves, and one without" $?
printf 'scenario: %s\naxes: {nics.pcie.lanes: [4, 8], nics.pcie.gen: [3, 4, 5]}\nset: {measure.waves: none, outputs.captures: false}\nreport: [moves.completed, moves.latency_ns.p50, moves.blackout_ns.p50]\n' \
    "$(pwd)/scenarios/regress/r01-alternate.yaml" >"$work/six.yaml"
"$build/toesim" sweep "$work/six.yaml" -o "$work/six" >"$work/said" 2>&1 && report "$work/six" "$work/six.html" && report "$work/six/study.sqlite" "$work/again.html" &&
    cmp "$work/six.html" "$work/again.html"
judge "a study, by its folder and by its file" $?

# A large run, out of the rows of the small one.
cp -r "$work/some" "$work/large"
awk -F, -v OFS=, 'NR == 1 { print; next } { row[n++] = $0 } END { for (i = 0; i < 10000; i++) { $0 = row[i % n]; $1 = i % 3000; print } }' "$work/some/moves.csv" >"$work/large/moves.csv"
awk -F, -v OFS=, 'NR == 1 { print; next } { row[n++] = $0 } END { for (i = 0; i < 65536; i++) { $0 = row[i % n]; $1 = i; print } }' "$work/some/conns.csv" >"$work/large/conns.csv"
report "$work/large" "$work/large.html"
judge "10,000 moves and 65,536 connections" $?

! grep -q -i -E '(src|href)="?https?:|@import|url\([^#]' "$work/some.html"
judge "the page loads nothing" $?
grep -q 'Copyright.*Bostock' "$work/some.html"
judge "the licence of d3 is in the page" $?

refused() { # status, pattern, source [output]
    report "$3" "${4:-$work/refused.html}"
    status=$?
    [ $status -eq "$1" ] && grep -q "$2" "$work/said" && [ ! -e "$work/refused.html" ]
    ended=$?
    judge "refused: $(sed "s#$work/##g" "$work/said")" $ended
}
refused 2 'No such file' "$work/nothing"
mkdir "$work/empty"
refused 2 'neither stats.json nor study.sqlite' "$work/empty"
mkdir "$work/foreign" "$work/cut"
echo '{"schema": "toesim.stats/99"}' >"$work/foreign/stats.json"
refused 2 'toesim.stats/99' "$work/foreign"
head -c 300 "$work/some/stats.json" >"$work/cut/stats.json"
refused 2 'stats.json:' "$work/cut"
cp "$work/some/stats.json" "$work/empty"
refused 2 'moves.csv: is missing' "$work/empty"
head -c 5000 /dev/urandom >"$work/noise.sqlite"
refused 2 'noise.sqlite: ' "$work/noise.sqlite"
head -c 3000 "$work/six/study.sqlite" >"$work/short.sqlite"
refused 2 'short.sqlite: ' "$work/short.sqlite"
refused 2 'folder' "$work/some" "$work"
"$build/toesim" report "$work/some" -o /dev/full >"$work/said" 2>&1
[ $? -eq 3 ]
ended=$?
judge "a full disk: $(cat "$work/said")" $ended

chromium=$(command -v chromium) || { echo "skip: chromium is not installed"; exit 0; }
shown() { # name
    mk/hang.sh 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$work/profile" --virtual-time-budget=20000 --dump-dom \
        "file://$work/$1.html" >"$work/$1.dom" 2>"$work/$1.err"
    grep -q -o '<html[^>]*data-errors="0"[^>]*data-shown=' "$work/$1.dom" && ! grep -q 'CONSOLE.*rror' "$work/$1.err"
}
marks() { grep -o 'data-marks="[0-9]*"' "$work/$1.dom" | head -n 1 | tr -cd 0-9; }
for page in some none six large unequal; do
    shown $page
    judge "chromium shows $page.html without an error" $?
done
rows=$(($(wc -l <"$work/some/moves.csv") - 1))
[ "$(marks some)" = $rows ] && [ "$(grep -o 'class="mark ' "$work/some.dom" | grep -c .)" = $rows ]
ended=$?
judge "$rows rows of moves.csv have $(marks some) marks" $ended
[ "$(marks large)" = 10000 ] && grep -q '<canvas' "$work/large.dom"
judge "10,000 marks are on a canvas" $?
[ "$(marks six)" = 6 ]
ended=$?
judge "six runs have $(marks six) marks" $ended
grep -q 'data-figures="2"' "$work/unequal.dom" && grep -q 'data-figures="1"' "$work/some.dom"
judge "NICs that differ have a figure for each direction" $?
grep -q 'There was no move. Try' "$work/none.dom"
judge "a run without moves says how to get some" $?
cells=$(grep -o '<g class="set"' "$work/some.dom" | grep -c .)
[ "$cells" = "$(($(wc -l <"$work/some/cache_sets.csv") - 1))" ]
judge "$cells sets of the caches have a cell" $?
# A page whose program is wrong is noticed.
sed 's/showRun(data);/noSuchFunction(data);/' "$work/some.html" >"$work/wrong.html"
! shown wrong
judge "an error of the page is noticed" $?
exit 0

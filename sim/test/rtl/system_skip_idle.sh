#!/bin/sh
# The results are the same if the caches are also clocked in idle cycles. Every output file is
# equal except perf.json, run.json, effective.yaml (which names the key) and, in stats.json, cycles_run and
# cycles_skipped, whose sum is equal.
# usage: system_skip_idle.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/moves.yaml" <<'YAML'
name: skip_idle
team: {tcp: {time_wait: 1ms}}
traffic: {kind: generator, direction: both, connections: 6, bytes: 256KiB, tcp: {time_wait: 1ms}}
switch: {policy: alternate}
faults:
  - {at: 45%, action: ctx_error, connection: 1}
  - {at: 45%, action: ctx_error, connection: 2, array: tag}
measure: {waves: moves}
expect:
  - streams.intact == 4
  - streams.damaged == 2
  - moves.completed >= 20
YAML
for skip in true false; do
    mk/hang.sh 120 "$build/toesim" run "$work/moves.yaml" --set nics.cache.skip_idle=$skip -o "$work/$skip" >"$work/$skip.log" 2>&1 ||
        { echo "fail: run with skip_idle=$skip"; tail -n 20 "$work/$skip.log"; exit 1; }
done

# Prints the sum of both counters for each cache.
sums() {
    awk -F'[:,]' '/"cycles_run"/ { run = $2 } /"cycles_skipped"/ { print run + $2 }' "$1/stats.json"
}
skipped() {
    awk -F'[:,]' '/"cycles_skipped"/ { n += $2 } END { print n + 0 }' "$1/stats.json"
}
for skip in true false; do
    sums "$work/$skip" >"$work/$skip.sums"
    grep -v -e '"cycles_run"' -e '"cycles_skipped"' "$work/$skip/stats.json" >"$work/$skip.stats"
done
if [ "$(skipped "$work/true")" -gt 0 ] && [ "$(skipped "$work/false")" -eq 0 ]; then
    echo "pass: the key decides whether idle cycles are run"
else
    echo "fail: skipped cycles: $(skipped "$work/true") with the key, $(skipped "$work/false") without"
fi
if [ -s "$work/true.sums" ] && cmp -s "$work/true.sums" "$work/false.sums"; then
    echo "pass: cycles run and skipped add up to the same"
else
    echo "fail: cycles run and skipped: $(tr '\n' ' ' <"$work/true.sums")against $(tr '\n' ' ' <"$work/false.sums")"
fi
if diff "$work/true.stats" "$work/false.stats" >"$work/diff"; then
    echo "pass: everything else in stats.json is equal"
else
    echo "fail: stats.json differs"
    head -n 20 "$work/diff"
fi
if diff -rq -x perf.json -x run.json -x effective.yaml -x stats.json "$work/true" "$work/false" >"$work/diff" 2>&1; then
    echo "pass: equal files, waves included: $(ls "$work/true" | tr '\n' ' ')"
else
    echo "fail: files differ"
    cat "$work/diff"
    "$build/toesim" wavediff "$work/true/waves.fst" "$work/false/waves.fst"
fi

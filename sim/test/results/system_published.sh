#!/bin/sh
# Files that were published never change. Each file of a results folder has the same bytes at the
# instant when the folder gets its name and after the end of the program, and no file is open when
# it gets its name.
# usage: system_published.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -shared -fPIC -D_GNU_SOURCE -o "$work/watch.so" sim/test/preload/at_publication.c -ldl || { echo "fail: no preload"; exit 1; }
mkdir "$work/copy"
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi; }
watched() { # NAME COMMAND...: the results appear in $work/out
    name=$1
    shift
    rm -rf "$work/copy" "$work/open.log"
    mkdir "$work/copy"
    AT_PUBLICATION="$work" LD_PRELOAD="$work/watch.so" ASAN_OPTIONS=verify_asan_link_order=0 "$@" -o "$work/out" >"$work/log" 2>&1
    status=$?
    [ $status -le 1 ] || { echo "fail: $name: exit status $status"; cat "$work/log"; return; }
    [ -f "$work/copy/stats.json" ] && diff -r "$work/copy" "$work/out" >"$work/diff"
    ended=$?
    judge "$name: $(ls "$work/out" | wc -l) files stay as they were published" $ended
    head -n 5 "$work/diff"
    [ ! -e "$work/open.log" ]
    judge "$name: none is open when it gets its name" $?
    cat "$work/open.log" 2>/dev/null
}
all="--set measure.waves=all --set outputs.captures=true --set outputs.tlp_trace=true --set outputs.pcie_config=true --set outputs.timeline=true --set outputs.waits=true --set measure.sample=50us --set outputs.state_hash=50us --set outputs.log.move=3"
# shellcheck disable=SC2086
for scenario in scenarios/regress/*.yaml; do
    watched "$(basename "$scenario" .yaml)" "$build/toesim" run "$scenario" $all --set measure.waves=moves
done
# shellcheck disable=SC2086
watched "all waves" "$build/toesim" run scenarios/regress/r01*.yaml $all
# shellcheck disable=SC2086
watched "a second run in its place" "$build/toesim" run scenarios/regress/r01*.yaml $all
exit 0 # what failed is counted by its lines

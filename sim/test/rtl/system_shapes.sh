#!/bin/sh
# nics.cache.*: caches of other shapes are built once and keep every promise, in lock step with the golden model and with
# the right number of sets; a shape that cannot be built or loaded is refused with a message.
# usage: system_shapes.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { # name, status
    if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; tail -n 3 "$work/log"; fi
}
run() { # folder, arguments
    to=$work/$1
    shift
    XDG_CACHE_HOME=$work/cache "$build/toesim" run "$@" --set outputs.captures=false -o "$to" >"$work/log" 2>&1
}
mkdir "$work/cache"
# 400 connections do not fit into a cache of 4 sets x 2 ways.
scenario=scenarios/move/807-lists.yaml
small="--set nics.cache.sets=4 --set nics.cache.ways=2 --set nics.cache.lookup_entries=1024 --set nics.cache.miss_slots=2"
other="--set nics.nic1.cache.sets=16 --set nics.nic1.cache.ways=1"
# shellcheck disable=SC2086
run small $scenario $small --set nics.cache.lock_step=true
judge "4 sets x 2 ways: lock step" $?
grep -q '^building a context cache of 4 sets x 2 ways, once' "$work/log"
judge "it is built, and a line says so" $?
[ "$(awk -F, 'NR > 1 { print $2 }' "$work/small/cache_sets.csv" | sort -n | tail -n 1)" = 3 ] &&
    [ "$(jq '[.nics[].ctx_cache.evictions] | add' "$work/small/stats.json")" -gt 100 ]
judge "it has 4 sets, and contexts leave it for others" $?
# shellcheck disable=SC2086
run again $scenario $small --set nics.cache.lock_step=true && ! grep -q building "$work/log" &&
    cmp "$work/small/stats.json" "$work/again/stats.json" && cmp "$work/small/moves.csv" "$work/again/moves.csv"
judge "the second run builds nothing, and gives the same bytes" $?
# shellcheck disable=SC2086
run unequal $scenario $small $other --set nics.cache.lock_step=true --set measure.waves=moves &&
    [ "$(awk -F, '$1 == 1 { print $2 }' "$work/unequal/cache_sets.csv" | sort -n | tail -n 1)" = 15 ] &&
    [ "$(awk -F, '$1 == 0 { print $2 }' "$work/unequal/cache_sets.csv" | sort -n | tail -n 1)" = 3 ] && [ -s "$work/unequal/waves.fst" ]
judge "each NIC has a shape of its own, with waves" $?
run golden $scenario --set nics.cache.model=golden --set nics.cache.sets=4 --set nics.cache.ways=2
judge "the golden model has the shape too" $?

refused() { # status, pattern, arguments
    status=$1 pattern=$2
    shift 2
    run refused "$@"
    [ $? -eq "$status" ] && grep -q -e "$pattern" "$work/log"
    ended=$?
    judge "refused: $(tail -n 1 "$work/log" | sed "s#$work/##g" | cut -c 1-150)" $ended
}
refused 2 'nics.cache.sets.*power of two' $scenario --set nics.cache.sets=3
refused 2 'nics.cache.ways.*1 to 32' $scenario --set nics.cache.ways=64
refused 2 'nics.cache.sets' $scenario --set nics.cache.sets=1
library=$(ls "$work"/cache/toesim/*-16x1-*.so)
cp "$library" "$work/whole"
head -c 3000 "$work/whole" >"$library"
# shellcheck disable=SC2086
refused 3 'remove the file' $scenario $small $other
cp "$(ls "$work"/cache/toesim/*-4x2-*.so)" "$library"
# shellcheck disable=SC2086
refused 3 'is a cache of 4 sets x 2 ways; remove the file' $scenario $small $other
mkdir "$work/tools"
for tool in sh dirname mktemp rm mkdir sed awk cut cat sha256sum; do ln -s "$(command -v $tool)" "$work/tools/$tool"; done
XDG_CACHE_HOME=$work/cache PATH=$work/tools "$build/toesim" run $scenario --set nics.cache.ways=2 -o "$work/refused" >"$work/log" 2>&1
[ $? -eq 3 ] && grep -q 'could not be built.*says why' "$work/log"
ended=$?
judge "refused: $(tail -n 1 "$work/log" | sed "s#$work/##g" | cut -c 1-150)" $ended
grep -q 'verilator is not installed: apt-get install' "$work"/cache/toesim/*.log
ended=$?
judge "the log names what is missing: $(cat "$work"/cache/toesim/*.log)" $ended
TOESIM_SOURCE=$work refused 3 'TOESIM_SOURCE' $scenario --set nics.cache.ways=2
XDG_CACHE_HOME=/proc/none "$build/toesim" run $scenario --set nics.cache.ways=2 -o "$work/refused" >"$work/log" 2>&1
[ $? -eq 3 ] && grep -q 'XDG_CACHE_HOME' "$work/log"
ended=$?
judge "refused: $(tail -n 1 "$work/log" | cut -c 1-120)" $ended
[ ! -e "$work/refused" ]
judge "no results of a run that could not begin" $?
exit 0

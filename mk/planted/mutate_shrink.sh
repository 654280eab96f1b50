#!/bin/sh
# Wakes a bug that is planted on purpose (models/base/planted.h). A seed of the swarm must notice it, `--shrink` must write
# a scenario with few settings in which the same checker notices it, and without the bug that scenario must be right.
# usage: mutate_shrink.sh TOESIM
set -u
toesim=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seed=1
until TOESIM_PLANTED=cwnd_lost "$toesim" swarm --seeds $seed -o "$work/swarm" >"$work/log" 2>&1; [ $? -eq 1 ] &&
    grep -q "^fail: seed $seed: I-MOVE is violated" "$work/log"; do
    seed=$((seed + 1))
    [ $seed -le 40 ] || { echo "fail: no seed notices the bug" && exit 1; }
done
TOESIM_PLANTED=cwnd_lost "$toesim" swarm --seeds $seed --shrink -o "$work/swarm" >"$work/log" 2>&1
small=$work/swarm/$seed.min.yaml
grep '^shrunk: ' "$work/log"
TOESIM_PLANTED=cwnd_lost "$toesim" run "$small" -o "$work/run" >"$work/log" 2>&1
status=$?
if [ $status -eq 1 ] && grep -q 'I-MOVE' "$work/run/violation.txt" && "$toesim" run "$small" -o "$work/run" >"$work/log" 2>&1 &&
    [ "$(wc -l <"$small")" -le 20 ]; then
    echo "pass: cwnd_lost: seed $seed: $(wc -l <"$small") lines"
else
    echo "fail: cwnd_lost: seed $seed, exit $status"
    cat "$small" "$work/log"
    exit 1
fi

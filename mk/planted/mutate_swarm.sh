#!/bin/sh
# Enables planted bugs (models/base/planted.h) under `toesim swarm`. The invariant that the bug's row names must find it
# within a few seeds, and the same seeds must pass without a bug.
# usage: mutate_swarm.sh TOESIM [NAME...]
set -u
toesim=$1
shift
[ $# -gt 0 ] || set -- srtt_lost two_owners mac_of_port foreign_dropped rxif_is_owner ack_before_write
seeds=1..20
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
if ! "$toesim" swarm --seeds $seeds -j 2 -o "$work/out" >"$work/log" 2>&1; then
    echo "seeds $seeds do not pass without a bug"
    cat "$work/log"
    failed=1
fi
for bug in "$@"; do
    key=$(sed -n "s/^$bug *|[^|]*| *\([^ |/]*\).*/\1/p" sim/test/planted/planted.txt)
    TOESIM_PLANTED=$bug "$toesim" swarm --seeds $seeds -j 2 -o "$work/out" >"$work/log" 2>&1
    found=$(grep -c "^fail: seed [0-9]*: $key is violated" "$work/log")
    echo "$bug: $found seeds of $seeds are failed by $key"
    [ "$found" -gt 0 ] && continue
    tail -n 3 "$work/log"
    failed=1
done
exit $failed

#!/bin/sh
# cache_sets.csv: the sum of the counts of the sets equals the count of the cache in stats.json.
# usage: system_cache_sets.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/toesim" run scenarios/000-default.yaml -o "$work/run" --set measure.waves=none >"$work/log" 2>&1 || {
    echo "fail: run of the default scenario"
    tail -n 20 "$work/log"
    exit 0
}
# prints the count of key $1 in the ctx_cache object of nic $2
count() {
    awk -v key="\"$1\":" -v nic="$2" '/"ctx_cache": \{/ { seen++; inside = seen == nic + 1 }
        inside && $1 == key { sub(",", "", $2); print $2; exit }' "$work/run/stats.json"
}
column=3
for key in hits misses evictions; do
    for nic in 0 1; do
        sum=$(awk -F, -v nic=$nic -v column=$column '$1 == nic { sum += $column } END { print sum + 0 }' \
            "$work/run/cache_sets.csv")
        all=$(count $key $nic)
        if [ "$sum" = "$all" ]; then
            echo "pass: $key of nic$nic add up to $all"
        else
            echo "fail: $key of nic$nic: $sum in cache_sets.csv, $all in stats.json"
        fi
    done
    column=$((column + 1))
done
if awk -F, 'NR > 1 && $3 > 0 { hit = 1 } END { exit !hit }' "$work/run/cache_sets.csv"; then
    echo "pass: sets were hit"
else
    echo "fail: no set was hit"
fi

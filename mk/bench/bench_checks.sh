#!/bin/sh
# Measures what the checkers cost. It compares the CPU time of one connection of 200 MiB in the program and in a second
# program, which differs only in that its checkers receive no events. The runs alternate, so that both programs see the
# same load of the machine.
# usage: bench_checks.sh TOESIM TOESIM_WITHOUT_CHECKERS [PAIRS]
set -eu
command -v jq >/dev/null || {
    echo "make bench-checks needs the Debian package jq" >&2
    exit 3
}
with=$1 without=$2 pairs=${3:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# cpu PROGRAM: prints the user and system CPU time in microseconds.
cpu() {
    "$1" run scenarios/load/510-bench-1.yaml -o "$work/out" >"$work/log" || { cat "$work/log" >&2; exit 1; }
    jq .cpu_us "$work/out/perf.json"
}
: >"$work/pairs"
for pair in $(seq "$pairs"); do
    if [ $((pair % 2)) -eq 1 ]; then
        a=$(cpu "$with") b=$(cpu "$without")
    else
        b=$(cpu "$without") a=$(cpu "$with")
    fi
    echo "$a $b" | tee -a "$work/pairs" | awk '{ printf "with %.2f s, without %.2f s: %.3f\n", $1 / 1e6, $2 / 1e6, $1 / $2 }'
done
awk '{ print $1 / $2 }' "$work/pairs" | sort -n | awk '{ r[NR] = $1 } END {
    m = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2
    printf "median of %d pairs: %.3f (%.3f to %.3f)\n", NR, m, r[1], r[NR] }'
awk '{ if (NR == 1 || $1 < a) a = $1; if (NR == 1 || $2 < b) b = $2 } END {
    printf "least of each: with %.2f s, without %.2f s: %.3f\n", a / 1e6, b / 1e6, a / b }' "$work/pairs"

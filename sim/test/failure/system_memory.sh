#!/bin/sh
# The program runs in a small address space, so that ulimit -v, valgrind and gprof can be used. It
# reserves no simulated memory that the scenario does not use.
# usage: system_memory.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $build in
*san*)
    echo "skip: address space (sanitizers reserve their own)"
    exit 0
    ;;
esac
if (ulimit -v 4000000 && "$build/toesim" run scenarios/000-default.yaml -o "$work/out") >"$work/log" 2>&1; then
    echo "pass: the default scenario runs in 4 GB of address space"
else
    echo "fail: the default scenario in 4 GB of address space"
    tail -n 5 "$work/log"
fi
cat >"$work/many.yaml" <<'YAML'
name: many
team: {ring: 1MiB}
traffic: {kind: generator, direction: idle, connections: 2500, hold: 1ms, open_interval: 1us}
expect:
  - streams.total == 2500
outputs: {captures: false}
measure: {waves: none}
YAML
cat >"$work/one.yaml" <<'YAML'
name: one
traffic: {kind: generator, direction: both, connections: 1, bytes: 4KiB}
YAML
if (ulimit -v 4000000 && "$build/toesim" run "$work/many.yaml" -o "$work/out") >"$work/log" 2>&1; then
    echo "pass: so do 2,500 connections with two rings of 1 MiB each"
else
    echo "fail: 2,500 connections in 4 GB of address space"
    tail -n 5 "$work/log"
fi
if ! command -v valgrind >/dev/null; then
    echo "skip: valgrind is not installed"
elif valgrind --error-exitcode=9 -q "$build/toesim" run "$work/one.yaml" -o "$work/out" >"$work/log" 2>&1; then
    echo "pass: valgrind finds nothing in a run of one connection"
else
    echo "fail: valgrind"
    tail -n 30 "$work/log"
fi

#!/bin/sh
# Runs every scenario of scenarios/long and checks its expectations. The moves of the scenarios
# with 10,000 connections are also compared with their captures. sim/test/captures/storm.py writes the captures of storms.
# usage: scenarios_long.sh BUILD_DIR [NAME...]
set -u
build=$1
shift
[ $# -gt 0 ] || set -- $(basename -a -s .yaml scenarios/long/*.yaml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for name in "$@"; do
    captures=false
    case $name in *-10000) captures=true ;; esac
    case $name in
    capture-storm-10000*) python3 sim/test/captures/storm.py 10000 2000 2500 60 512 "$work/storm.pcap" ;;
    capture-storm-65536*) python3 sim/test/captures/storm.py 65536 2000 40000 300 128 "$work/storm.pcap" ;;
    esac
    replayed=
    [ ! -e "$work/storm.pcap" ] || replayed="--set traffic.capture=$work/storm.pcap"
    # shellcheck disable=SC2086 # the option and its value are two words, or none
    if ! "$build/toesim" run "scenarios/long/$name.yaml" --set outputs.captures=$captures $replayed --out "$work/out" >"$work/log" 2>&1; then
        echo "fail: $name"
        tail -n 12 "$work/log"
        failed=1
    elif [ $captures = true ] && ! python3 sim/test/results/moves_against_capture.py "$work/out" >"$work/log" 2>&1; then
        echo "fail: $name: $(cat "$work/log")"
        failed=1
    else
        echo "pass: $name ($(jq -c '.moves.latency_ns | [.p50, .max]' "$work/out/stats.json") ns, $(jq '.memory_peak_kib / 1024 | floor' "$work/out/perf.json") MiB)"
    fi
    rm -rf "$work/out" "$work/storm.pcap"
done
exit $failed

#!/bin/sh
# Every scenario runs without any costly output, and its expectations hold. Then it runs again with
# all outputs, which must not change the results. The two large scenarios of `make bench` are left
# out, and the longest ones record waves only around moves.
# usage: system_scenarios.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/run/outputs.sh
for scenario in scenarios/*.yaml scenarios/*/*.yaml sim/test/looking/*.yaml; do
    case $scenario in scenarios/long/* | scenarios/live/* | scenarios/study/*) continue ;; esac
    waves=all
    case $scenario in
    */510-* | */511-*) continue ;;
    */5[012]*) waves=moves ;;
    esac
    name=$(basename "$scenario" .yaml)
    run_off "$scenario" "$work/off"
    if [ "$status" -eq 0 ]; then
        echo "pass: $name"
    else
        echo "fail: $name: exit status $status"
        tail -n 12 "$work/off.log"
    fi
    run_with "$scenario" "$work/on" measure.waves=$waves outputs.tlp_trace=true outputs.captures=true \
        outputs.pcie_config=true measure.cache_time=true outputs.timeline=true outputs.waits=true measure.sample=5ms outputs.state_hash=100us
    compare "$name, all outputs on" "$work/off" "$work/on"
    rm -rf "$work/off" "$work/on"
done

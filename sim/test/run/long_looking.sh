#!/bin/sh
# Each output alone changes no result in any scenario. This takes long, so it is a part of `make
# test-long`.
# usage: long_looking.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/run/outputs.sh
for scenario in scenarios/*.yaml scenarios/*/*.yaml sim/test/looking/*.yaml; do
    case $scenario in scenarios/long/* | scenarios/live/* | scenarios/study/*) continue ;; esac
    name=$(basename "$scenario" .yaml)
    run_off "$scenario" "$work/off"
    for key in measure.waves=moves measure.waves=all outputs.tlp_trace=true outputs.captures=true \
        outputs.pcie_config=true measure.cache_time=true outputs.timeline=true outputs.waits=true measure.sample=50us outputs.log.link=3 outputs.state_hash=100us; do
        run_with "$scenario" "$work/on" $key
        compare "$name, $key" "$work/off" "$work/on"
        rm -rf "$work/on"
    done
    rm -rf "$work/off"
done

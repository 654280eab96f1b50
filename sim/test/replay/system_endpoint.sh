#!/bin/sh
# Endpoint mode. lwIP, which is not a part of this project, plays every client of every capture
# under every port policy, also with faults on the links. All complete conversations are intact, no
# invariant is violated, and a second run gives the same bytes. With TOESIM_EXTRA_TRACES the
# captures of that folder are replayed too.
# usage: system_endpoint.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
replay() {
    file=$1 policy=$2 allowed=$3
    mk/hang.sh 300 "$build/toesim" replay "$file" --mode endpoint --port-policy "$policy" --waves none \
        --set outputs.captures=false -o "$work/out" >"$work/log" 2>&1
    status=$?
    case " $allowed " in
    *" $status "*) echo "pass: $(basename "$file") $policy (exit $status)" ;;
    *)
        echo "fail: $(basename "$file") $policy: exit $status"
        tail -n 12 "$work/log"
        ;;
    esac
    rm -rf "$work/out"
}
for file in traces/*.pcap traces/*.pcapng traces/*.pcap.gz; do
    for policy in nic0 alternate random flip:20; do
        replay "$file" "$policy" "0"
    done
done
if [ -n "${TOESIM_EXTRA_TRACES:-}" ]; then
    for file in "$TOESIM_EXTRA_TRACES"/*.pcap*; do
        for policy in nic0 alternate random flip:20; do
            replay "$file" "$policy" "0 2" # 2: the file itself is damaged or no Ethernet capture
        done
    done
else
    echo "skip: captures of TOESIM_EXTRA_TRACES (not set)"
fi
for scenario in scenarios/endpoint/*.yaml; do
    for run in a b; do
        mk/hang.sh 300 "$build/toesim" run "$scenario" -o "$work/$run" >"$work/$run.log" 2>&1
        status=$?
        if [ $status -ne 0 ]; then
            echo "fail: $scenario: exit $status"
            tail -n 20 "$work/$run.log"
        fi
    done
    rm -f "$work"/[ab]/perf.json "$work"/[ab]/run.json
    if diff -rq "$work/a" "$work/b" >"$work/diff" 2>&1; then
        echo "pass: $scenario, twice the same"
    else
        echo "fail: $scenario twice differs"
        cat "$work/diff"
    fi
done

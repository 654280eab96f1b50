#!/bin/sh
# The default replay is intact at each link speed, also with large frames, with store-and-forward
# and with cut-through.
# usage: system_links.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one() {
    name=$1
    shift
    if mk/hang.sh 120 "$build/toesim" replay traces/http-keepalive.pcap.gz --port-policy alternate --waves none \
        --set outputs.captures=false "$@" -o "$work/out" >"$work/log" 2>&1 &&
        grep -q ' 40 complete: 40 intact, 0 damaged' "$work/log"; then
        echo "pass: $name"
    else
        echo "fail: $name"
        tail -n 12 "$work/log"
    fi
    rm -rf "$work/out"
}
for rate in 10Gbps 25Gbps 40Gbps 100Gbps; do
    one "$rate" --set nics.link.rate=$rate
done
one "100Gbps, MTU 9000" --set nics.link.rate=100Gbps --set team.mtu=9000B
one "10Gbps, MTU 9000, cut through" --set team.mtu=9000B --set switch.forwarding=cut_through

#!/bin/sh
# Captures as they occur in practice: segments that their receivers ignored, unusual addresses,
# tags and lengths. Each one is replayed in both modes under every port policy. The expected
# results follow from how the capture was made (sim/test/captures/README.md).
# usage: system_captures.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# expect NAME CONVERSATIONS BYTES_TO_SERVER BYTES_TO_CLIENT IGNORED
expect() {
    for mode in exact endpoint; do
        for policy in nic0 alternate random flip:20; do
            mk/hang.sh 60 "$build/toesim" replay "sim/test/captures/$1" --mode $mode --port-policy $policy \
                --waves none --set outputs.captures=false -o "$work/out" >"$work/log" 2>&1
            status=$?
            got=$(jq -r '"\(.streams.total) \(.streams.intact) \(.streams.bytes_to_server) \(.streams.bytes_to_client) \(.capture.ignored_segments)"' "$work/out/stats.json")
            if [ "$status $got" = "0 $2 $2 $3 $4 $5" ]; then
                echo "pass: $1 $mode $policy"
            else
                echo "fail: $1 $mode $policy: exit $status, '$got', wanted '$2 $2 $3 $4 $5'"
                tail -n 5 "$work/log"
            fi
            rm -rf "$work/out"
        done
    done
}
expect refused-then-accepted.pcap 1 150 80 1
expect half-open-discovery.pcap 1 100 80 2
expect rst-outside-window-client.pcap 1 200 80 1
expect fin-outside-window-client.pcap 1 500 500 1
expect syn-midstream-client.pcap 1 500 1000 1
expect ack-beyond-client.pcap 1 500 500 1
expect reuse-same-isn.pcap 2 400 6000 0
expect client-multicast-v6.pcap 1 200 3000 0
expect client-zero-net.pcap 1 200 3000 0
expect option-past-header-syn.pcap 1 100 80 0
expect wire-length-lost.pcap 1 200 3000 0
expect vlan-asym.pcap 1 200 3000 0
expect encap-pppoe.pcap 1 200 3000 0
expect ng-two-snaplens.pcapng 2 400 6000 0
expect ng-second-interface-sll-unused.pcapng 1 200 3000 0

# With port policy captured, the six changes of the route that record_bond.sh made cause six moves.
bond() { # NAME WANTED OPTION...
    name=$1 wanted=$2
    shift 2
    timeout 60 "$build/toesim" replay --port-policy captured --waves none --set outputs.captures=false -o "$work/out" "$@" \
        >"$work/log" 2>&1
    status=$?
    got=$(jq -r '"\(.streams.intact) \(.moves.completed)"' "$work/out/stats.json" 2>/dev/null)
    [ $status -eq 2 ] && got=$(cat "$work/log")
    case "$status $got" in
    $wanted) echo "pass: captured, $name" ;;
    *) echo "fail: captured, $name: exit $status, $got" ;;
    esac
    rm -rf "$work/out"
}
bond "as recorded" "0 2 6" traces/bond.pcapng.gz
bond "the NICs exchanged" "0 2 6" traces/bond.pcapng.gz --port-of eth0=nic1 --port-of eth1=nic0
bond "both ports on one NIC" "0 2 0" traces/bond.pcapng.gz --port-of eth0=nic1,eth1=nic1
bond "an interface without NIC" "2 *eth1*no NIC*eth0, eth1*" traces/bond.pcapng.gz --port-of eth0=nic1
bond "an unknown interface" "2 *no interface 'eth9'*eth0, eth1*" traces/bond.pcapng.gz --interface eth9
bond "endpoint mode" "2 *captured needs*" traces/bond.pcapng.gz --mode endpoint

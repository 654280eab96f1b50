#!/bin/sh
# The time of memory accesses affects the results: each key of the host's memory makes the median
# reload of a connection slower or faster, as it should. Bad values are refused with their name.
# usage: system_host_keys.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
median() { # overrides: prints the median reload latency in ns
    "$build/toesim" replay traces/http-keepalive.pcap.gz --port-policy alternate --waves none \
        --set outputs.captures=false "$@" -o "$work/out" >"$work/log" 2>&1 || return
    awk '/"latency_ns"/ { here = 1 } here && /"p50"/ { gsub(/[^0-9]/, "", $2); print $2; exit }' \
        "$work/out/stats.json"
}
longest() {
    awk '/"latency_ns"/ { here = 1 } here && /"max"/ { gsub(/[^0-9]/, "", $2); print $2; exit }' \
        "$work/out/stats.json"
}
missed() { awk '/"iotlb_misses"/ { gsub(/[^0-9]/, "", $2); print $2 }' "$work/out/stats.json"; }
more() { # name, value, smaller value
    if [ -n "$2" ] && [ -n "$3" ] && [ "$2" -gt "$3" ]; then echo "pass: $1"; else
        echo "fail: $1: '$2' is not more than '$3'"
        tail -n 3 "$work/log"
    fi
}
plain=$(median)
more "a slower LLC" "$(median --set team.host.llc_hit=90ns)" "$plain"
no_llc=$(median --set team.host.llc=0B)
more "no LLC: memory is DRAM" "$no_llc" "$plain"
more "a slower DRAM" "$(median --set team.host.llc=0B --set team.host.dram=300ns)" "$no_llc"
both='--set team.host.remote.nic0=true --set team.host.remote.nic1=true'
# shellcheck disable=SC2086
remote=$(median $both)
more "both NICs on the other socket" "$remote" "$plain"
more "NIC 0 on the other socket" "$(median --set team.host.remote.nic0=true)" "$plain"
more "NIC 1 on the other socket" "$(median --set team.host.remote.nic1=true)" "$plain"
# shellcheck disable=SC2086
more "a longer hop" "$(median $both --set team.host.socket_hop=400ns)" "$remote"
iommu='--set team.host.iommu.enabled=true'
# shellcheck disable=SC2086
translated=$(median $iommu)
misses=$(missed)
more "with IOMMU" "$translated" "$plain"
# shellcheck disable=SC2086
more "longer walks" "$(median $iommu --set team.host.iommu.walk_reads=5)" "$translated"
# shellcheck disable=SC2086
median $iommu --set team.host.iommu.entries=1 >/dev/null
six=$(longest)
# shellcheck disable=SC2086
median $iommu --set team.host.iommu.entries=1 --set team.host.iommu.walks=1 >/dev/null
more "one walk at once" "$(longest)" "$six"
# shellcheck disable=SC2086
more "small pages" "$translated" "$(median $iommu --set team.host.iommu.page=1GiB)"
# shellcheck disable=SC2086
median $iommu --set team.host.iommu.entries=4 >/dev/null
more "an IOTLB of 4 entries misses more" "$(missed)" "$misses"

#!/bin/sh
# The default replay is intact with each PCIe generation, width and Ethernet rate. Each value
# occurs at least once, and the narrowest and the widest link are tried with the lowest and the
# highest rate. The payload limits are tried too.
# usage: system_pcie_gens.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one() { # generation, lanes, rate, more
    name="Gen$1 x$2, $3"
    # shellcheck disable=SC2086
    set -- "$name" --set nics.pcie.gen="$1" --set nics.pcie.lanes="$2" --set nics.link.rate="$3" $4
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
one 1 1 10Gbps ''
one 1 16 25Gbps ''
one 2 8 40Gbps '--set nics.pcie.mps=128B --set nics.pcie.mrrs=128B'
one 2 2 10Gbps '--set nics.pcie.tags=1'
one 3 4 25Gbps '--set nics.pcie.mps=512B --set nics.pcie.mrrs=4KiB'
one 3 16 100Gbps '--set nics.pcie.rcb=128B'
one 4 8 40Gbps '--set nics.pcie.tags=256'
one 4 1 100Gbps ''
one 5 16 100Gbps '--set nics.pcie.mps=4KiB --set nics.pcie.mrrs=4KiB'
one 5 2 10Gbps '--set nics.pcie.endpoint_credits.completion_headers=1 --set nics.pcie.root_credits.completion_data=16'
one 5 8 25Gbps '--set nics.pcie.dll=false'

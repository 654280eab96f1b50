#!/bin/sh
# tshark, which nobody here wrote, reads what both MACs saw: no malformed frame, no bad checksum, one
# server address on both interfaces.
# usage: system_tshark.sh BUILD_DIR
set -u
build=$1
command -v tshark >/dev/null || { echo "skip: tshark is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in traces/*.pcap* ; do
    name=$(basename "$file")
    "$build/toesim" replay "$file" --port-policy flip:20 --waves none -o "$work/out" >"$work/log" 2>&1
    team=$work/out/team.pcapng
    if [ ! -s "$team" ]; then
        echo "fail: $name: no team.pcapng"
        tail -n 5 "$work/log"
        continue
    fi
    # Without reassembly: tshark calls a retransmission that overlaps older segments malformed.
    bad=$(tshark -n -r "$team" -o tcp.desegment_tcp_streams:FALSE -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y \
        '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0' 2>"$work/err" | wc -l)
    # The server's frames: same source MAC and address per family, whichever interface.
    sources=$(tshark -n -r "$team" -T fields -e frame.interface_id -e eth.src -e ip.src -e ipv6.src \
        -Y 'eth.src == 02:54:4f:45:00:01' 2>>"$work/err" | sort -u)
    macs=$(echo "$sources" | awk '{print $2}' | sort -u | wc -l)
    addresses=$(echo "$sources" | awk '{print $3}' | sort -u | wc -l)
    if [ "$bad" -eq 0 ] && [ -n "$sources" ] && [ "$macs" -eq 1 ] && [ "$addresses" -le 2 ]; then
        echo "pass: $name"
    else
        echo "fail: $name: $bad bad frames, $macs source MACs, $addresses source addresses"
        cat "$work/err"
    fi
    rm -rf "$work/out"
done

#!/bin/sh
# Frames in tunnels. With --decap the conversation inside is replayed, and without it the summary
# says which records were left out. The expected numbers come from tshark, which decodes the same
# file (sim/test/captures/tunnel/tunnels.py makes the files).
# usage: system_decap.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
replay() { # NAME OPTION...: sets status, got
    name=$1
    shift
    mk/hang.sh 60 "$build/toesim" replay "sim/test/captures/tunnel/tunnel-$name.pcap" --waves none --set outputs.captures=false \
        -o "$work/out" "$@" >"$work/log" 2>&1
    status=$?
    got=$(jq -r '"\(.streams.total) \(.streams.intact) \(.streams.bytes_to_server + .streams.bytes_to_client)"' "$work/out/stats.json")
    left=$(jq -r '.capture as $c | [$c.left_out | to_entries[] | select(.value > 0) | "\(.value) \(.key)"] | join(", ")
        | if $c.records == $c.used + $c.joined + ([$c.left_out[]] | add) then . else "wrong sum" end' "$work/out/stats.json")
}
check() { # TEXT GOT WANTED
    if [ "$2" = "$3" ]; then
        echo "pass: $1"
    else
        echo "fail: $1: '$2', wanted '$3'"
        tail -n 5 "$work/log"
    fi
}
# The conversations, each of which must be intact, and the bytes.
ask_tshark() {
    tshark -r "sim/test/captures/tunnel/tunnel-$1.pcap" -Y tcp -T fields -E occurrence=l -e tcp.stream -e tcp.len 2>/dev/null |
        awk '{ seen[$1]; bytes += $2 } END { n = length(seen); print n, n, bytes + 0 }'
}
for name in gre-ip gre-all-fields gre-over-v6 gre-mpls nvgre erspan-1 erspan-2 erspan-3 erspan-3-platform vxlan vxlan-over-v6 \
    vxlan-gpe vxlan-asymmetric geneve geneve-options ip-in-ip 6-in-4 nested one-direction eight-layers snap; do
    wanted=$(ask_tshark $name)
    replay $name --decap
    check "$name" "$status $got $left" "0 $wanted "
    [ "$wanted" = "1 1 3200" ] || echo "fail: tshark finds '$wanted' in $name"
done
replay vxlan --decap --mode endpoint --port-policy alternate
check "vxlan in endpoint mode" "$status $got" "0 1 1 3200"
# tshark takes both networks for the same one. Their bytes differ, so they cannot be the same.
replay two-vnis --decap
check "one tuple in two networks" "$status $got $left" "0 2 2 6400 "

# The records that stay in their tunnel, and the reason.
replay vxlan
check "without --decap" "$status $left" "2 11 tunnel"
check "the summary says how" "$(grep -c '^capture .*11 in tunnels; --decap takes frames out of tunnels' "$work/log")" 1
replay one-direction
check "without --decap, one direction in a tunnel" "$status $left" "2 5 tunnel, 6 no_handshake"
replay nine-layers --decap
check "nine layers" "$status $left" "2 11 tunnel"
replay pptp --decap
check "GRE version 1" "$status $left" "2 11 tunnel"
check "and no hint that would not help" "$(grep -c 'decap takes' "$work/log")" 0
replay fragments --decap
check "fragments of the outer packet" "$status $left" "2 6 tunnel_fragment"
replay snap-in-header --decap
check "the snap length cuts inner headers" "$status $left" "2 11 cut_header"

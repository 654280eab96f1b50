#!/bin/sh
# Runs the scenario of one row of docs/claims.md and checks the promise of that row in the outputs.
# It prints what does not hold, and exits with 0 if everything holds.
# usage: claims.sh TOESIM ROW
set -u
toesim=$1 row=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scenario=$(sed -n "s/^| $row | .*\`scenarios\/\([^\`]*\)\`.*/\1/p" docs/claims.md)
[ -n "$scenario" ] || { echo "docs/claims.md has no row $row with a scenario"; exit 1; }
if ! timeout 300 "$toesim" run "scenarios/$scenario" --waves none --set outputs.captures=true -o "$work/out" >"$work/log" 2>&1; then
    grep -m 1 'violated' "$work/log" || grep -m 3 -E 'FAIL|toesim:' "$work/log"
    exit 1
fi
stats=$work/out/stats.json

# promise EXPRESSION: an expression of jq on stats.json that must be true
promise() { jq -e "$1" "$stats" >/dev/null || { echo "not so: $1"; exit 1; }; }

# Prints every TCP frame of both captures: time in ns, NIC, peer's address and port, "in" or "out",
# MAC and IP address of the team.
frames() {
    for nic in 0 1; do
        tshark -r "$work/out/nic$nic.pcap" -Y tcp -T fields -E separator=' ' -e frame.time_epoch -e eth.src -e eth.dst \
            -e ip.src -e ip.dst -e tcp.srcport -e tcp.dstport 2>/dev/null |
            awk -v nic="$nic" '{
                gsub(/\./, "", $1)
                if ($7 == 80) print $1 + 0, nic, $4 ":" $6, "in", $3, $5
                else print $1 + 0, nic, $5 ":" $7, "out", $2, $4
            }'
    done
}

# conns.csv names the NIC that received the latest frame, by the time at the MAC.
receiving_nics() {
    frames | sort -n >"$work/frames"
    awk 'NR == FNR { if ($4 == "in") { n[$3]++; t[$3, n[$3]] = $1; nic[$3, n[$3]] = $2 } next }
         { split($0, c, ",")
           if (c[1] == "row") next
           last = -1; at = 0
           for (i = 1; i <= n[c[2]]; i++)
               if (t[c[2], i] <= int(c[11] / 1000)) { last = nic[c[2], i]; at = t[c[2], i] }
           if (last != c[7] || at != int(c[11] / 1000)) { print "row " c[1] ": nic" c[7] " at " c[11] " ps stored, nic" last " at " at " ns received"; bad = 1 }
           rows++ }
         END { if (!rows || bad) exit 1 }' "$work/frames" "$work/out/conns.csv"
}

case $row in
1) promise '.moves.completed >= 1 and .moves.completed == .moves.started and .streams.intact == .streams.total' ;;
2) promise '.host.foreign_frames >= 1 and .moves.completed >= 1 and .invariants["I-RXONCE"] == 0 and .streams.intact == .streams.total' ;;
3) promise '.nics[0].engine.rx_applied > 0 and .nics[1].engine.rx_applied > 0 and .host.tcp.segments_received == 0 and .connections.host == 0' ;;
4)
    addresses=$(frames | cut -d' ' -f5,6 | sort -u)
    [ "$(echo "$addresses" | wc -l)" -eq 1 ] && [ -n "$addresses" ] || { echo "addresses of the team: $addresses"; exit 1; }
    ;;
5) promise '.moves.completed >= 1 and .invariants["I-CRC"] == 0 and
            ([.nics[].ctx_cache.extracts] | add) >= .moves.completed and ([.nics[].ctx_cache.installs] | add) >= .moves.completed' ;;
6) receiving_nics || exit 1 ;;
7) promise '.connections.inactivated >= 1 and .connections.reactivated == .connections.inactivated and .streams.intact == .streams.total' ;;
8) promise '.connections.terminated_prematurely >= 1 and .connections.notifications == .connections.terminated_prematurely' ;;
9) promise '.connections.resets_sent == .connections.terminated_prematurely and .connections.resets_sent >= 1 and .streams.stalled == 0' ;;
10) promise '.host.nics_lost == 1 and .drops.link_down >= 1 and .drops.fenced <= 1' ;;
11) promise '.connections.offloaded == 0 and .host.tcp.segments_sent >= 1 and .streams.intact == .streams.total' ;;
12)
    moved=$(sim/test/results/csv_select.py "$work/out/moves.csv" kind=move trigger=link outcome=completed | wc -l)
    [ "$moved" -ge 1 ] || { echo "no connection moved because of the link"; exit 1; }
    ;;
*) echo "claims.sh does not know row $row"; exit 1 ;;
esac

#!/bin/sh
# tshark, which is not a part of this project, reads the frames at both MACs of runs without faults
# in both modes of replay. There must be no malformed frame, no bad checksum, no ACK of a segment
# that was not seen, and one server address on both interfaces.
#
# tshark also calls the segment of an ACK unseen if a retransmission had other boundaries than the
# first transmission, because it follows segments that begin exactly where the last one ended. It
# also misses some. Therefore every ACK is checked again byte by byte, and an ACK of bytes that
# were not seen before is a failure.
# usage: system_tshark.sh BUILD_DIR
set -u
build=$1
command -v tshark >/dev/null || { echo "skip: tshark is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Reassembly is off, because tshark calls a retransmission that overlaps older segments malformed.
read_team() {
    tshark -n -r "$team" -o tcp.desegment_tcp_streams:FALSE -o tcp.check_checksum:TRUE \
        -o ip.check_checksum:TRUE "$@" 2>>"$work/err"
}

# Prints how many ACKs acknowledge bytes that were not captured before, and how many tshark names.
unseen_acks() {
    read_team -Y tcp -T fields -E occurrence=f -e tcp.stream -e tcp.srcport -e tcp.seq -e tcp.len -e tcp.ack \
        -e tcp.flags.syn -e tcp.flags.fin -e tcp.analysis.ack_lost_segment \
        -e tcp.flags.ack -e tcp.flags.reset | awk -F'\t' '
        # All numbers before edge were captured. Later ranges wait, because in a move the new port
        # may overtake.
        function add(own, from, to,  i, n, again) {
            if (from > edge[own] + 0) {
                n = ++waiting[own]
                left[own, n] = from
                right[own, n] = to
                return
            }
            if (to <= edge[own] + 0) return
            edge[own] = to
            do {
                again = 0
                for (i = 1; i <= waiting[own] + 0; i++) {
                    if (left[own, i] > edge[own]) continue
                    if (right[own, i] > edge[own]) { edge[own] = right[own, i]; again = 1 }
                    n = waiting[own]--
                    left[own, i] = left[own, n]
                    right[own, i--] = right[own, n]
                }
            } while (again)
        }
        {
            own = $1 " " $2
            if (first[$1] == "") first[$1] = $2
            if ($2 != first[$1]) second[$1] = $2
            other = $1 " " ($2 == first[$1] ? second[$1] : first[$1])
            add(own, $3 + 0, $3 + $4 + $6 + $7)
            if ($8 != "") named++
            if ($9 && !$10 && $5 > edge[other] + 0) unseen++
        }
        END { print unseen + 0, named + 0 }'
}

one() {
    name=$(basename "$1") mode=$2
    "$build/toesim" replay "$1" --mode "$mode" --port-policy flip:20 --waves none -o "$work/out" >"$work/log" 2>&1
    team=$work/out/team.pcapng
    : >"$work/err"
    if [ ! -s "$team" ]; then
        echo "fail: $name $mode: no team.pcapng"
        tail -n 5 "$work/log"
        return
    fi
    bad=$(read_team -Y '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0' | wc -l)
    # shellcheck disable=SC2046
    set -- $(unseen_acks)
    # The frames of the server have the same source MAC and, per family, the same IP address on
    # both interfaces.
    sources=$(read_team -T fields -e frame.interface_id -e eth.src -e ip.src -e ipv6.src \
        -Y 'eth.src == 02:54:4f:45:00:01' | sort -u)
    macs=$(echo "$sources" | awk '{print $2}' | sort -u | wc -l)
    addresses=$(echo "$sources" | awk '{print $3}' | sort -u | wc -l)
    if [ "$bad" -eq 0 ] && [ "$1" -eq 0 ] && [ -n "$sources" ] && [ "$macs" -eq 1 ] && [ "$addresses" -le 2 ]; then
        echo "pass: $name $mode ($2 ACKs after repetitions with other boundaries)"
    else
        echo "fail: $name $mode: $bad bad frames, $1 ACKs of unseen segments, $macs source MACs, $addresses source addresses"
        cat "$work/err"
    fi
    rm -rf "$work/out"
}
for file in traces/*.pcap*; do
    one "$file" exact
    one "$file" endpoint
done

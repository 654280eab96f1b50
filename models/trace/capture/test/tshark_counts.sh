#!/bin/sh
# What tshark sees in a capture, reduced by (VLAN stack, tuple, initial sequence number):
# conversations with a SYN, of these answered by a SYN-ACK, of these ended (FIN from both or a reset).
# usage: tshark_counts.sh CAPTURE
set -eu
tshark -r "$1" -o ip.defragment:FALSE -o tcp.check_checksum:FALSE -Y 'tcp && !icmp && !icmpv6' \
    -T fields -E separator=/t -E occurrence=a -e vlan.id -e ip.src -e ipv6.src -e ip.dst -e ipv6.dst \
    -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags.syn -e tcp.flags.ack \
    -e tcp.flags.fin -e tcp.flags.reset -e tcp.len 2>/dev/null |
awk -F '\t' '
{
    from = $2 $3 ":" $6; to = $4 $5 ":" $7
    tuple = $1 "|" (from < to ? from "|" to : to "|" from)
    syn = $10 && !$11 && !$13
    c = current[tuple]
    if (c == "" || (syn && ((c, from) in base) && base[c, from] != $8)) c = current[tuple] = ++count
    if (!((c, from) in base)) base[c, from] = $8
    if (syn && !(c in client)) { client[c] = from; isn[c] = $8; room[c] = $14; with_syn++ }
    if (syn && (c in client) && client[c] != from) split_open[c] = 1
    if ($10 && $11 && !$13 && (c in client) && client[c] != from && !(c in answered)) {
        ahead = $9 - isn[c] - 1
        if (ahead < 0) ahead += 4294967296
        if (ahead <= room[c]) { answered[c] = 1 }
    }
    if ($12) fin[c, from] = 1
    if ($12 && (c, to) in fin) ended[c] = 1
    if ($13) ended[c] = 1
}
END {
    for (c in answered) if (!(c in split_open)) { a++; if (c in ended) e++ }
    print with_syn + 0, a + 0, e + 0
}'

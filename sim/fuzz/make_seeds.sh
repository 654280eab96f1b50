#!/bin/sh
# Writes small sound captures for the fuzzer to start from: formats, VLAN, IPv6, options, ends.
# usage: make_seeds.sh FOLDER
set -eu
folder=$1
mkdir -p "$folder"
cd "$folder"

# hex LINE... as bytes into a file
hex() { tr -d ' \n' | xxd -r -p; }

# Addresses 10.0.0.2:4096 (client) and 10.0.0.1:80; checksums 0: every direction is then repaired.
ether_c="020000000001 020000000002"
ether_s="020000000002 020000000001"
ip4() { # source destination total-length(hex4)
    echo "4500 $3 0000 4000 40 06 0000 $1 $2"
}
c=0a000002 s=0a000001
syn="$ether_c 0800 $(ip4 $c $s 003c) 1000 0050 00000064 00000000 a002 ffff 0000 0000 020405b4 0402 080a 00000001 00000000 01030307"
synack="$ether_s 0800 $(ip4 $s $c 003c) 0050 1000 000001f4 00000065 a012 ffff 0000 0000 020405b4 0402 080a 00000009 00000001 01030307"
req="$ether_c 0800 $(ip4 $c $s 002c) 1000 0050 00000065 000001f5 5018 ffff 0000 0000 41424344"
rsp="$ether_s 0800 $(ip4 $s $c 002c) 0050 1000 000001f5 00000069 5018 ffff 0000 0000 31323334"
cfin="$ether_c 0800 $(ip4 $c $s 0028) 1000 0050 00000069 000001f9 5011 ffff 0000 0000"
sfin="$ether_s 0800 $(ip4 $s $c 0028) 0050 1000 000001f9 0000006a 5011 ffff 0000 0000"
rst="$ether_c 0800 $(ip4 $c $s 0028) 1000 0050 00000069 000001f9 5014 ffff 0000 0000"
vlan=$(echo "$req" | sed 's/ 0800 / 8100 0007 8100 0009 0800 /')
six="$ether_c 86dd 60000000 0014 06 40 fd000000000000000000000000000002 fd000000000000000000000000000001 1000 0050 00000064 00000000 5002 ffff 0000 0000"

word() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)); }
record() { # frame -> little endian record
    bytes=$(echo "$1" | tr -d ' ')
    len=$((${#bytes} / 2))
    echo "00000001 00000000 $(word $len) $(word $len) $bytes"
}
header="d4c3b2a1 0200 0400 00000000 00000000 ffff0000"
all() { for frame in "$@"; do record "$frame"; done; }

{ echo "$header 01000000"; all "$syn" "$synack" "$req" "$rsp" "$cfin" "$sfin"; } | hex >fins.pcap
{ echo "$header 01000000"; all "$syn" "$synack" "$req" "$req" "$rsp" "$rst"; } | hex >reset.pcap
{ echo "$header 01000000"; all "$vlan" "$six" "$syn" "$syn"; } | hex >vlan-ipv6.pcap
{ echo "$header 65000000"; all "$(echo "$syn" | cut -c32-)" "$(echo "$synack" | cut -c32-)"; } | hex >raw.pcap
gzip -n -c fins.pcap >fins.pcap.gz
# pcapng: section, interface, one enhanced packet of 60 bytes
{
    echo "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffff ffffffff 1c000000"
    echo "01000000 14000000 0100 0000 ffff0000 14000000"
    echo "06000000 58000000 00000000 00000000 01000000 36000000 36000000"
    echo "$cfin 0000"
    echo "58000000"
} | hex >one.pcapng

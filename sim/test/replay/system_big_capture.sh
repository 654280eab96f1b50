#!/bin/sh
# Does the same as long_big_capture.sh with 6 MB, of which nearly nothing may be kept in memory. It
# also tries inputs that are not files, and a disk without space for the copy.
# A flood of 150,000 SYNs must fit into 200 MB of address space.
# usage: system_big_capture.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $build in *san*) peak=1000000 space=unlimited ;; *) peak=100000 space=200000 ;; esac
TOESIM_SPILL_BYTES=65536 sim/test/replay/big_capture.sh "$build" 6000000 "$peak"
TOESIM_SPILL_BYTES=65536 sim/test/replay/many_conversations.sh "$build" 150000 200 "$space"
# A pipe must be copied, but there is no place for the copy.
gzip -dc traces/redis.pcap.gz | TMPDIR=/nowhere "$build/toesim" replay /dev/stdin --waves none -o "$work/out" 2>"$work/log"
status=$?
if [ $status -eq 3 ] && grep -q "/nowhere.*TMPDIR" "$work/log"; then
    echo "pass: a folder for temporary files that is not there: exit 3, its name and the cure"
else
    echo "fail: no folder for temporary files: exit $status"
    cat "$work/log"
fi
gzip -dc traces/redis.pcap.gz >"$work/small.pcap"
if gzip -dc traces/redis.pcap.gz | "$build/toesim" replay /dev/stdin --waves none -o "$work/piped" >/dev/null 2>&1 &&
    "$build/toesim" replay "$work/small.pcap" --waves none -o "$work/plain" >/dev/null 2>&1 &&
    [ "$(jq -c .streams "$work/piped/stats.json")" = "$(jq -c .streams "$work/plain/stats.json")" ]; then
    echo "pass: standard input gives what the file gives"
else
    echo "fail: standard input"
fi

#!/bin/sh
# Tests unequal NICs (nics.nic0.*, nics.nic1.*): moves in the two directions differ in the phase that the difference
# makes longer, and in no other way than physics demands. Equal NICs have equal phases in both directions.
# usage: system_unequal.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run NAME SET...: runs alternating frames with these settings; the results are in $work/NAME
run() {
    name=$1
    shift
    set -- $(for pair in "$@"; do printf -- '--set %s ' "$pair"; done)
    "$build/toesim" run scenarios/port/100-alternate.yaml --waves none --set outputs.captures=false "$@" \
        -o "$work/$name" >"$work/log" 2>&1 || { echo "fail: $name: exit status $?"; tail -n 3 "$work/log"; }
}

# median NAME FROM A B: the median time from mark A to mark B, in ns, of the moves away from NIC FROM
median() {
    python3 - "$work/$1/moves.csv" "$2" "$3" "$4" <<'PY'
import csv, statistics, sys
path, nic, a, b = sys.argv[1:]
rows = [r for r in csv.DictReader(open(path)) if r["from"] == nic and r[a] and r[b]]
print(int(statistics.median_low(int(r[b]) - int(r[a]) for r in rows)) // 1000)
PY
}

# grows TEXT FROM A B LEAST MOST: the phase is longer than with equal NICs by LEAST to MOST ns
grows() {
    equal=$(median equal "$2" "$3" "$4")
    unequal=$(median unequal "$2" "$3" "$4")
    more=$((unequal - equal))
    if [ "$more" -ge "$5" ] && [ "$more" -le "$6" ]; then
        echo "pass: $1: $equal ns, and $unequal ns when NIC 1 is slower"
    else
        echo "fail: $1: $equal ns, and $unequal ns when NIC 1 is slower: $more more, not $5 to $6"
    fi
}

# A lane of Gen3 carries 0.985 byte/ns, so the 320 bytes of the image take 40.6 ns with 8 lanes and 81.2 ns with 4.
# Headers and commands add to the difference. NIC 0 is as before, so what only NIC 0 does takes as long as before.
run equal nics.nic1.pcie.lanes=8
run unequal nics.nic1.pcie.lanes=4
grows "NIC 1 reads the image over 4 lanes" 0 t8_ps t9_ps 41 120
grows "NIC 0 reads the image as before" 1 t8_ps t9_ps 0 0
grows "NIC 1 writes the image over 4 lanes" 1 t3_ps t4_ps 5 120
grows "NIC 0 writes the image as before" 0 t3_ps t4_ps 0 0

# T0 is when the last bit arrives at the MAC, whose default latency is 121.62 ns, and T1 is when the engine has looked
# the frame's connection up.
run unequal nics.nic1.pcie.lanes=8 nics.nic1.link.latency_rx=1us
grows "NIC 1 receives later" 0 t0_ps t1_ps 878 879
run unequal nics.nic1.pcie.lanes=8 nics.nic1.pcie.gen=1
grows "NIC 1 reads the image at Gen1" 0 t8_ps t9_ps 150 500
grows "NIC 0 reads the image as before, beside Gen1" 1 t8_ps t9_ps 0 0

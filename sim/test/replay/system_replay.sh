#!/bin/sh
# Replays every capture of the project under every port policy. Exit status 0 means that every
# complete conversation is intact and no invariant is violated. With TOESIM_EXTRA_TRACES the
# captures of that folder are replayed too.
# usage: system_replay.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one() {
    file=$1 policy=$2 allowed=$3
    dir=$work/$(basename "$file")-$(echo "$policy" | tr : _)
    mk/hang.sh 300 "$build/toesim" replay "$file" --port-policy "$policy" --waves none -o "$dir" \
        >"$dir.log" 2>&1
    status=$?
    case " $allowed " in
    *" $status "*) echo "pass: $(basename "$file") $policy (exit $status)" ;;
    *)
        echo "fail: $(basename "$file") $policy: exit $status"
        tail -n 12 "$dir.log"
        ;;
    esac
    rm -rf "$dir"
}
list=$(ls traces/*.pcap traces/*.pcapng traces/*.pcap.gz traces/*.pcapng.gz 2>/dev/null)
for file in $list; do
    for policy in nic0 alternate random flip:20; do
        one "$file" "$policy" "0"
    done
done
if [ -n "${TOESIM_EXTRA_TRACES:-}" ]; then
    for file in "$TOESIM_EXTRA_TRACES"/*.pcap*; do
        for policy in nic0 alternate random flip:20; do
            one "$file" "$policy" "0 2" # 2: the file itself is damaged or no Ethernet capture
        done
    done
else
    echo "skip: captures of TOESIM_EXTRA_TRACES (not set)"
fi

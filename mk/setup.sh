#!/bin/sh
# Installs the Debian packages that a tier needs and that are missing. The tiers are build, test and record. This needs
# root or sudo; without them the script names the packages and stops.
set -eu
build="gcc g++ make pkg-config verilator libsystemc-dev libpcap-dev libyaml-dev libjansson-dev libsqlite3-dev zlib1g-dev liblwip-dev node-d3"
test="$build jq pciutils libcriterion-dev tshark gtkwave yosys z3 iverilog curl iproute2 iputils-ping python3-scapy python3-jsonschema libxml2-utils wamerican chromium slurm-wlm munge"
record="$build tshark iproute2 ethtool tcpdump nginx-light curl openssl redis-server redis-tools openssh-server openssh-client python3"
case ${1:-build} in
build) packages=$build ;;
test) packages=$test ;;
record) packages=$record ;;
*) echo "usage: setup.sh build|test|record" >&2; exit 2 ;;
esac
missing=
for p in $packages; do
    dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -eq 0 ]; then
    run=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    run=sudo
else
    echo "toesim needs these Debian packages: apt-get install$missing" >&2
    exit 3
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if ! { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get failed; install by hand:$missing" >&2
    rm -f "$log"
    exit 3
fi
rm -f "$log"

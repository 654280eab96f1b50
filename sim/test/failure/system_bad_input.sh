#!/bin/sh
# Each bad input gives its exit status and a message that names the place; finished results are kept.
# usage: system_bad_input.sh BUILD_DIR
set -u
build=$1
toesim=$(pwd)/$build/toesim
root=$(pwd)
work=$(mktemp -d)
trap 'umount "$work/tiny" 2>/dev/null; rm -rf "$work"' EXIT
# expect NAME STATUS PATTERN COMMAND...
expect() {
    name=$1 want=$2 pattern=$3
    shift 3
    "$root/mk/hang.sh" 120 "$@" >"$work/log" 2>&1
    got=$?
    if [ "$got" -eq "$want" ] && grep -q -e "$pattern" "$work/log"; then
        echo "pass: $name"
    else
        echo "fail: $name: exit $got (want $want), message:"
        tail -n 5 "$work/log"
    fi
}
capture=$(ls "$root"/traces/*.pcap.gz | head -n 1)
expect "no command" 2 "toesim" "$toesim"
expect "unknown command" 2 "frobnicate" "$toesim" frobnicate
expect "unknown option" 2 "frob" "$toesim" run --frob x.yaml
expect "missing scenario" 2 "none.yaml" "$toesim" run "$work/none.yaml"
expect "missing capture" 2 "none.pcap" "$toesim" replay "$work/none.pcap" -o "$work/o1"
printf 'name: x\nteam:\n  idel: 1s\n' >"$work/key.yaml"
expect "unknown key" 2 "key.yaml:3: .*idel" "$toesim" check "$work/key.yaml"
printf 'name: x\nseed: many\n' >"$work/type.yaml"
expect "wrong type" 2 "type.yaml:2: .*seed" "$toesim" check "$work/type.yaml"
printf 'name: x\nduration: 5\n' >"$work/unit.yaml"
expect "missing unit" 2 "unit.yaml:2: .*duration" "$toesim" check "$work/unit.yaml"
printf 'name: x\nname: y\n' >"$work/twice.yaml"
expect "duplicate key" 2 "twice.yaml:2: .*name" "$toesim" check "$work/twice.yaml"
printf 'traffic: {kind: generator}\nexpect:\n  - moves.completd > 3\n' >"$work/typo.yaml"
for command in check run; do
    expect "unknown key in an expectation ($command)" 2 "typo.yaml:3: expect\[0\]: .*did you mean moves.completed?" \
        "$toesim" $command "$work/typo.yaml"
done
cat >"$work/four.yaml" <<'YAML'
nics: {link: {rate: 50Gbps}, pcie: {lanes: 3}}
switch: {rehash: [{at: 150%, action: swap}]}
team: {ring: 5KiB}
YAML
for message in "four.yaml:1: nics.link.rate" "four.yaml:1: nics.pcie.lanes" "four.yaml:2: switch.rehash.0..at" "four.yaml:3: team.ring"; do
    expect "all errors at once: $message" 2 "$message" "$toesim" check "$work/four.yaml"
done
expect "run tells that there are more" 2 "and 3 more; toesim check FILE" "$toesim" run "$work/four.yaml"
printf 'not a capture at all, just text\n' >"$work/text.pcap"
expect "no capture" 2 "text.pcap" "$toesim" replay "$work/text.pcap" -o "$work/o2"
zcat "$capture" | head -c 20000 >"$work/cut.pcap"
expect "capture cut in a record" 2 "record" "$toesim" replay "$work/cut.pcap" -o "$work/o3"
if [ -s "$work/o3/stats.json" ]; then
    echo "pass: results of the cut capture are kept"
else
    echo "fail: no results of the cut capture"
fi
zcat "$capture" | head -c 50 >"$work/first.pcap"
expect "capture cut in record 1" 2 "first.pcap: record 1: .*nothing could be replayed" "$toesim" replay "$work/first.pcap" -o "$work/o4"
printf '\357\273\277name: x\ntraffic: {kind: generator}\n' >"$work/mark.yaml"
expect "a byte-order mark is accepted" 0 "mark.yaml: ok" "$toesim" check "$work/mark.yaml"
printf '\357\273\277name: x\nseed: many\n' >"$work/mark.yaml"
expect "and moves no line" 2 "mark.yaml:2: seed" "$toesim" check "$work/mark.yaml"

# These characters control a terminal (ECMA-48): escape, bell, carriage return, and the
# one-character CSI of C1.
bad=$(printf 'a\033[31m\007\r\302\233b')
printf 'traffic: {kind: generator}\nexpect: ["moves.started == 0%s"]\n' '\e[31m' >"$work/$bad.yaml"
printf '+0 jump\n' >"$work/$bad.pkt"
mkdir -p "$work/users/$bad"
echo mine >"$work/users/$bad/file"
seen=0
no_controls() {
    seen=$((seen + 1))
    timeout 120 "$@" >"$work/log" 2>&1
    [ -s "$work/log" ] && ! LC_ALL=C grep -q -a -e "$(printf '[\001-\010\013-\037\177]')" -e "$(printf '\302[\200-\237]')" "$work/log" ||
        { echo "fail: control characters reach the terminal: $*" | cat -v; cat -v "$work/log"; }
}
no_controls "$toesim" "$bad"
no_controls "$toesim" run "--$bad" x
no_controls "$toesim" run "$work/$bad"
no_controls "$toesim" run "$work/$bad.yaml" -o "$work/o5"
no_controls "$toesim" run "$root/scenarios/regress/r03-generator.yaml" --seed "$bad"
no_controls "$toesim" run "$root/scenarios/regress/r03-generator.yaml" -o "$work/users/$bad"
no_controls "$toesim" run "$root/scenarios/regress/r03-generator.yaml" -o "$work/fresh/$bad"
no_controls "$toesim" replay "$work/$bad.pcap"
no_controls "$toesim" check "$work/$bad.yaml" "$work/$bad"
no_controls "$toesim" script "$work/$bad.pkt"
no_controls "$toesim" regress "$work/$bad.yaml" "$work/$bad"
no_controls "$toesim" wavediff "$work/$bad" "$work/$bad.yaml"
echo "pass: $seen commands were given names with control characters"

# Where only a regular file makes sense, a pipe is refused at once, although nobody writes to it.
mkdir -p "$work/cwd/results/golden" "$work/pipes"
(
    cd "$work/cwd" || exit 1
    printf 'name: x\ntraffic: {kind: generator, connections: 1, bytes: 1KiB}\n' >x.yaml
    mkfifo results/golden/x.json
    expect "a pipe as golden stats" 2 "golden/x.json: is not a regular file" "$toesim" regress x.yaml
    rm results/golden/x.json
    "$root/mk/hang.sh" 120 "$toesim" regress x.yaml --bless >/dev/null 2>&1
    rm -f results/golden/x.fst
    mkfifo results/golden/x.fst
    expect "a pipe as golden wave" 2 "golden/x.fst: .*not a regular file" "$toesim" regress x.yaml
    mkfifo "$work/pipes/stats.json"
    expect "a pipe in a results folder" 2 "pipes: exists and holds no results" "$toesim" run x.yaml -o "$work/pipes"
)
# The last record of each kind of file is cut by a few bytes.
for file in "$root"/traces/half-close.pcap "$root"/traces/ssh.pcapng "$root"/traces/redis.pcap.gz; do
    name=$(basename "$file")
    head -c "$(($(wc -c <"$file") - 3))" "$file" >"$work/short-$name"
    expect "last record of $name cut" 2 "record" "$toesim" replay "$work/short-$name" -o "$work/o4"
done
mkdir "$work/mine" && echo keep >"$work/mine/file"
expect "folder of somebody else" 2 "mine" "$toesim" replay "$capture" -o "$work/mine"
[ -f "$work/mine/file" ] && echo "pass: it is untouched" || echo "fail: it was touched"
if [ "$(id -u)" -eq 0 ] && mkdir "$work/tiny" && mount -t tmpfs -o size=64k tmpfs "$work/tiny" 2>/dev/null; then
    expect "full disk" 3 "space\|written" "$toesim" replay "$capture" -o "$work/tiny/out"
    umount "$work/tiny"
else
    echo "skip: full disk (a tmpfs cannot be mounted here)"
fi
printf 'GARBAGE' >"$work/bad.fst"
expect "wavediff on garbage" 2 "bad.fst" "$toesim" wavediff "$work/bad.fst" "$work/bad.fst"

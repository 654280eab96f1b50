#!/bin/sh
# A NIC dies at a random moment: under uploads or downloads, while connections move in either direction or stay, at the
# start, in the middle or at the end, by a lost link, a function-level reset, a cleared bus master bit, a
# poisoned TLP or PCIe that hangs.
# With the mechanisms rebuild and checkpoint every conversation is intact, no checker objects, and nothing hangs.
# usage: system_dead_nic.sh BUILD_DIR [FIRST_SEED [LAST_SEED]]
set -u
toesim=$1/toesim
first=${2:-1} last=${3:-12}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 rebuilt=0 restarted=0

# draw SEED FIELD COUNT: prints a number from 0 to COUNT - 1 that depends on seed and field only.
draw() {
    printf '%s:%s' "$1" "$2" | cksum | { read -r sum _ && echo $((sum / 7 % $3)); }
}

# pick SEED FIELD WORD...: prints one of the words.
pick() {
    seed=$1 field=$2
    shift 2
    shift "$(draw "$seed" "$field" $#)"
    echo "$1"
}

seed=$first
while [ "$seed" -le "$last" ]; do
    action=$(pick "$seed" action pcie_down pcie_reset pcie_master_off pcie_poisoned pcie_silent pcie_silent)
    when=$(pick "$seed" when "$(draw "$seed" at 100)%" "$(draw "$seed" at 100)%" "$(draw "$seed" at 300)us")
    policy=$(pick "$seed" policy hash alternate random flip)
    image=$(pick "$seed" image full hard)
    [ "$policy" = hash ] || image=full # a hard image forgets segments beyond a hole, which costs a timeout per move
    case $action$when in pcie_silent*us) when=1% ;; esac # a NIC that never answers does not join the team
    cat >"$work/dead.yaml" <<END
seed: $seed
duration: 30s
traffic:
  kind: generator
  direction: $(pick "$seed" direction upload download both)
  connections: $(pick "$seed" connections 1 3 8 16)
  bytes: $(pick "$seed" bytes 20KiB 256KiB 1MiB)
  stall: 20s
team:
  heartbeat: 100us
  ring: $(pick "$seed" ring 16KiB 64KiB 512KiB)
  move:
    mechanism: $(pick "$seed" mechanism rebuild checkpoint)
    image: $image
    checkpoint: {lines: $(pick "$seed" lines 1 2 3)}
  fence: $(pick "$seed" fence link-disable heartbeat)
  host: {notify: $(pick "$seed" notify interrupt poll), command_timeout: 300us}
nics:
  pcie: {mps: $(pick "$seed" mps 128B 256B)}
  engine: {ack_policy: recorded, checkpoint: $(pick "$seed" checkpoint 1 4 32)}
switch: {policy: $policy, flip_frames: $(pick "$seed" flip 2 5 20)}
faults:
  - {at: $when, action: $action, nic: $(draw "$seed" nic 2)}
measure: {waves: none}
outputs: {captures: false}
expect: [connections.notifications == 0, streams.damaged == 0, streams.unfinished == 0]
END
    if timeout 300 "$toesim" run "$work/dead.yaml" -o "$work/out" >"$work/log" 2>&1; then
        rebuilt=$((rebuilt + $(jq .transfers.rebuild.completed "$work/out/stats.json")))
        restarted=$((restarted + $(jq .host.recoveries "$work/out/stats.json")))
    else
        echo "fail: dead NIC: seed $seed"
        cat "$work/dead.yaml" "$work/log"
        failed=1
    fi
    seed=$((seed + 1))
done
[ "$failed" -eq 0 ] && [ "$rebuilt" -gt 0 ] && echo "pass: dead NIC: seeds $first to $last, $rebuilt rebuilt, $restarted NICs back"
[ "$failed" -eq 0 ] && [ "$rebuilt" -eq 0 ] && echo "fail: dead NIC: nothing was rebuilt"
exit 0

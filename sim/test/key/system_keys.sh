#!/bin/sh
# Tests that keys have an effect: with another value of the key the same scenario has other
# results. Each key of the lines and the switch (nics.link, switch, faults) must be in the list
# below; other keys may be.
# usage: system_keys.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each row has the base scenario, the key with its other value, and settings that the base needs.
list() {
    cat <<'LIST'
port/100-alternate nics.link.rate=40Gbps
port/100-alternate nics.link.latency_tx=134401ps
port/100-alternate nics.link.latency_rx=243241ps
port/100-alternate nics.link.cable=101ns
port/100-alternate nics.nic0.link.rate=40Gbps
port/100-alternate nics.nic1.link.cable=101ns
port/100-alternate nics.nic0.pcie.gen=4
port/100-alternate nics.nic1.pcie.lanes=4
port/100-alternate nics.nic1.engine.cycle=5ns
port/100-alternate nics.nic0.cache.dram=90ns
move/836-cores team.host.cores=2
move/836-cores team.host.cost.handoff=270ns
move/836-cores team.host.cost.remote_line=200ns
move/836-cores team.host.cost.lock=90ns
line/617-switch-pause nics.link.tx_queue=8 nics.engine.tx_ahead=1s
move/211-one-download nics.engine.tx_ahead=500ns
move/214-one-upload-interrupt nics.engine.inject_wait=0s
line/617-switch-pause nics.link.pause_obeyed=false
line/616-nic-pause nics.link.pause_threshold=0
line/616-nic-pause nics.link.pause_quanta=10
line/616-nic-pause nics.link.pause_poll=10us
000-default switch.hash=layer2
port/100-alternate switch.policy=nic0
port/102-flip switch.flip_frames=2
line/615-bulk-faults switch.table=0011
000-default switch.policy=captured traffic.capture=traces/bond.pcapng.gz
000-default traffic.decap=true traffic.allow_empty=true traffic.capture=sim/test/captures/tunnel/tunnel-one-direction.pcap
000-default traffic.interfaces=eth0 traffic.capture=traces/bond.pcapng.gz
000-default traffic.port_of=eth0=nic1,eth1=nic0 switch.policy=captured traffic.capture=traces/bond.pcapng.gz
port/100-alternate switch.forwarding=cut_through
port/100-alternate switch.forward=801ns
line/617-switch-pause switch.queue=16
line/617-switch-pause switch.pause_threshold=0
team/203-link-flap switch.detect=10ms
team/205-lacp-silent switch.lacp=off
team/201-active-backup switch.active=1
port/100-alternate switch.uplink=10Gbps
000-default switch.rehash[0].at=20%
000-default switch.rehash[0].action=layer2
line/615-bulk-faults switch.rehash[0].connection=3
line/615-bulk-faults switch.rehash[0].nic=0
000-default switch.rehash[0].every=5ms
000-default switch.rehash[0].count=1 switch.rehash[0].every=5ms
line/614-delay faults[0].at=9ms
line/610-drop faults[0].action=corrupt
team/200-link-down faults[0].nic=0
soft-error/301-ctx-error faults[0].connection=2
soft-error/301-ctx-error faults[0].array=tag
soft-error/304-ctx-error-victim faults[0].line=4
soft-error/306-ctx-error-twice faults[0].bit=301
line/610-drop faults[0].link=nic0
line/610-drop faults[0].direction=to_server
line/610-drop faults[0].rate=20000
line/611-corrupt faults[2].frames=30
line/613-reorder faults[0].behind=1
line/614-delay faults[0].delay=3us
line/614-delay faults[0].jitter=4us
line/614-delay faults[0].lasting=500us
line/614-delay faults[0].every=7ms
team/203-link-flap faults[0].count=1
port/100-alternate seed=4
port/100-alternate team.mode=active-backup
move/214-one-upload-interrupt team.driver=minimal team.idle=0s
team/210-primary team.mode=static
port/100-alternate team.mtu=1280B
port/100-alternate team.ring=128KiB
port/100-alternate team.moving=false
port/100-alternate team.move.policy=k-of-m
port/100-alternate team.move.k-of-m.k=1 team.move.policy=k-of-m
port/100-alternate team.move.k-of-m.m=2 team.move.policy=k-of-m
port/100-alternate team.move.policy=residency,first-packet
port/100-alternate team.move.policy=phase,first-packet
000-default team.move.policy=validate,first-packet traffic.capture=sim/test/captures/rst-outside-window-client.pcap switch.policy=flip switch.flip_frames=3
port/100-alternate team.move.residency.min=100us team.move.policy=residency,first-packet
move/212-one-upload-residency team.move.residency.max=1100us switch.policy=alternate
port/100-alternate team.move.residency.decay=200us team.move.policy=residency,first-packet
team/834-port-down-paced team.move.policy=first-packet
team/834-port-down-paced team.move.port-down.list=4
team/834-port-down-paced team.move.port-down.pace=20us
move/835-batch-policy team.move.policy=first-packet
move/835-batch-policy team.move.batch.count=1
move/835-batch-policy team.move.batch.time=2us
port/100-alternate team.move.mechanism=forward
port/100-alternate team.move.mechanism=drain-first
port/100-alternate team.move.mechanism=forward-then-move
move/820-dead-upload team.move.mechanism=host-pull
move/820-dead-upload team.move.mechanism=checkpoint
move/823-dead-download-checkpoint team.move.checkpoint.lines=2
move/823-dead-download-checkpoint nics.engine.checkpoint=16
port/100-alternate team.move.image=hard
move/824-silent-upload team.fence=heartbeat
move/824-silent-upload team.host.command_timeout=400us
port/100-alternate team.move.mechanism=host-pull-batched
move/807-lists team.move.host-pull-batched.batch=2
port/100-alternate team.move.forward-then-move.frames=2 team.move.mechanism=forward-then-move
port/100-alternate team.tcp.rto_min=401ms
port/100-alternate team.host.notify=poll
port/100-alternate team.host.notify=adaptive
port/100-alternate team.host.interrupt=3us
port/100-alternate team.host.llc_hit=50ns
port/100-alternate team.host.cost.irq_entry=1us
port/100-alternate team.host.cost.poll=41ns
port/100-alternate team.host.cost.record=121ns
port/100-alternate team.host.cost.event=121ns
port/100-alternate team.host.cost.lookup=65ns
port/100-alternate team.host.cost.foreign=237ns
port/100-alternate team.host.cost.command=101ns
port/100-alternate team.host.cost.doorbell=101ns
port/100-alternate team.host.cost.open=603ns
port/100-alternate team.move.commands=pushed
move/801-pushed-storm nics.engine.push_slots=8
port/100-alternate team.move.mechanism=host-push
move/807-lists nics.engine.image_slots=1 team.move.mechanism=host-push
port/100-alternate team.move.mechanism=peer-to-peer nics.pcie.p2p=allowed
port/100-alternate team.host.cost.line=101ns team.move.commands=pushed
port/100-alternate team.host.cost.image_check=65ns
port/100-alternate team.host.cost.app_call=83701ps
port/100-alternate team.host.cost.copy_64=8601ps
port/100-alternate nics.pcie.gen=1
port/100-alternate nics.pcie.lanes=2
port/100-alternate nics.pcie.mps=128B
port/100-alternate nics.pcie.mrrs=128B
move/211-one-download nics.pcie.tags=1
port/100-alternate nics.pcie.propagation=201ns
port/100-alternate nics.pcie.root_read=399ns
port/100-alternate nics.pcie.root_write=201ns
port/100-alternate nics.pcie.device_mmio=1561ns
port/100-alternate nics.pcie.dll=false
port/100-alternate nics.engine.cycle=9ns
port/100-alternate nics.clock_offset=-3s
port/100-alternate nics.nic1.clock_offset=1s
move/841-clock-drift nics.nic0.clock_drift=1000ppm team.clock_period=1s
port/100-alternate nics.clock_drift=1000ppm
move/841-clock-drift team.clock_period=30us
port/100-alternate nics.engine.parse_cycles=2
port/100-alternate nics.engine.rx_cycles=3
port/100-alternate nics.engine.tx_cycles=3
port/100-alternate nics.engine.build_cycles=2
move/211-one-download nics.engine.tx_burst=1 nics.engine.tx_ahead=1s
port/100-alternate nics.engine.buffer_prefetch=8
port/100-alternate nics.engine.ack_policy=flushed
port/100-alternate nics.engine.ack_policy=recorded
idle/300-idle nics.cache.dram=103301ps
load/512-bench-idle nics.cache.dram_beat=40ns traffic.connections=4000 traffic.hold=60ms
port/100-alternate traffic.max_gap=3ms
port/100-alternate traffic.start=3ms
port/100-alternate traffic.liveness=3ms
port/100-alternate traffic.uplink=100Gbps
line/615-bulk-faults team.tcp.congestion=cubic
line/615-bulk-faults traffic.tcp.congestion=cubic
line/615-bulk-faults team.tcp.dupack_threshold=12
line/615-bulk-faults traffic.tcp.dupack_threshold=12
line/615-bulk-faults traffic.direction=upload
load/525-requests traffic.requests.count=199
load/525-requests traffic.requests.interval=190us
load/525-requests traffic.requests.arrival=fixed
load/525-requests traffic.requests.size=99B
load/525-requests traffic.requests.response=1000B
line/615-bulk-faults traffic.connections=4
line/615-bulk-faults traffic.bytes=512KiB
line/615-bulk-faults traffic.open_interval=21us
line/615-bulk-faults traffic.ip_version=6
line/615-bulk-faults traffic.vlan=7
LIST
}

# The results of a run of scenario $1 with --set $2, $3 and so on.
results() {
    scenario=scenarios/$1.yaml
    shift
    set -- $(for pair in "$@"; do printf -- '--set %s ' "$pair"; done)
    rm -rf "$work/out"
    mk/hang.sh 200 "$build/toesim" run "$scenario" --waves none --set outputs.captures=false "$@" -o "$work/out" \
        >"$work/log" 2>&1
    cat "$work/out/stats.json" "$work/out/moves.csv" 2>/dev/null
}

list | while read -r base pair rest; do
    reference=$work/$(echo "$base $rest" | tr ' []=/' '_____')
    # shellcheck disable=SC2086
    [ -f "$reference" ] || results "$base" $rest >"$reference"
    # shellcheck disable=SC2086
    results "$base" $rest "$pair" >"$work/other"
    # Expectations name no key. They may fail, and their text is the same except for the actual
    # values.
    if [ ! -s "$work/other" ] || [ ! -s "$reference" ]; then
        echo "fail: $pair in $base gives no results"
        tail -n 5 "$work/log"
    elif cmp -s "$reference" "$work/other"; then
        echo "fail: $pair in $base changes nothing"
    else
        echo "pass: $pair"
    fi
done

for key in $("$build/toesim" check --keys | sed -n 's/^| `\([^`]*\)`.*/\1/p' | grep -E '^(nics\.link|switch|faults)[.[]'); do
    pattern=$(echo "$key" | sed 's/\[\]/[*[0-9]*]/; s/\./\\./g; s/\[\*\[0-9\]\*\]/\\[[0-9]*\\]/')
    list | grep -q " $pattern=" || echo "fail: $key is not in the list of sim/test/key/system_keys.sh"
done

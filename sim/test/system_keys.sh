#!/bin/sh
# Keys that matter: with another value of the key the same scenario has other results. Each key of the lines and the
# switch (nics.link, switch, faults) must be in the list below; others may be.
# usage: system_keys.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# base scenario, key with its other value, what else the base needs
list() {
    cat <<'LIST'
100-alternate nics.link.rate=40Gbps
100-alternate nics.link.latency_tx=134401ps
100-alternate nics.link.latency_rx=243241ps
100-alternate nics.link.cable=101ns
617-switch-pause nics.link.tx_queue=8 nics.engine.tx_ahead=1s
211-one-download nics.engine.tx_ahead=500ns
617-switch-pause nics.link.pause_obeyed=false
616-nic-pause nics.link.pause_threshold=0
616-nic-pause nics.link.pause_quanta=10
616-nic-pause nics.link.pause_poll=10us
000-default switch.hash=layer2
100-alternate switch.policy=nic0
102-flip switch.flip_frames=2
615-bulk-faults switch.table=0011
000-default switch.policy=captured traffic.capture=traces/bond.pcapng.gz
000-default traffic.decap=true traffic.allow_empty=true traffic.capture=sim/test/captures/tunnel-one-direction.pcap
000-default traffic.interfaces=eth0 traffic.capture=traces/bond.pcapng.gz
000-default traffic.port_of=eth0=nic1,eth1=nic0 switch.policy=captured traffic.capture=traces/bond.pcapng.gz
100-alternate switch.forwarding=cut_through
100-alternate switch.forward=801ns
617-switch-pause switch.queue=16
617-switch-pause switch.pause_threshold=0
203-link-flap switch.detect=10ms
205-lacp-silent switch.lacp=off
201-active-backup switch.active=1
100-alternate switch.uplink=10Gbps
000-default switch.rehash[0].at=20%
000-default switch.rehash[0].action=layer2
615-bulk-faults switch.rehash[0].connection=3
615-bulk-faults switch.rehash[0].nic=0
000-default switch.rehash[0].every=5ms
000-default switch.rehash[0].count=1 switch.rehash[0].every=5ms
614-delay faults[0].at=9ms
610-drop faults[0].action=corrupt
200-link-down faults[0].nic=0
301-ctx-error faults[0].connection=2
301-ctx-error faults[0].array=tag
304-ctx-error-victim faults[0].line=4
306-ctx-error-twice faults[0].bit=301
610-drop faults[0].link=nic0
610-drop faults[0].direction=to_server
610-drop faults[0].rate=20000
611-corrupt faults[2].frames=30
613-reorder faults[0].behind=1
614-delay faults[0].delay=3us
614-delay faults[0].jitter=4us
614-delay faults[0].lasting=500us
614-delay faults[0].every=7ms
203-link-flap faults[0].count=1
100-alternate seed=4
100-alternate team.mode=active-backup
210-primary team.mode=static
100-alternate team.mtu=1280B
100-alternate team.ring=128KiB
100-alternate team.moving=false
100-alternate team.move.policy=k-of-m
100-alternate team.move.k-of-m.k=1 team.move.policy=k-of-m
100-alternate team.move.k-of-m.m=2 team.move.policy=k-of-m
100-alternate team.move.policy=residency,first-packet
100-alternate team.move.policy=phase,first-packet
000-default team.move.policy=validate,first-packet traffic.capture=sim/test/captures/rst-outside-window-client.pcap switch.policy=flip switch.flip_frames=3
100-alternate team.move.residency.min=100us team.move.policy=residency,first-packet
212-one-upload-residency team.move.residency.max=1100us switch.policy=alternate
100-alternate team.move.residency.decay=200us team.move.policy=residency,first-packet
100-alternate team.move.mechanism=forward
100-alternate team.move.mechanism=drain-first
100-alternate team.tcp.rto_min=401ms
100-alternate team.host.notify=poll
100-alternate team.host.interrupt=3us
100-alternate team.host.llc_hit=50ns
100-alternate team.host.cost.irq_entry=1us
100-alternate team.host.cost.poll=41ns
100-alternate team.host.cost.record=121ns
100-alternate team.host.cost.event=121ns
100-alternate team.host.cost.lookup=65ns
100-alternate team.host.cost.foreign=237ns
100-alternate team.host.cost.command=101ns
100-alternate team.host.cost.doorbell=101ns
100-alternate team.host.cost.open=603ns
100-alternate team.host.cost.image_check=65ns
100-alternate team.host.cost.app_call=83701ps
100-alternate team.host.cost.copy_64=8601ps
100-alternate nics.pcie.gen=1
100-alternate nics.pcie.lanes=2
100-alternate nics.pcie.mps=128B
100-alternate nics.pcie.mrrs=128B
211-one-download nics.pcie.tags=1
100-alternate nics.pcie.propagation=201ns
100-alternate nics.pcie.root_read=399ns
100-alternate nics.pcie.root_write=201ns
100-alternate nics.pcie.device_mmio=1561ns
100-alternate nics.pcie.dll=false
100-alternate nics.engine.cycle=9ns
100-alternate nics.engine.parse_cycles=2
100-alternate nics.engine.rx_cycles=3
100-alternate nics.engine.tx_cycles=3
100-alternate nics.engine.build_cycles=2
211-one-download nics.engine.tx_burst=1 nics.engine.tx_ahead=1s
100-alternate nics.engine.buffer_prefetch=8
100-alternate nics.engine.ack_policy=flushed
300-idle nics.cache.dram=103301ps
512-bench-idle nics.cache.dram_beat=40ns traffic.connections=4000 traffic.hold=60ms
100-alternate traffic.max_gap=3ms
100-alternate traffic.start=3ms
100-alternate traffic.liveness=3ms
615-bulk-faults team.tcp.congestion=cubic
615-bulk-faults traffic.tcp.congestion=cubic
615-bulk-faults team.tcp.dupack_threshold=12
615-bulk-faults traffic.tcp.dupack_threshold=12
615-bulk-faults traffic.direction=upload
615-bulk-faults traffic.connections=4
615-bulk-faults traffic.bytes=512KiB
615-bulk-faults traffic.open_interval=21us
615-bulk-faults traffic.ip_version=6
615-bulk-faults traffic.vlan=7
LIST
}

# What matters of a run of scenario $1 with --set $2, $3 and so on.
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
    # Expectations name no key: they may fail, and are the same text but for the actual values.
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
    list | grep -q " $pattern=" || echo "fail: $key is not in the list of sim/test/system_keys.sh"
done

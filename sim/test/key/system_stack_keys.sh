#!/bin/sh
# Each key of the host's own TCP, of SYN cookies, fragments and challenge ACKs has the effect that
# its meaning names. The traffic is an upload of eight clients, small enough to run many times.
# usage: system_stack_keys.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/keys.yaml" <<EOF
traffic: {kind: generator, direction: upload, connections: 8, bytes: 256KiB, port: 19}
measure: {waves: none}
outputs: {captures: false}
EOF
run() { # overrides
    options=
    for override in "$@"; do
        options="$options --set $override"
    done
    # shellcheck disable=SC2086
    "$build/toesim" run "$work/keys.yaml" $options -o "$work/out" >"$work/log" 2>&1
}
value() { # path of a number in stats.json, such as host.tcp.opened
    python3 - "$work/out/stats.json" "$1" <<'EOF'
import json, sys
at = json.load(open(sys.argv[1]))
for key in sys.argv[2].split('.'):
    at = at[key]
print(at)
EOF
}
expect() { # name, path, comparison of test, number
    is=$(value "$2")
    case $3 in
    -eq) [ "$is" -eq "$4" ] ;;
    -le) [ "$is" -le "$4" ] ;;
    *) [ "$is" -ge "$4" ] ;;
    esac && echo "pass: $1" && return
    echo "fail: $1: $2 is $is, not $3 $4"
    tail -n 3 "$work/log"
}
run team.mtu=1500B
expect "by default every connection is offloaded" connections.offloaded -eq 8
expect "and none is the host's" connections.host -eq 0
run team.offload.policy=none
expect "policy none" host.tcp.taken.policy -eq 8
run team.offload.policy=ports team.offload.ports=80
expect "policy ports, another port" host.tcp.taken.policy -eq 8
run team.offload.policy=ports team.offload.ports=10-20
expect "policy ports, this port" connections.host -eq 0
run team.offload.connections_max=2
expect "places on the NICs" host.tcp.taken.table_full -ge 1
run traffic.fragment_over=600B
expect "clients behind a narrow path" host.fragments.of_connections -ge 100
run traffic.fragment_over=600B team.offload.fragments_max=5
expect "many fragments take it to the host" host.tcp.taken.fragments -eq 8
run traffic.fragment_over=600B team.fragments.datagrams_max=0 traffic.stall=10ms duration=100ms
expect "fragments are not put together" drops.not_tcp -ge 8
run traffic.fragment_over=600B team.fragments.timeout=1us 'faults[0].action=drop' 'faults[0].link=uplink' \
    'faults[0].rate=50000'
expect "fragments wait for a time only" host.fragments.timeouts -ge 1
run team.offload.out_of_order_max=1 traffic.connections=2 traffic.bytes=16MiB 'faults[0].action=drop' \
    'faults[0].link=uplink' 'faults[0].direction=to_server' 'faults[0].rate=200000' 'faults[0].lasting=20ms'
expect "too many holes take it to the host" host.tcp.taken.out_of_order -ge 1
run team.syn_cookies=always
expect "cookies for every SYN" connections.cookies_good -eq 8
run traffic.flood.count=2000 traffic.flood.port=19 team.syn_backlog=4 traffic.flood.interval=200ns
expect "a full backlog answers by cookies" connections.cookies_sent -ge 100
expect "and is never more than full" connections.embryonic_max -le 4
run traffic.flood.count=2000 traffic.flood.port=19 team.syn_backlog=4 team.syn_cookies=off traffic.flood.interval=200ns \
    team.tcp.rto_initial=1ms team.tcp.rto_min=1ms team.tcp.rto_max=1ms team.tcp.syn_rexmt_max=1 \
    traffic.tcp.rto_initial=5ms traffic.tcp.rto_min=5ms
expect "without cookies it drops" drops.syn_backlog -ge 100
run traffic.flood.count=500 traffic.flood.port=7 traffic.flood.interval=200ns
expect "a flood to another port is refused" drops.no_listener -ge 100
run traffic.flood.count=500 traffic.flood.port=19 traffic.flood.ip_version=6 team.syn_cookies=always traffic.flood.interval=200ns
expect "a flood over IPv6" peer.flood_answers -ge 100
run traffic.flood.count=500 traffic.flood.port=19 traffic.flood.start=10s
expect "a flood that begins too late" peer.flood_sent -eq 0

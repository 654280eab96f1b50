#!/bin/sh
# Random systems under random traffic and faults. Each scenario is drawn from its seed alone and its
# command printed first, so one number repeats a failure: `swarm.sh SEED 1`. A run must end in time
# with the right exit status, its counts must add up, and a second run must give the same bytes.
# usage: swarm.sh SEED COUNT    BUILD=build/san: with sanitizers; SWARM_ONCE=1: no second run
set -u
first=${1:-1} count=${2:-20}
toesim=${BUILD:-build}/toesim
limit=${SWARM_TIMEOUT:-300}
work=${SWARM_DIR:-build/swarm}
mkdir -p "$work"
captures=$(for f in traces/*.pcap traces/*.pcapng traces/*.gz; do
    echo "$PWD/$f"
done)
if [ -n "${TOESIM_EXTRA_TRACES:-}" ]; then
    captures="$captures $(ls -d "$TOESIM_EXTRA_TRACES"/*.pcap*)"
fi

# Knuth's 64 bit congruential generator: the same in every shell.
roll() { # a number below $1, in r
    state=$((state * 6364136223846793005 + 1442695040888963407))
    r=$((((state >> 33) & 0x3fffffff) % $1))
}
pick() { # one of the words, in r
    roll $#
    shift "$r"
    r=$1
}
chance() { # true once in $1
    roll "$1"
    [ "$r" -eq 0 ]
}
say() { printf '%s\n' "$1" >>"$yaml"; }
maybe() { # $1: once in so many, $2: key with its indent, then the values
    odds=$1 key=$2
    shift 2
    chance "$odds" || return 0
    pick "$@"
    say "$key: $r"
}
always() { maybe 1 "$@"; }

draw_traffic() {
    say "traffic:"
    if chance 6; then
        always "  fragment_over" 576B 1000B
        fragments=1
    fi
    if chance 2; then
        say "  stall: 2s"
        # shellcheck disable=SC2086
        always "  capture" $captures
        maybe 3 "  max_gap" 1us 100us 1ms
        maybe 8 "  liveness" 100us 500us 10ms
        return
    fi
    say "  stall: 60s"
    say "  kind: generator"
    always "  direction" download upload both both idle
    always "  connections" 1 2 3 7 16 64 256 1000
    always "  bytes" 1B 100B 64KiB 1MiB 4MiB
    maybe 6 "  flood" "{count: 1000, port: 19}" "{count: 200, port: 19, interval: 100ns}"
    always "  hold" 1ms 20ms
    maybe 2 "  open_interval" 0s 100ns 1us 100us
    maybe 3 "  ip_version" 6
    maybe 4 "  vlan" 1 100 4094
    maybe 4 "  ring" 4KiB 16KiB 64KiB 1MiB
    # A thousand clients at four buffers need patience, not seconds.
    say "  tcp: {rto_initial: 5ms, rto_min: 1ms, rto_max: 50ms, syn_rexmt_max: 255, rexmt_max: 255}"
}

draw_switch() {
    say "switch:"
    always "  policy" hash hash hash nic0 alternate random flip flip
    always "  flip_frames" 1 2 3 7 20 100
    maybe 4 "  hash" layer2 layer2_3
    maybe 4 "  forward" 0s 10us
    maybe 4 "  detect" 0s 10us 100us 100ms
    maybe 8 "  uplink" 10Gbps 25Gbps
    chance 3 || return 0
    say "  rehash:"
    roll 100
    say "    - at: $r%"
    always "      action" swap swap swap layer2 layer2_3
    always "      every" 10us 35us 100us 1ms
    always "      count" 1 20 200 1000
}

draw_team() {
    say "team:"
    always "  mode" $mode
    maybe 4 "  mtu" 1280B 1400B 9000B
    maybe 4 "  ring" 4KiB 8KiB 64KiB 1MiB
    # Scans of a short idle time go on while nothing happens: not too often, not too long.
    if chance 5; then
        always "  idle" 10us 50us 1ms
        always "  scan_period" 20us 100us
    else
        maybe 4 "  idle" 1ms 20ms
    fi
    maybe 8 "  move_deadline" 2us 5us 20us
    maybe 4 "  hold_frames" 1 2 5
    maybe 8 "  hold_total" 20KiB 1MiB
    maybe 4 "  moves_outstanding_max" 1 2
    maybe 12 "  moving" false
    maybe 12 "  heartbeat" 100us 1ms
    # Without state nobody repeats a SYN-ACK: a client with nothing to send may wait for ever.
    if chance 4; then
        always "  syn_cookies" always auto off
        always "  syn_backlog" 1 8 64
        cookies=1
    fi
    maybe 8 "  fragments" "{timeout: 1ms}" "{datagrams_max: 1024}"
    maybe 6 "  offload" "{policy: none}" "{connections_max: 0}" "{connections_max: 3}" \
        "{policy: ports, ports: 80}" "{fragments_max: 3}"
    say "  rings:"
    maybe 6 "    command" 4 8 64
    maybe 6 "    record" 4 8 64
    maybe 6 "    event" 4 8 64
    always "    buffer" 1024 1024 1024 1024 4 8 64
    say "  host:"
    always "    notify" interrupt poll
    maybe 3 "    interrupt" 0s 100ns 5us 20us
    maybe 3 "    poll_period" 1ns 1us 20us
    maybe 4 "    iommu" "{enabled: true}" "{enabled: true, entries: 2, walks: 1}" \
        "{enabled: true, page: 2MiB}"
    maybe 4 "    remote" "{nic1: true}" "{nic0: true, nic1: true}"
    say "  tcp:"
    maybe 6 "    delayed_ack" 0s 100us
    always "    time_wait" 60s 1ms 0s
}

draw_nics() {
    say "nics:"
    say "  link:"
    maybe 4 "    rate" 25Gbps 40Gbps 100Gbps
    # The pieces of a packet come at once.
    [ "$fragments" -eq 1 ] || maybe 8 "    tx_queue" 1 2 16
    always "    cable" 50ns 50ns 0s 10us
    say "  pcie:"
    maybe 3 "    gen" 1 2 4 5
    maybe 3 "    lanes" 1 2 4 16
    maybe 4 "    mps" 128B 512B 4KiB
    maybe 4 "    mrrs" 128B 4KiB
    maybe 4 "    rcb" 128B
    always "    tags" 64 64 64 1 2 256
    maybe 3 "    p2p" allowed
    always "    completion_timeout" 10ms 100us 1ms
    say "  engine:"
    maybe 6 "    rx_queue" 1 2 16
    maybe 6 "    tx_queue" 1 2 16
    maybe 6 "    tx_burst" 1 2 64
    maybe 6 "    cmd_prefetch" 1 64
    maybe 6 "    buffer_prefetch" 1 64
    always "    ack_policy" posted flushed
    say "  cache:"
    always "    dram" 51650ps 51650ps 1us 20us
}

# Errors that replay repairs, requests between the NICs, and what costs a NIC its place in the team; a link that
# went down comes back at a time of its own, or never.
draw_pcie_fault() {
    roll 2
    nic=$r
    roll_at
    pick pcie_down pcie_poisoned pcie_no_completion pcie_abort pcie_reset pcie_master_off \
        pcie_tlp_error pcie_dllp_error pcie_ack_lost pcie_peer_read pcie_peer_write
    case $r in
    *_error | *_lost | *_peer_*)
        say "  - {at: $at%, action: $r, nic: $nic, every: 3us, count: 200}"
        return
        ;;
    esac
    allowed="0 1"
    say "  - {at: $at%, action: $r, nic: $nic}"
    [ "$r" = pcie_down ] || return 0
    pick 100us 2ms 20ms 10s
    say "  - {at: $r, action: pcie_up, nic: $nic, every: $r, count: 3}"
}

roll_at() {
    roll 100
    at=$r
}

# Faults that end connections may damage streams.
draw_faults() {
    allowed="0"
    chance 3 || return 0
    say "faults:"
    pick link link set_active pcie pcie pcie ctx_error place place
    case $r in
    link)
        roll 2
        nic=$r
        roll_at
        pick 300us 2ms 30ms
        every=$r
        say "  - {at: ${at}00us, action: link_down, nic: $nic, every: $every, count: 5}"
        pick 1us 50us 250us
        say "  - {at: ${at}$((100 + ${r%us}))us, action: link_up, nic: $nic, every: $every, count: 5}"
        ;;
    set_active)
        roll_at
        pick 50us 1ms
        say "  - {at: $at%, action: set_active, nic: 1, every: $((2 * ${r%?s}))${r##*[0-9]}, count: 10}"
        say "  - {at: $at%, action: set_active, nic: 0, every: $((3 * ${r%?s}))${r##*[0-9]}, count: 10}"
        ;;
    place)
        roll_at
        pick 20us 100us 1ms
        say "  - {at: ${at}00us, action: onload, every: $r, count: 200}"
        pick 30us 100us 1ms
        say "  - {at: ${at}50us, action: offload, every: $r, count: 200}"
        ;;
    pcie)
        draw_pcie_fault
        chance 2 && draw_pcie_fault
        chance 2 && draw_pcie_fault
        ;;
    ctx_error)
        roll_at
        roll 8
        where="connection: $r"
        roll 544
        where="$where, bit: $r"
        roll 7
        if [ "$r" -lt 5 ]; then where="$where, line: $r"; else where="$where, array: tag"; fi
        chance 2 && where="$where, every: 137us, count: 50"
        say "  - {at: $at%, action: ctx_error, $where}"
        allowed="0 1"
        ;;
    esac
}

draw() { # scenario of seed $1 in $yaml
    state=$1 mode=static cookies=0 fragments=0
    roll 1000
    : >"$yaml"
    say "name: swarm"
    say "seed: $1"
    say "duration: 200s"
    chance 5 && mode=active-backup
    draw_traffic
    draw_switch
    draw_team
    draw_nics
    draw_faults
    [ "$cookies" -eq 0 ] || allowed="0 1"
    say "measure:"
    always "  waves" none none none moves
    say "outputs:"
    always "  captures" true false
    # An empty section is no mapping.
    awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) {
        match(line[i], /^ */); here = RLENGTH; match(line[i + 1], /^ */)
        if (line[i] !~ /:$/ || RLENGTH > here) print line[i] } }' "$yaml" >"$yaml.tmp"
    mv "$yaml.tmp" "$yaml"
}

value() { sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" "$work/$seed/stats.json" | head -n 1; }

judge() { # says what is wrong with the finished run
    log=$work/$seed.log
    case " $allowed 2 " in
    *" $status "*) ;;
    *) echo "exit $status: $(tail -n 1 "$log" | cut -c 1-300)" && return ;;
    esac
    if [ "$status" -eq 2 ] && ! grep -q 'record [0-9]*: \|: no Ethernet\|link type' "$log"; then
        echo "exit 2: $(head -n 1 "$log" | cut -c 1-300)" && return
    fi
    if grep -q 'runtime error\|AddressSanitizer\|Assertion' "$log"; then
        grep -m 1 'runtime error\|AddressSanitizer\|Assertion' "$log" && return
    fi
    [ -s "$work/$seed/stats.json" ] || return
    grep -q '^invariants  *0 violations' "$log" || echo "invariants violated"
    ended=$(value terminated_prematurely) told=$(value notifications)
    [ "$ended" = "$told" ] || echo "$ended ended prematurely, $told notifications"
    started=$(value started) sum=$(($(value completed) + $(value failed) + $(value cancelled) + $(value open)))
    [ "$started" -eq "$sum" ] || echo "$started moves started, $sum ended"
}

one() {
    seed=$1 yaml=$work/$1.yaml
    draw "$seed"
    echo "seed $seed: $toesim run $yaml -o $work/$seed"
    mk/hang.sh "$limit" "$toesim" run "$yaml" -o "$work/$seed" >"$work/$seed.log" 2>&1
    status=$?
    problem=$(judge)
    if [ -z "$problem" ] && [ "${SWARM_ONCE:-0}" -eq 0 ] && [ -d "$work/$seed" ]; then
        mk/hang.sh "$limit" "$toesim" run "$yaml" -o "$work/$seed.again" >/dev/null 2>&1
        problem=$(diff -rq -x perf.json "$work/$seed" "$work/$seed.again")
        rm -rf "$work/$seed.again"
    fi
    if [ -n "$problem" ]; then
        echo "fail: swarm $seed: $problem"
        return 1
    fi
    rm -rf "${work:?}/$seed" "$yaml" "$work/$seed.log"
    passed=$((passed + 1))
}

passed=0
seed=$first
while [ "$seed" -lt $((first + count)) ]; do
    one "$seed"
    seed=$((seed + 1))
done
echo "pass: swarm, $passed of $count runs"
[ "$passed" -eq "$count" ]

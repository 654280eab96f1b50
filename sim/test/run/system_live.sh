#!/bin/sh
# The kernel's own TCP and real programs use the simulated server over a TAP device in a network
# namespace of the test. Meanwhile the switch moves every connection every 5 ms of simulated time.
# usage: system_live.sh BUILD_DIR
set -u
build=$1
if [ "${2:-}" != inside ]; then
    for tool in curl ip ping unshare tshark; do
        command -v $tool >/dev/null || { echo "skip: live: $tool is not installed"; exit 0; }
    done
    # Only a process with CAP_NET_ADMIN and /dev/net/tun can make a TAP device.
    why=$(unshare -n sh -c 'ip tuntap add dev toe0 mode tap' 2>&1) ||
        { echo "skip: live: no TAP device here: $why"; exit 0; }
    # The namespace and the device disappear when the last process in the namespace ends.
    exec mk/hang.sh 600 unshare -n "$0" "$build" inside
fi

work=$(mktemp -d)
pid=
stop() {
    [ -n "$pid" ] || return 0
    kill -INT "$pid" 2>/dev/null
    wait "$pid"
    status=$?
    pid=
    return $status
}
trap 'stop; rm -rf "$work"' EXIT
verdict() { # verdict NAME COMMAND...: passes when the command succeeds
    name=$1
    shift
    if "$@"; then echo "pass: $name"; else
        echo "fail: $name"
        cat "$work/$run.log" 2>/dev/null
    fi
}
stat_of() { # stat_of KEY: a number in the last run's stats.json, by its last name
    sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" "$work/$run/stats.json" | head -n 1
}
start() { # start RUN SCENARIO OPTION...
    run=$1 scenario=$2
    shift 2
    "$build/toesim" live "scenarios/live/$scenario.yaml" --tap toe0 --files "$work/www" -o "$work/$run" \
        "$@" >"$work/$run.log" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do # however slow the machine is
        ping -q -c 1 -W 1 10.0.0.1 >/dev/null 2>&1 && return
    done
    echo "fail: $run: the server does not answer"
    cat "$work/$run.log"
    exit 1
}
pings() { ping -q -c 5 -i 0.05 -W 300 "$@" >/dev/null 2>&1; }
fetch() { curl -s -g -m 1800 -o "$work/got" "http://$1/$2" && cmp -s "$work/got" "$work/www/$2"; }
upload() { # upload FILE: to discard, by the shell's own connection
    bash -c 'cat "$1" >/dev/tcp/10.0.0.1/9' bash "$1"
}
settle() { # the last FINs and their acknowledgements: until all sockets here are gone or in TIME-WAIT
    for _ in $(seq 600); do
        awk 'FNR > 1 && $4 != "06" { open = 1 } END { exit open }' /proc/net/tcp /proc/net/tcp6 && break
        sleep 0.1
    done
    sleep 0.5
}

mkdir "$work/www"
head -c 50000000 /dev/urandom >"$work/www/big.bin"
head -c 2000000 /dev/urandom >"$work/www/middle.bin"
head -c 20000 /dev/urandom >"$work/www/small.bin"
head -c 20000000 /dev/urandom >"$work/up.bin"
ip link set lo up
ip tuntap add dev toe0 mode tap
ip link set toe0 up
ip addr add 10.0.0.2/24 dev toe0
ip -6 addr add fd00::2/64 dev toe0 nodad

# --- speed, without captures ---
start plain flap --set outputs.captures=false
verdict "ping" pings 10.0.0.1
verdict "ping -6" pings -6 fd00::1
verdict "curl fetches 50 MB while connections move" fetch 10.0.0.1 big.bin
verdict "curl over IPv6" fetch "[fd00::1]" middle.bin
seq 200 | xargs -P 200 -I{} curl -s -m 1800 -w '%{http_code} %{size_download}\n' -o /dev/null \
    http://10.0.0.1/small.bin >"$work/parallel"
verdict "200 parallel requests" [ "$(grep -c '^200 20000$' "$work/parallel")" -eq 200 ]
verdict "upload of 20 MB to discard" upload "$work/up.bin"
settle
stop
verdict "SIGINT ends the run with exit 0" [ $? -eq 0 ]
verdict "the server counted 20 MB" grep -q '^discard .* 20000000 bytes received' "$work/plain.log"
verdict "connections moved" [ "$(stat_of completed)" -ge 5 ]
verdict "nothing ended prematurely" [ "$(stat_of terminated_prematurely)" -eq 0 ]

# --- the host's own TCP: connections go there and back every 2 ms, and each SYN is answered
# without state ---
start toggled flap --set outputs.captures=false --set team.syn_cookies=always \
    --set 'faults[0].at=1ms' --set 'faults[0].action=onload' --set 'faults[0].every=4ms' \
    --set 'faults[1].at=3ms' --set 'faults[1].action=offload' --set 'faults[1].every=4ms'
verdict "curl fetches while connections go to the host and back" fetch 10.0.0.1 big.bin
verdict "upload while they do" upload "$work/www/middle.bin"
settle
stop
verdict "the server counted it" grep -q '^discard .* 2000000 bytes received' "$work/toggled.log"
verdict "they went to the host" [ "$(stat_of onloaded)" -ge 5 ]
verdict "and back" [ "$(stat_of reoffloaded)" -ge 5 ]
verdict "the kernel brings cookies back" [ "$(stat_of cookies_good)" -eq 2 ]

# --- a client dies ---
start killed flap --set outputs.captures=false
curl -s -o /dev/null --limit-rate 1M http://10.0.0.1/big.bin &
client=$!
sleep 1
kill -9 "$client"
wait "$client" 2>/dev/null
settle
stop
verdict "kill -9 of a client is one premature termination" [ "$(stat_of terminated_prematurely)" -eq 1 ]
verdict "and one notification" [ "$(stat_of notifications)" -eq 1 ]

# --- frames are lost, and captures are written ---
start lossy lossy
verdict "curl fetches over lossy links" fetch 10.0.0.1 middle.bin
verdict "upload over lossy links" upload "$work/www/middle.bin"
settle
stop
verdict "the server got every byte" grep -q '^discard .* 2000000 bytes received' "$work/lossy.log"
verdict "frames were lost" [ "$(stat_of fault)" -ge 1 ]
count() { tshark -r "$work/lossy/team.pcapng" -Y "$1" 2>/dev/null | wc -l; }
verdict "captures: window scaling in both SYNs" \
    [ "$(count 'tcp.flags.syn == 1 && tcp.options.wscale')" -ge 4 ]
verdict "captures: windows beyond 64 KiB" [ "$(count 'tcp.window_size > 65535')" -ge 1 ]
verdict "captures: timestamps on data" \
    [ "$(count 'tcp.len > 0 && tcp.options.timestamp.tsecr > 0')" -ge 100 ]
verdict "captures: SACK permitted by both sides" \
    [ "$(count 'tcp.flags.syn == 1 && tcp.options.sack_perm')" -ge 4 ]
verdict "captures: SACK blocks" [ "$(count 'tcp.options.sack_le')" -ge 1 ]

# --- no permission ---
run=refused
setpriv --bounding-set -net_admin --inh-caps -net_admin \
    "$build/toesim" live scenarios/live/flap.yaml --tap toe1 --duration 1ms -o "$work/$run" \
    >"$work/$run.log" 2>&1
verdict "without CAP_NET_ADMIN: exit 3" [ $? -eq 3 ]
verdict "and says so" grep -q 'needs root or CAP_NET_ADMIN' "$work/$run.log"

#!/bin/sh
# Records bond.pcapng.gz, which shows both ports of a server. Two veth pairs lead to the one address of the server, and
# the client's route changes in mid-transfer, as if a switch moved a flow to the other port of a bond. Nothing leaves
# the namespaces. The script needs root.
# usage: record_bond.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
client_ns=toesim-bc$$ server_ns=toesim-bs$$
pids=
cleanup() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    ip netns del $client_ns 2>/dev/null || true
    ip netns del $server_ns 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add $client_ns
ip netns add $server_ns
for n in 0 1; do
    ip link add eth$n netns $client_ns address 02:78:00:00:0$n:11 type veth \
        peer name eth$n netns $server_ns address 02:78:00:00:0$n:02
    for ns in $client_ns $server_ns; do
        ip netns exec $ns ethtool -K eth$n tx off tso off gso off gro off >/dev/null
        ip netns exec $ns sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth$n.rp_filter=0
        ip -n $ns link set eth$n up
    done
    ip -n $client_ns addr add 10.78.1$n.1/24 dev eth$n
    ip -n $server_ns addr add 10.78.1$n.2/24 dev eth$n
done
for ns in $client_ns $server_ns; do ip -n $ns link set lo up; done
ip -n $client_ns addr add 10.78.0.1/32 dev lo
ip -n $server_ns addr add 10.78.0.2/32 dev lo
ip -n $client_ns route add 10.78.0.2 via 10.78.10.2 src 10.78.0.1
ip -n $server_ns route add 10.78.0.1 via 10.78.10.1 src 10.78.0.2

# Each port has its own dumpcap, because a single one for both loses the frames that its threads still hold at the end.
dumpcaps=
for n in 0 1; do
    ip netns exec $server_ns dumpcap -q -i eth$n -f tcp -w "$tmp/eth$n.pcapng" 2>"$tmp/log$n" &
    dumpcaps="$dumpcaps $!"
done
ip netns exec $server_ns python3 -c '
import socket
s = socket.create_server(("10.78.0.2", 80))
while True:
    c = s.accept()[0]
    while request := c.recv(64):
        c.sendall(bytes(i * 7 & 255 for i in range(9000)))
    c.close()
' &
pids="$dumpcaps $!"
sleep 2
# The client sends one request after another. Before some of them the route changes, for both directions at once.
ip netns exec $client_ns python3 -c '
import socket, subprocess, time
def move(n):
    subprocess.run(["ip", "route", "replace", "10.78.0.2", "via", f"10.78.1{n}.2", "src", "10.78.0.1"], check=True)
    subprocess.run(["ip", "-n", "'$server_ns'", "route", "replace", "10.78.0.1", "via", f"10.78.1{n}.1",
                    "src", "10.78.0.2"], check=True)
def ask(c):
    c.sendall(b"more please")
    left = 9000
    while left:
        left -= len(c.recv(left))
for first in (0, 1):
    move(first)
    time.sleep(0.5)
    with socket.create_connection(("10.78.0.2", 80)) as c:
        for turn in range(6):
            if turn in (2, 3, 5):
                first = 1 - first
                move(first)
            ask(c)
        c.shutdown(socket.SHUT_WR)
        c.recv(1)
'
sleep 3
for pid in $dumpcaps; do kill -INT "$pid"; done
for pid in $dumpcaps; do wait "$pid" || true; done
mergecap -w "$tmp/bond.pcapng" "$tmp/eth0.pcapng" "$tmp/eth1.pcapng"
gzip -n9 <"$tmp/bond.pcapng" >"$here/bond.pcapng.gz"
chmod 644 "$here/bond.pcapng.gz"

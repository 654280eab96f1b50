#!/bin/sh
# Records the captures of this folder. Real programs talk over the kernel's TCP in two network namespaces, which a veth
# pair joins. Nothing leaves the namespaces. The script needs root, and it writes MANIFEST again at its end.
# usage: record.sh [NAME...]      (without names: all captures)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
id=$$
client_ns=toesim-c$id server_ns=toesim-s$id relay_ns=toesim-r$id
server4=10.77.0.2 server6=fd77::2
pids=
python=$(command -v python3)

cleanup() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for ns in $client_ns $server_ns $relay_ns; do ip netns del "$ns" 2>/dev/null || true; done
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

on_client() { ip netns exec "$client_ns" "$@"; }
on_server() { ip netns exec "$server_ns" "$@"; }

# Only the capture `offloads-on` shall show segmentation offload and unfilled checksums.
offloads_off() { ip netns exec "$1" ethtool -K "$2" tx off tso off gso off gro off >/dev/null; }

# The client has four addresses, so that a hash over addresses can spread its connections over both ports.
addresses() {
    for n in 11 12 13 14; do on_client ip addr add 10.77.0.$n/24 dev eth0; done
    on_server ip addr add $server4/24 dev eth0
    on_client ip addr add fd77::11/64 dev eth0 nodad
    on_server ip addr add $server6/64 dev eth0 nodad
    for ns in $client_ns $server_ns; do
        ip -n "$ns" link set lo up
        ip -n "$ns" link set eth0 up
    done
}

net_up() { # OFFLOADS (on or off): joins client and server
    ip netns add $client_ns
    ip netns add $server_ns
    ip link add eth0 netns $client_ns address 02:77:00:00:00:11 type veth \
        peer name eth0 netns $server_ns address 02:77:00:00:00:02
    [ "$1" = on ] || { offloads_off $client_ns eth0; offloads_off $server_ns eth0; }
    addresses
}

net_relay_up() { # joins client and server through relay.py, which loses and reorders frames
    for ns in $client_ns $server_ns $relay_ns; do ip netns add "$ns"; done
    ip link add eth0 netns $client_ns address 02:77:00:00:00:11 type veth peer name left netns $relay_ns
    ip link add eth0 netns $server_ns address 02:77:00:00:00:02 type veth peer name right netns $relay_ns
    offloads_off $client_ns eth0
    offloads_off $server_ns eth0
    for port in left right; do
        offloads_off $relay_ns $port
        ip -n $relay_ns link set $port up
    done
    addresses
    start relay ip netns exec $relay_ns "$python" "$here/relay.py" --seed 7 left right
}

net_down() {
    for ns in $client_ns $server_ns $relay_ns; do ip netns del "$ns" 2>/dev/null || true; done
}

start() { # NAME COMMAND...: runs the command in the background and leaves its process id in $started
    log=$tmp/$1.log
    shift
    "$@" >"$log" 2>&1 &
    started=$!
    pids="$pids $started"
}

stop() { # PROCESS_ID...: ends these processes
    for pid in "$@"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

wait_port() { # PORT: waits until the server listens
    tries=0
    until on_server ss -Hltn "sport = :$1" | grep -q .; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || { echo "record.sh: nothing listens on port $1" >&2; exit 1; }
        sleep 0.1
    done
}

capture_start() { # NAME OPTION...: captures the frames at the server's end of the veth pair
    raw=$tmp/$1.cap
    shift
    start dumpcap ip netns exec $server_ns dumpcap -q -i eth0 -w "$raw" "$@"
    capture=$started
    until [ -s "$raw" ]; do sleep 0.1; done
    sleep 0.3
}

capture_stop() { # FILE: ends the capture and stores it, compressed if the name ends with .gz
    sleep 0.8
    kill -INT "$capture"
    wait "$capture" || true
    case $1 in
    *.gz) gzip -9n <"$raw" >"$here/$1" ;;
    *) cat "$raw" >"$here/$1" ;;
    esac
}

# --- programs ---

make_content() { # text files of several sizes, which compress well in the captures
    mkdir -p "$tmp/www"
    for size in 600 3000 12000 30000 64000 200000 3000000; do
        seq -f 'line %08g of a plain text file served by nginx' 1 70000 | head -c $size >"$tmp/www/$size.txt" || true
    done
}

nginx_start() {
    make_content
    openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /CN=server.test \
        -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
    cat >"$tmp/nginx.conf" <<CONF
daemon off;
user root;
worker_processes 2;
pid $tmp/nginx.pid;
error_log $tmp/nginx-error.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $tmp/body;
    proxy_temp_path $tmp/proxy;
    fastcgi_temp_path $tmp/fastcgi;
    uwsgi_temp_path $tmp/uwsgi;
    scgi_temp_path $tmp/scgi;
    client_max_body_size 64m;
    sendfile on;
    keepalive_timeout 20;
    server {
        listen 80;
        listen [::]:80;
        listen 443 ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate $tmp/cert.pem;
        ssl_certificate_key $tmp/key.pem;
        root $tmp/www;
        # Small paced pieces: transfers last long enough to be moved in the middle.
        location /slow/ { alias $tmp/www/; sendfile_max_chunk 3k; limit_rate 50k; }
        location /up { proxy_pass http://127.0.0.1:8081; }
    }
    server {
        listen 127.0.0.1:8081;
        location / { return 200 "stored\n"; }
    }
}
CONF
    start nginx ip netns exec $server_ns nginx -c "$tmp/nginx.conf"
    server=$started
    wait_port 80
}

fetch() { # ADDRESS URL...: sends all requests on one connection
    address=$1
    shift
    on_client curl -sS --interface "$address" -o /dev/null "$@"
}

# --- one function for each capture, with its name after record_ ---

record_http_keepalive() {
    net_up off
    nginx_start
    capture_start http -P
    jobs=
    base=http://$server4/slow
    for n in 1 2 3 4 5 6 7 8; do
        for address in 10.77.0.11 10.77.0.13; do
            set --
            for size in 12000 600 30000 3000 12000 600; do
                [ $# -eq 0 ] || set -- "$@" --next -sS -o /dev/null
                set -- "$@" "$base/$size.txt"
            done
            fetch $address "$@" &
            jobs="$jobs $!"
            sleep 0.02
        done
        for size in 3000 12000 3000; do
            fetch 10.77.0.1$((n % 4 + 1)) "$base/$size.txt" &
            jobs="$jobs $!"
            sleep 0.02
        done
    done
    # shellcheck disable=SC2086
    wait $jobs
    capture_stop http-keepalive.pcap.gz
    stop "$server"
    net_down
}

record_tls() {
    net_up off
    nginx_start
    capture_start tls
    for version in 1.2 1.3; do
        for size in 600 30000 64000; do
            fetch 10.77.0.11 --insecure --tlsv$version --tls-max $version "https://$server4/$size.txt"
        done
    done
    printf 'GET /600.txt HTTP/1.0\r\n\r\n' | on_client timeout 5 openssl s_client -quiet \
        -connect $server4:443 >/dev/null 2>&1 || true
    capture_stop tls.pcapng
    stop "$server"
    net_down
}

record_bulk_upload() {
    net_up off
    nginx_start
    capture_start upload -P
    fetch 10.77.0.11 -H Expect: --data-binary "@$tmp/www/3000000.txt" http://$server4/up
    capture_stop bulk-upload.pcap.gz
    stop "$server"
    net_down
}

record_bulk_download() {
    net_up off
    nginx_start
    capture_start download -P
    fetch 10.77.0.12 http://$server4/3000000.txt
    capture_stop bulk-download.pcap.gz
    stop "$server"
    net_down
}

record_redis() {
    net_up off
    start redis ip netns exec $server_ns redis-server --port 6379 --save '' --appendonly no \
        --protected-mode no --bind $server4 --dir "$tmp"
    server=$started
    wait_port 6379
    capture_start redis -P
    seq 1 200 | sed 's/.*/SET key:& value-&/' | on_client redis-cli -h $server4 >/dev/null
    seq 1 200 | sed 's/^/GET key:/' | on_client redis-cli -h $server4 >/dev/null
    on_client redis-benchmark -h $server4 -n 200 -c 4 -P 4 -q -t set,get,lpush >/dev/null
    capture_stop redis.pcap.gz
    stop "$server"
    net_down
}

record_ssh() {
    net_up off
    ssh-keygen -q -t ed25519 -N '' -f "$tmp/host_key"
    ssh-keygen -q -t ed25519 -N '' -f "$tmp/user_key"
    mkdir -p /run/sshd
    cat >"$tmp/sshd_config" <<CONF
HostKey $tmp/host_key
AuthorizedKeysFile $tmp/user_key.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
UseDNS no
CONF
    start sshd ip netns exec $server_ns "$(command -v sshd)" -D -e -f "$tmp/sshd_config"
    server=$started
    wait_port 22
    capture_start ssh
    # shellcheck disable=SC2016
    for command in true 'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.05; done' 'head -c 20000 /dev/zero'; do
        on_client ssh -F none -i "$tmp/user_key" -o StrictHostKeyChecking=no \
            -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@$server4 "$command" >/dev/null
    done
    seq 1 40 | on_client ssh -F none -i "$tmp/user_key" -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@$server4 cat >/dev/null
    capture_stop ssh.pcapng
    stop "$server"
    net_down
}

record_ipv6() {
    net_up off
    nginx_start
    capture_start ipv6
    jobs=
    for size in 600 12000 30000 64000; do
        on_client curl -sS -g -o /dev/null "http://[$server6]/slow/$size.txt" \
            --next -sS -g -o /dev/null "http://[$server6]/600.txt" &
        jobs="$jobs $!"
    done
    # shellcheck disable=SC2086
    wait $jobs
    capture_stop ipv6.pcapng
    stop "$server"
    net_down
}

record_half_close() {
    net_up off
    start peer ip netns exec $server_ns "$python" "$here/peers.py" half-close-server
    server=$started
    wait_port 7000
    capture_start half -P
    on_client "$python" "$here/peers.py" half-close-client $server4
    capture_stop half-close.pcap
    stop "$server"
    net_down
}

record_reset_midstream() {
    net_up off
    start peer ip netns exec $server_ns "$python" "$here/peers.py" reset-server
    server=$started
    wait_port 7001
    capture_start reset -P
    on_client "$python" "$here/peers.py" reset-client $server4
    capture_stop reset-midstream.pcap.gz
    stop "$server"
    net_down
}

record_relay() {
    net_relay_up
    relay=$started
    nginx_start
    capture_start relay -P
    jobs=
    for n in 1 2 3 4 5 6; do
        fetch 10.77.0.1$((n % 4 + 1)) http://$server4/64000.txt --next -sS -o /dev/null \
            http://$server4/3000.txt --next -sS -o /dev/null \
            --data-binary "@$tmp/www/30000.txt" http://$server4/up &
        jobs="$jobs $!"
    done
    # shellcheck disable=SC2086
    wait $jobs
    capture_stop relay.pcap.gz
    stop "$server" "$relay"
    net_down
}

record_offloads_on() {
    net_up on
    nginx_start
    capture_start offloads -P
    fetch 10.77.0.11 http://$server4/200000.txt --next -sS -o /dev/null http://$server4/600.txt
    fetch 10.77.0.12 -H Expect: --data-binary "@$tmp/www/200000.txt" http://$server4/up
    capture_stop offloads-on.pcap.gz
    stop "$server"
    net_down
}

# --- MANIFEST ---

how_made() {
    case $1 in
    http-keepalive*) echo 'nginx, 16 curl with 6 paced requests each, 24 curl with one' ;;
    tls*) echo 'nginx with TLS 1.2 and 1.3, curl, openssl s_client' ;;
    bulk-upload*) echo 'curl posts 3 MB to nginx' ;;
    bulk-download*) echo 'curl fetches 3 MB from nginx' ;;
    redis*) echo 'redis-server, redis-cli, redis-benchmark' ;;
    ssh*) echo 'sshd, ssh: four sessions' ;;
    ipv6*) echo 'nginx and curl over IPv6' ;;
    half-close*) echo 'peers.py: each side half-closes first' ;;
    reset-midstream*) echo 'peers.py: resets by client and by server in mid-stream' ;;
    relay*) echo 'nginx and curl through relay.py: loss, reordering, duplicates' ;;
    bond*) echo 'record_bond.sh: both ports of a server, the route changing six times' ;;
    offloads-on*) echo 'nginx and curl, veth with segmentation and checksum offload' ;;
    esac
}

write_manifest() {
    {
        echo '# Own recordings of this project (record.sh); same licence as the project.'
        echo '# file	sha256	packets	conversations	made by'
        for file in "$here"/*.pcap*; do
            [ -e "$file" ] || continue
            name=$(basename "$file")
            printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$(sha256sum "$file" | cut -d' ' -f1)" \
                "$(tshark -r "$file" 2>/dev/null | wc -l)" \
                "$(tshark -r "$file" -T fields -e tcp.stream tcp 2>/dev/null | sort -u | wc -l)" \
                "$(how_made "$name")"
        done
    } >"$here/MANIFEST"
}

all='http-keepalive tls bulk-upload bulk-download redis ssh ipv6 half-close reset-midstream relay offloads-on'
[ "$(id -u)" -eq 0 ] || { echo 'record.sh: needs root for network namespaces' >&2; exit 3; }
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $all
for name in "$@"; do
    case " $all " in
    *" $name "*) ;;
    *) echo "record.sh: $name: no such capture; there are: $all" >&2; exit 2 ;;
    esac
    echo "$name"
    "record_$(echo "$name" | tr - _)"
done
write_manifest

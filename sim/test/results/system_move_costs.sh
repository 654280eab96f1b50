#!/bin/sh
# Compares what moves.csv says that moves cost with the captures, which tshark reads, with what the engines and the peers
# count, and with what must come out by the construction of the case: a move without a loss costs nothing, and each kind
# of loss is in its column.
# usage: system_move_costs.sh BUILD_DIR
set -u
build=$1
command -v tshark >/dev/null || { echo "skip: tshark is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# against NAME [--tshark COLUMN...]: compares the results in $work/out with their captures
against() {
    name=$1
    shift
    if said=$(python3 sim/test/results/costs_against_capture.py "$work/out" "$@" 2>&1); then
        echo "pass: $name: $said"
    else
        echo "fail: $name: $said"
    fi
}

# run NAME SCENARIO KEY=VALUE...: runs with captures, without the scenario's expectations, and with $fault on a line
run() {
    name=$1 of=$2
    shift 2
    for key in "$@"; do set -- "$@" --set "$key" && shift; done
    rm -rf "$work/out"
    sed '/^expect:/,$d' "$of" >"$work/$name.yaml"
    [ -z "$fault" ] || printf 'faults:\n  - {%s}\n' "$fault" >>"$work/$name.yaml"
    "$build/toesim" run "$work/$name.yaml" --set outputs.captures=true --set measure.waves=none "$@" \
        --out "$work/out" >"$work/log" 2>&1 || {
        echo "fail: $name: the run failed"
        tail -n 5 "$work/log"
        return 1
    }
}

# holds NAME EXPRESSION: evaluates a Python expression. `m` has the columns of the first move and `s` is stats.json.
holds() {
    if said=$(python3 - "$work/out" "$2" 2>&1 <<'END'
import csv, json, sys
with open(sys.argv[1] + "/moves.csv", newline="") as file:
    rows = [r for r in csv.DictReader(file) if r["kind"] == "move"]
m = {k: int(v) for k, v in rows[0].items() if v.isdigit()}
with open(sys.argv[1] + "/stats.json") as file:
    s = json.load(file)
own = sum(n["engine"]["tx_retransmissions"] for n in s["nics"])
shown = {k: m.get(k) for k in ("held", "dropped", "dup_acks", "rexmit_peer", "rexmit_own", "rto", "cwnd_before", "cwnd_after")}
print(shown, "engines resent", own, "peers resent", s["peer"]["retransmissions"], "moves", len(rows))
sys.exit(0 if eval(sys.argv[2]) else 1)
END
    ); then
        echo "pass: $1: $2"
    else
        echo "fail: $1: not $2: $said"
    fi
}

fault=
nothing='len(rows) == 1 and m["dup_acks"] == m["rexmit_peer"] == m["rexmit_own"] == m["rto"] == m["dropped"] == 0'
up=scenarios/move/213-one-upload.yaml down=scenarios/move/211-one-download.yaml

run upload $up && {
    against upload --tshark dup_acks rexmit_peer rexmit_own
    holds upload "$nothing and m[\"held\"] > 0 and m[\"cwnd_before\"] == m[\"cwnd_after\"] > 0"
    to=$(python3 sim/test/results/csv_select.py "$work/out/moves.csv" : to)
}
run download $down && {
    against download --tshark dup_acks rexmit_peer rexmit_own
    holds download "$nothing and m[\"cwnd_after\"] >= m[\"cwnd_before\"] > 0"
}

# The fifth segment on the new link is lost before the MAC, so the server asks for it, and has never seen its bytes.
fault="action: drop, link: nic$to, direction: to_server, frames: 5"
run upload-hole $up && {
    against upload-hole --tshark dup_acks rexmit_own
    holds upload-hole 'm["dup_acks"] >= 3 and m["rexmit_peer"] == 0 and s["peer"]["retransmissions"] >= 1'
}
fault=
# The host may hold one frame. The MAC has seen the others that come during the move, and the peer sends them again.
run upload-dropped $up team.hold_frames=1 && {
    against upload-dropped
    holds upload-dropped 'm["held"] == 1 and m["dropped"] == s["drops"]["hold_full"] >= 1 and m["rexmit_peer"] >= m["dropped"]'
}
# All acknowledgments after the move are lost for a while, so the peer sends again what has been received.
fault="at: 50%, action: drop, link: nic$to, direction: to_peers, rate: 1000000, lasting: 1500ms"
run upload-unheard $up && {
    against upload-unheard --tshark rexmit_peer
    holds upload-unheard 'm["rexmit_peer"] == s["peer"]["retransmissions"] >= 1 and m["rexmit_own"] == own == 0'
}
# One segment after the move is lost. The peer reports it, and the engine sends it again without a timeout.
fault="action: drop, link: nic$to, direction: to_peers, frames: 5"
run download-hole $down && {
    against download-hole --tshark rexmit_own dup_acks
    holds download-hole 'm["rexmit_own"] == own >= 1 and m["rto"] == 0'
}
# Everything after the move is lost for a while, so only the timer can help. The window falls to one segment.
fault="at: 50%, action: drop, link: nic$to, direction: to_peers, rate: 1000000, lasting: 50ms"
run download-unheard $down && {
    against download-unheard
    holds download-unheard 'm["rexmit_own"] == own >= 1 and m["rto"] >= 1 and m["cwnd_after"] < m["cwnd_before"]'
}
fault=
# Many moves on lines that lose, damage, double and delay frames.
run faults scenarios/line/615-bulk-faults.yaml switch.policy=alternate && {
    against faults
    holds faults 'len(rows) > 20 and sum(int(r["rexmit_own"]) for r in rows) > 0 and sum(int(r["dup_acks"]) for r in rows) > 0'
}

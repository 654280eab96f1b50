#!/bin/sh
# Starts a Slurm cluster of this machine alone, for a test: munged, slurmctld and slurmd on loopback, with a key, sockets and
# state of their own in FOLDER, so that nothing of the machine changes. SLURM_CONF=FOLDER/slurm.conf names it. Needs root.
# usage: cluster.sh start|stop FOLDER
set -eu
folder=$2
case $1 in
start)
    mkdir -p "$folder/state" "$folder/spool"
    chmod 700 "$folder"
    head -c 1024 /dev/urandom >"$folder/munge.key"
    chmod 400 "$folder/munge.key"
    munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munge.pid" \
        --log-file="$folder/munge.log" --seed-file="$folder/munge.seed"
    port=$(python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[s.getsockname()[1] for s in sockets])')
    cat >"$folder/slurm.conf" <<END
ClusterName=toesim
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmctldPort=${port% *}
SlurmdPort=${port#* }
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
InactiveLimit=0
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' >"$folder/cgroup.conf"
    export SLURM_CONF="$folder/slurm.conf"
    slurmctld -c
    slurmd
    tries=0
    until [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || { tail -n 5 "$folder"/*.log >&2; exit 1; }
        sleep 0.2
    done
    ;;
stop)
    for daemon in slurmd slurmctld munge; do
        [ ! -r "$folder/$daemon.pid" ] || kill "$(cat "$folder/$daemon.pid")" 2>/dev/null || true
    done
    ;;
*)
    echo "usage: cluster.sh start|stop FOLDER" >&2
    exit 2
    ;;
esac

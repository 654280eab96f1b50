#!/bin/sh
# toesim sweep --slurm: a job array on a real Slurm cluster of this machine gives the rows of a local sweep. An element that is
# killed loses its runs, which the same command submits again; a job that is still running, a missing sbatch and a sbatch
# that refuses get a message.
# usage: system_slurm.sh BUILD_DIR
set -u
build=$1
for tool in munged slurmctld slurmd sbatch; do
    command -v $tool >/dev/null || { echo "skip: $tool is not installed"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { echo "skip: a Slurm cluster needs root"; exit 0; }
work=$(mktemp -d)
trap 'sim/test/slurm/cluster.sh stop "$work/cluster"; rm -rf "$work"' EXIT
judge() { # name, status
    if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; cat "$work/said"; fi
}
sim/test/slurm/cluster.sh start "$work/cluster" || { echo "fail: the cluster does not start"; exit 1; }
SLURM_CONF=$work/cluster/slurm.conf
export SLURM_CONF
printf 'traffic: {kind: generator, direction: download, connections: 2, bytes: 64KiB}\nswitch: {policy: alternate}\n' >"$work/short.yaml"
cat >"$work/many.yaml" <<END
scenario: short.yaml
axes: {nics.pcie.lanes: [4, 8, 16], team.host.dram: [95ns, 130ns, 200ns, 300ns, 400ns, 500ns, 600ns]}
zip: {traffic.connections: [2, 3], nics.pcie.gen: [3, 4]}
set: {measure.waves: none, outputs.captures: false}
report: [moves.completed, moves.latency_ns.p50, streams.intact]
END
sweep() { # arguments
    "$build/toesim" sweep "$work/many.yaml" "$@" >"$work/said" 2>&1
}
wait_for_job() { # the job of a folder has ended
    job=$(cat "$1/slurm/job")
    tries=0
    while [ -n "$(squeue -h -j "$job" -o %i 2>/dev/null)" ] && [ $tries -lt 1200 ]; do sleep 0.1; tries=$((tries + 1)); done
}
sweep -o "$work/here" -j 2
here=$?
rows=$(($(wc -l <"$work/here/study.csv") - 1))
[ $rows -ge 40 ]
judge "a local sweep: $rows rows, exit status $here" $?

sweep -o "$work/there" --slurm && grep -q "^job [0-9]*: $rows of $rows runs submitted" "$work/said"
ended=$?
judge "submitted: $(grep '^job' "$work/said" | sed "s#$work/##g")" $ended
[ "$(grep -c . "$work/there/slurm/runs")" = $((rows + 1)) ]
judge "an element for each run" $?
sweep -o "$work/there" --slurm
[ $? -eq 2 ] && grep -q 'wait for its end and use --collect, or scancel' "$work/said"
judge "a second submission while the job runs is refused" $?
# An element that is under way is killed, as by a machine that fails.
job=$(cat "$work/there/slurm/job")
tries=0
until [ -n "$(squeue -h -j "$job" -t RUNNING -o %i | head -n 1)" ] || [ $tries -gt 300 ]; do tries=$((tries + 1)); sleep 0.02; done
element=$(squeue -h -j "$job" -t RUNNING -o %i | head -n 1)
scancel --signal=KILL --full "$element" 2>/dev/null
scancel "${job}_$((rows - 1))" # and one that may still wait
wait_for_job "$work/there"
sweep -o "$work/there" --collect
missing=$(sed -n 's/^\([0-9]*\) runs are missing; --slurm submits them again$/\1/p' "$work/said")
[ "${missing:-0}" -ge 1 ]
judge "killed elements ($element and the last one) leave ${missing:-0} runs to do" $?
sweep -o "$work/there" --slurm && grep -q "^job [0-9]*: ${missing:-0} of $rows runs submitted" "$work/said"
ended=$?
judge "the same command submits only these: $(grep '^job' "$work/said" | cut -d ';' -f 1)" $ended
wait_for_job "$work/there"
sweep -o "$work/there" --collect
[ $? -eq $here ] && cmp "$work/here/study.csv" "$work/there/study.csv"
judge "the rows are those of the local sweep" $?
sweep -o "$work/there" --slurm
[ $? -eq $here ] && ! grep -q submitted "$work/said"
judge "nothing is submitted when all runs are there" $?
sweep -o "$work/chunks" --slurm --slurm-chunk 20 && wait_for_job "$work/chunks" && [ "$(ls "$work"/chunks/slurm/*.log | grep -c .)" = $(((rows + 19) / 20)) ]
judge "20 runs in an element" $?
sweep -o "$work/chunks" --collect
cmp "$work/here/study.csv" "$work/chunks/study.csv"
judge "the rows are the same again" $?

refused() { # name, status, pattern, arguments
    name=$1 status=$2 pattern=$3
    shift 3
    sweep "$@"
    [ $? -eq "$status" ] && grep -q -e "$pattern" "$work/said"
    ended=$?
    judge "$name: $(tail -n 1 "$work/said" | sed "s#$work/##g" | cut -c 1-120)" $ended
}
mkdir "$work/none"
PATH=$work/none "$build/toesim" sweep "$work/many.yaml" -o "$work/no" --slurm >"$work/said" 2>&1
[ $? -eq 3 ] && grep -q 'sbatch: .*No such file' "$work/said"
ended=$?
judge "without sbatch: $(tail -n 1 "$work/said")" $ended
SBATCH_PARTITION=nowhere refused "sbatch refuses" 3 'sbatch: .*invalid partition' -o "$work/no" --slurm
refused "a wrong chunk" 2 'slurm-chunk needs a number' -o "$work/no" --slurm --slurm-chunk 0
refused "an element of no job" 2 'no list of runs' -o "$work/no2" --slurm-element 3
refused "nothing to collect" 1 "$rows runs are missing" -o "$work/empty" --collect
exit 0

#!/bin/sh
# If a signal ends a run, the exit status says so, and finished results are never replaced. A write
# beyond the limit of the file size fails like a write to a full disk. No kill loses the earlier
# results.
# usage: system_signals.sh BUILD_DIR
set -u
# nohup ignores HUP, and the program would keep that. Therefore the runs here get the default
# action of each signal.
[ "${signals_default-}" ] || exec env --default-signal signals_default=1 "$0" "$@"
toesim=$(cd "$1" && pwd)/toesim
preload=$(pwd)/sim/test/preload/kill_in_swap.c
capture=$(pwd)/traces/redis.pcap.gz slow=$(pwd)/traces/bulk-download.pcap.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi; }
export ASAN_OPTIONS=verify_asan_link_order=0
is_complete() { [ "$(jq -r .complete "$1/stats.json" 2>/dev/null)" = "$2" ]; }
cat >long.yaml <<'END'
name: long
traffic: {kind: generator, connections: 64, bytes: 1GiB}
measure: {waves: none}
outputs: {captures: false}
END
cat >tiny.yaml <<'END'
name: tiny
traffic: {kind: generator, connections: 1, bytes: 1KiB}
END
# The simulation has begun when the progress in /proc shows that the run has used CPU time since
# its folder appeared.
signalled() { # SIGNAL DIR COMMAND...: its exit status
    signal=$1 dir=$2
    shift 2
    "$toesim" "$@" -o "$dir" >log 2>&1 &
    pid=$!
    until ls -d ".$dir.new-"* >/dev/null 2>&1; do
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    sleep "${delay:-0.3}"
    kill "-$signal" $pid
    wait $pid
}
"$toesim" replay "$capture" -o kept >log 2>&1
judge "an undisturbed run ends with 0" $?
cp -r kept before
for pair in TERM:143 INT:130 HUP:129 XCPU:152; do
    name=${pair%:*}
    rm -rf kept.cut
    signalled "$name" kept run long.yaml
    status=$?
    [ $status -eq "${pair#*:}" ]
    judge "run: SIG$name ends with ${pair#*:} ($status)" $?
    diff -r before kept && is_complete kept.cut false && grep -q "SIG$name.*kept.cut.*kept stay" log
    judge "run: SIG$name leaves the finished results, cut ones are in kept.cut" $?
    signalled "$name" "new-$name" run long.yaml
    is_complete "new-$name" false && [ ! -e "new-$name.cut" ]
    judge "run: SIG$name: cut results are in place when there were none" $?
done
signalled TERM new-TERM run long.yaml
is_complete new-TERM false && [ ! -e new-TERM.cut ]
judge "run: cut results replace cut ones" $?
rm -rf kept.cut
delay=0.1
signalled TERM kept replay "$slow" --waves all
status=$?
diff -r before kept && [ $status -eq 143 ] && is_complete kept.cut false
judge "replay: SIGTERM ends with 143 and leaves the finished results ($status)" $?
# The waves are closed by another process, and the signal may come while the run waits for it.
bad=0
for delay in 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5; do
    signalled TERM late replay "$slow" --waves all
    case $? in 0 | 143) ;; *) bad=$((bad + 1)) && cat log ;; esac
done
[ $bad -eq 0 ]
judge "replay: SIGTERM at any other time ends with 143, or comes too late" $?
delay=0.3

# The limit is 8 KiB per file at first and then larger. The exit status is 3 without a folder, or 0
# with a complete one. No signal ends the program.
bad=0 failed=0
for blocks in 1 8 16 64 256 1024; do
    (ulimit -f $blocks && exec "$toesim" run tiny.yaml --waves all --set outputs.tlp_trace=true -o limit) >log 2>&1
    status=$?
    case $status in
    0) rm -rf limit ;;
    3) failed=$((failed + 1)) && [ ! -e limit ] || bad=$blocks ;;
    *) bad=$blocks && cat log ;;
    esac
done
[ $bad -eq 0 ] && [ $failed -gt 0 ]
judge "a file size limit is a full disk: exit status 3, nothing left (limit of $bad blocks)" $?
[ -z "$(find . -name '.*.new-*')" ]
judge "no half-made folder is left" $?

cc -shared -fPIC -D_GNU_SOURCE -o swap.so "$preload" -ldl || { echo "fail: no preload"; exit 1; }
"$toesim" run tiny.yaml -o swap >log 2>&1
LD_PRELOAD=./swap.so "$toesim" run tiny.yaml --seed 2 -o swap >log 2>&1
[ "$(jq .seed swap/stats.json)" = 2 ] && [ -z "$(find . -name '.swap.*')" ]
judge "without an exchange two renames put the results in place" $?
KILL_IN_SWAP=1 LD_PRELOAD=./swap.so "$toesim" run tiny.yaml --seed 3 -o swap >log 2>&1
[ $? -gt 128 ] && [ ! -e swap ]
judge "the kill between the renames happens" $?
signalled TERM swap run long.yaml
[ "$(jq .seed swap/stats.json)" = 2 ] && is_complete swap true && is_complete swap.cut false
judge "the next start puts the results back" $?

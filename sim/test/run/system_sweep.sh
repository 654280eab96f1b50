#!/bin/sh
# `toesim sweep`: the rows are those of single runs, and the same with one and with two runs at the same time. A sweep that
# is killed loses at most the runs under way. Runs that fail have a row that says why. Bad input, a folder of something
# else, a damaged database and a full disk get a status and a message. Python's sqlite3 and csv read the results.
# usage: system_sweep.sh BUILD_DIR
set -u
toesim=$(cd "$1" && pwd)/toesim
tree=$(pwd)
command -v python3 >/dev/null || { echo "skip: python3 is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; tail -n 5 log; fi; }

cat >tiny.yaml <<'END'
traffic: {kind: generator, direction: both, connections: 2, bytes: 16KiB}
switch: {policy: alternate}
measure: {waves: none}
outputs: {captures: false}
END
head='scenario: tiny.yaml
report: [moves.completed, moves.latency_ns.p50, sim_time_ps, complete]
'
printf '%s%s\n' "$head" 'axes: {nics.pcie.gen: [1, 3], nics: {nic1: {pcie: {lanes: [4, 8]}}}}
zip: {team.idle: [1ms, 2ms], team.scan_period: [100us, 300us]}
seeds: 3..4
set: {nics.cache.model: golden}' >study.yaml

# --- the rows ---
"$toesim" sweep study.yaml -o one >log 2>&1
judge "16 runs, one after the other" $?
grep -q '^16 of 16 runs are there, 16 of them new, 0 not ok$' log
judge "the last line counts them" $?
"$toesim" sweep study.yaml -o two -j 2 >two.log 2>&1
judge "16 runs, two at the same time" $?
cmp one/study.csv two/study.csv >>log 2>&1
judge "the same rows with one and with two runs at the same time" $?
python3 - >log 2>&1 <<'END'
import csv, sqlite3
base = sqlite3.connect("one/study.sqlite")
assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
cursor = base.execute("SELECT * FROM runs ORDER BY number")
names = [d[0] for d in cursor.description]
rows = cursor.fetchall()
with open("one/study.csv", newline="") as file:
    table = list(csv.reader(file))
assert table[0] == names, (table[0], names)
assert table[1:] == [["" if v is None else str(v) for v in row] for row in rows]
assert names == ["number", "nics.pcie.gen", "nics.nic1.pcie.lanes", "team.idle", "team.scan_period", "seed", "repeat",
                 "moves.completed", "moves.latency_ns.p50", "sim_time_ps", "complete", "status", "exit_status",
                 "message", "dir", "hash"], names
wanted = [(g, l, i, s, seed) for g in (1, 3) for l in (4, 8) for i, s in (("1ms", "100us"), ("2ms", "300us"))
          for seed in (3, 4)]
assert [row[1:6] for row in rows] == wanted, rows
assert all(row[11] == "ok" and row[10] == 1 for row in rows)
assert len({row[15] for row in rows}) == 16
END
judge "sqlite3, csv: grid, zip and seeds, in order" $?
printf '%s\n' 'scenario: tiny.yaml' 'report: [floor.reload_ns, floor.transfer_ns]' \
    'axes: {team.move.mechanism: [host-pull, forward], nics.nic1.pcie.lanes: [4, 16]}' >floor.yaml
"$toesim" sweep floor.yaml -o floor >log 2>&1
least() { # run, value: the smaller one of both directions, in ns
    "$toesim" show "floor/runs/$1" --floors | awk -F, -v value="$2" '$3 == value && (!n++ || $4 < least) { least = $4 } END { printf "%d", least / 1000 }'
}
[ "$(tail -n +2 floor/study.csv | cut -d, -f1-3,6,7)" = "0,host-pull,4,$(least 000000 reload),$(least 000000 transfer)
1,host-pull,16,$(least 000001 reload),$(least 000001 transfer)
2,forward,4,,
3,forward,16,," ] && [ "$(least 000000 transfer)" -gt "$(least 000001 transfer)" ]
judge "floors: those of toesim show, and null without any" $?
for number in 000000 000005 000015; do
    # shellcheck disable=SC2046
    set -- $(python3 -c '
import sqlite3, sys
row = sqlite3.connect("one/study.sqlite").execute("SELECT * FROM runs WHERE number = ?", (int(sys.argv[1]),))
names = [d[0] for d in row.description]
values = dict(zip(names, row.fetchone()))
for key in names[1:6]:
    print("--set", f"{key}={values[key]}")' $number)
    "$toesim" run tiny.yaml --set nics.cache.model=golden "$@" -o single >log 2>&1 &&
        diff -r -x perf.json -x run.json single one/runs/$number >>log
    judge "row $number has the results of a single run" $?
    hash=$(python3 -c 'import json; print(json.load(open("single/run.json"))["configuration_sha256"])')
    grep -q "runs/$number,$hash" one/study.csv
    judge "row $number has the hash of a single run" $?
done

# --- draws ---
printf '%s%s\n' "$head" 'axes: {nics.pcie.gen: [2, 3]}
repeat: {count: 3, draw: {traffic.start: 1ms..1100us}}' >draw.yaml
"$toesim" sweep draw.yaml -o drawn -j 2 >log 2>&1 && python3 - >>log 2>&1 <<'END'
import sqlite3
rows = sqlite3.connect("drawn/study.sqlite").execute('SELECT "traffic.start", repeat FROM runs ORDER BY number').fetchall()
assert [r[1] for r in rows] == [0, 1, 2, 0, 1, 2]
assert rows[:3] == rows[3:] and len(set(rows)) == 3, rows
assert all(10**9 <= int(r[0].removesuffix("ps")) <= 11 * 10**8 for r in rows), rows
END
judge "repetitions draw their values, the same ones for each combination" $?

# --- kill and resume ---
"$toesim" sweep study.yaml -o one >log 2>&1
[ $? -eq 2 ] && grep -q 'holds a study that has begun; --resume' log
judge "a study that has begun needs --resume" $?
rows_of() { python3 -c 'import sqlite3, sys; print(*[r[0] for r in sqlite3.connect(sys.argv[1]).execute("SELECT dir FROM runs")])' "$1" 2>/dev/null; }
mkdir killed
for killing in 1 2 3; do
    before=$(ls -d killed/runs/* 2>/dev/null | wc -l)
    "$toesim" sweep study.yaml -o killed -j 2 --resume >log 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        now=$(ls -d killed/runs/[0-9]* 2>/dev/null | wc -l)
        [ "$now" -ge $((before + 2)) ] && break
        sleep 0.02
    done
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    kept=$(rows_of killed/study.sqlite)
    for dir in $kept; do (cd "killed/$dir" && stat -c '%i %Y' run.json >../../../stamp.$(basename "$dir").new); done
    for stamp in stamp.*.old; do
        [ -e "$stamp" ] || continue
        cmp -s "$stamp" "${stamp%.old}.new" || echo "fail: a run that had ended ran again: $stamp"
    done
    for stamp in stamp.*.new; do [ -e "$stamp" ] && mv "$stamp" "${stamp%.new}.old"; done
done
kept=$(rows_of killed/study.sqlite | wc -w)
[ "$kept" -gt 0 ] && [ "$kept" -lt 16 ]
judge "killed three times: $kept rows" $?
"$toesim" sweep study.yaml -o killed --resume >log 2>&1 && cmp killed/study.csv one/study.csv >>log 2>&1
judge "killed and resumed: the same rows as without" $?
again=0
for stamp in stamp.*.old; do
    number=${stamp#stamp.}
    [ "$(stat -c '%i %Y' "killed/runs/${number%.old}/run.json")" = "$(cat "$stamp")" ] || again=$((again + 1))
done
judge "killed and resumed: $again of the $kept runs that had ended ran again" $again
grep -q "^16 of 16 runs are there, $((16 - kept)) of them new, 0 not ok" log
judge "killed and resumed: only the rest is new" $?
"$toesim" sweep study.yaml -o signal >log 2>&1 &
pid=$!
for _ in $(seq 600); do [ -e signal/runs/000001 ] && break; sleep 0.02; done
kill -INT $pid
wait $pid
[ $? -eq 130 ] && grep -q 'ended by SIGINT: .* --resume goes on' log && [ -s signal/study.csv ]
judge "SIGINT: status 130, and the rows so far" $?
"$toesim" sweep study.yaml -o signal --resume -j 2 >log 2>&1 && cmp signal/study.csv one/study.csv >>log 2>&1
judge "SIGINT and resumed: the same rows" $?

# --- runs that fail ---
printf '%s%s\n' "$head" 'axes: {nics.pcie.mps: [128B, 4096B], nics.pcie.replay_buffer: [256B, 8KiB]}
set: {"expect[0]": "moves.completed == 4"}' >fails.yaml
"$toesim" sweep fails.yaml -o fails >log 2>&1
[ $? -eq 1 ] && [ "$(rows_of fails/study.sqlite | wc -w)" -eq 4 ] && grep -q ',refused,2,.*nics.pcie.*,runs/000002,' fails/study.csv &&
    [ "$(grep -c ',ok,0,' fails/study.csv)" -ge 2 ]
judge "values that do not fit together: refused, the others run, exit status 1" $?
printf '%s%s\n' "$head" 'axes: {traffic.bytes: [16KiB, 64KiB]}
set: {"expect[0]": "streams.bytes_to_server < 20000"}' >expect.yaml
"$toesim" sweep expect.yaml -o expect >log 2>&1
[ $? -eq 1 ] && grep -q '^0,16KiB,.*,ok,0,' expect/study.csv && grep -q '^1,64KiB,.*,failed,1,.*streams.bytes_to_server' expect/study.csv
judge "an expectation that fails: the row says which" $?
"$toesim" sweep expect.yaml -o expect --resume >log 2>&1
[ $? -eq 1 ] && grep -q '^2 of 2 runs are there, 0 of them new, 1 not ok' log
judge "a run that failed is not run again" $?

# --- bad input ---
# bad NAME STATUS PATTERN ARGUMENT...
bad() {
    name=$1 want=$2 pattern=$3
    shift 3
    "$toesim" sweep "$@" >log 2>&1
    got=$?
    [ "$got" -eq "$want" ] && grep -q -e "$pattern" log
    ended=$?
    judge "$name: exit status $got, $(grep -m 1 toesim: log | cut -c 1-120)" $ended
}
# study NAME STATUS PATTERN TEXT: a study with these lines behind the head
study() { printf '%s%s\n' "$head" "$4" >bad.yaml; bad "$1" "$2" "$3" bad.yaml -o bad; }
study "unknown key in an axis" 2 'bad.yaml:3: nics.pcie.lane: unknown key; did you mean nics.pcie.lanes?' 'axes: {nics.pcie.lane: [4]}'
study "value out of range" 2 'bad.yaml:3: nics.pcie.gen: .*5' 'axes: {nics.pcie.gen: [3, 6]}'
study "empty axis" 2 'bad.yaml:3: nics.pcie.gen: is an empty axis' 'axes: {nics.pcie.gen: []}'
study "no list" 2 'bad.yaml:3: axes.nics.pcie.gen: is one value; write a list' 'axes: {nics.pcie.gen: 3}'
study "lists of different lengths" 2 'another length' 'zip: {nics.pcie.gen: [3], team.idle: [1ms, 2ms]}'
study "wrong seeds" 2 'seeds: write A..B' 'seeds: 5..1'
study "unknown section" 2 'axis: unknown key; known are' 'axis: {nics.pcie.gen: [3]}'
study "10^9 runs" 2 'has 1000000000 runs; --yes' 'seeds: 1..1000000000'
study "too many runs for a number" 2 'at least 18446744073709551615 runs' 'seeds: 1..9000000000000000000
repeat: {count: 4000000000}'
study "a draw of a word" 2 'switch.policy: is no key that can be drawn' 'repeat: {count: 2, draw: {switch.policy: a..b}}'
printf 'scenario: tiny.yaml\nreport: [moves.latency.p50]\n' >bad.yaml
bad "unknown reported key" 2 'report\[0\]: .*moves.latency_ns.p50' bad.yaml
printf 'scenario: tiny.yaml\nreport: [floor.recovery_ns]\n' >bad.yaml
bad "a floor that there is not" 2 'report\[0\]: ' bad.yaml
printf 'scenario: nowhere.yaml\nreport: [complete]\n' >bad.yaml
bad "no such scenario" 2 'nowhere.yaml: No such file' bad.yaml
bad "no such study" 2 'nothing.yaml: No such file' nothing.yaml
bad "no jobs" 2 'number from 1 to 256' study.yaml --jobs 0
bad "another study's folder" 2 'holds another study' draw.yaml -o one --resume
mkdir other && echo mine >other/notes
bad "a folder of something else" 2 'exists and holds no study' study.yaml -o other
mkdir damaged foreign cut
head -c 8192 /dev/urandom >damaged/study.sqlite
bad "no database" 2 'is no database, or is damaged' study.yaml -o damaged --resume
python3 -c 'import sqlite3; b = sqlite3.connect("foreign/study.sqlite"); b.execute("CREATE TABLE runs (a)"); b.commit()'
bad "another program's database" 2 'is a database of another program' study.yaml -o foreign --resume
cp -r one/. cut
size=$(stat -c %s cut/study.sqlite)
dd if=/dev/urandom of=cut/study.sqlite bs=512 seek=$((size / 1024)) count=4 conv=notrunc 2>/dev/null
bad "a damaged database" 2 'damaged' study.yaml -o cut --resume
echo 'seed: 9' >>tiny.yaml
sed '/^seeds/d' study.yaml >noseed.yaml
"$toesim" sweep noseed.yaml -o changed >log 2>&1
sed -i 's/^seed: 9/seed: 8/' tiny.yaml
bad "the scenario has changed" 2 'run 0 had other values' noseed.yaml -o changed --resume
# Opening the folder's lock as another sweep would is what flock(1) does.
if command -v flock >/dev/null; then
    flock -n one "$toesim" sweep study.yaml -o one --resume >log 2>&1
    [ $? -eq 2 ] && grep -q 'another sweep is running in it' log
    judge "two sweeps in one folder" $?
fi

# --- a full disk, in a mount of its own that nobody else sees ---
if unshare -m true 2>/dev/null; then
    unshare -m sh -c '
        mkdir small && mount -t tmpfs -o size=2m tmpfs small || exit 77
        head -c 1500000 /dev/zero >small/ballast
        "$0" sweep study.yaml -o small/full >full.log 2>&1
        echo $? >full.status
        rm small/ballast
        mount -o remount,size=64m small
        "$0" sweep study.yaml -o small/full --resume >resumed.log 2>&1
        echo $? >resumed.status
        cp small/full/study.csv resumed.csv' "$toesim"
    if [ -s full.status ]; then
        cp full.log log
        kept=$(sed -n 's/^16 of 16 runs are there, 16 of them new, \([0-9]*\) not ok$/\1/p' log)
        [ "$(cat full.status)" -eq 3 ] && [ "${kept:-0}" -gt 0 ] && grep -q -e 'toesim: run .*No space left.*--resume' log
        ended=$?
        judge "a full disk: exit status $(cat full.status), $(grep -m 1 toesim: log | cut -c 1-120)" $ended
        cp resumed.log log
        [ "$(cat resumed.status)" -eq 0 ] && cmp resumed.csv one/study.csv >>log 2>&1 &&
            grep -q "^16 of 16 runs are there, $kept of them new, 0 not ok" log
        judge "a full disk: with space again only the $kept runs that failed run again" $?
    else
        echo "skip: no tmpfs can be mounted"
    fi
else
    echo "skip: no mount of its own"
fi
cd "$tree" || exit 1

#!/bin/sh
# Every kind of output is read by a program that is not a part of this project, and the values that
# a user reads first are compared with the run. The programs are capinfos and tshark (captures), jq
# (JSON), Python's csv module (tables), xmllint (JUnit) and lspci (pcie). system_waves.sh tests the
# waves.
# usage: system_readers.sh BUILD_DIR
set -u
build=$1
for tool in capinfos tshark jq xmllint python3; do
    command -v $tool >/dev/null || { echo "skip: $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi; }
out=$work/out
"$build/toesim" run scenarios/regress/r00-move.yaml --set outputs.tlp_trace=true --set outputs.captures=true \
    --set outputs.pcie_config=true -o "$out" >"$work/log" 2>&1 || { echo "fail: run"; cat "$work/log"; exit 1; }

field() { capinfos -M "$1" 2>/dev/null | sed -n "s/^$2: *//p" | head -n 1; }
for nic in 0 1; do
    file=$out/nic$nic.pcap
    [ "$(field "$file" 'File type')" = nsecpcap ]
    ended=$?
    judge "capinfos: nic$nic.pcap has nanoseconds ($(field "$file" 'File type'))" $ended
    [ "$(field "$file" 'File encapsulation')" = ether ]
    judge "capinfos: nic$nic.pcap is Ethernet" $?
    frames=$(jq ".nics[$nic].mac | .rx_frames + .tx_frames" "$out/stats.json")
    [ "$(field "$file" 'Number of packets')" = "$frames" ]
    ended=$?
    judge "capinfos: nic$nic.pcap has all $frames frames ($(field "$file" 'Number of packets'))" $ended
    tshark -n -r "$out/team.pcapng" -Y "frame.interface_name == \"nic$nic\"" -T fields -e frame.time_epoch -e frame.len >"$work/team" 2>/dev/null
    tshark -n -r "$file" -T fields -e frame.time_epoch -e frame.len >"$work/one" 2>/dev/null
    [ -s "$work/one" ] && cmp -s "$work/team" "$work/one"
    judge "tshark: team.pcapng has the frames of nic$nic.pcap under the name nic$nic" $?
done
case $(field "$out/team.pcapng" 'File type') in *pcapng*) ;; *) false ;; esac
judge "capinfos: team.pcapng is pcapng" $?
[ "$(field "$out/team.pcapng" 'Number of interfaces in file')" = 2 ]
judge "capinfos: team.pcapng has two interfaces" $?
last=$(tshark -n -r "$out/team.pcapng" -T fields -e frame.time_epoch 2>/dev/null | sort -n | tail -n 1)
awk -v last="$last" -v end="$(jq .sim_time_ps "$out/stats.json")" 'BEGIN { exit !(last > 0 && last * 1e12 <= end) }'
judge "tshark: the last frame lies within the run" $?

for file in "$out"/*.json; do
    jq -e 'type == "object" and (.schema | startswith("toesim."))' "$file" >/dev/null
    ended=$?
    judge "jq: $(basename "$file") is a document that names its schema" $ended
done
# What was run, and what the program was built from. Programs outside give the same hashes.
jq -r '.configuration | to_entries[] | "\(.key)=\(.value.value)"' "$out/run.json" | sha256sum | cut -d ' ' -f 1 >"$work/hash"
[ "$(jq -r .configuration_sha256 "$out/run.json")" = "$(cat "$work/hash")" ]
judge "jq, sha256sum: run.json has the hash of its own configuration" $?
jq -e '.seed == .configuration.seed.value and .configuration["outputs.tlp_trace"] == {value: true, from: "option"} and
    .configuration["switch.rehash[0].at"].from == "file" and .configuration["team.idle"].from == "default" and
    .command[1] == "run" and .command[2] == "scenarios/regress/r00-move.yaml"' "$out/run.json" >/dev/null
judge "jq: run.json has the values, their origins and the command line" $?
[ "$("$build/toesim" --version --json | jq -S -c .)" = "$(jq -S -c .build "$out/run.json")" ]
judge "jq: --version --json prints the build of run.json" $?
jq -e '(.build.commit | test("^([0-9a-f]{40}|unknown)$")) and (.build.rtl_sha256 | test("^[0-9a-f]{64}$"))' "$out/run.json" >/dev/null
judge "jq: run.json names commit and RTL" $?
[ "$(jq -s length "$out/stats.json")" = 1 ]
judge "jq: stats.json is one document" $?
python3 sim/test/results/read_tables.py "$out" >"$work/tables"
ended=$?
judge "csv: $(tail -n 1 "$work/tables")" $ended
sed '$d' "$work/tables"
# The runs have transfers of every kind, and a mechanism that has marks of its own.
for run in "idle/300-idle" "idle/313-rest-host" "host/704-toggle-random" "port/100-alternate --set team.move.mechanism=drain-first"; do
    # shellcheck disable=SC2086
    set -- $run
    scenario=scenarios/$1.yaml
    shift
    "$build/toesim" run "$scenario" "$@" --set measure.waves=none -o "$work/kinds" >"$work/log" 2>&1 || { echo "fail: $run"; cat "$work/log"; continue; }
    python3 sim/test/results/read_tables.py "$work/kinds" >"$work/tables"
    ended=$?
    judge "csv: $run: $(tail -n 1 "$work/tables")" $ended
    sed '$d' "$work/tables"
done
# The last run waits for acknowledgments before T4. Its own mark is a column and a phase.
late=$(python3 sim/test/results/csv_select.py "$work/kinds/moves.csv" outcome=completed late=0 : begun_ps m_acknowledged t4_ps |
    awk -F, '!($1 <= $2 && $2 <= $3)' | wc -l)
[ "$late" = 0 ] && [ "$(jq '.moves.phase_ns.acknowledged.count >= .moves.completed - .moves.late and .moves.completed > .moves.late' "$work/kinds/stats.json")" = true ]
judge "csv: drain-first marks the acknowledgment between begin and T4 ($late rows do not)" $?
if command -v lspci >/dev/null; then
    lspci -F "$out/lspci.txt" >"$work/lspci" 2>&1 && [ "$(grep -c . "$work/lspci")" -ge 2 ]
    ended=$?
    judge "lspci: $(grep -c . "$work/lspci") functions" $ended
fi

printf 'traffic: {kind: generator, connections: 1, bytes: 1KiB}\nmeasure: {waves: none}\nexpect: ["moves.started > 99"]\n' >"$work/a&b\"<'é.yaml"
"$build/toesim" regress scenarios/regress/r01-alternate.yaml "$work/a&b\"<'é.yaml" --junit "$work/junit.xml" >/dev/null 2>&1
xmllint --noout --schema sim/test/results/junit.xsd "$work/junit.xml" 2>"$work/xml"
judge "xmllint: the JUnit file follows its schema" $?
grep -v validates "$work/xml"
[ "$(xmllint --xpath 'count(//testcase)' "$work/junit.xml")" = 2 ] &&
    [ "$(xmllint --xpath 'string(/testsuite/@failures)' "$work/junit.xml")" = "$(xmllint --xpath 'count(//failure)' "$work/junit.xml")" ]
judge "xmllint: as many failures as the suite says" $?
sed 's/<testcase /<testcase unknown="1" /' "$work/junit.xml" | xmllint --noout --schema sim/test/results/junit.xsd - 2>/dev/null
[ $? -ne 0 ]
judge "xmllint: the schema is one that can fail" $?
rm -rf results/regress/a-b*

# The sample in README.md equals the output of the program, except for the speed of the machine.
sample() { grep -v -e '^wall time' -e '^results in' -e '^reading' "$1"; }
awk '/^```$/ { on = 0 } on { print } /^```$/ { getline; if (/^scenario  /) { on = 1; print } }' README.md >"$work/readme"
"$build/toesim" run scenarios/000-default.yaml -o "$work/default" >"$work/printed" 2>"$work/err"
sample "$work/readme" >"$work/a"
sample "$work/printed" >"$work/b"
[ -s "$work/a" ] && diff "$work/a" "$work/b"
judge "README.md: the sample is the output of the default scenario" $?

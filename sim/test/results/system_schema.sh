#!/bin/sh
# Compares the schemas with an outside validator (python3-jsonschema). The schema of scenarios
# accepts and refuses the same files as the scenario reader. The schema of stats.json accepts the
# files of real runs. The table of output keys has each of their keys, and no key that no run has.
# usage: system_schema.sh BUILD_DIR
set -u
build=$1
toesim=$build/toesim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=
for candidate in /usr/bin/python3 python3; do
    "$candidate" -c 'import jsonschema' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo "skip: python3-jsonschema is not installed"; exit 0; }

mkdir "$work/values"
"$python" sim/test/results/schema_agrees.py "$toesim" "$work/values"

# Together these runs have every optional key. They have captures, thousands of samples, a flood, a
# client that acts out of turn, a failed look-up, marks of a mechanism, and damage that causes a second replay.
"$toesim" run scenarios/port/100-alternate.yaml --waves none --set outputs.captures=false -o "$work/replay" >/dev/null 2>&1
"$toesim" run sim/test/data/total-loss.yaml -o "$work/loss" >/dev/null 2>&1
"$toesim" run scenarios/load/519-moves-under-load.yaml --waves none --set outputs.captures=false -o "$work/moves" >/dev/null 2>&1
"$toesim" run scenarios/host/710-syn-flood.yaml --waves none --set outputs.captures=false \
    --set 'expect[0]=moves.latency_ns.p999 == 0' -o "$work/flood" >/dev/null 2>&1
"$toesim" replay traces/half-close.pcap --waves none --set outputs.captures=false --set faults[0].action=pcie_down \
    --set faults[0].at=40% --set faults[0].nic=0 -o "$work/damage" >/dev/null 2>&1
"$toesim" run scenarios/load/520-storm-3000.yaml --waves none --set outputs.captures=false --set team.move.mechanism=drain-first \
    --set team.move.commands=pushed -o "$work/drain" >/dev/null 2>&1
"$toesim" run scenarios/load/520-storm-3000.yaml --waves none --set outputs.captures=false \
    --set team.move.mechanism=host-push -o "$work/pushed" >/dev/null 2>&1
"$toesim" run scenarios/load/520-storm-3000.yaml --waves none --set outputs.captures=false \
    --set team.move.mechanism=forward-then-move -o "$work/relayed" >/dev/null 2>&1
"$toesim" run scenarios/move/823-dead-download-checkpoint.yaml -o "$work/saved" >/dev/null 2>&1
"$toesim" run scenarios/move/836-cores.yaml -o "$work/cores" >/dev/null 2>&1
"$toesim" check --outputs --schema >"$work/schema.json"
"$toesim" check --outputs | sed -n 's/^| `\([^`]*\)`.*/\1/p' | sort >"$work/table"
uniq -d "$work/table" | sed "s/^/fail: the table names twice /"
"$toesim" replay traces/redis.pcap.gz --waves none --set outputs.captures=false --port-policy alternate --set traffic.stall=1us \
    -o "$work/stall" >/dev/null 2>&1
"$toesim" run scenarios/race/904-upload-fin.yaml --set race.time=1ms -o "$work/race" >/dev/null 2>&1
"$toesim" run scenarios/load/525-requests.yaml -o "$work/requests" >/dev/null 2>&1
for run in replay loss moves drain pushed relayed saved cores flood damage stall race requests; do
    if "$python" -W ignore - "$work/schema.json" "$work/$run/stats.json" <<'PYTHON'
import json, sys, jsonschema
schema, stats = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
errors = list(jsonschema.Draft202012Validator(schema).iter_errors(stats))
for error in errors[:5]:
    print("%s: %s" % ("/".join(map(str, error.path)), error.message[:200]))
for missing in ("schema", "streams", "nics", "expect"):
    cut = {key: value for key, value in stats.items() if key != missing}
    if jsonschema.Draft202012Validator(schema).is_valid(cut):
        errors.append("the schema does not miss " + missing)
if jsonschema.Draft202012Validator(schema).is_valid(dict(stats, surprise=1)):
    errors.append("the schema takes an unknown key")
sys.exit(len(errors) > 0)
PYTHON
    then
        echo "pass: stats.json of $run satisfies its schema"
    else
        echo "fail: stats.json of $run does not satisfy its schema"
    fi
done
jq -r 'paths(type != "object" and type != "array") | map(if type == "number" then "[]" else "." + . end) | join("")[1:]' \
    "$work"/*/stats.json | sort -u >"$work/real"
comm -13 "$work/table" "$work/real" | sed 's/^/fail: the table of output keys lacks /'
comm -23 "$work/table" "$work/real" | sed 's/^/fail: no run here writes /'
[ -s "$work/real" ] && cmp -s "$work/table" "$work/real" && echo "pass: the table has the keys of real runs, and no others"

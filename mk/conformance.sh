#!/bin/sh
# Runs every script and test that docs/tcp-clauses.txt names and writes the table of results.
# usage: conformance.sh BUILD_DIR OUTPUT
# Exit status 1: the proof of a MUST failed or is missing.
set -u
build=$1 output=$2
work=$build/conformance
rm -rf "$work"
mkdir -p "$work"
TOESIM_SCRIPT_RESULTS=$work/scripts "$build/test/test_scripts" >"$work/test_scripts.log" 2>&1
for program in "$build"/test/test_tcp_* "$build"/test/test_sack "$build"/test/test_toe_rx "$build"/test/test_stack \
    "$build"/test/test_connecting "$build"/test/test_cookie "$build"/test/test_syn_cookie "$build"/test/test_neighbour \
    "$build"/test/test_fragments "$build"/test/test_ip_reassembly; do
    case $program in *.a | *.o) continue ;; esac
    "$program" -j1 --verbose 2>&1
done | sed -n -E 's/^\[(PASS|FAIL)\] ([a-z0-9_]+::[a-z0-9_]+):?.*/\1 test:\2/p' >"$work/tests"
{
    sed -n 's/^pass scenarios\/tcp\/\(.*\)\.pkt$/PASS script:\1/p; s/^fail scenarios\/tcp\/\(.*\)\.pkt$/FAIL script:\1/p' "$work/scripts"
    cat "$work/tests"
} >"$work/results"
awk -F'|' -v results="$work/results" '
BEGIN {
    while ((getline line < results) > 0) {
        split(line, part, " ")
        if (part[1] == "FAIL") failed[part[2]] = 1
        else passed[part[2]] = 1
    }
    print "# TCP conformance\n"
    print "Written by `make conformance` from docs/tcp-clauses.txt and the results of a run; not by hand. Scripts run under four"
    print "port policies (docs/tcp-scripts.md), so `pass` also says: the same on one NIC and while the connection moves.\n"
    print "| RFC | Clause | Level | Requirement | Proof | Result |"
    print "|---|---|---|---|---|---|"
}
/^#/ || NF < 5 { next }
{
    result = "pass"
    proof = $5
    if (proof ~ /^(open|not followed|elsewhere):/) {
        result = proof
        sub(/:.*/, "", result)
        sub(/^[a-z ]*: */, "", proof)
    } else {
        n = split(proof, item, " ")
        proof = ""
        for (i = 1; i <= n; i++) {
            if (failed[item[i]]) result = "FAIL"
            else if (!passed[item[i]]) { result = "FAIL"; missing = missing " " item[i] }
            name = item[i]
            sub(/^(script|test):/, "", name)
            proof = proof (i > 1 ? ", " : "") "`" name "`"
        }
        if (result == "FAIL" && $3 == "MUST") bad = 1
    }
    count[$3 " " result]++
    printf "| %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, proof, result
}
END {
    print ""
    for (l = 1; l <= 3; l++) {
        level = l == 1 ? "MUST" : l == 2 ? "SHOULD" : "MAY"
        printf "%s: %d pass, %d fail, %d open, %d not followed, %d elsewhere.%s\n", level,
            count[level " pass"], count[level " FAIL"], count[level " open"],
            count[level " not followed"], count[level " elsewhere"], l < 3 ? "  " : ""
    }
    if (missing != "") print "conformance: no result of" missing > "/dev/stderr"
    exit bad || missing != ""
}' docs/tcp-clauses.txt >"$work/table.md"
status=$?
# Every script, with the clause its first line names.
{
    cat "$work/table.md"
    printf '\n## Scripts\n\n| Script | Clause | What it says | Result |\n|---|---|---|---|\n'
    for script in scenarios/tcp/*.pkt; do
        name=$(basename "$script" .pkt)
        clause=$(sed -n '1s/^# \([^:]*\): .*/\1/p' "$script")
        text=$(sed -n '1s/^# [^:]*: //p' "$script")
        grep -q "^PASS script:$name\$" "$work/results" && result=pass || { result=FAIL; status=1; }
        printf '| `%s` | %s | %s | %s |\n' "$name" "$clause" "$text" "$result"
    done
    exit $status
} >"$output"

#!/bin/sh
# Plays all packet scripts on the core and in the whole system. docs/tcp-conformance.md must equal
# the page that the results give, and no MUST fails.
# usage: system_conformance.sh BUILD_DIR
build=$1
table=$build/conformance.md
if mk/conformance.sh "$build" "$table"; then
    echo "pass: no MUST of scenarios/tcp/clauses.txt fails or is open, and no script fails"
else
    echo "fail: a MUST of scenarios/tcp/clauses.txt fails, is open or has no proof, or a script fails"
fi
for run in system4 system6 host4; do
    log=$build/conformance/$run.log
    last=$(tail -n 1 "$log")
    case $last in
    [1-9]*" passed, 0 failed, "*) echo "pass: scripts, $run: $last" ;;
    *)
        echo "fail: scripts, $run: $last"
        grep -v '^pass: ' "$log"
        ;;
    esac
done
if diff "$table" docs/tcp-conformance.md; then
    echo "pass: docs/tcp-conformance.md is up to date"
else
    echo "fail: docs/tcp-conformance.md is out of date; run make conformance"
fi

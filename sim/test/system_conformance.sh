#!/bin/sh
# docs/tcp-conformance.md is what a run of its proofs gives now, and no MUST fails.
# usage: system_conformance.sh BUILD_DIR
build=$1
table=$build/conformance.md
if mk/conformance.sh "$build" "$table"; then
    echo "pass: no MUST of docs/tcp-clauses.txt fails"
else
    echo "fail: a MUST of docs/tcp-clauses.txt fails or has no proof"
fi
if diff "$table" docs/tcp-conformance.md; then
    echo "pass: docs/tcp-conformance.md is up to date"
else
    echo "fail: docs/tcp-conformance.md is out of date; run make conformance"
fi

#!/bin/sh
# Checks docs/claims.md. The scenario of each row runs, and its outputs must fulfil the promise of
# the row.
# usage: system_claims.sh BUILD_DIR
set -u
build=$1
for tool in jq tshark; do
    command -v $tool >/dev/null || { echo "skip: $tool is not installed"; exit 0; }
done
rows=$(sed -n 's/^| \([0-9][0-9]*\) |.*/\1/p' docs/claims.md)
[ -n "$rows" ] || echo "fail: docs/claims.md has no rows"
for row in $rows; do
    if said=$(sh sim/test/run/claims.sh "$build/toesim" "$row" 2>&1); then
        echo "pass: claim $row"
    else
        echo "fail: claim $row: $said"
    fi
    grep -q "| $row\$" sim/test/planted/planted_claims.txt && echo "pass: a bug is planted against claim $row" ||
        echo "fail: no bug is planted against claim $row"
done
# The files that a row names must exist.
for file in $(grep '^| [0-9]' docs/claims.md | grep -o '`[a-z_-]*/[^`]*`' | tr -d '`' | sort -u); do
    [ -e "$file" ] && echo "pass: $file is there" || echo "fail: docs/claims.md names $file, which is not there"
done

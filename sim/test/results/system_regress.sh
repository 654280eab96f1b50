#!/bin/sh
# The regression scenarios give the golden stats and waves, on any machine.
# usage: system_regress.sh BUILD_DIR
set -u
build=$1
out=$("$build/toesim" regress 2>&1)
echo "$out" | sed -n 's/^ok  *\(.*\)/pass: \1/p; s/^FAILED  *\(.*\)/fail: \1/p'
echo "$out" | grep -q '^ok ' || { echo "fail: regress ran nothing"; echo "$out"; }

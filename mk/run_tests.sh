#!/bin/sh
# Runs Criterion binaries, JOBS at a time, and prints one summed line. Fails when a test failed,
# crashed, or when a binary ran no test at all.
# usage: run_tests.sh BUILD_DIR JOBS BINARY...
set -u
build=$1 jobs=$2
shift 2
out=$build/test-results
rm -rf "$out"
mkdir -p "$out"
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c '
    name=$(basename "$2")
    "$2" -j1 --xml="$1/$name.xml" >"$1/$name.log" 2>&1
    echo $? >"$1/$name.status"' sh "$out" {}
passed=0 failed=0
for binary in "$@"; do
    name=$(basename "$binary")
    status=$(cat "$out/$name.status" 2>/dev/null || echo 255)
    line=$(grep -a -o 'Tested: .*' "$out/$name.log" | tail -n 1)
    tested=$(echo "$line" | sed -n 's/.*Tested: *\([0-9]*\).*/\1/p')
    p=$(echo "$line" | sed -n 's/.*Passing: *\([0-9]*\).*/\1/p')
    tested=${tested:-0} p=${p:-0}
    f=$((tested - p))
    if [ "$tested" -eq 0 ] || { [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; }; then f=$((f + 1)); fi
    passed=$((passed + p)) failed=$((failed + f))
    if [ "$f" -ne 0 ]; then
        echo "--- $name: exit status $status, $tested run, $f failed"
        grep -a -v -e '^$' "$out/$name.log" | head -n 60
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

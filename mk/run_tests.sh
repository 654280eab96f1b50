#!/bin/sh
# Runs Criterion binaries and system test scripts, JOBS at a time, and prints a line with the sums at the end. A system
# test prints a line `pass: ...` or `fail: ...` for each case. The exit status is 1 if a case failed, if a program
# crashed, or if a program ran no test at all. Before the last line the script prints the ten programs that took longest
# and the table of docs/timing.md (timing_table.sh). While the tests run, it prints a line for each program that ends.
# usage: run_tests.sh BUILD_DIR JOBS PROGRAM...
set -u
build=$1 jobs=$2
shift 2
out=$build/test-results
rm -rf "$out"
mkdir -p "$out"
TOESIM_TIMING_CASES=$out/timing-cases
export TOESIM_TIMING_CASES
# The scripts come first, because they take longest. The short programs then keep all jobs busy until the end.
longest_first() {
    for program in "$@"; do case $program in *.sh) echo "$program" ;; esac; done
    for program in "$@"; do case $program in *.sh) ;; *) echo "$program" ;; esac; done
}
# shellcheck disable=SC2016
longest_first "$@" | xargs -P "$jobs" -I{} sh -c '
    name=$(basename "$2" .sh)
    begin=$(date +%s)
    case $2 in
    *.sh) "$2" "$3" >"$1/$name.log" 2>&1 ;;
    *) "$2" -j1 --xml="$1/$name.xml" >"$1/$name.log" 2>&1 ;;
    esac
    status=$?
    echo "$(($(date +%s) - begin)) $name" >"$1/$name.seconds"
    echo $status >"$1/$name.status"
    ! grep -a -q "^fail: " "$1/$name.log" || [ $status -ne 0 ] || status="0 with failed cases"
    set -- "$1" "$4" "$name" "$status" "$1"/*.status
    printf "  TEST  %s of %s: %s%s\n" $(($# - 4)) "$2" "$3" "$([ "$4" = 0 ] || echo ": exit status $4")"
    ' sh "$out" {} "$build" "$#"
passed=0 failed=0 units=0
for program in "$@"; do
    name=$(basename "$program" .sh)
    status=$(cat "$out/$name.status" 2>/dev/null || echo 255)
    case $program in
    *.sh)
        p=$(grep -a -c '^pass: ' "$out/$name.log")
        f=$(grep -a -c '^fail: ' "$out/$name.log")
        grep -a '^skip: ' "$out/$name.log"
        ;;
    *)
        units=1
        line=$(grep -a -o 'Tested: .*' "$out/$name.log" | tail -n 1)
        tested=$(echo "$line" | sed -n 's/.*Tested: *\([0-9]*\).*/\1/p')
        p=$(echo "$line" | sed -n 's/.*Passing: *\([0-9]*\).*/\1/p')
        tested=${tested:-0} p=${p:-0}
        f=$((tested - p))
        ;;
    esac
    skipped=$(grep -a -c '^skip: ' "$out/$name.log")
    if [ "$f" -eq 0 ]; then
        if [ "$status" -ne 0 ] || [ $((p + skipped)) -eq 0 ]; then f=1; fi
    fi
    passed=$((passed + p)) failed=$((failed + f))
    if [ "$f" -ne 0 ]; then
        echo "--- $name: exit status $status, $p passed, $f failed"
        grep -a -v -e '^$' -e '^pass: ' "$out/$name.log" | head -n 60
    fi
done
echo "longest, in seconds:"
cat "$out"/*.seconds | sort -rn | head -n 10 | sed 's/^/  /'
[ $units -eq 0 ] || mk/timing_table.sh "$TOESIM_TIMING_CASES" || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/bin/sh
# Some writes of the program's output and of its temporary files fail, one in each run. The exit
# status is 3, a message names the file, no file is incomplete, and the earlier results are
# unchanged. long_writes.sh tries all writes.
# usage: system_writes.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/writes.sh
fail_writes 2 11 $ENOSPC 'No space left on device'
fail_capture_writes 2 9 $ENOSPC 'No space left on device'

# Standard output is an output too. The test makes a device of its own, because that of the machine
# may be wrong; full is 1:7.
if mknod "$work/full" c 1 7 2>/dev/null && { : >"$work/full"; } 2>/dev/null; then
    "$build/toesim" run "$work/one.yaml" -o "$work/a" >/dev/null 2>&1
    for arguments in --help --version '--version --json' 'sweep --help' 'run --help' "check $work/one.yaml" 'check --keys' 'check --schema' 'check --outputs' \
        "run $work/one.yaml -o $work/b" "wavediff $work/a/waves.fst $work/a/waves.fst"; do
        # shellcheck disable=SC2086
        "$build/toesim" $arguments >"$work/full" 2>"$work/log"
        status=$?
        if [ $status -eq 3 ] && grep -q 'standard output: No space left on device' "$work/log"; then
            echo "pass: a full standard output is told: toesim $arguments"
        else
            echo "fail: a full standard output: toesim $arguments: exit status $status: $(cat "$work/log")"
        fi
    done
else
    echo "skip: a full standard output (no device can be made here)"
fi

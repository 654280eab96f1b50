#!/bin/sh
# Some writes of the program's output and of its temporary files fail, one a run: exit status 3, a message that names the file, nothing half, the earlier
# results as they were. All of them: long_writes.sh. usage: system_writes.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/writes.sh
fail_writes 2 11 $ENOSPC 'No space left on device'
fail_capture_writes 2 9 $ENOSPC 'No space left on device'

# Standard output is an output too. A device of our own, since that of the machine need not be right: full is 1:7.
if mknod "$work/full" c 1 7 2>/dev/null && { : >"$work/full"; } 2>/dev/null; then
    "$build/toesim" run "$work/one.yaml" -o "$work/a" >/dev/null 2>&1
    for arguments in --help --version 'run --help' "check $work/one.yaml" 'check --keys' 'check --schema' 'check --outputs' \
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

#!/bin/sh
# Wakes bugs that are planted on purpose (models/base/planted.h) with the checkers off that would end the run, and fails
# unless `toesim equal` finds each of them, and finds nothing without them.
# usage: mutate_equal.sh TOESIM
set -u
toesim=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# bug NAME CHECKS SCENARIO PATTERN: PATTERN is what must be found
bug() {
    "$toesim" equal "sim/test/planted/$3.yaml" -o "$work/out" >"$work/log" 2>&1 || {
        echo "fail: $3 differs without a bug"
        cat "$work/log"
        failed=1
    }
    TOESIM_PLANTED=$1 TOESIM_CHECK_OFF=$2 mk/hang.sh 600 "$toesim" equal "sim/test/planted/$3.yaml" -o "$work/out" \
        >"$work/log" 2>&1
    if [ $? -eq 1 ] && grep -q "^conversation .*$4" "$work/log"; then
        echo "pass: $1: $(grep -m1 "$4" "$work/log")"
    else
        echo "fail: $1 was not found"
        cat "$work/log"
        failed=1
    fi
}

bug resent_differs I-SEQ loss 'bytes to the client differ from byte .* forward has'
bug fin_lost I-FINSEQ,I-LIVE1,I-LIVE2,I-AUDIT download 'the end differs: .* moves: '
exit $failed

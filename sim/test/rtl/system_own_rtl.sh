#!/bin/sh
# Tests `make RTL=dir` with another implementation of the context cache. It passes lint, and the
# proofs on the ports tell a good implementation from a bad one. Lock step with it takes minutes
# (docs/ctx_cache_proof.md).
# usage: system_own_rtl.sh BUILD_DIR
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
unset MAKEFLAGS MAKELEVEL
for kind in same unsound; do
    rtl/test/own/make.sh "$out/$kind" "$kind" 2>"$out/log" || { echo "fail: $kind cannot be made: $(cat "$out/log")"; exit 1; }
done
if make RTL="$out/same" B="$out/build" lint-rtl >"$out/log" 2>&1; then
    echo "pass: lint of another implementation"
else
    echo "fail: lint of another implementation"
    tail -n 5 "$out/log"
fi
verdict() { mk/formal.sh --rtl "$out/$1" --gen "$out/build/gen" --out "$out/formal.$1" "$2" | sed -n "s/^$2 .* \([a-zA-Z]*\)@[0-9]* .*/\1/p"; }
for pair in same:holds unsound:FAILED; do
    said=$(verdict "${pair%:*}" stable)
    case $said in
    "${pair#*:}") echo "pass: ${pair%:*}: $said" ;;
    time) echo "skip: ${pair%:*}: not decided within its time limit" ;;
    *) echo "fail: ${pair%:*}: the proof says '$said'" ;;
    esac
done

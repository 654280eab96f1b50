#!/bin/sh
# Runs those proofs of the context cache that take only seconds (mk/formal.sh smoke). `make formal`
# runs all of them.
# usage: system_formal.sh BUILD_DIR
build=${1:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mk/formal.sh --gen "$build/gen" --out "$out" smoke >"$out/table"
sed 1d "$out/table" | while read -r name method depth result time property; do
    case $result in
    proved* | holds@* | reached@*) echo "pass: $name: $property ($method: $result)" ;;
    open* | time@*) echo "skip: $name: not decided within its time limit: $property" ;;
    *)
        echo "fail: $name: $property: $method $depth says $result after $time"
        tail -n 3 "$out/$name.log" 2>/dev/null
        ;;
    esac
done

#!/bin/sh
# Tests every kind of path that a user may name for output. A device or a pipe is written to and
# stays, a link is followed, and a folder is refused. The devices are made in a folder of the test,
# so that a fault cannot harm the machine's /dev.
# usage: system_publish.sh BUILD_DIR
set -u
toesim=$(cd "$1" && pwd)/toesim
scripts=$(pwd)/scenarios/tcp
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
printf 'name: tiny\ntraffic: {kind: generator, connections: 1, bytes: 1KiB}\nmeasure: {waves: none}\n' >tiny.yaml
script=$(find "$scripts" -name '*.pkt' | sort | head -n 1)
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi; }
junit() { "$toesim" regress tiny.yaml --junit "$1"; }
results() { "$toesim" script "$script" --results "$1"; }

for kind in junit results; do
    echo old >"$kind.old"
    ln -s "$kind.old" "$kind.link"
    $kind "$kind.link" >log 2>&1
    [ -L "$kind.link" ] && ! grep -q -x old "$kind.old"
    judge "$kind: a link stays, its file is replaced" $?
    mkfifo "$kind.pipe"
    cat "$kind.pipe" >"$kind.read" &
    reader=$!
    $kind "$kind.pipe" >log 2>&1
    # If the pipe was replaced, its reader still waits, because opening the path here would open a
    # file.
    [ -p "$kind.pipe" ] && wait $reader && cmp -s "$kind.read" "$kind.old"
    judge "$kind: a pipe is written to and stays" $?
    kill $reader 2>/dev/null
    mkdir "$kind.folder"
    $kind "$kind.folder" >log 2>&1
    [ $? -eq 2 ] && grep -q 'is a folder' log && [ -z "$(ls -A "$kind.folder")" ]
    judge "$kind: a folder is refused" $?
    $kind /dev/stdout >"$kind.out" 2>log
    first=$(head -n 1 "$kind.old")
    grep -q -x -F -e "$first" "$kind.out" && grep -q 'passed' "$kind.out"
    judge "$kind: standard output sent to a file holds both texts" $?
    if mknod "$kind.null" c 1 3 2>/dev/null && echo >"$kind.null"; then
        $kind "$kind.null" >log 2>&1
        [ -c "$kind.null" ]
        judge "$kind: a device stays" $?
        mknod "$kind.full" c 1 7
        $kind "$kind.full" >log 2>&1
        [ $? -eq 3 ] && [ -c "$kind.full" ] && grep -q 'No space left' log
        judge "$kind: a full device fails with exit status 3 and stays" $?
    else
        echo "skip: $kind: only root can make devices"
    fi
done

mkdir real
ln -s real out.link
"$toesim" run tiny.yaml -o out.link >log 2>&1
[ -L out.link ] && [ -f real/stats.json ]
judge "run -o: a link stays, the folder behind it is filled" $?
for place in junit.pipe junit.null junit.old out.broken; do
    [ $place = out.broken ] && ln -s nowhere/at/all out.broken
    [ -e $place ] || [ -L $place ] || continue
    kind=$(stat -c %F $place)
    "$toesim" run tiny.yaml -o $place >log 2>&1
    [ $? -eq 2 ] && [ "$(stat -c %F $place)" = "$kind" ] && grep -q "$place: is " log
    judge "run -o: $kind is refused and stays" $?
done
left=$(find . -name '.*' ! -name . | head)
[ -z "$left" ]
judge "no temporary file is left" $?

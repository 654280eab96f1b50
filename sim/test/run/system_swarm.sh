#!/bin/sh
# toesim swarm: a few seeds pass and leave no files. A seed that fails leaves its scenario and the
# commands that run it again.
# usage: system_swarm.sh BUILD_DIR
set -u
toesim=$1/toesim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; fi; }
refused() { # MESSAGE ARGUMENT...
    message=$1
    shift
    "$toesim" swarm "$@" -o "$work/no" >"$work/log" 2>&1
    [ $? -eq 2 ] && grep -q -e "$message" "$work/log" && [ ! -e "$work/no" ]
    judge "refused: $*" $?
}
"$toesim" swarm --seeds 1..4 -j 2 -o "$work/deep/four" >"$work/log" 2>&1
status=$?
[ $status -eq 0 ] && grep -q '^4 passed, 0 failed$' "$work/log" || sed 's/^/    /' "$work/log"
judge "four seeds pass ($status)" $status
[ -z "$(ls -A "$work/deep/four")" ]
judge "seeds that pass leave nothing behind" $?

# Captures of more than 16 KiB cannot be written, so the run of a seed that writes larger ones ends
# with 3.
(ulimit -f 32 && exec "$toesim" swarm --seeds 1..4 -o "$work/bad") >"$work/log" 2>&1
status=$?
seed=$(sed -n 's/^fail: seed \([0-9]*\): .*exit status 3.*/\1/p' "$work/log" | head -n 1)
[ $status -eq 1 ] && [ -n "$seed" ]
judge "a seed whose run fails is reported ($status)" $?
sed "s/^/    /" "$work/log"
"$toesim" check "$work/bad/$seed.yaml" >/dev/null && [ -s "$work/bad/$seed.log" ]
judge "its scenario file is ready and its messages are kept" $?
command=$(grep -m 1 "^  toesim run .*/$seed.yaml" "$work/log")
(PATH=$1:$PATH && $command) >"$work/run.log" 2>&1
# 1 is right too, because the duration of a seed may cut its conversations.
[ $? -le 1 ] && [ -s "$work/bad/$seed/stats.json" ]
judge "the printed command runs it again:$command" $?

# The same failure from a small scenario: the captures are what it needs.
(ulimit -f 32 && exec "$toesim" swarm --seeds "$seed" --shrink -o "$work/small") >"$work/log" 2>&1
status=$?
[ $status -eq 1 ] && grep -q "^shrunk: seed $seed: .*/$seed.min.yaml: [0-9]* of [0-9]* settings are left" "$work/log"
judge "a failing seed is shrunk ($status)" $?
sed -n 's/^shrunk/    shrunk/p' "$work/log"
"$toesim" check "$work/small/$seed.min.yaml" >/dev/null && ! [ -e "$work/small/$seed.shrink" ]
judge "its small scenario can be read, and no trial is left" $?
[ "$(wc -l <"$work/small/$seed.min.yaml")" -lt 20 ]
judge "it has few settings" $?
(ulimit -f 32 && exec "$toesim" run "$work/small/$seed.min.yaml" -o "$work/min") >"$work/log" 2>&1
status=$?
[ $status -eq 3 ]
judge "it fails in the same way ($status)" $?
"$toesim" swarm --seeds 1 --shrink -o "$work/good" >"$work/log" 2>&1
status=$?
[ $status -eq 0 ] && grep -q '^seed 1 passes, so there is nothing to shrink$' "$work/log"
judge "a seed that passes says so ($status)" $?

refused 'needs --seeds'
refused '--seeds needs A..B' --seeds 5..4
refused '--seeds needs A..B' --seeds -1
refused '--seeds needs A..B' --seeds 1..9223372036854775808
refused '--jobs needs' --seeds 1 -j 0
refused 'needs --seeds' --seeds 1 extra

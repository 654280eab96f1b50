#!/bin/sh
# Runs each mutant of DIR/src/mutants.tsv through the test programs and, if they pass, through the proofs of
# mk/formal.sh, and prints which of them killed it. An interrupted run continues where DIR/results.tsv ends.
# usage: mutate.sh DIR TEST...
set -u
dir=$1
shift
results=$dir/results.tsv
touch "$results"
for test in "$@"; do
    CTX_MUTANT=0 mk/hang.sh 300 "$test" -j1 --verbose=0 >"$dir/clean.log" 2>&1 || { echo "mutate: $test fails without a mutant"; cat "$dir/clean.log"; exit 1; }
done
tab=$(printf '\t')
while IFS="$tab" read -r id kind place before after; do
    grep -q "^$id$tab" "$results" && continue
    verdict=survived
    for test in "$@"; do
        if ! CTX_MUTANT=$id nice -n 5 mk/hang.sh "${MUTANT_SECONDS:-60}" "$test" -j1 --fail-fast >"$dir/last.log" 2>&1; then
            verdict="killed by $(basename "$test")"
            break
        fi
    done
    if [ "$verdict" = survived ] && [ "${PROOFS:-1}" = 1 ]; then
        name=${dir##*/}
        # shellcheck disable=SC2046
        rtl/formal/mutate.py --seed "${name%-*}" --count "${name#*-}" --only "$id" --out "$dir/one" $(cat "$dir/src/files") >/dev/null
        mk/formal.sh --rtl "$dir/one" --out "$dir/proof" arb fifo victim locks locks_order locks_turn locks_way response stable stable_busy quiet >"$dir/proof.log" 2>&1
        if grep ' ERROR ' "$dir/proof.log"; then
            echo "mutate: the proofs of mutant $id cannot be built" >&2
            exit 1
        fi
        failed=$(sed -n 's/^\([a-z_0-9]*\).*FAILED.*/\1/p' "$dir/proof.log" | head -n 1)
        [ -n "$failed" ] && verdict="killed by proof $failed"
    fi
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$id" "$verdict" "$kind" "$place" "$before" "$after" >>"$results"
    printf '%4s  %-36s %-10s %s: %s -> %s\n' "$id" "$verdict" "$kind" "$place" "$before" "$after" | cut -c1-200
done <"$dir/src/mutants.tsv"
all=$(wc -l <"$results")
killed=$(grep -c "${tab}killed" "$results")
echo "survivors:"
grep "${tab}survived" "$results" | cut -c1-200
echo "$killed of $all mutants killed ($((killed * 1000 / all / 10)).$((killed * 1000 / all % 10)) %)"

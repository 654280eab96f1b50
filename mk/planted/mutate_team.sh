#!/bin/sh
# Enables each bug of sim/test/planted/planted.txt in a build that contains them (models/base/planted.h), runs its
# scenario, and prints which online checker caught it. Then it runs the scenario again with that checker off. Without a
# bug every scenario must pass. The script fails if a bug was not caught by its checker. JOBS rows (default 1) run at a
# time, and the script prints them in the order of the table. The results also go to bugs.txt in the program's folder,
# from which mk/planted/planted_doc.py makes the table of docs/invariants.md.
# usage: mutate_team.sh TOESIM [NAME...]
set -u
table=sim/test/planted/planted.txt

# run_one SCENARIO BUG CHECK_OFF: prints the key of the first violated invariant, or how the run ended. Uses $work/$number.
run_one() {
    case $1 in
    *.pkt) set -- "$1" "$2" "$3" script scenarios/tcp/*/"$1" ;;
    *) set -- "$1" "$2" "$3" run "sim/test/planted/$1.yaml" --out "$work/$number.out" ;;
    esac
    bug=$2 off=$3
    shift 3
    TOESIM_PLANTED=$bug TOESIM_CHECK_OFF=$off mk/hang.sh 300 "$toesim" "$@" >"$work/$number.log" 2>&1
    status=$?
    key=$(grep -o 'I-[A-Z0-9]* violated at' "$work/$number.log" | head -n 1)
    if [ -n "$key" ]; then
        echo "${key%% *}"
    elif [ $status -eq 0 ]; then
        echo passes
    else
        echo "fails ($status)"
    fi
}

# clean_one SCENARIO: runs a scenario without a bug. Prints how it ended if it did not pass.
clean_one() {
    end=$(run_one "$1" '' '')
    [ "$end" = passes ] && return
    echo "$1: $end without a bug"
    head -n 5 "$work/$number.log"
}

# bug_one ROW: runs a row of the table. Prints BUG|WANTED|CAUGHT BY|WITHOUT IT|WHAT IT BREAKS.
bug_one() {
    IFS='|' read -r name _ key scenario what <<END
$1
END
    name=$(echo "$name" | tr -d ' ') key=$(echo "$key" | tr -d ' ') scenario=$(echo "$scenario" | tr -d ' ')
    others=
    case $key in */*) others=${key#*/} key=${key%%/*} ;; esac
    end=$(run_one "$scenario" "$name" "$others")
    without=$(run_one "$scenario" "$name" "$key,$others")
    echo "$name|$key|$end|$without|${what# }"
}

# The script calls itself with --job and the number of a line of $work/jobs, so that jobs can run at the same time.
if [ "$1" = --job ]; then
    work=$2 toesim=$3 number=$4
    job=$(sed -n "${number}p" "$work/jobs")
    case $job in
    *'|'*) bug_one "$job" ;;
    *) clean_one "$job" ;;
    esac >"$work/$number.part"
    rm -rf "$work/$number.out"
    mv "$work/$number.part" "$work/$number.done"
    exit 0
fi

toesim=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
grep '^[a-z]' "$table" >"$work/rows"
if [ $# -gt 0 ]; then
    for name in "$@"; do grep "^$name *|" "$work/rows" || echo "$table has no bug $name" >&2; done >"$work/chosen"
    mv "$work/chosen" "$work/rows"
fi
{
    cut -d'|' -f4 "$work/rows" | tr -d ' ' | sort -u
    cat "$work/rows"
} >"$work/jobs"
count=$(wc -l <"$work/jobs")
seq "$count" | xargs -P "${JOBS:-1}" -n 1 sh "$0" --job "$work" "$toesim" &

failed=0 number=0
: >"$work/results"
printf '%-28s %-12s %-12s %s\n' bug 'caught by' 'without it' 'what it breaks'
while [ "$number" -lt "$count" ]; do
    number=$((number + 1))
    while [ ! -e "$work/$number.done" ]; do sleep 0.2; done
    if ! grep -q '|' "$work/$number.done"; then # a scenario without a bug
        [ -s "$work/$number.done" ] && cat "$work/$number.done" && failed=1
        continue
    fi
    IFS='|' read -r name key end without what <"$work/$number.done"
    mark=
    [ "$end" = "$key" ] || failed=1 mark=" (not by $key)"
    printf '%-28s %-12s %-12s %s\n' "$name" "$end$mark" "$without" "$what"
    cat "$work/$number.done" >>"$work/results"
done
wait
# A bug that passes when its checker is off shows that this checker alone caught it. Each checker should have one.
for key in $(cut -d'|' -f2 "$work/results" | sort -u); do
    grep -q "^[^|]*|$key|$key|passes|" "$work/results" ||
        echo "$key: no bug that it catches passes when it is off"
done
planted=$(wc -l <"$work/results")
caught=$(awk -F'|' '$2 == $3' "$work/results" | wc -l)
alone=$(awk -F'|' '$2 == $3 && $4 == "passes"' "$work/results" | wc -l)
checkers=$(awk -F'|' '$2 == $3 { print $2 }' "$work/results" | sort -u | wc -l)
echo "$planted planted, $caught caught online by $checkers checkers; $alone of them pass when their checker is off"
cp "$work/results" "$(dirname "$toesim")/bugs.txt"
[ "$failed" -eq 0 ] && [ "$planted" -gt 0 ]

#!/bin/sh
# Wakes each bug of sim/test/planted.txt in a build that has them (models/base/planted.h), runs its scenario, and prints
# which online checker caught it; then runs it again with that checker off. Without a bug every scenario must pass.
# Fails when a bug was not caught by its checker. usage: mutate_team.sh TOESIM [NAME...]
set -u
toesim=$1
shift
table=sim/test/planted.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 planted=0 caught=0

# run_one SCENARIO BUG CHECK_OFF: prints the key of the first violated invariant, or how the run ended.
run_one() {
    case $1 in
    *.pkt) set -- "$1" "$2" "$3" script scenarios/tcp/*/"$1" ;;
    *) set -- "$1" "$2" "$3" run "sim/test/planted/$1.yaml" --out "$work/out" ;;
    esac
    bug=$2 off=$3
    shift 3
    TOESIM_PLANTED=$bug TOESIM_CHECK_OFF=$off mk/hang.sh 300 "$toesim" "$@" >"$work/log" 2>&1
    status=$?
    key=$(grep -o 'I-[A-Z0-9]* violated at' "$work/log" | head -n 1)
    if [ -n "$key" ]; then
        echo "${key%% *}"
    elif [ $status -eq 0 ]; then
        echo passes
    else
        echo "fails ($status)"
    fi
}

for scenario in $(sed -n 's/^[a-z][^|]*|[^|]*|[^|]*| *\([^ |]*\).*/\1/p' "$table" | sort -u); do
    end=$(run_one "$scenario" '' '')
    [ "$end" = passes ] && continue
    echo "$scenario: $end without a bug"
    head -n 5 "$work/log"
    failed=1
done
printf '%-28s %-12s %-12s %s\n' bug 'caught by' 'without it' 'what it breaks'
while IFS='|' read -r name _ key scenario what; do
    name=$(echo "$name" | tr -d ' ')
    case $name in '' | '#'*) continue ;; esac
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    key=$(echo "$key" | tr -d ' ') scenario=$(echo "$scenario" | tr -d ' ')
    others=
    case $key in */*) others=${key#*/} key=${key%%/*} ;; esac
    end=$(run_one "$scenario" "$name" "$others")
    without=$(run_one "$scenario" "$name" "$key,$others")
    planted=$((planted + 1))
    mark=
    if [ "$end" = "$key" ]; then
        caught=$((caught + 1))
        echo "$key $without" >>"$work/proofs"
    else
        failed=1 mark=" (not by $key)"
    fi
    printf '%-28s %-12s %-12s %s\n' "$name" "$end$mark" "$without" "${what# }"
done <"$table"
# A checker is shown to be what catches a bug by one that passes when it is off.
for key in $(sed 's/ .*//' "$work/proofs" 2>/dev/null | sort -u); do
    grep -q "^$key passes" "$work/proofs" || echo "$key: each of its bugs is caught by another checker too"
done
checkers=$(cut -d' ' -f1 "$work/proofs" 2>/dev/null | sort -u | wc -l)
alone=$(grep -c ' passes$' "$work/proofs" 2>/dev/null)
echo "$planted planted, $caught caught online by $checkers checkers; $alone of them pass when their checker is off"
[ "$failed" -eq 0 ] && [ "$planted" -gt 0 ]

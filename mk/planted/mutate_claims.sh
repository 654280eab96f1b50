#!/bin/sh
# Enables each bug of sim/test/planted/planted_claims.txt in a build that contains them, and runs the scenario of its
# row of docs/claims.md. The check of that row must notice that the promise is broken; the script fails if one does not.
# usage: mutate_claims.sh TOESIM [NAME...]
set -u
toesim=$1
shift
failed=0 planted=0
printf '%-24s %-4s %s\n' bug row 'how it shows'
while IFS='|' read -r name _ row; do
    name=$(echo "$name" | tr -d ' ') row=$(echo "$row" | tr -d ' ')
    case $name in '' | '#'*) continue ;; esac
    case " $* " in "  " | *" $name "*) ;; *) continue ;; esac
    planted=$((planted + 1))
    if said=$(TOESIM_PLANTED=$name sh sim/test/run/claims.sh "$toesim" "$row" 2>&1); then
        said="NOT SEEN" failed=$((failed + 1))
    fi
    printf '%-24s %-4s %s\n' "$name" "$row" "$(echo "$said" | head -n 1)"
done <sim/test/planted/planted_claims.txt
echo "$planted planted against claims, $failed not seen"
[ "$failed" -eq 0 ] && [ "$planted" -gt 0 ]

#!/bin/sh
# Runs the tests that check docs/timing.md and prints one line per section: cases, largest deviation.
# A case that fails makes its test fail, and then this fails too.
# usage: timing_table.sh PROGRAM...
set -u
cases=$(mktemp)
trap 'rm -f "$cases"' EXIT
failed=0
for program in "$@"; do
    TOESIM_TIMING_CASES=$cases "$program" -j1 >"$cases.log" 2>&1 || { cat "$cases.log"; failed=1; }
    rm -f "$cases.log"
done
[ -s "$cases" ] || { echo "no case was checked"; exit 1; }
printf '%-46s %6s  %s\n' 'timing section' cases 'largest deviation'
# shellcheck disable=SC2016
sort -t'|' -k1,1V "$cases" | awk -F'|' '
    { d = $3 - $2; if (d < 0) d = -d
      r = $2 ? d / $2 : d
      if (!($1 in n)) order[++sections] = $1
      n[$1]++
      if (r > worst[$1]) worst[$1] = r }
    END { for (i = 1; i <= sections; i++) {
              s = order[i]
              if (worst[s] == 0) printf "%-46s %6d  exact\n", s, n[s]
              else printf "%-46s %6d  %.4f %%\n", s, n[s], 100 * worst[s]
          } }'
exit $failed

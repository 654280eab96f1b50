#!/bin/sh
# Prints the table that compares docs/timing.md with the models. For each section it has the number of checked cases and
# the largest deviation of the models. The script fails if a test fails or if a required section has no case.
# usage: timing_table.sh CASES              print the table of a file of cases (models/test/timing_case.h)
#        timing_table.sh CASES PROGRAM...   run these tests first; they write the file
set -u
cases=$1
shift
failed=0
[ $# -eq 0 ] || rm -f "$cases"
for program in "$@"; do
    TOESIM_TIMING_CASES=$cases "$program" -j1 >"$cases.log" 2>&1 || { cat "$cases.log"; failed=1; }
    rm -f "$cases.log"
done
[ -s "$cases" ] || { echo "timing table: no case was checked"; exit 1; }
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
for section in 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 3.1 3.2 3.3 3.4 3.5 3.6 3.7; do
    grep -q "^$section " "$cases" || { echo "timing table: no case of section $section"; failed=1; }
done
exit $failed

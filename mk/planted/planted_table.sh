#!/bin/sh
# Checks that the tables of planted bugs (sim/test/planted/planted.txt, planted_claims.txt) agree with the code. Each
# bug must be once in a table and once in the file that its row names, and each bug in the code must have a row. The
# script prints the differences.
set -u
table="sim/test/planted/planted.txt or planted_claims.txt"
rows=$(sed -n 's/^\([a-z0-9_]*\) *| *\([^ |]*\) *|.*/\2 \1/p' sim/test/planted/planted.txt sim/test/planted/planted_claims.txt | sort)
code=$(git grep -o 'PLANTED([a-z0-9_]*)' -- 'models/*.c' 'models/*.h' 'host-sw/*.c' 'host-sw/*.h' 'sim/*.c' 'sim/*.cpp' ':!models/base/planted.h' |
    sed 's/\(.*\):PLANTED(\(.*\))/\1 \2/' | sort)
[ "$(echo "$rows" | sed 's/.* //' | sort | uniq -d)" = "" ] || { echo "$table: a name has two rows"; exit 1; }
[ "$rows" = "$code" ] && exit 0
work=$(mktemp -d)
echo "$rows" >"$work/rows"
echo "$code" >"$work/code"
diff "$work/rows" "$work/code" | sed -n "s/^< /a table names it, the code has it not or elsewhere: /p; s/^> /the code has it, no table does: /p"
rm -rf "$work"
exit 1

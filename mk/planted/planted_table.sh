#!/bin/sh
# The tables of planted bugs (sim/test/planted/planted.txt, planted_claims.txt) and the code agree: each bug once in a table, once in the file it
# names, and no bug in the code without a row. Prints what differs.
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

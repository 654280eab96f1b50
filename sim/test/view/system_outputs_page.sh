#!/bin/sh
# docs/outputs.md is what the program's tables say, and the tables have exactly the columns of real files.
# usage: system_outputs_page.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { # name, status
    if [ "$2" -eq 0 ]; then echo "pass: $1"; else echo "fail: $1"; head -n 10 "$work/diff"; fi
}
mk/report/outputs_page.sh "$build/toesim" >"$work/page"
diff docs/outputs.md "$work/page" >"$work/diff"
judge "docs/outputs.md is as \`make outputs-page\` writes it" $?
"$build/toesim" check --columns >"$work/table"
# drain-first has a mark of its own.
"$build/toesim" run scenarios/regress/r01-alternate.yaml --waves none --set outputs.tlp_trace=true --set outputs.state_hash=1ms --set outputs.waits=true \
    --set measure.sample=1ms --set team.move.mechanism=drain-first -o "$work/out" >"$work/log" 2>&1
described() { # heading: the columns of this file in the table
    awk -v want="### $1" '/^###/ { on = $0 == want } on && /^\| `/ { gsub(/`/, "", $2); print $2 == "t<0" ? "t<0" : $2 }' "$work/table"
}
for file in moves conns cache_sets waits pcie0; do
    case $file in pcie0) heading='pcie0.csv, pcie1.csv' ;; *) heading=$file.csv ;; esac
    described "$heading" | awk '$1 == "t<0" { for (i = 0; i < 14; i++) print "t" i "_ps"; next } $1 !~ /</' | sort >"$work/a"
    head -n 1 "$work/out/$file.csv" | tr ',' '\n' | grep -v '^m_' | sort >"$work/b"
    diff "$work/a" "$work/b" >"$work/diff" && [ "$(grep -c . "$work/b")" -ge 5 ]
    ended=$?
    judge "$file.csv: $(grep -c . "$work/b") columns, each is described" $ended
done
head -n 1 "$work/out/moves.csv" | grep -q ',m_' && described moves.csv | grep -q '^m_<name>$'
judge "marks of a mechanism's own" $?
for file in "$work"/out/*.csv; do
    name=$(basename "$file")
    case $name in pcie?.csv) name='pcie0.csv, pcie1.csv' ;; esac
    grep -q "^### $name\$" "$work/table" || echo "$name" >>"$work/missing"
done
[ ! -s "$work/missing" ]
judge "each table of a run is described" $?
exit 0

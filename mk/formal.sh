#!/bin/sh
# Runs proofs of the context cache and prints a table of results. Each row of rtl/formal/proofs.txt is a property or a
# group of properties.
# usage: formal.sh [--rtl DIR] [--out DIR] [--gen DIR] all|smoke|list|NAME...
# Yosys turns the unchanged RTL and a top module of rtl/formal into a netlist. yosys-abc, a part of Yosys, decides the
# properties, and z3 checks the invariants that it has found.
# The method pdr, property-directed reachability, proves a property without a bound. It finds an invariant and proves it
#   by induction; `proved+z3` says that z3 has found the invariant inductive as well. The method bmc checks all runs up
#   to a depth. The method reach looks for a run that must exist, so that the proofs beside it are not empty.
# The result `no PART` says that the row is about a module that the folder of --rtl does not have.
# FORMAL_TIME=N multiplies the time limits. The exit status is 1 if a property fails or a row cannot be built.
set -u
rtl=rtl/ctx_cache out=build/formal gen=build/gen
while [ $# -gt 1 ]; do
    case $1 in
    --rtl) rtl=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --gen) gen=$2; shift 2 ;;
    *) break ;;
    esac
done
table=rtl/formal/proofs.txt factor=${FORMAL_TIME:-1}
mkdir -p "$out"
pkg=$rtl/ctx_cache_pkg.sv
[ -f "$pkg" ] || pkg=rtl/ctx_cache/ctx_cache_pkg.sv
# The proofs use a smaller design, because the full widths would take too long. Connection ids have 5 bits instead of
# 24 (the proofs use 8 ids, and SCAN needs 25 numbers), keys have 8 bits instead of 312, fingerprints 4 instead of 16,
# and boot numbers 3 bits instead of 32. Lines have 24 bits instead of 512 with 8 parity bits instead of 32, because meta lines need no more
# and the data path does not look at its data. The write queue has 4 entries instead of 8.
sed 's/CONN_PORT_W = 24/CONN_PORT_W = 5/; s/KEY_W      = 312/KEY_W      = 8/; s/LINE_W     = 512/LINE_W     = 24/; s/PARITY_W   = 32/PARITY_W   = 8/; s/WQ_DEPTH = 8/WQ_DEPTH = 4/; s/WQ_IDX_W = 3/WQ_IDX_W = 2/; s/BOOT_W            = 32/BOOT_W            = 3/; s/FP_W       = 16/FP_W       = 4/' "$pkg" >"$out/ctx_cache_pkg.sv.new"
cmp -s "$out/ctx_cache_pkg.sv.new" "$out/ctx_cache_pkg.sv" || cp "$out/ctx_cache_pkg.sv.new" "$out/ctx_cache_pkg.sv"
base="$gen/ctx_layout_pkg.sv $out/ctx_cache_pkg.sv"
parts=$(ls "$rtl"/*.sv | grep -v -e _pkg.sv -e _hash.sv | tr "\n" " ")
cells=''  # the cells that the folder does not have itself
for cell in rtl/common/*.sv; do [ -f "$rtl/${cell##*/}" ] || cells="$cells $cell"; done

netlist() { # TOP[:DEFINE...]: writes gates and registers to $out/TOP.DEFINE....il, once for all rows that use them
    il=$out/$(echo "$1" | tr : .).il
    [ -f "$il" ] && [ "$il" -nt "$0" ] && [ -z "$(find rtl/formal "$rtl" rtl/common -newer "$il" -name '*.sv*')" ] && return 0
    top=${1%%:*}
    define=$(echo "$1" | tr : '\n' | sed 1d | sed 's/^/-D/' | tr '\n' ' ')
    quiet=''
    case $1 in *:QUIET*) quiet="write_json $il.json; exec -expect-return 0 -- rtl/formal/quiet.py $il.json; design -reset; read_json $il.json; opt_clean;" ;; esac
    yosys -q -p "read_verilog -formal -sv -Irtl/common -Irtl/formal $define $base $cells rtl/formal/hash_stub.sv rtl/formal/dram_model.sv $parts rtl/formal/$top.sv;
        prep -top $top -flatten; memory_map; async2sync; dffunmap; chformal -early; opt -full; opt_clean -purge; $quiet setundef -undriven -anyseq; setundef -anyseq;
        opt; opt_clean -purge; techmap; setundef -anyseq; dffunmap; aigmap; setundef -anyseq; opt_clean -purge; write_ilang $il.new" \
        >"$il.log" 2>&1 && mv "$il.new" "$il"
}

decide() { # name netlist start assertions method depth seconds: prints a verdict
    stem=$out/$1 sel='' il=$out/$(echo "$2" | tr : .).il
    set -f
    for n in $4; do
        case $n in
        \*) sel='t:$assert' ;;
        *) sel="$sel c:$n t:\$assert %i ${sel:+%u}" ;;
        esac
    done
    yosys -q -p "read_ilang $il; select -assert-min 1 $sel; select -set keep $sel; delete t:\$assert @keep %d; opt_clean -purge; write_aiger -zinit -map $stem.map $stem.aig" >"$stem.log" 2>&1 || { echo "ERROR ($stem.log)"; return; }
    case $3 in
    any) ;;
    power) rtl/formal/start.py "$stem.aig" "$stem.map" "$stem.start.aig" >"$stem.log" 2>&1 ;;
    *) rtl/formal/start.py "$stem.aig" "$stem.map" "$stem.start.aig" "$3" >"$stem.log" 2>&1 ;;
    esac || { echo "ERROR ($stem.log)"; return; }
    from=$stem.aig
    [ "$3" = any ] || from=$stem.start.aig
    load="read_aiger $from; fold; zero; scleanup; orpos; strash"
    case $5 in
    pdr) cmd="write_aiger -s $stem.folded.aig; pdr -d -I $stem.pla -T $7" ;;
    *) cmd="scleanup; dc2; bmc3 -T $7 -F $6 -v" ;;
    esac
    rm -f "$stem.pla"
    timeout $(($7 + 90)) yosys-abc -c "$load; $cmd" >>"$stem.log" 2>&1
    at=$(sed -n 's/.*asserted in frame \([0-9]*\).*/\1/p' "$stem.log" | head -n 1)
    frames=$(sed -n 's/^ *\([0-9]*\) [+:].*/\1/p;s/.*No output asserted in \([0-9]*\) frames.*/\1/p' "$stem.log" | tail -n 1)
    if [ "$5" = reach ]; then
        [ -n "$at" ] && echo "reached@$at" || echo "FAILED (no run found)"
    elif [ -n "$at" ]; then echo "FAILED@$at"
    elif grep -q 'Property proved' "$stem.log"; then
        if [ -f "$stem.pla" ] && rtl/formal/certify.py "$stem.folded.aig" "$stem.pla" "$7" >>"$stem.log" 2>&1; then echo "proved+z3"; else echo proved; fi
    elif [ "$5" = pdr ]; then echo "open ($(grep -o 'frame [0-9]*' "$stem.log" | tail -n 1))"
    elif [ "${frames:-0}" -ge $(($6 - 1)) ]; then echo "holds@${frames}"
    else echo "time@${frames:-0}"; fi
}

wanted() { # name smoke
    case " $names " in *" all "*) return 0 ;; *" smoke "*) [ "$2" = s ] ;; *" $1 "*) return 0 ;; *) return 1 ;; esac
}
names=$*
rm -f "$out/bad"
[ "$names" = list ] || printf '%-14s %-6s %6s %-12s %6s  %s\n' name method depth result time property
grep -v -e '^#' -e '^$' "$table" | while IFS='|' read -r name net start asserts method depth seconds smoke text; do
    [ "$names" != list ] || { echo "$name|$method|$text"; continue; }
    wanted "$name" "$smoke" || continue
    began=$(date +%s)
    if netlist "$net"; then result=$(decide "$name" "$net" "$start" "$asserts" "$method" "$depth" $((seconds * factor)) </dev/null)
    else
        log=$out/$(echo "$net" | tr : .).il.log result="ERROR ($log)"
        # Another implementation has other modules, so the rows about modules of ours do not apply to it.
        part=$(sed -n 's/^ERROR: Module `\\\(ctx_cache_[a-z_]*\).* is not part of the design.*/\1/p' "$log")
        [ "$rtl" = rtl/ctx_cache ] || [ -z "$part" ] || result="no $part"
    fi
    printf '%-14s %-6s %6s %-12s %5ds  %s\n' "$name" "$method" "$depth" "$result" $(($(date +%s) - began)) "$text"
    case $result in FAILED* | ERROR*) touch "$out/bad" ;; esac
done
[ ! -f "$out/bad" ]

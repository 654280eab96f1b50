#!/bin/sh
# Proofs of the context cache: one table row per property or group, results in a table.
# usage: formal.sh [--rtl DIR] [--out DIR] [--gen DIR] all|smoke|NAME...
# Yosys turns the unchanged RTL and a top of rtl/formal into a netlist; yosys-abc (part of Yosys) or z3 decides.
# Methods: pdr = without bound (property-directed reachability: induction with invariants it finds itself);
#   kind = k-induction by yosys-smtbmc and z3; bmc = all runs up to a depth; reach = a run that must exist, so
#   that the proofs beside it are not empty.
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
mkdir -p "$out"
common=rtl/common
[ -f "$rtl/sram_1rw.sv" ] && common=$rtl
pkg=$rtl/ctx_cache_pkg.sv
[ -f "$pkg" ] || pkg=rtl/ctx_cache/ctx_cache_pkg.sv
# Connection ids of 5 bits instead of 24: the proofs use 8, SCAN needs 25 numbers.
sed 's/CONN_PORT_W = 24/CONN_PORT_W = 5/' "$pkg" >"$out/ctx_cache_pkg.sv"
base="$gen/ctx_layout_pkg.sv $out/ctx_cache_pkg.sv"
parts=$(ls "$rtl"/ctx_cache*.sv | grep -v -e _pkg.sv -e _hash.sv | tr "\n" " ")

set -f  # assertion patterns are for Yosys, not for the shell

# name | netlist | assertions | method | depth or frames | seconds | in smoke | property
rows() {
    cat <<'TABLE'
arb|leaf_arb|*|pdr|-|30|s|a candidate is served after at most three others
arb_z3|leaf_arb|*|kind|6|60|s|the same, by z3
fifo|leaf_fifo|*|pdr|-|60|s|queue: what was pushed, in order, once
victim|leaf_victim|*|pdr|-|60|s|victim: empty first, never locked, frozen last, not the one just used
locks|leaf_locks|one_holder taken_only_free no_lost_wakeup|pdr|-|120|s|one holder; nobody takes a locked line; no lost wake-up
locks_z3|leaf_locks|one_holder taken_only_free|kind|8|100|-|the first two, by z3
locks_way|leaf_locks|way_is_locked|pdr|-|60|-|the way of a held line is reported locked
progress|leaf_ctrl|ends_in_time no_read_left_over array_has_one_user|pdr|-|200|-|under fair memory a request ends within 84 cycles; no read left over
table|leaf_table|found_iff_there|bmc|60|120|-|lookup entry: found exactly as last written
table_reach|leaf_table|stash_is_reached|reach|90|120|-|(the table's proof reaches the stash)
stable|wild|response response_data lookup memory_request memory_data wanted_line|bmc|30|60|s|valid and data stable until ready, all channels
response|wild|none_without one_at_a_time answers_its_own beats_in_order lookup_none_without lookup_at_most_8 lookup_in_order|bmc|28|90|-|one response per request, none without, in order
inside|wild|dut.*_A|bmc|24|90|-|the assertions in the RTL itself
locked|calm|one_holder holder_is_known others_cannot_return locked_stays|bmc|90|120|-|locked: one holder, not evicted, returned by its holder only
place|calm|installed_once reserved_absent taken_from_here found_when_here|bmc|90|120|-|a connection is in at most one place, and found there
value|calm|nothing_is_lost|bmc|90|120|-|no write, no write-back is lost
gone|calm|not_mine_after_extract|bmc|90|120|-|after EXTRACT no LOOKUP answers mine
reach_hit|calm|reach_locked|reach|90|60|-|(a run that locks an installed context)
reach_gone|calm|reach_gone|reach|95|60|-|(a run with LOOKUP after EXTRACT)
reach_back|calm|reach_back|reach|100|120|-|(a run that reads back an evicted, dirty context)
quiet|quiet|*|pdr|-|120|-|quiescent and no input: no register changes
TABLE
}

netlist() { # name: writes $out/name.il
    [ -f "$out/$1.il" ] && [ "$out/$1.il" -nt "$0" ] && [ -z "$(find rtl/formal "$rtl" rtl/common -newer "$out/$1.il" -name '*.sv*')" ] && return 0
    top=$1 define='' tail=''
    case $1 in
    wild) top=ctx_cache_top ;;
    calm | quiet) top=ctx_cache_top define=-DCALM ;;
    esac
    [ "$1" = quiet ] && tail="write_json $out/quiet.json;"
    yosys -q -p "read_verilog -formal -sv -I$common -Irtl/common -Irtl/formal -DWAYS=1 $define $base $common/fifo.sv $common/sram_1rw.sv rtl/formal/hash_stub.sv rtl/formal/dram_model.sv $parts rtl/formal/$top.sv;
        prep -top $top -flatten; memory_map; async2sync; dffunmap; chformal -early; opt -full; opt_clean -purge; $tail write_ilang $out/$1.il" \
        >"$out/$1.log" 2>&1 || return 1
    [ "$1" != quiet ] || { rtl/formal/quiet.py "$out/quiet.json" >>"$out/quiet.log" 2>&1 &&
        yosys -q -p "read_json $out/quiet.json; opt_clean; write_ilang $out/quiet.il" >>"$out/quiet.log" 2>&1; }
}

decide() { # name netlist assertions method depth seconds: prints a verdict
    stem=$out/$1 sel=''
    for n in $3; do
        case $n in
        \*) sel='t:$assert' ;;
        *) sel="$sel c:$n t:\$assert %i ${sel:+%u}" ;;
        esac
    done
    tail="techmap; opt -fast; dffunmap; abc -g AND -fast; opt_clean; write_aiger -zinit $stem.aig"
    [ "$4" = kind ] && tail="dffunmap; write_smt2 -wires $stem.smt2"
    yosys -q -p "read_ilang $out/$2.il; select -assert-min 1 $sel; select -set keep $sel; delete t:\$assert @keep %d; opt_clean -purge; setundef -undriven -anyseq; opt -full; opt_clean -purge; $tail" >"$stem.log" 2>&1 || { echo "ERROR ($stem.log)"; return; }
    case $4 in
    kind)
        if ! timeout "$6" yosys-smtbmc -s z3 -t "$5" "$stem.smt2" >"$stem.log" 2>&1; then
            grep -q 'Assert failed' "$stem.log" && echo "FAILED" || echo "open (time)"
        elif timeout "$6" yosys-smtbmc -s z3 -i -t "$5" "$stem.smt2" >>"$stem.log" 2>&1; then echo "proved"
        else echo "holds@$5"; fi
        return
        ;;
    pdr) cmd="orpos; pdr -T $6" ;;
    *) cmd="orpos; bmc3 -T $6 -F $5 -v" ;;
    esac
    timeout $(($6 + 60)) yosys-abc -c "read_aiger $stem.aig; fold; $cmd" >"$stem.log" 2>&1
    at=$(sed -n 's/.*asserted in frame \([0-9]*\).*/\1/p' "$stem.log" | head -n 1)
    frames=$(sed -n 's/^ *\([0-9]*\) [+:].*/\1/p;s/.*No output asserted in \([0-9]*\) frames.*/\1/p' "$stem.log" | tail -n 1)
    if [ "$4" = reach ]; then
        [ -n "$at" ] && echo "reached@$at" || echo "FAILED (no run found)"
    elif [ -n "$at" ]; then echo "FAILED@$at"
    elif grep -q 'Property proved' "$stem.log"; then echo "proved"
    elif [ "$4" = pdr ]; then echo "open ($(grep -o 'frame [0-9]*' "$stem.log" | tail -n 1))"
    else echo "holds@${frames:-?}"; fi
}

printf '%-12s %-6s %-12s %6s  %s\n' name method result time property
bad=0
# shellcheck disable=SC2016
rows | while IFS='|' read -r name net asserts method depth seconds smoke text; do
    case " $* " in *" all "*) ;; *" smoke "*) [ "$smoke" = s ] || continue ;; *" $name "*) ;; *) continue ;; esac
    start=$(date +%s)
    if netlist "$net"; then result=$(decide "$name" "$net" "$asserts" "$method" "$depth" "$seconds" </dev/null); else result="ERROR ($out/$net.log)"; fi
    printf '%-12s %-6s %-12s %5ds  %s\n' "$name" "$method" "$result" $(($(date +%s) - start)) "$text"
    case $result in FAILED* | ERROR*) bad=1; echo 1 >"$out/bad" ;; esac
done
[ ! -f "$out/bad" ] || { rm -f "$out/bad"; exit 1; }

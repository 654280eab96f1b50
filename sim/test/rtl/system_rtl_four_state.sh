#!/bin/sh
# Runs the testbench of the context cache (rtl/tb) on a netlist of the cache, with unknown values.
# usage: system_rtl_four_state.sh BUILD_DIR
build=${1:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
files="$build/gen/ctx_layout_pkg.sv rtl/ctx_cache/ctx_cache_pkg.sv $(echo rtl/common/*.sv) $(ls rtl/ctx_cache/*.sv | grep -v _pkg.sv | tr '\n' ' ')"
shape='SETS 4 WAYS 2 LOOKUP_ENTRIES 64 CONN_IDS 64 MISS_SLOTS 4'
chparam=$(echo "$shape" | sed 's/[A-Z_][A-Z_]* [0-9][0-9]*/-chparam &/g')
yosys -q -p "read_verilog -sv -Irtl/common $files; hierarchy -check -top ctx_cache $chparam; proc -noopt; opt_clean; check -assert;
    write_verilog -noattr -renameprefix n $out/net.v" >"$out/log" 2>&1 || { echo 'fail: no netlist'; cat "$out/log"; exit 1; }
iverilog -g2012 -s ctx_cache_tb -o "$out/tb" rtl/tb/ctx_cache_tb.sv "$out/net.v" >"$out/log" 2>&1 || { echo 'fail: the testbench does not build'; cat "$out/log"; exit 1; }
for run in '+test=old_dram' '+test=starve' '+test=mixed +cycles=2000 +seed=1' '+test=mixed +cycles=2000 +seed=3'; do
    vvp "$out/tb" $run | sed -n "s/^\(pass\|fail\|note\): *\(.*\)/\1: netlist, ${run#+test=}: \2/p"
done

#!/bin/sh
# Tools that are stricter than those of the build can read the RTL, and it refuses shapes that it
# cannot have.
# usage: system_rtl_reads.sh BUILD_DIR
build=${1:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
files="$build/gen/ctx_layout_pkg.sv rtl/ctx_cache/ctx_cache_pkg.sv $(echo rtl/common/*.sv) $(ls rtl/ctx_cache/*.sv | grep -v _pkg.sv | tr '\n' ' ')"
ends() { # text: by the status of the command before
    if [ $? -eq 0 ]; then echo "pass: $1"; else
        echo "fail: $1"
        head -n 5 "$out/log"
    fi
}

rtl/formal/declared.py rtl/*/*.sv rtl/test/own/*.sv >"$out/log"
ends 'nothing is used before its declaration'
cat >"$out/late.sv" <<'EOF'
module uses_late #(parameter int N = 2) (input logic clk_i, a_i, output logic [N-1:0] o);
    typedef enum logic [1:0] {IDLE, RUN} state_e;
    state_e state_q;
    logic early, other [N];
    assign early = state_q == RUN && 2'b1 == LIMIT && late & a_i;
    sub u_sub (.clk_i, .shared, .x(own));
    logic late, shared, own;
    localparam logic [1:0] LIMIT = 2'd1;
    assign o = {early, other[0]};
endmodule
EOF
rtl/formal/declared.py "$out/late.sv" >"$out/found"
printf '%s\n' "$out/late.sv:5: LIMIT" "$out/late.sv:5: late" "$out/late.sv:6: own" "$out/late.sv:6: shared" >"$out/log"
sed 's/ is used.*//' "$out/found" | cmp -s - "$out/log"
ends 'a use before its declaration is found: constant, signal, connection by name, connection'

iverilog -g2012 -Irtl/common -s ctx_cache -o "$out/rtl.vvp" $files 2>&1 | grep -v -e 'sorry: constant selects' -e 'unique/unique0 qualities' >"$out/log"
[ -f "$out/rtl.vvp" ] && [ ! -s "$out/log" ]
ends 'Icarus Verilog elaborates all files'

# Each tool prints the module's own message about the shape.
for row in SETS=1 SETS=96 WAYS=3 WAYS=64 LOOKUP_ENTRIES=8 LOOKUP_ENTRIES=100 CONN_IDS=100000 CONN_IDS=128 MISS_SLOTS=1 MISS_SLOTS=16; do
    verilator --lint-only -Wno-lint +incdir+rtl/common -G$row $files --top-module ctx_cache >"$out/log" 2>&1
    status=$?
    [ $status -ne 0 ] && grep -q "ctx_cache: ${row%=*} must be" "$out/log"
    ends "Verilator refuses $row"
done
for row in SETS=1 WAYS=3 LOOKUP_ENTRIES=100 CONN_IDS=100000 MISS_SLOTS=16; do
    yosys -q -p "read_verilog -sv -Irtl/common $files; hierarchy -check -top ctx_cache -chparam ${row%=*} ${row#*=}" >"$out/log" 2>&1
    status=$?
    [ $status -ne 0 ] && grep -q "ctx_cache: ${row%=*} must be" "$out/log"
    ends "Yosys refuses $row"
done

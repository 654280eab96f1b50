#!/bin/sh
# Tests the timing estimate of netlists (rtl/formal/timing.py) with small netlists whose delay can
# be added by hand.
# usage: system_rtl_timing.sh BUILD_DIR
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cells='(* blackbox *) module FDRE(input C, CE, R, D, output Q); endmodule
(* blackbox *) module LUT1(input I0, output O); endmodule
(* blackbox *) module LUT2(input I0, I1, output O); endmodule
(* blackbox *) module MUXF7(input I0, I1, S, output O); endmodule
(* blackbox *) module CARRY4(input CI, CYINIT, input [3:0] DI, S, output [3:0] CO, O); endmodule
(* blackbox *) module RAM32M(input [4:0] ADDRA, ADDRB, input [1:0] DIA, DIB, input WCLK, WE, output [1:0] DOA, DOB); endmodule
(* blackbox *) module DSP48E2 #(parameter PREG = 0) (input [29:0] A, input [47:0] PCIN, output [47:0] P, PCOUT); endmodule
(* blackbox *) module sram_1rw(input clk_i, input addr_i, output rdata_o); endmodule
(* blackbox *) module LDCE(input D, G, output Q); endmodule'

# Makes a module t in JSON with the given body between register a and register z.
netlist() { # name body
    {
        echo "$cells"
        echo "module t(input clk, input in, output out); wire a, d; FDRE ff_a(.C(clk), .CE(1'b1), .R(1'b0), .D(in), .Q(a));"
        echo "FDRE ff_z(.C(clk), .CE(1'b1), .R(1'b0), .D(d), .Q(out)); $2 endmodule"
    } >"$out/$1.v"
    yosys -q -p "read_verilog $out/$1.v; hierarchy -top t; write_json $out/$1.json" >"$out/log" 2>&1 || cat "$out/log"
}
says() { # name expected-ns body text
    netlist "$1" "$3"
    got=$(rtl/formal/timing.py "$out/$1.json" t 2>&1 | sed -n 's/^slowest path: \([0-9.]*\) ns.*/\1/p')
    if [ "$got" = "$2" ]; then echo "pass: timing: $4: $2 ns"; else echo "fail: timing: $4: $2 ns expected, $got found"; fi
}
refuses() { # name pattern body text
    netlist "$1" "$3"
    message=$(rtl/formal/timing.py "$out/$1.json" t 2>&1 >/dev/null)
    status=$?
    case $status:$message in
    2:*"$2"*) echo "pass: timing: $4 is refused" ;;
    *) echo "fail: timing: $4: exit status $status, $message" ;;
    esac
}

# The register takes 0.08, the net 0.30 and the setup 0.03.
says direct 0.41 'assign d = a;' 'register to register'
says lut 0.81 'LUT1 u(.I0(a), .O(d));' 'one LUT (0.10) and two nets'
says luts 1.61 'wire b, c; LUT1 u1(.I0(a), .O(b)); LUT1 u2(.I0(b), .O(c)); LUT2 u3(.I0(c), .I1(a), .O(d));' 'three LUTs; the longer way counts'
says input 0.73 'LUT1 u(.I0(in), .O(d));' 'an input port is there at once'
says from_ram 1.28 'sram_1rw u(.clk_i(clk), .addr_i(1'"'"'b0), .rdata_o(d));' 'out of a memory (0.95)'
says to_ram 0.63 'assign d = 1'"'"'b0; sram_1rw u(.clk_i(clk), .addr_i(a), .rdata_o());' 'into a memory (setup 0.25)'
says carry 0.81 'wire [3:0] c; CARRY4 u1(.S({3'"'"'b0, a}), .CO(c)); wire [2:0] x; CARRY4 u2(.CI(c[3]), .O({d, x}));' 'two carry cells (0.05 each) without a net between them'
says muxf_data 0.91 'wire b; LUT1 u1(.I0(a), .O(b)); MUXF7 u2(.I0(b), .O(d));' 'a wide multiplexer by its data: net 0.02, cell 0.08'
says muxf_select 0.79 'MUXF7 u(.S(a), .O(d));' 'a wide multiplexer by its select'
says lut_ram 0.83 'wire x; RAM32M u(.ADDRA({4'"'"'b0, a}), .DOA({x, d}), .WCLK(clk));' 'a RAM of LUTs (0.12) by its address'
says lut_ram_other 0.45 'wire x; RAM32M u(.ADDRA({4'"'"'b0, a}), .DOB({x, d}), .WCLK(clk));' 'no way from the address of one port to the data of another (whose own address is constant)'
says lut_ram_write 0.41 'assign d = 1'"'"'b0; RAM32M u(.DIA({1'"'"'b0, a}), .WCLK(clk));' 'what is written ends at the RAM'
says dsp 2.71 'wire [46:0] x; DSP48E2 u(.A({29'"'"'b0, a}), .P({x, d}));' 'a DSP without registers (2.0)'
says dsp_cascade 3.41 'wire [47:0] p; wire [46:0] x; DSP48E2 u1(.A({29'"'"'b0, a}), .PCOUT(p)); DSP48E2 u2(.PCIN(p), .P({x, d}));' 'two DSPs in cascade (0.7 more)'
refuses loop 'combinational loop' 'wire b; LUT2 u1(.I0(a), .I1(d), .O(b)); LUT1 u2(.I0(b), .O(d));' 'a combinational loop'
refuses latch 'LDCE' 'LDCE u(.D(a), .G(clk), .Q(d));' 'a latch, whose delay is not known,'
refuses dsp_register 'PREG' 'wire [46:0] x; DSP48E2 #(.PREG(1)) u(.A({29'"'"'b0, a}), .P({x, d}));' 'a DSP with a register'

rtl/formal/timing.py --limit 1.60 "$out/luts.json" t >"$out/over" && echo 'fail: timing: 1.61 ns pass a limit of 1.60' || echo 'pass: timing: a path above the limit fails'
rtl/formal/timing.py --limit 1.61 "$out/luts.json" t >"$out/under" && echo 'pass: timing: a path at the limit passes' || echo 'fail: timing: 1.61 ns do not pass a limit of 1.61'
if grep -q '^  1.61 ns   3 levels to out: a@0.08 > b@0.48 > c@0.88 > d@1.28$' "$out/under"; then echo 'pass: timing: a path is told by signal names'
else
    echo 'fail: timing: the path is not told by signal names'
    cat "$out/under"
fi

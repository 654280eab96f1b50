// One macro for all assertions: immediate ones at the clock edge in simulation and proofs (Yosys 0.23 does not parse
// concurrent ones, and they cost Verilator 5.006 more time), nothing in synthesis. ASSERT needs clk_i and rst_ni in
// scope; ASSERT_ALWAYS only clk_i. Proofs hold reset for four cycles, so $past reaches no further back than reset.
// Icarus Verilog 11 knows neither labels of assertions nor $past: there an assertion that is not true, unknown included, is
// printed, and ASSERT_PAST, for those with $past or $stable, is left out.
`ifndef ASSERT_SVH
`define ASSERT_SVH

`undef ASSERT_IS_ON
`ifdef FORMAL
`define ASSERT_IS_ON
`elsif YOSYS
`else
`define ASSERT_IS_ON
`endif

`ifdef __ICARUS__
`define ASSERT(name, expr) \
    always @(posedge clk_i) begin : name if (rst_ni === 1'b1 && (expr) !== 1'b1) $display("%m fails at %0t", $time); end
`define ASSERT_ALWAYS(name, expr) \
    always @(posedge clk_i) begin : name if ((expr) !== 1'b1) $display("%m fails at %0t", $time); end
`define ASSERT_PAST(name, expr)
`elsif ASSERT_IS_ON
`define ASSERT_PAST(name, expr) `ASSERT(name, expr)
`define ASSERT(name, expr) \
    always @(posedge clk_i) if (rst_ni) name : assert (expr);
`define ASSERT_ALWAYS(name, expr) \
    always @(posedge clk_i) name : assert (expr);
`else
`define ASSERT(name, expr)
`define ASSERT_ALWAYS(name, expr)
`define ASSERT_PAST(name, expr)
`endif

`endif

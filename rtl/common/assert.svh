// One macro for all assertions: immediate ones at the clock edge in simulation and proofs (Yosys 0.23 does not parse
// concurrent ones, and they cost Verilator 5.006 more time), nothing in synthesis. ASSERT needs clk_i and rst_ni in
// scope; ASSERT_ALWAYS only clk_i. Proofs hold reset for four cycles, so $past reaches no further back than reset.
`ifndef ASSERT_SVH
`define ASSERT_SVH

`undef ASSERT_IS_ON
`ifdef FORMAL
`define ASSERT_IS_ON
`elsif YOSYS
`else
`define ASSERT_IS_ON
`endif

`ifdef ASSERT_IS_ON
`define ASSERT(name, expr) \
    always @(posedge clk_i) if (rst_ni) name : assert (expr);
`define ASSERT_ALWAYS(name, expr) \
    always @(posedge clk_i) name : assert (expr);
`else
`define ASSERT(name, expr)
`define ASSERT_ALWAYS(name, expr)
`endif

`endif

// One macro for all assertions: concurrent ones in simulation, immediate ones in proofs (Yosys 0.23 does not
// parse concurrent assertions), nothing in synthesis. ASSERT needs clk_i and rst_ni in scope; ASSERT_ALWAYS
// only clk_i. Proofs hold reset for four cycles, so $past reaches no further back than reset.
`ifndef ASSERT_SVH
`define ASSERT_SVH

`ifdef FORMAL
`define ASSERT(name, expr) \
    always @(posedge clk_i) if (rst_ni) name : assert (expr);
`define ASSERT_ALWAYS(name, expr) \
    always @(posedge clk_i) name : assert (expr);
`elsif YOSYS
`define ASSERT(name, expr)
`define ASSERT_ALWAYS(name, expr)
`else
`define ASSERT(name, expr) \
    name : assert property (@(posedge clk_i) disable iff (!rst_ni) (expr));
`define ASSERT_ALWAYS(name, expr) \
    name : assert property (@(posedge clk_i) (expr));
`endif

`endif

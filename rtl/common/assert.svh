// One macro for all assertions: concurrent ones in simulation and proof tools, nothing for Yosys 0.23,
// which does not parse them. ASSERT needs clk_i and rst_ni in scope; ASSERT_ALWAYS only clk_i.
`ifndef ASSERT_SVH
`define ASSERT_SVH

`ifdef YOSYS
`define ASSERT(name, expr)
`define ASSERT_ALWAYS(name, expr)
`else
`define ASSERT(name, expr) \
    name : assert property (@(posedge clk_i) disable iff (!rst_ni) (expr));
`define ASSERT_ALWAYS(name, expr) \
    name : assert property (@(posedge clk_i) (expr));
`endif

`endif

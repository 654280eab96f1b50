// Replacement among eight ways: an empty way first, never a locked one, a frozen one only when nothing else is,
// and never the way used last while there is another candidate.
module leaf_victim (input logic clk_i, input logic rst_ni);
    (* anyseq *) logic [7:0] valid, frozen, locked;
    (* anyseq *) logic [6:0] tree;
    (* anyseq *) logic [2:0] used;
    logic       found, rst_q;
    logic [2:0] way;
    logic [6:0] used_tree;
    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;

    ctx_cache_victim #(.WAYS(8)) dut (.clk_i(clk_i), .rst_ni(rst_q), .valid_i(valid), .frozen_i(frozen), .locked_i(locked),
        .tree_i(tree), .found_o(found), .way_o(way), .used_way_i(used), .used_tree_o(used_tree));

    logic       again_found;
    logic [2:0] again;
    logic [6:0] unused;
    ctx_cache_victim #(.WAYS(8)) next (.clk_i(clk_i), .rst_ni(rst_q), .valid_i(valid), .frozen_i(frozen), .locked_i(locked),
        .tree_i(used_tree), .found_o(again_found), .way_o(again), .used_way_i(used), .used_tree_o(unused));

    logic [7:0] plain;
    assign plain = valid & ~locked & ~frozen;
    always @* begin
        found_exactly: assert (found == ((~valid | ~locked) != '0));
        empty_first:   assert (valid == 8'hff || !valid[way]);
        never_locked:  assert (!found || !valid[way] || !locked[way]);
        frozen_last:   assert (!found || !valid[way] || !frozen[way] || plain == '0);
        not_just_used: assert (valid != 8'hff || (plain & ~(8'd1 << used)) == '0 || again != used);
    end
endmodule

// Proves that replacement among eight ways follows the rule of the tree, which is written here a second time
// without walking the tree. Node 2^l - 1 + (w >> (3 - l)) decides for way w at level l. Its bit points to the
// half that was used longer ago, and a half without candidates is not entered. An empty way is chosen first
// (neither valid nor locked; a locked way with a bad tag reads as not valid). A locked way is never chosen, a
// frozen one only if there is no other, and the way used last only if there is no other candidate.
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
        .tree_i(tree), .found_o(found), .way_o(way), .used_tree_i(tree), .used_way_i(used), .used_tree_o(used_tree));

    logic       again_found;
    logic [2:0] again;
    logic [6:0] unused;
    ctx_cache_victim #(.WAYS(8)) next (.clk_i(clk_i), .rst_ni(rst_q), .valid_i(valid), .frozen_i(frozen), .locked_i(locked),
        .tree_i(used_tree), .found_o(again_found), .way_o(again), .used_tree_i(used_tree), .used_way_i(used), .used_tree_o(unused));

    logic [7:0] empty, plain, candidates;
    assign empty      = ~valid & ~locked;
    assign plain      = valid & ~locked & ~frozen;
    assign candidates = plain != '0 ? plain : valid & ~locked;

    // After way `used` is used, the nodes of the tree above it point away from it, and the others are
    // unchanged.
    logic [6:0] expected;
    assign expected[0] = !used[2];
    assign expected[1] = used[2] ? tree[1] : !used[1];
    assign expected[2] = used[2] ? !used[1] : tree[2];
    for (genvar pair = 0; pair < 4; pair++) begin : gen_pair
        assign expected[3 + pair] = used[2:1] == pair ? !used[0] : tree[3 + pair];
    end

    // These are the halves that do not hold the victim, from the whole set down to its pair, and the bits of
    // their nodes.
    logic [7:0] other_half, other_quarter, other_one;
    logic       half_bit, quarter_bit, one_bit;
    assign other_half    = way[2] ? 8'h0f : 8'hf0;
    assign other_quarter = 8'h03 << {way[2], !way[1], 1'b0};
    assign other_one     = 8'h01 << {way[2:1], !way[0]};
    assign half_bit      = tree[0];
    assign quarter_bit   = way[2] ? tree[2] : tree[1];
    assign one_bit       = way[2] ? (way[1] ? tree[6] : tree[5]) : (way[1] ? tree[4] : tree[3]);

    logic takes;
    assign takes = found && empty == '0;
    always @* begin
        found_exactly: assert (found == (~locked != '0));
        empty_first:   assert (empty == '0 || empty[way]);
        lowest_empty:  assert (empty == '0 || (empty & ((8'd1 << way) - 8'd1)) == '0);
        never_locked:  assert (!found || !locked[way]);
        frozen_last:   assert (!found || !valid[way] || !frozen[way] || plain == '0);
        oldest_half:   assert (!takes || half_bit == way[2] || (candidates & other_half) == '0);
        oldest_quarter: assert (!takes || quarter_bit == way[1] || (candidates & other_quarter) == '0);
        oldest_one:    assert (!takes || one_bit == way[0] || (candidates & other_one) == '0);
        use_is_kept:   assert (used_tree == expected);
        not_just_used: assert (empty != '0 || (plain & ~(8'd1 << used)) == '0 || again != used);
    end
endmodule

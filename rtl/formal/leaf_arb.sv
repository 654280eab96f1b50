// Proves round robin: a candidate that remains one is served after at most three others.
module leaf_arb (input logic clk_i, input logic rst_ni);
    (* anyseq *) logic [3:0] candidates;
    (* anyseq *) logic       take;
    (* anyconst *) logic [1:0] me;
    logic       grant, rst_q;
    logic [1:0] who, passed_q;
    logic       waits_q;

    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;
    ctx_cache_arb dut (.clk_i(clk_i), .rst_ni(rst_q), .candidates_i(candidates), .take_i(take), .grant_o(grant), .who_o(who));

    always @(posedge clk_i) begin
        waits_q <= rst_q && candidates[me] && !(take && who == me);
        if (!rst_q || !candidates[me] || (take && who == me)) passed_q <= '0;
        else if (take && passed_q != 2'd3) passed_q <= passed_q + 1'b1;
    end
    always @* if (rst_q) begin
        if (waits_q) assume (candidates[me]);
        served_after_three: assert (!(candidates[me] && take && passed_q == 2'd3) || who == me);
        serves_candidates:  assert (grant == (candidates != '0) && (!grant || candidates[who]));
    end
endmodule

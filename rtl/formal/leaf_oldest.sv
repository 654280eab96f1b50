// Proves oldest first among eight items. An item that waits and is a candidate is picked after at most seven
// others, however the others come and go, and even if some of them are no candidates for a while.
module leaf_oldest (input logic clk_i, input logic rst_ni);
    (* anyseq *) logic [7:0] arrive, candidates;
    (* anyseq *) logic       take;
    (* anyconst *) logic [2:0] me;
    logic [7:0] here_q, oldest, here;
    logic [3:0] passed_q;
    logic       rst_q;

    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;
    oldest #(.N(8)) dut (.clk_i(clk_i), .rst_ni(rst_q), .arrive_i(arrive), .candidates_i(candidates), .oldest_o(oldest));

    assign here = here_q | arrive;
    always @(posedge clk_i) begin
        if (!rst_q) here_q <= '0;
        else        here_q <= here & ~(take ? oldest : 8'h0);
        if (!rst_q || !here[me] || (take && oldest[me])) passed_q <= '0;
        else if (take && oldest != '0 && candidates[me] && passed_q != 4'd15) passed_q <= passed_q + 1'b1;
    end
    always @* if (rst_q) begin
        assume ((arrive & here_q) == '0);
        assume ((candidates & ~here) == '0);
        assume (!here[me] || candidates[me]);
        served_after_seven: assert (passed_q <= 4'd7);
        serves_candidates:  assert ((oldest & ~candidates) == '0 && (oldest != '0) == (candidates != '0));
        serves_one:         assert ((oldest & (oldest - 1'b1)) == '0);
    end
endmodule

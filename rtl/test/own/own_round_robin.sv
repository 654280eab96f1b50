// A second implementation of ctx_cache_arb.sv, for rtl/test/own/make.sh. It uses a one-hot pointer and the
// borrow of a subtraction.
`include "assert.svh"

module own_round_robin (
    input  logic       clk_i,
    input  logic       rst_ni,
    input  logic [3:0] candidates_i,
    input  logic       take_i,
    output logic       grant_o,
    output logic [3:0] one_o,
    output logic [1:0] who_o
);
    logic [3:0] first_q, one;
    logic [7:0] twice;
    assign grant_o = |candidates_i;
    assign twice   = {candidates_i, candidates_i} & ~({candidates_i, candidates_i} - {4'b0, first_q});
    assign one     = twice[3:0] | twice[7:4];
    assign one_o   = one;
    assign who_o   = {one[3] | one[2], one[3] | one[1]};
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) first_q <= 4'b1;
        else if (take_i && grant_o) first_q <= {one[2:0], one[3]};
    end
    `ASSERT(OneIsGranted_A, !grant_o || (one != '0 && (one & (one - 4'd1)) == '0))
endmodule

// Round robin among four requesters: the first candidate at or behind next_q. Bound: a request that stays
// a candidate is served after at most three others; who waits for a context is no candidate before
// all who asked for it earlier were served (ctx_cache_requests.sv).
`include "assert.svh"

module ctx_cache_arb #(
    localparam int N = ctx_cache_pkg::REQUESTERS,
    localparam int WHO_W = ctx_cache_pkg::WHO_W
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic [N-1:0]     candidates_i,
    input  logic             take_i,
    output logic             grant_o,
    output logic [WHO_W-1:0] who_o
);
    logic [WHO_W-1:0] next_q;
    logic [N-1:0]     behind;

    assign grant_o = candidates_i != '0;
    assign behind  = candidates_i & (4'hf << next_q);

    always_comb begin
        who_o = '0;
        for (int w = N - 1; w >= 0; w--) begin
            if (behind != '0 ? behind[w] : candidates_i[w]) who_o = WHO_W'(w);
        end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)                next_q <= '0;
        else if (grant_o && take_i) next_q <= who_o + 1'b1;
    end

    `ASSERT(GrantIsCandidate_A, !grant_o || candidates_i[who_o])
    `ASSERT(NextIsNotPassedOver_A, !candidates_i[next_q] || who_o == next_q)
endmodule

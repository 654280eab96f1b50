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
    output logic [N-1:0]     one_o,      // the same as who_o, one hot
    output logic [WHO_W-1:0] who_o
);
    logic [WHO_W-1:0] next_q;
    logic [N-1:0]     earlier [N];  // who would go before w

    assign grant_o = candidates_i != '0;

    always_comb begin
        who_o = '0;
        for (int w = 0; w < N; w++) begin
            for (int v = 0; v < N; v++) earlier[w][v] = WHO_W'(v) - next_q < WHO_W'(w) - next_q;
            one_o[w] = candidates_i[w] && (candidates_i & earlier[w]) == '0;
            who_o    = who_o | ({WHO_W{one_o[w]}} & WHO_W'(w));
        end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)                next_q <= '0;
        else if (grant_o && take_i) next_q <= who_o + 1'b1;
    end

    `ASSERT(GrantIsCandidate_A, !grant_o || candidates_i[who_o])
    `ASSERT(OneIsWho_A, one_o == (grant_o ? N'(1) << who_o : '0))
    `ASSERT(NextIsNotPassedOver_A, !candidates_i[next_q] || who_o == next_q)
endmodule

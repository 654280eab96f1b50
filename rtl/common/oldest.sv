// Order of arrival of N items, and which of the candidates among them came first. An item that stays a candidate is
// therefore picked after at most N - 1 others, whatever else happens: nobody starves.
//
// arrive_i: the item begins to wait in this cycle. Items that arrive together are in order of their numbers.
// candidates_i: who may be picked, PICKS independent sets side by side; an item may be a candidate from the cycle of its arrival on,
//               or, with LATE, from the cycle behind that on: then oldest_o does not depend on arrive_i.
// oldest_o: the candidate of each set that arrived first, one hot; zero without a candidate.
`include "assert.svh"

module oldest #(
    parameter int N = 4,
    parameter int PICKS = 1,
    parameter int LATE = 0
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic [N-1:0]       arrive_i,
    input  logic [PICKS*N-1:0] candidates_i,
    output logic [PICKS*N-1:0] oldest_o
);
    logic [N-1:0] ahead_q [N];  // bit q of entry r: q arrived before r
    logic [N-1:0] ahead [N], seen [N];

    // Who arrives now is behind all others but those that arrive with a higher number.
    always_comb begin
        for (int r = 0; r < N; r++) ahead[r] = arrive_i[r] ? ~arrive_i | ~({N{1'b1}} << r) : ahead_q[r] & ~arrive_i;
    end
    always_comb begin
        for (int r = 0; r < N; r++) seen[r] = LATE != 0 ? ahead_q[r] : ahead[r];
    end
    always_comb begin
        for (int p = 0; p < PICKS; p++) begin
            for (int r = 0; r < N; r++) begin
                oldest_o[p*N+r] = candidates_i[p*N+r] && (seen[r] & candidates_i[p*N +: N] & ~(N'(1) << r)) == '0;
            end
        end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) for (int r = 0; r < N; r++) ahead_q[r] <= ~({N{1'b1}} << r);
        else if (arrive_i != '0) for (int r = 0; r < N; r++) ahead_q[r] <= ahead[r];
    end

    `ASSERT(LateIsNoCandidate_A, LATE == 0 || (arrive_i & candidates_i[N-1:0]) == '0)
    `ASSERT(OldestIsCandidate_A, (oldest_o & ~candidates_i) == '0)
    `ASSERT(OneOldest_A, (oldest_o[N-1:0] & (oldest_o[N-1:0] - 1'b1)) == '0 && (oldest_o[N-1:0] != '0) == (candidates_i[N-1:0] != '0))
endmodule

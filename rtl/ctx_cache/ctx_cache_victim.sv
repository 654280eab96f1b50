// Which way of a set leaves, and the replacement bits after a use: tree pseudo-LRU.
// Ranked: an invalid way (lowest first); a valid way neither locked nor frozen; a frozen way, whose frozen
// state goes to DRAM with it. A locked way never leaves, also when its tag is bad and it reads as invalid: found_o is
// low when every way is locked.
`include "assert.svh"

module ctx_cache_victim #(
    parameter int WAYS = 8,
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int NODES = (WAYS > 1) ? WAYS - 1 : 1
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic [WAYS-1:0]  valid_i,
    input  logic [WAYS-1:0]  frozen_i,
    input  logic [WAYS-1:0]  locked_i,
    input  logic [NODES-1:0] tree_i,
    output logic             found_o,
    output logic [WAY_W-1:0] way_o,

    input  logic [NODES-1:0] used_tree_i,  // of a set, not always the same one
    input  logic [WAY_W-1:0] used_way_i,
    output logic [NODES-1:0] used_tree_o
);
    localparam int LEVELS = $clog2(WAYS);

    logic [WAYS-1:0]  empty, plain, last_resort, candidates;
    logic [WAY_W-1:0] lowest_empty, oldest;

    assign empty       = ~valid_i & ~locked_i;
    assign plain       = valid_i & ~locked_i & ~frozen_i;
    assign last_resort = valid_i & ~locked_i;
    assign candidates  = (plain != '0) ? plain : last_resort;
    assign found_o     = empty != '0 || last_resort != '0;
    assign way_o       = (empty != '0) ? lowest_empty : oldest;

    always_comb begin
        lowest_empty = '0;
        for (int w = WAYS - 1; w >= 0; w--) begin
            if (empty[w]) lowest_empty = WAY_W'(w);
        end
    end

    // A node's bit points to the half used longer ago; a half without candidates is not entered.
    // A way is the oldest one when at each node above it the walk turns to its half. Node 2^l - 1 + k stands above all ways whose
    // first l bits are k.
    logic [NODES-1:0] right;
    logic [WAYS-1:0]  chosen;
    always_comb begin
        right = '0;
        for (int l = 0; l < LEVELS; l++) begin
            for (int k = 0; k < WAYS; k++) if (k < (1 << l)) begin
                right[(1 << l) - 1 + k] = (candidates & ((WAYS'((1 << (WAYS >> (l + 1))) - 1)) << (k * (WAYS >> l)))) == '0
                    || (tree_i[(1 << l) - 1 + k] && (candidates & ((WAYS'((1 << (WAYS >> (l + 1))) - 1)) << (k * (WAYS >> l) + (WAYS >> (l + 1))))) != '0);
            end
        end
        chosen = '1;
        oldest = '0;
        for (int w = 0; w < WAYS; w++) begin
            for (int l = 0; l < LEVELS; l++) begin
                if (right[(1 << l) - 1 + (w >> (LEVELS - l))] != 1'((w >> (LEVELS - 1 - l)) % 2)) chosen[w] = 1'b0;
            end
            oldest = oldest | ({WAY_W{chosen[w]}} & WAY_W'(w));
        end
    end

    // Node 2^l - 1 + k stands above all ways whose first l bits are k.
    always_comb begin
        used_tree_o = used_tree_i;
        for (int l = 0; l < LEVELS; l++) begin
            for (int k = 0; k < WAYS; k++) if (k < (1 << l)) begin
                if (32'(used_way_i) >> (LEVELS - l) == k) used_tree_o[(1 << l) - 1 + k] = !used_way_i[LEVELS - 1 - l];
            end
        end
    end

    `ASSERT(VictimIsNotLocked_A, !found_o || !locked_i[way_o])
    `ASSERT(FrozenOnlyAsLastResort_A, !found_o || !(valid_i[way_o] && frozen_i[way_o]) || plain == '0)
endmodule

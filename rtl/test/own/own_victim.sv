// A second implementation of ctx_cache_victim.sv, for rtl/test/own/make.sh. It decides way by way: a way is
// chosen if at each of its nodes the tree points to its half, or the other half has no candidate.
`include "assert.svh"

module own_victim #(
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
    input  logic [NODES-1:0] used_tree_i,
    input  logic [WAY_W-1:0] used_way_i,
    output logic [NODES-1:0] used_tree_o
);
    localparam int LEVELS = $clog2(WAYS);
    logic [WAYS-1:0] usable, choice, chosen, empty;
    assign empty  = ~valid_i & ~locked_i;
    assign usable = ((valid_i & ~locked_i & ~frozen_i) != '0) ? valid_i & ~locked_i & ~frozen_i : valid_i & ~locked_i;
    for (genvar w = 0; w < WAYS; w++) begin : gen_way
        logic [LEVELS:0] ok;
        assign ok[LEVELS] = usable[w];
        for (genvar l = 0; l < LEVELS; l++) begin : gen_level
            localparam int HALF  = WAYS >> (l + 1);
            localparam int NODE  = (1 << l) - 1 + (w >> (LEVELS - l));
            localparam int OTHER = ((w / HALF) ^ 1) * HALF;
            localparam logic        MINE  = 1'((w / HALF) % 2);
            assign ok[l] = tree_i[NODE] == MINE || usable[OTHER +: HALF] == '0;
        end
        assign choice[w] = ok == '1;  // make.sh foreign changes this line
    end
    if (WAYS > 1) begin : gen_used
        for (genvar n = 0; n < NODES; n++) begin : gen_node
            localparam int LEVEL = $clog2(n + 2) - 1;
            localparam int POS   = n + 1 - (1 << LEVEL);
            assign used_tree_o[n] = (32'(used_way_i) >> (LEVELS - LEVEL)) == POS ? !used_way_i[LEVELS - 1 - LEVEL] : used_tree_i[n];
        end
    end else begin : gen_none
        assign used_tree_o = used_tree_i;
        logic unused;
        assign unused = ^used_way_i;
    end
    assign chosen  = (empty != '0) ? empty & (~empty + 1'b1) : choice;
    assign found_o = chosen != '0;
    always_comb begin
        way_o = '0;
        for (int w = 0; w < WAYS; w++) if (chosen[w]) way_o = way_o | WAY_W'(w);
    end
    `ASSERT(OneLeaves_A, (chosen & (chosen - 1'b1)) == '0)
endmodule

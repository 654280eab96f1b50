// Lock table: each requester holds at most one context. set_i gives requester who_i the lock on
// (conn, gen, way, frozen), clear_i takes it away. ask_*: the transaction that meets its tag row: does its requester hold it, and
// which ways of its set are locked? A holder's return takes way and frozen flag from here, so it needs no good tag.
`include "assert.svh"

module ctx_cache_locks #(
    parameter int SETS = 128,
    parameter int WAYS = 8,
    parameter int CONN_W = 16,
    localparam int SET_W = $clog2(SETS),
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int N = ctx_cache_pkg::REQUESTERS
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic              set_i,
    input  logic              clear_i,
    input  logic [WHO_W-1:0]  who_i,
    input  logic [CONN_W-1:0] conn_i,
    input  logic [GEN_W-1:0]  gen_i,
    input  logic [WAY_W-1:0]  way_i,
    input  logic              frozen_i,
    input  logic [WHO_W-1:0]  ask_who_i,
    input  logic [CONN_W-1:0] ask_conn_i,
    input  logic [GEN_W-1:0]  ask_gen_i,
    output logic              holds_o,       // ask_who_i holds (conn, gen)
    output logic [WAY_W-1:0]  way_o,         // what ask_who_i holds
    output logic              frozen_o,
    output logic [WAYS-1:0]   locked_ways_o,

    output logic [N-1:0]        held_o,      // per requester
    output logic [N*CONN_W-1:0] held_conn_o
);
    logic [N-1:0]      held_q, frozen_q;
    logic [CONN_W-1:0] conn_q [N];
    logic [GEN_W-1:0]  gen_q [N];
    logic [WAY_W-1:0]  way_q [N];
    logic [WAYS-1:0]   bit_q [N];  // the way, one hot
    logic [N-1:0]      mine;
    assign mine = N'(1) << who_i;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) held_q <= '0;
        else         held_q <= (held_q | (set_i ? mine : '0)) & ~(clear_i ? mine : '0);
    end

    always_ff @(posedge clk_i) begin
        if (set_i) begin
            conn_q[who_i] <= conn_i;
            gen_q[who_i]  <= gen_i;
            way_q[who_i]  <= way_i;
            bit_q[who_i]  <= WAYS'(1) << way_i;
            frozen_q      <= (frozen_q & ~mine) | (frozen_i ? mine : '0);
        end
    end

    assign holds_o = held_q[ask_who_i] && conn_q[ask_who_i] == ask_conn_i && gen_q[ask_who_i] == ask_gen_i;
    assign held_o  = held_q;
    assign way_o    = way_q[ask_who_i];
    assign frozen_o = frozen_q[ask_who_i];

    always_comb begin
        locked_ways_o = '0;
        for (int w = 0; w < N; w++) held_conn_o[w*CONN_W +: CONN_W] = conn_q[w];
        for (int w = 0; w < N; w++) begin
            locked_ways_o = locked_ways_o | ({WAYS{held_q[w] && conn_q[w][SET_W-1:0] == ask_conn_i[SET_W-1:0]}} & bit_q[w]);
        end
    end

    logic someone_holds;
    always_comb begin
        someone_holds = 1'b0;
        if (set_i) for (int w = 0; w < N; w++) someone_holds = someone_holds || (held_q[w] && conn_q[w] == conn_i);
    end

    `ASSERT(LockIsExclusive_A, !(set_i && someone_holds))
    `ASSERT(OneLockPerRequester_A, !(set_i && held_q[who_i]))
    `ASSERT(ClearedByHolder_A, !clear_i || (held_q[who_i] && conn_q[who_i] == conn_i && gen_q[who_i] == gen_i))
endmodule

// Tag rows: per way the connection held, its generation and flags. A row is read with read_i and stands until the
// next read; hit_* compare it with connection conn_i. One way of write_conn_i's set is written at a time, also while
// a row is read, the same one included. The replacement bits of the set are read and written beside it.
//
// Each way has a parity bit (even, so that a cleared row is right). A way whose parity is wrong reads as invalid; bad_o names
// it, for whoever clears it. flip_i: the way written gets flip_entry_i, what it holds, back with bit flip_bit_i wrong (injection).
`include "assert.svh"

module ctx_cache_tags #(
    parameter int SETS  = 128,
    parameter int WAYS  = 8,
    parameter int CONN_W = 16,
    localparam int SET_W = $clog2(SETS),
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int NODES = (WAYS > 1) ? WAYS - 1 : 1,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int CTAG_W = (CONN_W > SET_W) ? CONN_W - SET_W : 1,
    localparam int WAY_BITS = CTAG_W + GEN_W + 4  // parity, connection, generation, frozen, dirty, valid
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic              read_i,
    input  logic [SET_W-1:0]  read_set_i,
    input  logic              write_i,
    input  logic              clear_i,       // all ways of clear_set_i become invalid
    input  logic [SET_W-1:0]  clear_set_i,
    input  logic [CONN_W-1:0] write_conn_i,
    input  logic [WAY_W-1:0]  write_way_i,
    input  logic              write_valid_i,
    input  logic              write_dirty_i,
    input  logic              write_frozen_i,
    input  logic [GEN_W-1:0]  write_gen_i,
    input  logic              flip_i,
    input  logic [WAY_BITS-1:0] flip_entry_i,
    input  logic [ctx_cache_pkg::BIT_W-1:0] flip_bit_i,  // beyond the entry: its parity bit
    input  logic              touch_i,
    input  logic [NODES-1:0]  touch_tree_i,

    input  logic              used_i,        // somebody looks at the row that stands
    input  logic [CONN_W-1:0] conn_i,        // compared with the row that stands
    output logic              hit_o,
    output logic [WAY_W-1:0]  hit_way_o,
    output logic [WAY_BITS-1:0] hit_entry_o,
    output logic              hit_frozen_o,
    output logic              hit_dirty_o,
    output logic [GEN_W-1:0]  hit_gen_o,
    output logic [WAYS-1:0]   valid_o,
    output logic [WAYS-1:0]   frozen_o,
    output logic [WAYS-1:0]   bad_o,
    output logic [NODES-1:0]  tree_o,

    input  logic [WAY_W-1:0]  victim_way_i,  // this way of the row that stands, as the victim
    output logic              victim_dirty_o,
    output logic [GEN_W-1:0]  victim_gen_o,
    output logic [CONN_W-1:0] victim_conn_o
);
    localparam int VALID_BIT  = 0;
    localparam int DIRTY_BIT  = 1;
    localparam int FROZEN_BIT = 2;
    localparam int GEN_BIT    = 3;
    localparam int CTAG_BIT   = GEN_BIT + GEN_W;
    localparam int PARITY_BIT = CTAG_BIT + CTAG_W;

    logic [WAYS*WAY_BITS-1:0] row;
    logic [WAY_BITS-1:0]      written, hit_entry, flips;
    logic [PARITY_BIT-1:0]    entry;
    logic [WAYS-1:0]          way_we;

    assign way_we  = clear_i ? '1 : write_i ? WAYS'(1) << write_way_i : '0;
    assign entry   = {write_conn_i[CONN_W-1:SET_W], write_gen_i, write_frozen_i, write_dirty_i, write_valid_i};
    assign written = clear_i ? '0 : flip_i ? flip_entry_i ^ flips : {^entry, entry};
    assign flips   = (32'(flip_bit_i) < WAY_BITS) ? WAY_BITS'(1) << flip_bit_i : WAY_BITS'(1) << PARITY_BIT;

    logic [SET_W-1:0] write_set;
    assign write_set = clear_i ? clear_set_i : write_conn_i[SET_W-1:0];

    sram_1r1w #(.DEPTH(SETS), .LANES(WAYS), .LANE_W(WAY_BITS), .BYPASS(1)) u_rows (
        .clk_i, .re_i(read_i), .raddr_i(read_set_i), .rdata_o(row),
        .we_i(way_we), .waddr_i(write_set), .wdata_i({WAYS{written}})
    );
    sram_1r1w #(.DEPTH(SETS), .LANES(1), .LANE_W(NODES), .BYPASS(1)) u_trees (
        .clk_i, .re_i(read_i), .raddr_i(read_set_i), .rdata_o(tree_o),
        .we_i(touch_i || clear_i), .waddr_i(write_set), .wdata_i(clear_i ? '0 : touch_tree_i)
    );

    logic [WAYS-1:0]     hits;
    logic [WAY_BITS-1:0] victim_entry;

    // The entry and its number are put together by OR: at most one way hits.
    always_comb begin
        hit_way_o = '0;
        hit_entry = '0;
        hits      = '0;
        bad_o     = '0;
        valid_o   = '0;
        frozen_o  = '0;
        for (int w = 0; w < WAYS; w++) begin
            bad_o[w]    = ^row[w*WAY_BITS +: WAY_BITS];
            valid_o[w]  = row[w*WAY_BITS + VALID_BIT] && !bad_o[w];
            frozen_o[w] = row[w*WAY_BITS + FROZEN_BIT];
            hits[w]     = valid_o[w] && row[w*WAY_BITS + CTAG_BIT +: CTAG_W] == conn_i[CONN_W-1:SET_W];
            hit_way_o   = hit_way_o | ({WAY_W{hits[w]}} & WAY_W'(w));
            hit_entry   = hit_entry | ({WAY_BITS{hits[w]}} & row[w*WAY_BITS +: WAY_BITS]);
        end
    end
    assign hit_o        = hits != '0;
    assign hit_entry_o  = hit_entry;
    assign hit_frozen_o = hit_entry[FROZEN_BIT];
    assign hit_dirty_o  = hit_entry[DIRTY_BIT];
    assign hit_gen_o    = hit_entry[GEN_BIT +: GEN_W];

    assign victim_entry   = row[32'(victim_way_i)*WAY_BITS +: WAY_BITS];
    assign victim_dirty_o = victim_entry[DIRTY_BIT];
    assign victim_gen_o   = victim_entry[GEN_BIT +: GEN_W];
    assign victim_conn_o  = {victim_entry[CTAG_BIT +: CTAG_W], conn_i[SET_W-1:0]};

    `ASSERT(OneWayHits_A, !used_i || $onehot0(hits))
    `ASSERT(FlipsWhatWasThere_A, !flip_i || (write_i && flip_entry_i[VALID_BIT]))
    `ASSERT(ClearsAlone_A, !clear_i || !(read_i || write_i || touch_i))
endmodule

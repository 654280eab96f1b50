// Write queue to the context DRAM, in order: victims on their way out (the eviction buffer), what INSTALL writes through
// (constant line, meta), and meta lines. An entry goes out when its lines are here; a read of a connection waits
// while an entry of it is here, so it sees everything written before.
//
// push_*:  one entry per cycle; its number is tail_o. store_*: its lines, from the data unit; a victim's line with bad parity
//          leaves the mark in its meta line that what DRAM has is not the newest, so nobody reads it as good.
// next_*:  the oldest complete entry whose write is not yet requested. head_*: the oldest one that is not yet written.
// line_en_i: line_i of the head is on line_o in the next cycle.
`include "assert.svh"

module ctx_cache_wqueue #(
    localparam int DEPTH = ctx_cache_pkg::WQ_DEPTH,
    localparam int IDX_W = $clog2(DEPTH),
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int META_W = ctx_cache_pkg::META_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic room_o,         // for two entries behind two that are on their way here
    output logic empty_o,

    input  logic              push_i,
    input  logic [1:0]        push_kind_i,
    input  logic [ARG_W-1:0]  push_conn_i,
    input  logic [META_W-1:0] push_meta_i,
    output logic [IDX_W-1:0]  tail_o,

    input  logic              store_i,
    input  logic              store_last_i,
    input  logic [IDX_W-1:0]  store_entry_i,
    input  logic [1:0]        store_line_i,
    input  logic [LINE_W-1:0] store_data_i,

    input  logic              bad_i,         // a line stored in the cycle before into this entry was wrong
    input  logic [IDX_W-1:0]  bad_entry_i,

    output logic              next_valid_o,
    output logic [1:0]        next_kind_o,
    output logic [ARG_W-1:0]  next_conn_o,
    input  logic              next_take_i,
    output logic [1:0]        head_kind_o,
    output logic [META_W-1:0] head_meta_o,
    input  logic              pop_i,
    input  logic              line_en_i,
    input  logic [1:0]        line_i,
    output logic [LINE_W-1:0] line_o,

    input  logic              reads_i,      // somebody wants to read
    input  logic [ARG_W-1:0]  conn_i,       // this connection
    output logic              clear_o       // and need not wait: known a cycle after it wants to
);
    logic [1:0]        kind_q [DEPTH];
    logic [ARG_W-1:0]  conn_q [DEPTH];
    logic [META_W-1:0] meta_q [DEPTH];
    logic [DEPTH-1:0]  here_q, complete_q;
    logic [IDX_W-1:0]  head_q, next_q, tail_q;
    logic [IDX_W:0]    count_q, count_d;

    assign count_d      = push_i == pop_i ? count_q : push_i ? count_q + 1'b1 : count_q - 1'b1;
    assign tail_o       = tail_q;
    assign empty_o      = count_q == '0;
    assign next_valid_o = complete_q[next_q];
    assign next_kind_o  = kind_q[next_q];
    assign next_conn_o  = conn_q[next_q];
    assign head_kind_o  = kind_q[head_q];
    assign head_meta_o  = meta_q[head_q];

    // Nobody writes lines of a connection while its read waits, but who makes it read them anew (a REMOVE beside an INSTALL).
    logic [DEPTH-1:0] same;
    always_comb begin
        for (int e = 0; e < DEPTH; e++) same[e] = here_q[e] && conn_q[e] == conn_i;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) clear_o <= 1'b0;
        else         clear_o <= reads_i && same == '0;
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            here_q     <= '0;
            complete_q <= '0;
            head_q     <= '0;
            next_q     <= '0;
            tail_q     <= '0;
            count_q    <= '0;
            room_o     <= 1'b1;
        end else begin
            here_q     <= (here_q | (push_i ? DEPTH'(1) << tail_q : '0)) & ~(pop_i ? DEPTH'(1) << head_q : '0);
            complete_q <= (complete_q | (push_i && push_kind_i == ctx_cache_pkg::WQ_META ? DEPTH'(1) << tail_q : '0)
                           | (store_i && store_last_i ? DEPTH'(1) << store_entry_i : '0)) & ~(next_take_i ? DEPTH'(1) << next_q : '0);
            if (push_i) tail_q <= tail_q + 1'b1;
            if (next_take_i) next_q <= next_q + 1'b1;
            if (pop_i) head_q <= head_q + 1'b1;
            count_q    <= count_d;
            room_o     <= 32'(count_d) <= DEPTH - 4;
        end
    end

    always_ff @(posedge clk_i) begin
        if (push_i) begin
            kind_q[tail_q] <= push_kind_i;
            conn_q[tail_q] <= push_conn_i;
            meta_q[tail_q] <= push_meta_i;
        end
        if (bad_i) meta_q[bad_entry_i][ctx_cache_pkg::META_OUT_BIT] <= 1'b1;
    end

    sram_1r1w #(.DEPTH(DEPTH * 4), .LANES(1), .LANE_W(LINE_W)) u_lines (
        .clk_i, .re_i(line_en_i), .raddr_i({head_q, line_i}), .rdata_o(line_o),
        .we_i(store_i), .waddr_i({store_entry_i, store_line_i}), .wdata_i(store_data_i)
    );

    `ASSERT(RoomIsCounted_A, room_o == (32'(count_q) <= DEPTH - 4))
    `ASSERT(NeverOverflows_A, !push_i || 32'(count_q) < DEPTH)
    `ASSERT(PopsARequestedOne_A, !pop_i || (here_q[head_q] && head_q != next_q))
    `ASSERT(TakesACompleteOne_A, !next_take_i || complete_q[next_q])
    `ASSERT(StoresIntoAnEntry_A, !store_i || (here_q[store_entry_i] && !complete_q[store_entry_i]))
endmodule

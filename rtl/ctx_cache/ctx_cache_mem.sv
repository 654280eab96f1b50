// The port to the context DRAM: read requests of the miss slots before write requests of the write queue, and the
// beats of the writes. A context has six lines there: constant line, meta line, lines 0 to 3 of the image.
//
// mem_req_*: read or write of 1 to 6 consecutive lines, stable until taken; id is the miss slot of a read. A read is
// requested only after all data of earlier writes to its lines were taken. mem_wdata_*: data of the write requests, in order.
`include "assert.svh"

module ctx_cache_mem #(
    parameter int unsigned SLOTS = 8,
    localparam int unsigned SLOT_W = $clog2(SLOTS),
    localparam int unsigned LINE_W = ctx_cache_pkg::LINE_W,
    localparam int unsigned ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned META_W = ctx_cache_pkg::META_W,
    localparam int unsigned ADDR_W = ctx_cache_pkg::MEM_ADDR_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic idle_o,

    input  logic              ask_valid_i,
    input  logic              ask_pending_i,  // a write of its lines is in the queue
    input  logic [SLOT_W-1:0] ask_slot_i,
    input  logic [ARG_W-1:0]  ask_conn_i,
    input  logic              ask_meta_i,
    output logic              ask_taken_o,

    input  logic              head_valid_i,
    input  logic [1:0]        head_kind_i,
    input  logic [ARG_W-1:0]  head_conn_i,
    input  logic [META_W-1:0] head_meta_i,
    output logic              pop_o,
    output logic              line_en_o,
    output logic [1:0]        line_o,
    input  logic [LINE_W-1:0] line_i,

    output logic              mem_req_valid_o,
    input  logic              mem_req_ready_i,
    output logic              mem_req_write_o,
    output logic [2:0]        mem_req_id_o,
    output logic [ADDR_W-1:0] mem_req_line_o,
    output logic [2:0]        mem_req_beats_o,
    output logic              mem_wdata_valid_o,
    input  logic              mem_wdata_ready_i,
    output logic [LINE_W-1:0] mem_wdata_o
);
    logic              req_q, write_q, writes_q, data_q, free, starts_read, starts_write, beat_taken, last_beat, whole;
    logic [2:0]        id_q, beats_q, beat_q, write_beats;
    logic [ADDR_W-1:0] addr_q;
    logic [ARG_W-1:0]  conn;

    assign free         = !req_q || mem_req_ready_i;
    assign starts_read  = free && ask_valid_i && !ask_pending_i;
    assign starts_write = free && !starts_read && head_valid_i && !writes_q;
    assign ask_taken_o  = starts_read;
    assign write_beats  = (head_kind_i == ctx_cache_pkg::WQ_EVICT) ? 3'd5 : (head_kind_i == ctx_cache_pkg::WQ_INSTALL) ? 3'd2 : 3'd1;
    assign conn         = starts_read ? ask_conn_i : head_conn_i;
    // From the constant line on, not only from the meta line.
    assign whole        = starts_read ? !ask_meta_i : head_kind_i == ctx_cache_pkg::WQ_INSTALL;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            req_q    <= 1'b0;
            writes_q <= 1'b0;
            data_q   <= 1'b0;
        end else begin
            if (free) req_q <= starts_read || starts_write;
            if (starts_write) writes_q <= 1'b1;
            else if (pop_o) writes_q <= 1'b0;
            if (req_q && mem_req_ready_i && write_q) data_q <= 1'b1;
            else if (pop_o) data_q <= 1'b0;
        end
    end
    always_ff @(posedge clk_i) begin
        if (starts_read || starts_write) begin
            write_q <= starts_write;
            id_q    <= starts_read ? 3'(ask_slot_i) : '0;
            addr_q  <= ADDR_W'(conn) * ADDR_W'(ctx_cache_pkg::MEM_LINES) + ADDR_W'(!whole);
            beats_q <= starts_write ? write_beats : ask_meta_i ? 3'd1 : 3'd6;
        end
        if (starts_write) beat_q <= '0;
        else if (beat_taken) beat_q <= beat_q + 1'b1;
    end

    assign mem_req_valid_o = req_q;
    assign mem_req_write_o = write_q;
    assign mem_req_id_o    = id_q;
    assign mem_req_line_o  = addr_q;
    assign mem_req_beats_o = beats_q;

    // The queue's memory is read one beat ahead: victims begin with the meta line, INSTALL ends with it.
    logic sends_meta, installs;
    assign installs          = head_kind_i == ctx_cache_pkg::WQ_INSTALL;
    assign sends_meta        = installs ? beat_q == 3'd1 : beat_q == 3'd0;
    assign mem_wdata_valid_o = data_q;
    assign mem_wdata_o       = sends_meta ? LINE_W'(head_meta_i) : line_i;
    assign beat_taken        = data_q && mem_wdata_ready_i;
    assign last_beat         = beat_q == write_beats - 3'd1;
    assign pop_o             = beat_taken && last_beat;
    assign line_en_o         = (starts_write && installs) || (beat_taken && !last_beat && !installs);
    assign line_o            = installs ? 2'd0 : beat_q[1:0];
    assign idle_o            = !req_q && !writes_q;

    `ASSERT(RequestIsStable_A, !$past(mem_req_valid_o && !mem_req_ready_i) || (mem_req_valid_o && $stable(mem_req_line_o)))
    `ASSERT(WriteDataIsStable_A, !$past(mem_wdata_valid_o && !mem_wdata_ready_i) || (mem_wdata_valid_o && $stable(beat_q)))
    `ASSERT(DataBelongsToTheHead_A, !data_q || (writes_q && head_valid_i))
endmodule

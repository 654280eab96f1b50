// The port to the context DRAM: read requests of the miss slots before write requests of the write queue, and the
// beats of the writes. A context has six lines there: constant line, meta line, lines 0 to 3 of the image.
//
// mem_req_*: read or write of 1 to 6 consecutive lines, stable until taken; id is the miss slot of a read. A read is
// requested only after all data of earlier writes to its lines were taken. mem_wdata_*: data of the write requests, in order.
`include "assert.svh"

module ctx_cache_mem #(
    parameter int SLOTS = 8,
    localparam int SLOT_W = $clog2(SLOTS),
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int ADDR_W = ctx_cache_pkg::MEM_ADDR_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic idle_o,

    input  logic              ask_valid_i,
    input  logic              ask_clear_i,    // no write of its lines is in the queue
    input  logic [SLOT_W-1:0] ask_slot_i,
    input  logic [ARG_W-1:0]  ask_conn_i,
    input  logic              ask_meta_i,
    output logic              ask_taken_o,

    input  logic              next_valid_i,
    input  logic [1:0]        next_kind_i,
    input  logic [ARG_W-1:0]  next_conn_i,
    output logic              next_take_o,
    input  logic [1:0]        head_kind_i,
    input  logic [META_W-1:0] head_meta_i,
    output logic              pop_o,
    output logic              line_en_o,
    output logic [1:0]        line_o,
    input  logic [LINE_W-1:0] line_i,
    input  logic [ctx_cache_pkg::BOOT_W-1:0] boot_i,

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
    logic              req_q, write_q, free, starts_read, starts_write, whole;
    logic [2:0]        id_q, beats_q;
    logic [ADDR_W-1:0] addr_q;
    logic [ARG_W-1:0]  conn;
    logic [1:0]        writes_q, asked_q;   // writes begun, and of these those whose request was taken

    function automatic logic [2:0] beats_of(input logic [1:0] kind);
        beats_of = (kind == ctx_cache_pkg::WQ_EVICT) ? 3'd5 : (kind == ctx_cache_pkg::WQ_INSTALL) ? 3'd2 : 3'd1;
    endfunction

    // A write is requested while the data of the one before it are on their way, but not further ahead.
    assign free         = !req_q || mem_req_ready_i;
    assign starts_read  = free && ask_valid_i && ask_clear_i;
    assign starts_write = free && !starts_read && next_valid_i && !writes_q[1];
    assign ask_taken_o  = starts_read;
    assign next_take_o  = starts_write;
    assign conn         = starts_read ? ask_conn_i : next_conn_i;
    // From the constant line on, not only from the meta line.
    assign whole        = starts_read ? !ask_meta_i : next_kind_i == ctx_cache_pkg::WQ_INSTALL;

    always_ff @(posedge clk_i) begin
        if (starts_read || starts_write) begin
            write_q <= starts_write;
            id_q    <= starts_read ? 3'(ask_slot_i) : '0;
            addr_q  <= {1'b0, conn, 2'b0} + {2'b0, conn, !whole};  // conn x 6, and the constant line's place
            beats_q <= starts_write ? beats_of(next_kind_i) : ask_meta_i ? 3'd1 : 3'd6;
        end
    end
    assign mem_req_valid_o = req_q;
    assign mem_req_write_o = write_q;
    assign mem_req_id_o    = id_q;
    assign mem_req_line_o  = addr_q;
    assign mem_req_beats_o = beats_q;

    // Data of the head. The queue's memory is read one beat ahead: victims begin with the meta line, INSTALL ends with it.
    logic       sends_meta, installs, primed_q, primes, beat_taken, last_beat, asked;
    logic [2:0] beat_q;
    assign asked             = req_q && mem_req_ready_i && write_q;
    assign installs          = head_kind_i == ctx_cache_pkg::WQ_INSTALL;
    assign sends_meta        = installs ? beat_q == 3'd1 : beat_q == 3'd0;
    assign primes            = asked_q != '0 && installs && !primed_q;
    assign mem_wdata_valid_o = asked_q != '0 && !primes;
    assign mem_wdata_o       = sends_meta ? LINE_W'({boot_i, head_meta_i}) : line_i;
    assign beat_taken        = mem_wdata_valid_o && mem_wdata_ready_i;
    assign last_beat         = beat_q == beats_of(head_kind_i) - 3'd1;
    assign pop_o             = beat_taken && last_beat;
    assign line_en_o         = primes || (beat_taken && !last_beat && !installs);
    assign line_o            = installs ? 2'd0 : beat_q[1:0];
    assign idle_o            = !req_q && writes_q == '0;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            req_q    <= 1'b0;
            writes_q <= '0;
            asked_q  <= '0;
            primed_q <= 1'b0;
            beat_q   <= '0;
        end else begin
            if (free) req_q <= starts_read || starts_write;
            if (starts_write != pop_o) writes_q <= starts_write ? writes_q + 1'b1 : writes_q - 1'b1;
            if (asked != pop_o) asked_q <= asked ? asked_q + 1'b1 : asked_q - 1'b1;
            if (primes) primed_q <= 1'b1;
            else if (pop_o) primed_q <= 1'b0;
            if (beat_taken) beat_q <= last_beat ? '0 : beat_q + 1'b1;
        end
    end

    `ASSERT_PAST(RequestIsStable_A, !$past(mem_req_valid_o && !mem_req_ready_i) || (mem_req_valid_o && $stable(mem_req_line_o)))
    `ASSERT_PAST(WriteDataIsStable_A, !$past(mem_wdata_valid_o && !mem_wdata_ready_i) || (mem_wdata_valid_o && $stable(beat_q)))
    `ASSERT(AskedWasBegun_A, asked_q <= writes_q && writes_q <= 2'd2)
endmodule

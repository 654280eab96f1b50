// The context DRAM of the proofs. It has 4 contexts of 6 lines (constant, meta, 0 to 3). At reset each meta
// line says that a frozen context is there, but it has the number of another start (of which only the low bit
// is kept, and that is 0). A line keeps only the bits that the narrowed inputs of ctx_cache_top can make
// different from zero: two of a data line, and eight of a meta line.
//
// The solver chooses stall_* and pick_i, so requests have any delay, and reads of different ids are answered
// in any order. A read sees every write requested before it, because no read is accepted or answered while a
// write is open.
module dram_model (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         stall_req_i,
    input  logic         stall_write_i,
    input  logic         stall_read_i,
    input  logic [1:0]   pick_i,

    input  logic         req_valid_i,
    output logic         req_ready_o,
    input  logic         req_write_i,
    input  logic [2:0]   req_id_i,
    input  logic [26:0]  req_line_i,
    input  logic [2:0]   req_beats_i,
    input  logic         wdata_valid_i,
    output logic         wdata_ready_o,
    input  logic [ctx_cache_pkg::LINE_W-1:0] wdata_i,
    output logic         rdata_valid_o,
    output logic [2:0]   rdata_id_o,
    output logic [ctx_cache_pkg::LINE_W-1:0] rdata_o
);
    // At most one read per id and one write are open.
    logic [4:0]  rline_q [0:3], wline_q;
    logic [2:0]  rbeats_q [0:3], wbeats_q;
    logic [3:0]  waits;
    logic [1:0]  next;
    logic [1:0]  line [0:31];
    logic [7:0]  meta [0:3];
    logic [1:0]  word;
    logic [2:0]  is_meta, to_meta;  // bit 2: it is a meta line; bits 1:0: the context

    integer i;
    always @* begin
        next = pick_i;
        for (i = 0; i < 4; i = i + 1) waits[i] = rbeats_q[i] != '0;
        if (!waits[pick_i]) begin
            for (i = 3; i >= 0; i = i - 1) if (waits[i]) next = i[1:0];
        end
    end
    assign req_ready_o   = !stall_req_i && wbeats_q == '0 && (req_write_i || !waits[req_id_i[1:0]]);
    assign wdata_ready_o = !stall_write_i && wbeats_q != '0;
    assign rdata_valid_o = waits != '0 && wbeats_q == '0 && !stall_read_i;
    assign rdata_id_o    = {1'b0, next};
    assign word          = line[rline_q[next]];
    assign is_meta       = meta_of(rline_q[next]);
    assign to_meta       = meta_of(wline_q);
    assign rdata_o       = is_meta[2] ? ctx_cache_pkg::LINE_W'({meta[is_meta[1:0]], 14'b0}) : ctx_cache_pkg::LINE_W'(word);

    function automatic logic [2:0] meta_of(input logic [4:0] at);
        case (at)
            5'd1:    meta_of = 3'd4;
            5'd7:    meta_of = 3'd5;
            5'd13:   meta_of = 3'd6;
            5'd19:   meta_of = 3'd7;
            default: meta_of = 3'd0;
        endcase
    endfunction

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            wbeats_q <= '0;
            for (i = 0; i < 4; i = i + 1) rbeats_q[i] <= '0;
            for (i = 0; i < 32; i = i + 1) line[i] <= '0;
            for (i = 0; i < 4; i = i + 1) meta[i] <= 8'b0010_1111;
        end else begin
            if (rdata_valid_o) begin
                rline_q[next]  <= rline_q[next] + 1'b1;
                rbeats_q[next] <= rbeats_q[next] - 1'b1;
            end
            if (req_valid_i && req_ready_o) begin
                if (req_write_i) begin
                    wline_q  <= req_line_i[4:0];
                    wbeats_q <= req_beats_i;
                end else begin
                    rline_q[req_id_i[1:0]]  <= req_line_i[4:0];
                    rbeats_q[req_id_i[1:0]] <= req_beats_i;
                end
            end
            if (wdata_valid_i && wdata_ready_o) begin
                if (to_meta[2]) meta[to_meta[1:0]] <= wdata_i[21:14];
                else line[wline_q] <= wdata_i[1:0];
                wline_q  <= wline_q + 1'b1;
                wbeats_q <= wbeats_q - 1'b1;
            end
        end
    end
    always @* if (rst_ni) begin
        request_exists: assert (!req_valid_i || (req_line_i < 27'd24 && req_beats_i >= 3'd1 && req_beats_i <= 3'd6));
        data_was_asked: assert (!(wdata_valid_i && wbeats_q == '0));
        one_read_per_id: assert (!(req_valid_i && !req_write_i) || !waits[req_id_i[1:0]]);
    end
endmodule

// Context DRAM of the proofs: 4 contexts of 6 lines, zero at reset. A line keeps the bits that the narrowed
// inputs of ctx_cache_top can make different from zero. stall_* come from the solver: any delay, any order of
// acceptance that the contract of mem_* allows. A read sees every write requested before it.
module dram_model (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         stall_req_i,
    input  logic         stall_write_i,
    input  logic         stall_read_i,

    input  logic         req_valid_i,
    output logic         req_ready_o,
    input  logic         req_write_i,
    input  logic [2:0]   req_id_i,
    input  logic [26:0]  req_line_i,
    input  logic [2:0]   req_beats_i,
    input  logic         wdata_valid_i,
    output logic         wdata_ready_o,
    input  logic [511:0] wdata_i,
    output logic         rdata_valid_o,
    input  logic         rdata_ready_i,
    output logic [2:0]   rdata_id_o,
    output logic [511:0] rdata_o
);
    // Two reads may wait; one write. Bits kept: index, flags, generation, data.
    logic [4:0]  line0_q, line1_q, wline_q;
    logic [2:0]  beats0_q, beats1_q, wbeats_q, id0_q, id1_q;
    logic        shown_q;
    logic [12:0] line [0:31];
    logic [12:0] word;

    assign req_ready_o   = !stall_req_i && (req_write_i ? wbeats_q == '0 && beats0_q == '0 : beats1_q == '0);
    assign wdata_ready_o = !stall_write_i && wbeats_q != '0;
    assign rdata_valid_o = beats0_q != '0 && wbeats_q == '0 && (shown_q || !stall_read_i);
    assign rdata_id_o    = id0_q;
    assign word          = line[line0_q];
    assign rdata_o       = {475'b0, word[12:8], 12'b0, word[7:4], word[3:2], 12'b0, word[1:0]};

    integer i;
    always @(posedge clk_i) begin
        if (!rst_ni) begin
            beats0_q <= '0;
            beats1_q <= '0;
            wbeats_q <= '0;
            shown_q  <= 1'b0;
            for (i = 0; i < 32; i = i + 1) line[i] <= '0;
        end else begin
            shown_q <= rdata_valid_o && !rdata_ready_i;
            if (rdata_valid_o && rdata_ready_i) begin
                line0_q  <= line0_q + 1'b1;
                beats0_q <= beats0_q - 1'b1;
                if (beats0_q == 3'd1) begin
                    line0_q  <= line1_q;
                    beats0_q <= beats1_q;
                    id0_q    <= id1_q;
                    beats1_q <= '0;
                end
            end
            if (req_valid_i && req_ready_o && req_write_i) begin
                wline_q  <= req_line_i[4:0];
                wbeats_q <= req_beats_i;
            end
            if (req_valid_i && req_ready_o && !req_write_i) begin
                if (beats0_q == '0 || (beats0_q == 3'd1 && rdata_valid_o && rdata_ready_i)) begin
                    line0_q  <= req_line_i[4:0];
                    beats0_q <= req_beats_i;
                    id0_q    <= req_id_i;
                end else begin
                    line1_q  <= req_line_i[4:0];
                    beats1_q <= req_beats_i;
                    id1_q    <= req_id_i;
                end
            end
            if (wdata_valid_i && wdata_ready_o) begin
                line[wline_q] <= {wdata_i[36:32], wdata_i[19:16], wdata_i[15:14], wdata_i[1:0]};
                wline_q  <= wline_q + 1'b1;
                wbeats_q <= wbeats_q - 1'b1;
            end
        end
    end
endmodule

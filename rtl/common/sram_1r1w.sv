// Synchronous memory with one read and one write port, and a write enable per lane. A read's data stands from
// the next cycle until the next read. BYPASS: a read of the word being written gets the new lanes; without it
// the caller must not do that.
`include "assert.svh"

module sram_1r1w #(
    parameter int DEPTH  = 16,
    parameter int LANES  = 1,
    parameter int LANE_W = 8,
    parameter int BYPASS = 0,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1,
    localparam int WORD_W = LANES * LANE_W
) (
    input  logic              clk_i,
    input  logic              re_i,
    input  logic [ADDR_W-1:0] raddr_i,
    output logic [WORD_W-1:0] rdata_o,
    input  logic [LANES-1:0]  we_i,
    input  logic [ADDR_W-1:0] waddr_i,
    input  logic [WORD_W-1:0] wdata_i
);
    // verilator tracing_off
    logic [WORD_W-1:0] mem [DEPTH];
    // verilator tracing_on

    if (BYPASS != 0) begin : gen_bypass
        always_ff @(posedge clk_i) begin
            if (re_i) begin
                rdata_o <= mem[raddr_i];
                for (int l = 0; l < LANES; l++) begin
                    if (we_i[l] && waddr_i == raddr_i) rdata_o[l*LANE_W +: LANE_W] <= wdata_i[l*LANE_W +: LANE_W];
                end
            end
        end
    end else begin : gen_plain
        always_ff @(posedge clk_i) begin
            if (re_i) rdata_o <= mem[raddr_i];
        end
        `ASSERT_ALWAYS(NoReadOfWrittenWord_A, !(re_i && we_i != '0 && raddr_i == waddr_i))
    end

    always_ff @(posedge clk_i) begin
        for (int l = 0; l < LANES; l++) begin
            if (we_i[l]) mem[waddr_i][l*LANE_W +: LANE_W] <= wdata_i[l*LANE_W +: LANE_W];
        end
    end

    `ASSERT_ALWAYS(ReadAddressInRange_A, !re_i || 32'(raddr_i) < DEPTH)
    `ASSERT_ALWAYS(WriteAddressInRange_A, we_i == '0 || 32'(waddr_i) < DEPTH)
endmodule

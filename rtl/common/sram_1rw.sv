// Single-port synchronous SRAM with a write enable per lane.
// A read's data stands from the next cycle until the next read; a write leaves it untouched.
`include "assert.svh"

module sram_1rw #(
    parameter int DEPTH  = 16,
    parameter int LANES  = 1,
    parameter int LANE_W = 8,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1,
    localparam int WORD_W = LANES * LANE_W
) (
    input  logic              clk_i,
    input  logic              en_i,
    input  logic [LANES-1:0]  we_i,
    input  logic [ADDR_W-1:0] addr_i,
    input  logic [WORD_W-1:0] wdata_i,
    output logic [WORD_W-1:0] rdata_o
);
    // verilator tracing_off
    logic [WORD_W-1:0] mem [DEPTH];
    // verilator tracing_on

    always_ff @(posedge clk_i) begin
        if (en_i && we_i == '0) rdata_o <= mem[addr_i];
    end

    always_ff @(posedge clk_i) begin
        if (en_i) begin
            for (int l = 0; l < LANES; l++) begin
                if (we_i[l]) mem[addr_i][l*LANE_W +: LANE_W] <= wdata_i[l*LANE_W +: LANE_W];
            end
        end
    end

    `ASSERT_ALWAYS(AddressInRange_A, !en_i || 32'(addr_i) < DEPTH)
    `ASSERT_ALWAYS(WriteIsEnabled_A, we_i == '0 || en_i)
endmodule

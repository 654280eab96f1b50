// Data array: five lines of 512 bits per way. The control unit and the memory engine share the one port; they
// never want it in the same cycle. Data of a read stands from the next cycle until the next read.
`include "assert.svh"

module ctx_cache_data #(
    parameter int unsigned SETS = 128,
    parameter int unsigned WAYS = 8,
    localparam int unsigned SET_W = $clog2(SETS),
    localparam int unsigned WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int unsigned LINE_W = ctx_cache_pkg::LINE_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic [SET_W-1:0]  set_i,
    input  logic [WAY_W-1:0]  way_i,

    input  logic              ctrl_en_i,
    input  logic              ctrl_we_i,
    input  logic [2:0]        ctrl_line_i,
    input  logic [LINE_W-1:0] ctrl_wdata_i,

    input  logic              mem_en_i,
    input  logic              mem_we_i,
    input  logic [2:0]        mem_line_i,
    input  logic [LINE_W-1:0] mem_wdata_i,

    output logic [LINE_W-1:0] rdata_o
);
    localparam int unsigned CONTEXTS = SETS * WAYS;
    localparam int unsigned DEPTH  = CONTEXTS * ctx_cache_pkg::LINES;
    localparam int unsigned ADDR_W = $clog2(DEPTH);

    logic [2:0]        line;
    logic [ADDR_W-1:0] addr;
    logic              we;

    assign line = mem_en_i ? mem_line_i : ctrl_line_i;
    assign addr = ADDR_W'(32'(line) * CONTEXTS + 32'(set_i) * WAYS + 32'(way_i));
    assign we   = mem_en_i ? mem_we_i : (ctrl_en_i && ctrl_we_i);

    sram_1rw #(.DEPTH(DEPTH), .LANES(1), .LANE_W(LINE_W)) u_lines (
        .clk_i, .en_i(ctrl_en_i || mem_en_i), .we_i(we), .addr_i(addr),
        .wdata_i(mem_en_i ? mem_wdata_i : ctrl_wdata_i), .rdata_o
    );

    `ASSERT(OneUser_A, !(ctrl_en_i && mem_en_i))
    `ASSERT(LineExists_A, !(ctrl_en_i || mem_en_i) || 32'(line) < ctx_cache_pkg::LINES)
endmodule

// Where the live entry (hot, cold or frozen) of each connection is in the lookup table, so that neither the tags nor
// the context DRAM hold an index that displacement would have to correct there. Reservations and tombstones are
// found by their key only, as a connection may have several.
//
// read_i: index_o is there in the next cycle and stands until the next read. write_i with the state of the
// entry written: recorded if live. link_i: recorded always; never together with the others.
`include "assert.svh"

module ctx_cache_where #(
    parameter int CONN_IDS = 65536,
    parameter int IDX_W = 18,
    localparam int CONN_W = $clog2(CONN_IDS),
    localparam int PORT_W = ctx_cache_pkg::CONN_PORT_W
) (
    input  logic              clk_i,
    input  logic              rst_ni,
    input  logic              read_i,
    input  logic              write_i,
    input  logic [2:0]        state_i,
    input  logic [PORT_W-1:0] conn_i,
    input  logic [IDX_W-1:0]  index_i,
    input  logic              link_i,
    input  logic [PORT_W-1:0] link_conn_i,
    input  logic [IDX_W-1:0]  link_index_i,
    output logic [IDX_W-1:0]  index_o
);
    logic              live, we;
    logic [PORT_W-1:0] conn;

    assign live = state_i == ctx_cache_pkg::ENTRY_HOT || state_i == ctx_cache_pkg::ENTRY_COLD
               || state_i == ctx_cache_pkg::ENTRY_FROZEN;
    assign we   = link_i || (write_i && live);
    assign conn = link_i ? link_conn_i : conn_i;

    sram_1rw #(.DEPTH(CONN_IDS), .LANES(1), .LANE_W(IDX_W)) u_index (
        .clk_i, .en_i(read_i || we), .we_i(we), .addr_i(conn[CONN_W-1:0]),
        .wdata_i(link_i ? link_index_i : index_i), .rdata_o(index_o)
    );

    `ASSERT(OneAccess_A, $onehot0({read_i, write_i, link_i}))
    `ASSERT(ConnectionExists_A, !(read_i || we) || 32'(conn) < CONN_IDS)
endmodule

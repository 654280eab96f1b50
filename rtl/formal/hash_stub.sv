// Replaces ctx_cache_hash in proofs. The cache must be correct with any function of the key, and this one
// costs the solver nothing. The four keys of the proofs give all four combinations of rows. With CLASH, the
// keys whose bits 4 to 2 are high have the hash of those whose bits 4 to 2 are low; all others differ.
module ctx_cache_hash #(
    parameter int ROW_W = 14,
    localparam int TAIL_W = (ctx_cache_pkg::FP_W > ROW_W) ? ctx_cache_pkg::FP_W - ROW_W : 1
) (
    input  logic                                  clk_i,
    input  logic                                  rst_ni,
    input  logic                                  word_valid_i,
    input  logic [ctx_cache_pkg::HASH_WORD_W-1:0] word_i,
    input  logic                                  hash_i,
    input  logic [ctx_cache_pkg::KEY_W-1:0]       key_i,
    output logic [ROW_W-1:0]                      row0_o,
    output logic [ROW_W-1:0]                      row1_o,
    output logic [TAIL_W-1:0]                     tail_o
);
    assign row0_o = ROW_W'(key_i[0]);
    assign row1_o = ROW_W'(key_i[1]);
`ifdef CLASH
    assign tail_o = (key_i[4:2] == 3'd7) ? '0 : TAIL_W'(key_i[4:2]);
`else
    assign tail_o = TAIL_W'(key_i[4:2]);
`endif
endmodule

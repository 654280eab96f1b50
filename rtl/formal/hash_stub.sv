// Replaces ctx_cache_hash in proofs. The cache must be correct with any function of the key, and this one
// costs the solver nothing. The four keys of the proofs give all four combinations of rows.
module ctx_cache_hash #(
    parameter int ROW_W = 14
) (
    input  logic                                  clk_i,
    input  logic                                  rst_ni,
    input  logic                                  word_valid_i,
    input  logic [ctx_cache_pkg::HASH_WORD_W-1:0] word_i,
    input  logic                                  hash_i,
    input  logic [ctx_cache_pkg::KEY_W-1:0]       key_i,
    output logic [ROW_W-1:0]                      row0_o,
    output logic [ROW_W-1:0]                      row1_o
);
    assign row0_o = ROW_W'(key_i[0]);
    assign row1_o = ROW_W'(key_i[1]);
endmodule

// The two row numbers of a flow key, and what else its fingerprint needs: Toeplitz hash, as of receive-side scaling, under a key that
// the driver writes at start, so that nobody outside can tell which flows share their rows. Bit b of that hash is the parity of the flow key and
// bits b to b + KEY_W - 1 of the secret. That alone is linear, so keys that differ in a few bits, such as consecutive ports, could
// all fall into half of the rows; two AND terms end that. Six levels of LUTs. Mirrored by models/ctx_cache/ctx_cache_hash.c.
//
// word_*: a word of the key comes in at the low end; the last one first. After reset: words of the digits of pi.
// hash_i: key_i is a flow key, whose rows are wanted. tail_o: bits that do not follow from the rows; the fingerprint is tail and the
// difference of the rows.
`include "assert.svh"

module ctx_cache_hash #(
    parameter int ROW_W = 14,
    localparam int TAIL_W = (ctx_cache_pkg::FP_W > ROW_W) ? ctx_cache_pkg::FP_W - ROW_W : 1,
    localparam int KEY_W = ctx_cache_pkg::KEY_W,
    localparam int WORD_W = ctx_cache_pkg::HASH_WORD_W,
    localparam int HASH_KEY_W = ctx_cache_pkg::HASH_KEY_W
) (
    input  logic              clk_i,
    input  logic              rst_ni,
    input  logic              word_valid_i,
    input  logic [WORD_W-1:0] word_i,

    input  logic              hash_i,
    input  logic [KEY_W-1:0]  key_i,
    output logic [ROW_W-1:0]  row0_o,
    output logic [ROW_W-1:0]  row1_o,
    output logic [TAIL_W-1:0] tail_o
);
    localparam logic [HASH_KEY_W-1:0] AT_RESET = {
        32'h801f2e2f, 32'hbe5466cf, 32'h38d01377, 32'h452821e6, 32'hec4e6c89, 32'h082efa98,
        32'h299f31d0, 32'ha4093822, 32'h03707344, 32'h13198a2e, 32'h243f6a89};

    logic [HASH_KEY_W-1:0] hash_key_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)           hash_key_q <= AT_RESET;
        else if (word_valid_i) hash_key_q <= {hash_key_q[HASH_KEY_W-WORD_W-1:0], word_i};
    end

    localparam int HALF1_W = ROW_W + (TAIL_W > 4 ? TAIL_W : 4);
    logic [ROW_W+1:0]   half0, mixed;
    logic [HALF1_W-1:0] half1;
    always_comb begin
        half0 = '0;
        half1 = '0;
        if (hash_i) begin
            for (int b = 0; b < ROW_W + 2; b++) half0[b] = ^(key_i & hash_key_q[b +: KEY_W]);
            for (int b = 0; b < HALF1_W; b++) half1[b] = ^(key_i & hash_key_q[b + ctx_cache_pkg::HASH_ROW1 +: KEY_W]);
        end
    end
    // Two rounds as of a Feistel cipher, so that each pair of rows is as likely as before.
    assign mixed  = half0 ^ (half1[ROW_W+2:1] & half1[ROW_W+3:2]);
    assign row0_o = mixed[ROW_W-1:0];
    assign row1_o = half1[ROW_W-1:0] ^ (mixed[ROW_W:1] & mixed[ROW_W+1:2]);
    assign tail_o = half1[ROW_W +: TAIL_W];

    `ASSERT(KeyIsLongEnough_A, KEY_W + ctx_cache_pkg::HASH_ROW1 + HALF1_W - 1 <= HASH_KEY_W)
    `ASSERT(HalvesDoNotOverlap_A, ROW_W + 2 <= ctx_cache_pkg::HASH_ROW1)
endmodule

// The two row numbers of a flow key: NH hash (sums of products, as in UMAC, RFC 4418 5.2.2) with two sets of
// constants, folded. Mirrored by models/ctx_cache/ctx_cache_hash.c.
module ctx_cache_hash #(
    parameter int unsigned ROW_W = 14
) (
    input  logic [ctx_cache_pkg::KEY_W-1:0] key_i,
    output logic [ROW_W-1:0]                row0_o,
    output logic [ROW_W-1:0]                row1_o
);
    // Words of the binary digits of pi, some made odd: any fixed random words serve.
    localparam logic [319:0] K0 = {
        32'hbe5466cf, 32'h38d01377, 32'h452821e6, 32'hec4e6c89, 32'h082efa98,
        32'h299f31d0, 32'ha4093822, 32'h03707344, 32'h13198a2e, 32'h243f6a89};
    localparam logic [319:0] K1 = {
        32'h636920d9, 32'h2ffd72db, 32'hd01adfb7, 32'hb8e1afed, 32'h6a267e97,
        32'hba7c9045, 32'hf12c7f99, 32'h24a19947, 32'hb3916cf7, 32'h801f2e2f};

    logic [319:0] words;
    logic [63:0]  sum0, sum1;

    assign words = {8'b0, key_i};

    always_comb begin
        sum0 = '0;
        sum1 = '0;
        for (int i = 0; i < 5; i++) begin
            sum0 = sum0 + product(words[64*i +: 32] + K0[64*i +: 32], words[64*i+32 +: 32] + K0[64*i+32 +: 32]);
            sum1 = sum1 + product(words[64*i +: 32] + K1[64*i +: 32], words[64*i+32 +: 32] + K1[64*i+32 +: 32]);
        end
    end

    assign row0_o = fold(sum0);
    assign row1_o = fold(sum1);

    function automatic logic [63:0] product(input logic [31:0] a, input logic [31:0] b);
        product = {32'b0, a} * {32'b0, b};
    endfunction

    function automatic logic [ROW_W-1:0] fold(input logic [63:0] sum);
        logic [31:0] half;
        half = sum[63:32] ^ sum[31:0];
        half = half ^ (half >> 15);
        fold = half[ROW_W-1:0];
    endfunction
endmodule

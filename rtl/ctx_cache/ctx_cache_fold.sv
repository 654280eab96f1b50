// Which parity bits of a line that was read are wrong. A module of its own, so that synthesis maps it alone, with two levels of
// logic: together with what stands behind it, it takes wider and slower functions.
module ctx_cache_fold #(
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int PARITY_W = ctx_cache_pkg::PARITY_W
) (
    input  logic                stands_i,  // a line stands; else nothing is wrong
    input  logic [LINE_W-1:0]   data_i,
    input  logic [PARITY_W-1:0] parity_i,
    output logic [PARITY_W-1:0] wrong_o
);
    always_comb begin
        wrong_o = '0;
        if (stands_i) begin
            wrong_o = parity_i;
            for (int i = 0; i < LINE_W / PARITY_W; i++) wrong_o = wrong_o ^ data_i[i*PARITY_W +: PARITY_W];
        end
    end
endmodule

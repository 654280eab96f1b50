// Whether a line that was read has wrong parity: each bit of parity_i covers every PARITY_W-th bit of data_i.
// What it says goes on to the answers in the same cycle.
module ctx_cache_parity #(
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int PARITY_W = ctx_cache_pkg::PARITY_W
) (
    input  logic                stands_i,  // a line stands; else nothing is wrong
    input  logic [LINE_W-1:0]   data_i,
    input  logic [PARITY_W-1:0] parity_i,
    output logic                bad_o
);
    logic [PARITY_W-1:0] wrong;
    always_comb begin
        wrong = '0;
        bad_o = 1'b0;
        if (stands_i) begin
            wrong = parity_i;
            for (int i = 0; i < LINE_W / PARITY_W; i++) wrong = wrong ^ data_i[i*PARITY_W +: PARITY_W];
            bad_o = wrong != '0;
        end
    end
endmodule

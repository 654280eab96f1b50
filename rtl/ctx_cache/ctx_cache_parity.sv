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
    ctx_cache_fold u_fold (.stands_i, .data_i, .parity_i, .wrong_o(wrong));
    assign bad_o = wrong != '0;
endmodule

// Soft errors on request: one stored bit of a context in the cache changes. Takes its turn of the commit stage before all
// others, so it has a place in the order of all effects; a bit of the data array changes when the data port
// comes to it. A context that is not in the cache, or whose tag is already bad, stays as it is.
//
// inject_*: a request; wants_o .. bit_o stand from then on until it is through.
module ctx_cache_inject #(
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int BIT_W = ctx_cache_pkg::BIT_W
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             inject_valid_i,
    output logic             inject_ready_o,
    input  logic             inject_tag_i,
    input  logic [ARG_W-1:0] inject_conn_i,
    input  logic [2:0]       inject_line_i,
    input  logic [BIT_W-1:0] inject_bit_i,

    output logic             wants_o,       // a turn of the commit stage
    input  logic             take_i,
    input  logic             done_i,        // its effect is complete
    output logic             tag_o,
    output logic [ARG_W-1:0] conn_o,
    output logic [2:0]       line_o,
    output logic [BIT_W-1:0] bit_o
);
    logic valid_q, started_q;

    assign inject_ready_o = !valid_q;
    assign wants_o        = valid_q && !started_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            valid_q   <= 1'b0;
            started_q <= 1'b0;
        end else if (!valid_q) begin
            valid_q   <= inject_valid_i;
        end else begin
            valid_q   <= !done_i;
            started_q <= (started_q || take_i) && !done_i;
        end
    end
    always_ff @(posedge clk_i) begin
        if (!valid_q && inject_valid_i) begin
            tag_o  <= inject_tag_i;
            conn_o <= inject_conn_i;
            line_o <= inject_line_i;
            bit_o  <= inject_bit_i;
        end
    end
endmodule

// Small first-in first-out queue of flip-flops. Pushing while full is the caller's bug: it counts its
// credits. pop data stands while valid_o is high.
`include "assert.svh"

module fifo #(
    parameter int DEPTH = 8,  // power of two
    parameter int W     = 8,
    localparam int PTR_W = $clog2(DEPTH)
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         push_i,
    input  logic [W-1:0] data_i,
    output logic         valid_o,
    input  logic         ready_i,
    output logic [W-1:0] data_o
);
    logic [W-1:0]   slot_q [DEPTH];
    logic [PTR_W:0] head_q, tail_q;

    logic several;
    assign several = head_q + 1'b1 != tail_q;  // of those that are there
    assign data_o  = slot_q[head_q[PTR_W-1:0]];

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            valid_o <= 1'b0;
            head_q <= '0;
            tail_q <= '0;
        end else begin
            valid_o <= push_i || (valid_o && (!ready_i || several));
            if (valid_o && ready_i) head_q <= head_q + 1'b1;
            if (push_i) tail_q <= tail_q + 1'b1;
        end
    end

    always_ff @(posedge clk_i) begin
        if (push_i) slot_q[tail_q[PTR_W-1:0]] <= data_i;
    end

    `ASSERT(NeverOverflows_A, !push_i || (tail_q - head_q) != (PTR_W+1)'(DEPTH))
    `ASSERT(ValidIsKept_A, valid_o == (head_q != tail_q))
    `ASSERT(CountInRange_A, (tail_q - head_q) <= (PTR_W+1)'(DEPTH))
endmodule

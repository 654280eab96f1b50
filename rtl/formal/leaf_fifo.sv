// Proves that the queue returns any one element that was pushed, in order and only once.
module leaf_fifo (input logic clk_i, input logic rst_ni);
    (* anyseq *) logic       push, ready, pick;
    (* anyseq *) logic [1:0] data;
    logic       valid, rst_q, picked_q;
    logic [1:0] out, mine_q;
    logic [2:0] count_q, ahead_q;

    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;
    fifo #(.DEPTH(4), .W(2)) dut (.clk_i(clk_i), .rst_ni(rst_q), .push_i(push), .data_i(data), .valid_o(valid), .ready_i(ready), .data_o(out));

    logic pop;
    assign pop = valid && ready;
    always @(posedge clk_i) begin
        if (!rst_q) begin
            count_q  <= '0;
            picked_q <= 1'b0;
        end else begin
            count_q <= count_q + {2'b0, push} - {2'b0, pop};
            if (push && pick && !picked_q) begin
                picked_q <= 1'b1;
                mine_q   <= data;
                ahead_q  <= count_q - {2'b0, pop};
            end else if (picked_q && pop) begin
                ahead_q  <= ahead_q - 1'b1;
                picked_q <= ahead_q != '0;
            end
        end
    end
    always @* begin
        if (!rst_q || count_q == 3'd4) assume (!push);
        if (rst_q) begin
            holds_what_it_holds: assert (valid == (count_q != '0));
            in_order: assert (!(picked_q && valid && ahead_q == '0) || out == mine_q);
            mine_is_inside: assert (!picked_q || ahead_q < count_q);
        end
    end
endmodule

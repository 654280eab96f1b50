// Lock table and request slots together: no two requesters hold one connection, the way of a held line is
// reported locked until its return, and whoever waits does so only while the lock is held (no lost wake-up).
module leaf_locks (input logic clk_i, input logic rst_ni);
    localparam int unsigned C = ctx_cache_pkg::CONN_PORT_W;
    (* anyseq *) logic [3:0]  op_valid, ret_valid;
    (* anyseq *) logic [15:0] op_code, ret_code;
    (* anyseq *) logic [7:0]  op_conn, ret_conn, gen;
    (* anyseq *) logic        done, locks, way;
    logic rst_q;
    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;

    logic [3:0] op_ready, ret_ready, held, wait_evt;
    logic [4*C-1:0] op_conn_w, ret_conn_w;
    for (genvar r = 0; r < 4; r++) begin : gen_r
        assign op_conn_w[C*r +: C]  = C'(op_conn[2*r +: 2]);
        assign ret_conn_w[C*r +: C] = C'(ret_conn[2*r +: 2]);
        always @* assume (op_code[4*r +: 4] == 4'd1 || op_code[4*r +: 4] == 4'd5 || op_code[4*r +: 4] == 4'd6);
        always @* assume (ret_code[4*r +: 4] == 4'd3);
    end
    logic [7:0]  held_conn;
    logic [63:0] gens;
    assign gens = {14'b0, gen[7:6], 14'b0, gen[5:4], 14'b0, gen[3:2], 14'b0, gen[1:0]};

    // A control unit that ends each request after any number of cycles; READ_LOCK may or may not succeed.
    logic         busy_q, ret_q, looked_q, grant, ret, settled, holds;
    logic [1:0]   who, who_q, locked_ways;
    logic [3:0]   code, code_q, mask;
    logic [C-1:0] conn, conn_q;
    logic [15:0]  gen_o, gen_q;
    logic [7:0]   tag;
    logic         set, clear;
    assign set   = busy_q && !looked_q && !ret_q && code_q == ctx_cache_pkg::OP_READ_LOCK && locks;
    assign clear = busy_q && !looked_q && ret_q && holds;

    always @(posedge clk_i) begin
        if (!rst_q) busy_q <= 1'b0;
        else if (!busy_q && grant) begin
            busy_q   <= 1'b1;
            looked_q <= 1'b0;
            ret_q    <= ret;
            who_q    <= who;
            code_q   <= code;
            conn_q   <= conn;
            gen_q    <= gen_o;
        end else if (busy_q) begin
            looked_q <= 1'b1;
            if (looked_q && done) busy_q <= 1'b0;
        end
    end

    ctx_cache_requests #(.CONN_W(2)) u_requests (
        .clk_i(clk_i), .rst_ni(rst_q), .op_valid_i(op_valid), .op_ready_o(op_ready), .op_code_i(op_code),
        .op_conn_i(op_conn_w), .op_gen_i(gens), .op_tag_i(32'b0), .ret_valid_i(ret_valid),
        .ret_ready_o(ret_ready), .ret_code_i(ret_code), .ret_conn_i(ret_conn_w), .ret_gen_i(gens),
        .ret_tag_i(32'b0), .ret_mask_i(16'b0), .held_i(held), .held_conn_i(held_conn), .take_i(!busy_q),
        .grant_o(grant), .ret_o(ret), .who_o(who), .code_o(code), .conn_o(conn), .gen_o(gen_o), .tag_o(tag),
        .mask_o(mask), .finish_i(busy_q && looked_q && done), .park_i(1'b0), .rescan_i(1'b0),
        .rescan_index_i('0), .unlocked_i(clear), .ret_i(ret_q), .who_i(who_q), .settled_o(settled),
        .evt_lock_wait_o(wait_evt));
    ctx_cache_locks #(.SETS(2), .WAYS(2), .CONN_W(2)) u_locks (
        .clk_i(clk_i), .rst_ni(rst_q), .set_i(set), .clear_i(clear), .who_i(who_q), .conn_i(conn_q[1:0]),
        .gen_i(gen_q), .way_i(way), .holds_o(holds), .locked_ways_o(locked_ways), .held_o(held),
        .held_conn_o(held_conn));

    (* anyconst *) logic [1:0] a, b;
    logic       way_q;
    logic [4:0] takes_q;
    always @(posedge clk_i) begin
        if (set && who_q == a) way_q <= way;
        // Requests started while a waits for a lock that nobody holds any more.
        if (!rst_q || op_ready[a] || held != '0) takes_q <= '0;
        else if (!busy_q && grant && who != a && takes_q != 5'd31) takes_q <= takes_q + 1'b1;
    end
    always @* if (rst_q && a != b) begin
        one_holder: assert (!(held[a] && held[b]) || held_conn[2*a +: 2] != held_conn[2*b +: 2]);
        way_is_locked: assert (!(held[a] && held_conn[2*a] == conn_q[0]) || locked_ways[way_q]);
        taken_only_free: assert (!(busy_q && !looked_q && !ret_q && code_q != ctx_cache_pkg::OP_INSTALL)
                                 || !held[a] || C'(held_conn[2*a +: 2]) != conn_q);
        no_lost_wakeup: assert (!(!op_ready[a] && held == '0 && !busy_q) || grant);
    end
endmodule

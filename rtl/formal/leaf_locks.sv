// Proves properties of the lock table together with the request slots. No two requesters hold one connection.
// The way of a held line is reported as locked until its return. Operations of one connection are served one
// after another, in the order in which they came. No request waits if there is nothing to wait for (no lost
// wake-up).
//
// The commit stage here is a model. It takes a granted request when the solver chooses to, and performs it in
// the next cycle. READ_LOCK succeeds, is refused, or misses and comes again (turn_*) as the solver chooses,
// and the solver also chooses when answers come.
module leaf_locks (input logic clk_i, input logic rst_ni);
    localparam int C = ctx_cache_pkg::CONN_PORT_W;
    localparam int N = 4;
    (* anyseq *) logic [3:0]  op_valid, ret_valid, answers;
    (* anyseq *) logic [15:0] op_code, ret_code;
    (* anyseq *) logic [7:0]  op_conn, ret_conn, gen;
    (* anyseq *) logic        take_any, turn_any, locks, misses, way, frozen, misses_ok, keys_ok;
    (* anyseq *) logic [1:0]  turn_who;
    logic rst_q;
    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;

    logic [3:0] op_ready, ret_ready, held, wait_evt;
    logic [4*C-1:0] op_conn_w, ret_conn_w;
    for (genvar r = 0; r < N; r++) begin : gen_r
        assign op_conn_w[C*r +: C]  = C'(op_conn[2*r +: 2]);
        assign ret_conn_w[C*r +: C] = C'(ret_conn[2*r +: 2]);
        always @* assume (op_code[4*r +: 4] == 4'd1 || op_code[4*r +: 4] == 4'd5 || op_code[4*r +: 4] == 4'd6);
        always @* assume (ret_code[4*r +: 4] == 4'd3);
    end
    logic [7:0]  held_conn;
    logic [63:0] gens;
    assign gens = {14'b0, gen[7:6], 14'b0, gen[5:4], 14'b0, gen[3:2], 14'b0, gen[1:0]};

    // The commit stage has one request. The bits say whose requests have started, are done, or wait for their
    // turn after a miss.
    logic         valid_q, ret_q, grant, by_key, ret, holds, take, turn;
    logic [3:0]   started_q, ret_started_q, done_q, ret_done_q, missed_q, op_finish, ret_finish, mask;
    logic [1:0]   who, who_q, locked_ways;
    logic [3:0]   code, code_q;
    logic [C-1:0] conn, conn_q;
    logic [15:0]  gen_o, gen_q;
    logic         acquires, misses_now, set, clear;
    assign turn       = turn_any && missed_q[turn_who];
    assign take       = take_any && grant && !(by_key && !turn);
    assign acquires   = valid_q && !ret_q && code_q != ctx_cache_pkg::OP_INSTALL;
    assign misses_now = acquires && misses;
    assign set        = acquires && !misses && code_q == ctx_cache_pkg::OP_READ_LOCK && locks;
    assign clear      = valid_q && ret_q && holds;
    assign op_finish  = done_q & answers;
    assign ret_finish = ret_done_q & ~answers;

    always @(posedge clk_i) begin
        if (!rst_q) begin
            valid_q       <= 1'b0;
            started_q     <= '0;
            ret_started_q <= '0;
            done_q        <= '0;
            ret_done_q    <= '0;
            missed_q      <= '0;
        end else begin
            valid_q       <= take;
            started_q     <= started_q & ~op_finish;
            ret_started_q <= ret_started_q & ~ret_finish;
            done_q        <= done_q & ~op_finish;
            ret_done_q    <= ret_done_q & ~ret_finish;
            if (take && ret) ret_started_q[who] <= 1'b1;
            if (take && !ret) started_q[who] <= 1'b1;
            // The key unit's operations are answered without a commit here.
            if (take_any && grant && by_key && !turn) begin
                started_q[who] <= 1'b1;
                done_q[who]    <= 1'b1;
            end
            if (take && turn) missed_q[who] <= 1'b0;
            if (valid_q && ret_q) ret_done_q[who_q] <= 1'b1;
            if (valid_q && !ret_q && !misses_now) done_q[who_q] <= 1'b1;
            if (misses_now) missed_q[who_q] <= 1'b1;
        end
        if (take) begin
            ret_q  <= ret;
            who_q  <= who;
            code_q <= code;
            conn_q <= conn;
            gen_q  <= gen_o;
        end
    end

    ctx_cache_requests #(.CONN_W(2)) u_requests (
        .clk_i(clk_i), .rst_ni(rst_q), .op_valid_i(op_valid), .op_ready_o(op_ready), .op_code_i(op_code),
        .op_conn_i(op_conn_w), .op_gen_i(gens), .op_tag_i(32'b0), .ret_valid_i(ret_valid),
        .ret_ready_o(ret_ready), .ret_code_i(ret_code), .ret_conn_i(ret_conn_w), .ret_gen_i(gens),
        .ret_tag_i(32'b0), .ret_mask_i(16'b0), .held_i(held), .held_conn_i(held_conn), .misses_ok_i(misses_ok), .starts_i(1'b0), .keys_ok_i(keys_ok), .scans_ok_i(keys_ok),
        .turn_valid_i(turn), .turn_who_i(turn_who), .take_i(take_any),
        .grant_o(grant), .by_key_o(by_key), .ret_o(ret), .who_o(who), .code_o(code), .conn_o(conn), .gen_o(gen_o),
        .mask_o(mask), .op_finish_i(op_finish), .ret_finish_i(ret_finish), .rescan_i(1'b0), .rescan_who_i(2'd0),
        .rescan_index_i('0), .rsp_who_i(2'd0), .ret_rsp_who_i(2'd0), .evt_lock_wait_o(wait_evt));
    logic its_way, its_frozen;
    ctx_cache_locks #(.SETS(2), .WAYS(2), .CONN_W(2)) u_locks (
        .clk_i(clk_i), .rst_ni(rst_q), .set_i(set), .clear_i(clear), .who_i(who_q), .conn_i(conn_q[1:0]),
        .gen_i(gen_q), .way_i(way), .frozen_i(frozen), .ask_who_i(who_q), .ask_conn_i(conn_q[1:0]), .ask_gen_i(gen_q), .holds_o(holds), .way_o(its_way), .frozen_o(its_frozen), .locked_ways_o(locked_ways), .held_o(held),
        .held_conn_o(held_conn));

    (* anyconst *) logic [1:0] a, b;
    logic       way_q, frozen_q, first_q;
    logic [1:0] conn_a_q, conn_b_q;
    // first_q is set if a's operation came before b's and both are for the same connection.
    always @(posedge clk_i) begin
        if (set && who_q == a) {way_q, frozen_q} <= {way, frozen};
        if (op_valid[a] && op_ready[a]) conn_a_q <= op_conn[2*a +: 2];
        if (op_valid[b] && op_ready[b]) conn_b_q <= op_conn[2*b +: 2];
        if (!rst_q || op_finish[a] || op_finish[b]) first_q <= 1'b0;
        else if (op_valid[b] && op_ready[b] && !op_ready[a]) first_q <= op_conn[2*b +: 2] == conn_a_q;
    end
    // A requester's return and its own operation take turns. returned_q says whether a's return was taken
    // last.
    logic returned_q, take_own;  // of requester a
    assign take_own = take_any && grant && !turn && who == a;
    always @(posedge clk_i) begin
        if (!rst_q) returned_q <= 1'b0;
        else if (take_own) returned_q <= ret;
    end
    logic alone, alone_q;  // no other request is there, and nothing stops a's; alone_q: one cycle ago
    always @(posedge clk_i) alone_q <= rst_q && alone;
    assign alone = !op_ready[a] && !started_q[a] && (op_ready | (4'd1 << a)) == 4'hf && ret_ready == 4'hf && held == '0
                && misses_ok && keys_ok && !turn;
    always @* if (rst_q && a != b) begin
        one_holder:      assert (!(held[a] && held[b]) || held_conn[2*a +: 2] != held_conn[2*b +: 2]);
        way_is_locked:   assert (!(held[a] && held_conn[2*a] == conn_q[0]) || locked_ways[way_q]);
        holder_is_told:  assert (!(valid_q && ret_q && holds && who_q == a) || (its_way == way_q && its_frozen == frozen_q));
        taken_only_free: assert (!acquires || !held[a] || C'(held_conn[2*a +: 2]) != conn_q);
        in_order:        assert (!(take_any && grant && !ret && who == b) || !first_q);
        return_first:    assert (!(take_own && !ret && !ret_ready[a] && !ret_started_q[a]) || returned_q);
        no_lost_wakeup:  assert (!(alone && alone_q) || (grant && who == a && !ret));
        reach_two_locks: assert (!(held[a] && held[b]));
        reach_order:     assert (!(first_q && held[a]));
    end
endmodule

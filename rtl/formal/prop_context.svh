// Follows the life of connection WATCHED from the ports alone: where it is, who holds it, and the value of
// its lines. Nothing here looks inside the cache, so the properties apply to every implementation with the
// same ports.
//
// A lock lasts from the first beat of READ_LOCK's answer until its holder's return is taken. We assume below
// that a requester does not offer the return of a lock that READ_LOCK has not given yet, and does not make a
// READ_LOCK after such a stray return until the return is answered.
localparam logic [2:0] CONN = `WATCHED;

// These registers hold what each requester has asked, until it is answered.
logic [N-1:0]   mine_q, install_q, read_q, ret_due_q, stray_q;
logic [2*N-1:0] asked_gen_q;
logic [N-1:0]   pushed, returns, op_mine, held_q, is_remove, asks_lock, stray;
logic           here_q;
logic [1:0]     gen_q, value_q [0:4], coming_q [0:4];
integer         w, l;
always @* begin
    for (w = 0; w < N; w = w + 1) begin
        op_mine[w]   = op_conn_of[w*3 +: 3] == CONN && op_code_of[w*4 +: 4] != ctx_cache_pkg::OP_SCAN;
        pushed[w]    = op_valid[w] && op_ready[w];
        is_remove[w] = ret_code[w*4 +: 4] == ctx_cache_pkg::OP_REMOVE;
        // The requester returns a lock that it holds.
        returns[w]   = ret_valid[w] && ret_ready[w] && held_q[w] && ret_conn[w*3 +: 3] == CONN && ret_gen[w*2 +: 2] == gen_q;
        asks_lock[w] = op_valid[w] && op_mine[w] && op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_READ_LOCK;
        stray[w]     = ret_valid[w] && ret_conn[w*3 +: 3] == CONN && !held_q[w];
        assume (!free_q || !stray[w] || !(asks_lock[w] || (mine_q[w] && read_q[w])));
        assume (!free_q || !stray_q[w] || !asks_lock[w]);
    end
end

logic       about, begun, ok, takes, ends;
logic [1:0] asked_gen;
assign about     = rsp_valid && mine_q[rsp_who];
assign begun     = about && rsp_beat == '0;
assign ends      = about && rsp_end;
assign ok        = rsp_ok;
assign takes     = ok && (rsp_code == ctx_cache_pkg::OP_READ_LOCK || rsp_code == ctx_cache_pkg::OP_FREEZE
                          || rsp_code == ctx_cache_pkg::OP_EXTRACT);
assign asked_gen = asked_gen_q[32'(rsp_who)*2 +: 2];

logic gets_lock, installed, left, removed;
assign gets_lock = begun && ok && rsp_ready && rsp_code == ctx_cache_pkg::OP_READ_LOCK;
assign installed = ends && ok && rsp_code == ctx_cache_pkg::OP_INSTALL;
assign left      = ends && ok && rsp_code == ctx_cache_pkg::OP_EXTRACT;
assign removed   = (returns & is_remove) != '0;
// The beats of a holder's WRITE_UNLOCK count at once, and those of an INSTALL count when it is answered.
logic beat, beat_returns, beat_installs;
assign beat          = wdata_ready && wdata_valid && wdata_line <= 3'd4;
assign beat_returns  = beat && wdata_ret && ret_due_q[wdata_who];
assign beat_installs = beat && !wdata_ret && mine_q[wdata_who] && install_q[wdata_who];

always @(posedge clk_i) begin
    if (!rst_ni) begin
        {mine_q, held_q, ret_due_q, stray_q} <= '0;
        here_q <= 1'b0;
    end else begin
        for (w = 0; w < N; w = w + 1) begin
            if (pushed[w]) begin
                mine_q[w]             <= op_mine[w];
                install_q[w]          <= op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_INSTALL;
                read_q[w]             <= op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_READ_LOCK;
                asked_gen_q[w*2 +: 2] <= op_gen_of[w*2 +: 2];
            end else if (rsp_end && rsp_who == w) mine_q[w] <= 1'b0;
            if (returns[w]) ret_due_q[w] <= 1'b1;
            else if (ret_end && ret_rsp_who == w) ret_due_q[w] <= 1'b0;
            if (stray[w] && ret_ready[w]) stray_q[w] <= 1'b1;
            else if (ret_end && ret_rsp_who == w) stray_q[w] <= 1'b0;
            if (returns[w]) held_q[w] <= 1'b0;
            else if (gets_lock && rsp_who == w) held_q[w] <= 1'b1;
        end
        if (installed) begin
            here_q <= 1'b1;
            gen_q  <= asked_gen;
        end else if (left || removed) here_q <= 1'b0;
    end
    for (l = 0; l < 5; l = l + 1) begin
        if (beat_returns && wdata_line == l) value_q[l] <= wdata_of;
        if (beat_installs && wdata_line == l) coming_q[l] <= wdata_of;
        if (installed) value_q[l] <= (beat_installs && wdata_line == l) ? wdata_of : coming_q[l];
    end
end

// Locks
logic written_back;
assign written_back = mem_req_valid && mem_req_write && mem_req_beats > 3'd2
                   && mem_req_line >= 27'(CONN) * 27'd6 && mem_req_line < 27'(CONN) * 27'd6 + 27'd6;
always @* if (rst_ni) begin
    one_holder:           assert (!(begun && takes) || held_q == '0);
    holder_may_return:    assert (!(ret_rsp_valid && ret_due_q[ret_rsp_who]) || ret_ok);
    locked_stays:         assert (held_q == '0 || !written_back);
end
// Place
always @* if (rst_ni) begin
    installed_once:  assert (!(ends && ok && rsp_code == ctx_cache_pkg::OP_INSTALL) || !here_q);
    reserved_absent: assert (!(ends && ok && rsp_code == ctx_cache_pkg::OP_RESERVE) || !here_q);
    taken_from_here: assert (!(begun && takes) || (here_q && gen_q == asked_gen));
    found_when_here: assert (!(begun && (rsp_code == ctx_cache_pkg::OP_READ_LOCK || rsp_code == ctx_cache_pkg::OP_FREEZE
                                         || rsp_code == ctx_cache_pkg::OP_EXTRACT) && here_q && gen_q == asked_gen)
                             || (rsp_result != ctx_cache_pkg::RES_ABSENT && rsp_result != ctx_cache_pkg::RES_STALE));
end
// Value: each beat of an answer has the expected data, or the answer ends with BAD.
logic wrong_beat, wrong_q;
assign wrong_beat = about && rsp_data && rsp_rdata != L'(value_q[rsp_beat]);
always @(posedge clk_i) begin
    if (!rst_ni || rsp_end) wrong_q <= 1'b0;
    else if (rsp_valid && rsp_ready && wrong_beat) wrong_q <= 1'b1;
end
always @* if (rst_ni) begin
    nothing_is_lost: assert (!wrong_beat);
    never_bad:       assert (!(about && rsp_bad));
    right_or_bad:    assert (!(ends && rsp_data) || !(wrong_q || wrong_beat) || rsp_bad);
end

// After the answer to an EXTRACT, no LOOKUP reports the connection as hot or cold until the next INSTALL for
// it is taken.
logic       gone_q, coming, picked_q;
(* anyseq *) logic pick;
logic [3:0] flying_q, ahead_q;
logic       look, looked;
assign look   = lookup_valid && lookup_ready;
assign looked = lookup_rsp_valid && lookup_rsp_ready;
always @* begin
    coming = 1'b0;
    for (w = 0; w < N; w = w + 1)
        if ((pushed[w] && op_mine[w] && op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_INSTALL)
            || (mine_q[w] && install_q[w])) coming = 1'b1;
end
always @(posedge clk_i) begin
    if (!rst_ni) begin
        gone_q   <= 1'b0;
        picked_q <= 1'b0;
        flying_q <= '0;
    end else begin
        if (coming) gone_q <= 1'b0;
        else if (left) gone_q <= 1'b1;
        flying_q <= flying_q + {3'b0, look} - {3'b0, looked};
        if (look && pick && !picked_q && gone_q && !coming) begin
            picked_q <= 1'b1;
            ahead_q  <= flying_q - {3'b0, looked};
        end else if (picked_q && looked) begin
            ahead_q  <= ahead_q - 1'b1;
            picked_q <= ahead_q != '0;
        end
    end
end
always @* if (rst_ni) begin
    not_mine_after_extract: assert (!(picked_q && gone_q && lookup_rsp_valid && ahead_q == '0 && lookup_rsp_conn == {2'b0, CONN})
                                    || (lookup_rsp_place != ctx_cache_pkg::ENTRY_HOT && lookup_rsp_place != ctx_cache_pkg::ENTRY_COLD));
end

// Runs that must exist: for each of these assertions there must be a run in which it fails.
logic evicted_q, written_q;
always @(posedge clk_i) begin
    if (!rst_ni || !free_q || installed) {evicted_q, written_q} <= '0;
    else begin
        if (beat_returns) written_q <= 1'b1;
        if (here_q && written_q && written_back) evicted_q <= 1'b1;
    end
end
always @* if (rst_ni) begin
    reach_locked:  assert (!(free_q && held_q != '0));
    reach_handed:  assert (!(free_q && held_q[3] && written_q));
    reach_gone:    assert (!(free_q && picked_q && gone_q && lookup_rsp_valid && ahead_q == '0 && lookup_rsp_conn == {2'b0, CONN}));
    reach_evicted: assert (!evicted_q);
    reach_back:    assert (!(evicted_q && held_q != '0));
end

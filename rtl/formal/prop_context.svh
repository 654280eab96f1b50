// The life of any one connection, told from the ports alone: where it is, who holds it, and the value of one
// line of it. Nothing here looks inside, so it holds for every implementation behind the same ports.
(* anyconst *) logic [1:0] conn;
(* anyconst *) logic [2:0] line;
always @* assume (line <= 3'd4);

logic       here_q, held_q, tomb_q, begun;
logic [1:0] gen_q, holder_q, value_q, coming_q;
logic       about, takes, returns;
assign begun   = rsp_valid && rsp_ready && rsp_beat == '0;
assign about   = rsp_conn == {3'b0, conn} && rsp_code != ctx_cache_pkg::OP_SCAN;
assign takes   = rsp_code == ctx_cache_pkg::OP_READ_LOCK || rsp_code == ctx_cache_pkg::OP_FREEZE
              || rsp_code == ctx_cache_pkg::OP_EXTRACT;
assign returns = rsp_ret;

// Beats of the line on their way in; they count when the response says OK. One request's data moves at a time.
logic [1:0] beat_q;
logic       beat_seen_q;
always @(posedge clk_i) begin
    if (!rst_ni || rsp_end) beat_seen_q <= 1'b0;
    else if (wdata_ready && wdata_valid && wdata_line == line) begin
        beat_seen_q <= 1'b1;
        beat_q      <= wdata_of;
    end
end

logic installed, unlocked, left;
assign installed = rsp_end && about && rsp_ok && rsp_code == ctx_cache_pkg::OP_INSTALL;
assign unlocked  = rsp_end && about && rsp_ok && returns;
assign left      = rsp_end && about && rsp_ok
                && (rsp_code == ctx_cache_pkg::OP_EXTRACT || rsp_code == ctx_cache_pkg::OP_REMOVE);

always @(posedge clk_i) begin
    if (!rst_ni) begin
        here_q <= 1'b0;
        held_q <= 1'b0;
    end else begin
        if (installed) begin
            here_q <= 1'b1;
            gen_q  <= rsp_gen[15:14];
        end
        if (left) here_q <= 1'b0;
        if (rsp_end && about && rsp_ok && rsp_code == ctx_cache_pkg::OP_READ_LOCK) begin
            held_q   <= 1'b1;
            holder_q <= rsp_who;
        end
        if (unlocked) held_q <= 1'b0;
        if (beat_seen_q && (installed || (unlocked && rsp_code == ctx_cache_pkg::OP_WRITE_UNLOCK)))
            value_q <= beat_q;
    end
end

// A return in its slot may already have freed the line inside (it may have come before READ_LOCK's last beat).
always @* if (rst_ni) begin
    one_holder:        assert (!(begun && about && rsp_ok && takes) || !held_q);
    holder_is_known:   assert (!(rsp_valid && about && returns && held_q && rsp_who == holder_q
                                 && rsp_gen[15:14] == gen_q) || rsp_ok);
    others_cannot_return: assert (!(rsp_valid && about && returns && rsp_ok) || (held_q && rsp_who == holder_q));
    locked_stays:      assert (!(held_q && ret_ready[holder_q] && mem_req_valid && mem_req_write)
                               || (mem_req_line / 27'd6) != {25'b0, conn});
end
always @* if (rst_ni) begin
    installed_once:  assert (!(rsp_valid && about && rsp_ok && rsp_code == ctx_cache_pkg::OP_INSTALL) || !here_q);
    reserved_absent: assert (!(rsp_valid && about && rsp_ok && rsp_code == ctx_cache_pkg::OP_RESERVE) || !here_q);
    taken_from_here: assert (!(begun && about && rsp_ok && takes) || (here_q && gen_q == rsp_gen[15:14]));
    found_when_here: assert (!(rsp_valid && about && takes && here_q && gen_q == rsp_gen[15:14])
                             || (rsp_result != ctx_cache_pkg::RES_ABSENT && rsp_result != ctx_cache_pkg::RES_STALE));
end
always @* if (rst_ni) begin
    nothing_is_lost: assert (!(rsp_valid && rsp_data && about && here_q && rsp_beat == line)
                             || rsp_rdata[1:0] == value_q);
end
// Between EXTRACT's response and the next INSTALL offered for the connection, no LOOKUP names it as mine.
logic       gone_q, coming, fresh_q, picked_q;
(* anyseq *) logic pick;
logic [3:0] flying_q, ahead_q;
logic       look, looked;
assign look   = lookup_valid && lookup_ready;
assign looked = lookup_rsp_valid && lookup_rsp_ready;
integer w;
always @* begin
    coming = 1'b0;
    for (w = 0; w < 4; w = w + 1)
        if (op_valid[w] && op_ready[w] && op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_INSTALL
            && op_conn_of[w*3 +: 3] == {1'b0, conn}) coming = 1'b1;
end
// INSTALLs accepted and not answered.
logic [3:0] waits_q;
always @(posedge clk_i) begin
    if (!rst_ni) begin
        gone_q   <= 1'b0;
        waits_q  <= '0;
        picked_q <= 1'b0;
        flying_q <= '0;
    end else begin
        for (w = 0; w < 4; w = w + 1) begin
            if (op_valid[w] && op_ready[w]) waits_q[w] <= op_code_of[w*4 +: 4] == ctx_cache_pkg::OP_INSTALL
                                                       && op_conn_of[w*3 +: 3] == {1'b0, conn};
            else if (rsp_end && !rsp_ret && rsp_who == w) waits_q[w] <= 1'b0;
        end
        if (coming) gone_q <= 1'b0;
        else if (rsp_end && about && rsp_ok && rsp_code == ctx_cache_pkg::OP_EXTRACT) gone_q <= waits_q == '0;
        flying_q <= flying_q + {3'b0, look} - {3'b0, looked};
        if (look && pick && !picked_q && gone_q) begin
            picked_q <= 1'b1;
            ahead_q  <= flying_q - {3'b0, looked};
        end else if (picked_q && looked) begin
            ahead_q  <= ahead_q - 1'b1;
            picked_q <= ahead_q != '0;
        end
    end
end
always @* if (rst_ni) begin
    not_mine_after_extract: assert (!(picked_q && gone_q && lookup_rsp_valid && ahead_q == '0
                                      && lookup_rsp_conn == {3'b0, conn})
                                    || (lookup_rsp_place != ctx_cache_pkg::ENTRY_HOT
                                        && lookup_rsp_place != ctx_cache_pkg::ENTRY_COLD));
end

// Runs that must exist.
logic evicted_q;
always @(posedge clk_i) begin
    if (!rst_ni || installed) evicted_q <= 1'b0;
    else if (here_q && mem_req_valid && mem_req_write && mem_req_beats == 3'd6
             && mem_req_line == {25'b0, conn} * 27'd6) evicted_q <= 1'b1;
end
always @* if (rst_ni) begin
    reach_locked: assert (!held_q);
    reach_gone:   assert (!(picked_q && gone_q && lookup_rsp_valid && ahead_q == '0));
    reach_back:   assert (!(evicted_q && held_q));
end

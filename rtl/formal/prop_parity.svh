// Follows soft errors of the connection that prop_context.svh follows, from the ports alone. The order of all
// effects (commit_*, evt_*) says which answers come after a wrong bit.
logic       hits_mine, same_set, op_commits, ret_commits;
logic       hit_q;      // it has had a soft error since it was installed
logic [4:0] wrong_lines_q;  // these certainly have a wrong bit, until another context takes their way
logic [N-1:0] must_q, hit_since_q, writes_q;
logic [4*N-1:0] mask_q;
logic [4:0] still_wrong;    // after the return that commits
logic       healed_q;       // its holder has overwritten every wrong line
logic [1:0] open_q;     // injections that were taken and are not reported yet
logic       ended_bad_q;    // an answer BAD was taken in the cycle before
assign hits_mine   = evt_inject && evt_inject_hit && inject_conn_q == CONN;
assign same_set    = evt_conn[0] == CONN[0];
assign op_commits  = commit_valid && !commit_ret && mine_q[commit_who];
assign ret_commits = commit_valid && commit_ret && ret_due_q[commit_who] && writes_q[commit_who];
assign still_wrong = wrong_lines_q & ~{1'b0, mask_q[32'(commit_who)*4 +: 4]};
always @(posedge clk_i) begin
    ended_bad_q <= rst_ni && rsp_end && rsp_bad;
    if (!rst_ni) begin
        must_q        <= '0;
        hit_since_q   <= '0;
        wrong_lines_q <= '0;
        hit_q         <= 1'b0;
        healed_q      <= 1'b0;
        open_q        <= '0;
    end else begin
        open_q <= open_q + {1'b0, inject_took} - {1'b0, evt_inject};
        for (w = 0; w < N; w = w + 1) begin
            if (hits_mine) hit_since_q[w] <= 1'b1;
            else if (op_commits && commit_who == w) hit_since_q[w] <= 1'b0;
            if (returns[w]) begin
                writes_q[w]        <= ret_code[w*4 +: 4] == ctx_cache_pkg::OP_WRITE_UNLOCK;
                mask_q[w*4 +: 4]   <= ret_mask[w*4 +: 4];
            end
        end
        if (ret_commits && wrong_lines_q != '0) healed_q <= still_wrong == '0;
        if (op_commits) must_q[commit_who] <= wrong_lines_q != '0;
        if (hits_mine) hit_q <= 1'b1;
        else if (installed) hit_q <= hit_since_q[rsp_who];
        if (hits_mine && !inject_tag_q) wrong_lines_q[inject_line_q] <= 1'b1;
        else if (same_set && (evt_fill || evt_install || evt_tag_error)) wrong_lines_q <= '0;
        else if (ret_commits) wrong_lines_q <= still_wrong;
    end
end
always @* if (rst_ni) begin
    flip_is_seen:      assert (!(ends && rsp_data && must_q[rsp_who]) || rsp_bad);
    innocent_is_good:  assert (!(ends && rsp_bad) || hit_q);
    bad_is_told:       assert (evt_bad_read == ended_bad_q);
    one_flip_each:     assert (open_q <= 2'd1 && !(evt_inject && open_q == '0) && !(inject_took && open_q != '0 && !evt_inject));
    reach_bad_lock:    assert (!(free_q && ends && rsp_bad && rsp_code == ctx_cache_pkg::OP_READ_LOCK));
    reach_bad_extract: assert (!(free_q && ends && rsp_bad && rsp_code == ctx_cache_pkg::OP_EXTRACT));
    reach_bad_victim:  assert (!(free_q && evt_bad_victim));
    reach_healed:      assert (!(free_q && ends && rsp_data && !rsp_bad && healed_q));
end

// Each request gets one response, and no response comes without a request. The response has the request's
// code, tag, connection and generation, for every requester and kind of operation. BAD comes with data. Any
// one LOOKUP is answered by the response at its place in the order, with its tag.
logic [N-1:0]   op_push, ret_push, op_open_q, ret_open_q;
logic [4*N-1:0] op_code_q, ret_code_q;
logic [3*N-1:0] op_conn_q;
logic [2*N-1:0] op_gen_q, op_tag_q, ret_tag_q;
assign op_push  = op_valid & op_ready;
assign ret_push = ret_valid & ret_ready;

integer r;
always @(posedge clk_i) begin
    if (!rst_ni) begin
        op_open_q  <= '0;
        ret_open_q <= '0;
    end else begin
        for (r = 0; r < N; r = r + 1) begin
            if (op_push[r]) begin
                op_open_q[r]        <= 1'b1;
                op_code_q[4*r +: 4] <= op_code_of[4*r +: 4];
                op_conn_q[3*r +: 3] <= op_conn_of[3*r +: 3];
                op_gen_q[2*r +: 2]  <= op_gen_of[2*r +: 2];
                op_tag_q[2*r +: 2]  <= op_tag[2*r +: 2];
            end else if (rsp_end && rsp_who == r) op_open_q[r] <= 1'b0;
            if (ret_push[r]) begin
                ret_open_q[r]        <= 1'b1;
                ret_code_q[4*r +: 4] <= ret_code[4*r +: 4];
                ret_tag_q[2*r +: 2]  <= ret_tag[2*r +: 2];
            end else if (ret_end && ret_rsp_who == r) ret_open_q[r] <= 1'b0;
        end
    end
end
logic       scans;
logic [3:0] code, returned;
logic [2:0] next_beat_q;  // the beats 0 to 4 of one answer come without others between them
assign scans    = code == ctx_cache_pkg::OP_SCAN;
assign code     = op_code_q[32'(rsp_who)*4 +: 4];
assign returned = ret_code_q[32'(ret_rsp_who)*4 +: 4];
always @(posedge clk_i) begin
    if (!rst_ni || rsp_end) next_beat_q <= '0;
    else if (rsp_valid && rsp_ready) next_beat_q <= next_beat_q + 1'b1;
end

always @* if (rst_ni) begin
    none_without:    assert (!rsp_valid || op_open_q[rsp_who]);
    none_without_ret: assert (!ret_rsp_valid || ret_open_q[ret_rsp_who]);
    one_at_a_time:   assert ((op_push & op_open_q) == '0 && (ret_push & ret_open_q) == '0);
    answers_its_own: assert (!rsp_valid || (rsp_code == code && rsp_tag == {6'b0, op_tag_q[32'(rsp_who)*2 +: 2]}
        && (scans || (rsp_gen == {op_gen_q[32'(rsp_who)*2 +: 2], 14'b0} && rsp_conn == {2'b0, op_conn_q[32'(rsp_who)*3 +: 3]}))));
    returns_its_own: assert (!ret_rsp_valid || (ret_rsp_code == returned && ret_rsp_tag == {6'b0, ret_tag_q[32'(ret_rsp_who)*2 +: 2]}));
    beats_in_order:  assert (!rsp_valid || rsp_beat == next_beat_q);
    data_iff_due:    assert (!rsp_valid || rsp_data == (rsp_ok && (code == ctx_cache_pkg::OP_READ_LOCK || code == ctx_cache_pkg::OP_EXTRACT)));
    bad_with_data:   assert (!(rsp_valid && rsp_bad) || rsp_data);
    scan_has_no_data: assert (!(rsp_valid && scans) || (!rsp_data && (rsp_ok || rsp_result == ctx_cache_pkg::RES_END)));
    unknown_is_told: assert (!rsp_valid || (rsp_result == ctx_cache_pkg::RES_UNKNOWN) == !(code == 4'd1 || (code >= 4'd4 && code <= 4'd8) || scans));
    unknown_return_is_told: assert (!ret_rsp_valid || (ret_rsp_result == ctx_cache_pkg::RES_UNKNOWN) == !(returned == 4'd2 || returned == 4'd3 || returned == 4'd9));
    reach_scan:      assert (!(free_q && rsp_end && scans && rsp_ok && rsp_conn == 5'd2));
    reach_beats:     assert (!(free_q && rsp_valid && rsp_beat == 3'd4));
    reach_return:    assert (!(free_q && ret_rsp_valid && ret_ok));
end

(* anyseq *) logic pick;
logic       picked_q;
logic [3:0] flying_q, ahead_q;
logic [1:0] look_tag_q;
logic       look, looked;
assign look   = lookup_valid && lookup_ready;
assign looked = lookup_rsp_valid && lookup_rsp_ready;
always @(posedge clk_i) begin
    if (!rst_ni) begin
        flying_q <= '0;
        picked_q <= 1'b0;
    end else begin
        flying_q <= flying_q + {3'b0, look} - {3'b0, looked};
        if (look && pick && !picked_q) begin
            picked_q   <= 1'b1;
            ahead_q    <= flying_q - {3'b0, looked};
            look_tag_q <= lookup_tag;
        end else if (picked_q && looked) begin
            ahead_q  <= ahead_q - 1'b1;
            picked_q <= ahead_q != '0;
        end
    end
end
always @* if (rst_ni) begin
    lookup_none_without: assert (!lookup_rsp_valid || flying_q != '0);
    lookup_at_most_8:    assert (flying_q <= 4'd8);
    lookup_in_order:     assert (!(picked_q && lookup_rsp_valid && ahead_q == '0)
                                 || lookup_rsp_tag == {6'b0, look_tag_q});
end

// One response per request and none without, with the request's code, tag, connection and generation; for any
// one requester and kind. LOOKUPs: any one is answered by the response of its place in the order, with its tag.
(* anyconst *) logic [1:0] who;
(* anyconst *) logic       ret;
logic        open_q, push;
logic [3:0]  code_q, code;
logic [1:0]  tag_q, gen_q, tag, gen;
logic [2:0]  conn_q, conn;

always @* begin
    push = ret ? ret_valid[who] && ret_ready[who] : op_valid[who] && op_ready[who];
    code = ret ? ret_code[who*4 +: 4] : op_code_of[who*4 +: 4];
    tag  = ret ? ret_tag[who*2 +: 2]  : op_tag[who*2 +: 2];
    gen  = ret ? ret_gen[who*2 +: 2]  : op_gen_of[who*2 +: 2];
    conn = ret ? ret_conn[who*3 +: 3] : op_conn_of[who*3 +: 3];
end

logic mine;
assign mine = rsp_valid && rsp_who == who && rsp_ret == ret;
always @(posedge clk_i) begin
    if (!rst_ni) open_q <= 1'b0;
    else if (push) begin
        open_q <= 1'b1;
        code_q <= code;
        tag_q  <= tag;
        gen_q  <= gen;
        conn_q <= conn;
    end else if (mine && rsp_end) open_q <= 1'b0;
end

always @* if (rst_ni) begin
    none_without:   assert (!mine || open_q);
    one_at_a_time:  assert (!push || !open_q);
    answers_its_own: assert (!mine || (rsp_code == code_q && rsp_tag == {6'b0, tag_q}
                             && (rsp_code == ctx_cache_pkg::OP_SCAN
                                 || (rsp_gen == {gen_q, 14'b0} && rsp_conn == {2'b0, conn_q}))));
    beats_in_order: assert (!rsp_valid || rsp_beat <= 3'd4);
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

// Valid and its data must stay unchanged until ready, on every channel that the cache drives.
logic         was_q;
logic         rsp_held_q, ret_rsp_held_q, look_held_q, req_held_q, mem_held_q, want_held_q;
logic [29:0]  rsp_q;
logic [17:0]  ret_rsp_q;
logic [31:0]  look_q;
logic [33:0]  req_q;
logic [5:0]   want_q;
logic [1:0]   rdata_q;
logic [21:0]  mem_q;

always @(posedge clk_i) begin
    was_q       <= rst_ni;
    rsp_held_q  <= rsp_valid && !rsp_ready;
    rsp_q       <= {rsp_who, rsp_code, rsp_tag, rsp_result, rsp_data, rsp_beat, rsp_place, rsp_conn};
    rdata_q     <= rsp_rdata[1:0];
    ret_rsp_held_q <= ret_rsp_valid && !ret_rsp_ready;
    ret_rsp_q      <= {ret_rsp_who, ret_rsp_code, ret_rsp_tag, ret_rsp_result};
    look_held_q <= lookup_rsp_valid && !lookup_rsp_ready;
    look_q      <= {lookup_rsp_tag, lookup_rsp_place, lookup_rsp_conn, lookup_rsp_gen};
    req_held_q  <= mem_req_valid && !mem_req_ready;
    req_q       <= {mem_req_write, mem_req_id, mem_req_line, mem_req_beats};
    mem_held_q  <= mem_wdata_valid && !mem_wdata_ready;
    mem_q       <= mem_wdata[21:0];
    want_held_q <= wdata_ready && !wdata_valid;
    want_q      <= {wdata_who, wdata_ret, wdata_line};
end
always @* if (rst_ni && was_q) begin
    response:       assert (!rsp_held_q || (rsp_valid && rsp_q ==
        {rsp_who, rsp_code, rsp_tag, rsp_result, rsp_data, rsp_beat, rsp_place, rsp_conn}));
    response_data:  assert (!(rsp_held_q && rsp_data) || rdata_q == rsp_rdata[1:0]);
    ret_response:   assert (!ret_rsp_held_q || (ret_rsp_valid && ret_rsp_q == {ret_rsp_who, ret_rsp_code, ret_rsp_tag, ret_rsp_result}));
    lookup:         assert (!look_held_q || (lookup_rsp_valid && look_q ==
        {lookup_rsp_tag, lookup_rsp_place, lookup_rsp_conn, lookup_rsp_gen}));
    memory_request: assert (!req_held_q || (mem_req_valid && req_q ==
        {mem_req_write, mem_req_id, mem_req_line, mem_req_beats}));
    memory_data:    assert (!mem_held_q || (mem_wdata_valid && mem_q == mem_wdata[21:0]));
    wanted_line:    assert (!want_held_q || (wdata_ready && want_q == {wdata_who, wdata_ret, wdata_line}));
    reach_stall:    assert (!(rsp_held_q && rsp_data && rsp_ready));
end

// Lookup pipeline and table, 16 entries and the stash, 32 keys of which eight share each pair of rows: what FIND
// and LOOKUP answer about any one key is what was last written for it; a key is in one place; free slots are free.
module leaf_table (input logic clk_i, input logic rst_ni);
    localparam int unsigned C = ctx_cache_pkg::CONN_PORT_W;
    (* anyseq *) logic       go, insert, lookup_valid, rsp_ready;
    (* anyseq *) logic [4:0] key, lookup_key;
    (* anyseq *) logic [2:0] state;
    (* anyconst *) logic [4:0] mine;

    logic [2:0] cycle_q;
    initial cycle_q = 3'd0;
    always @(posedge clk_i) if (cycle_q != 3'd7) cycle_q <= cycle_q + 1'b1;
    logic rst_q, clear;
    assign rst_q = cycle_q >= 3'd4;
    assign clear = cycle_q == 3'd4 || cycle_q == 3'd5;

    // FIND of a key, then a write of its entry or of the free slot that FIND named, as the control unit does.
    logic [2:0]  step_q;  // 0 idle, 1 waits, 2 decides
    logic [4:0]  key_q;
    logic        find, write, done, found, free, idle, lookup_ready, rsp_valid, evt;
    logic [4:0]  found_index, free_index, used;
    logic [2:0]  found_state, place;
    logic [C-1:0] found_conn, rsp_conn;
    logic [15:0] found_gen, rsp_gen;
    logic [7:0]  rsp_tag;
    assign find  = step_q == 3'd0 && go && cycle_q == 3'd7;
    assign write = step_q == 3'd2 && (found ? go : insert && free);

    always @(posedge clk_i) begin
        if (!rst_q) step_q <= 3'd0;
        else if (find) begin
            step_q <= 3'd1;
            key_q  <= key;
        end else if (step_q == 3'd1 && done) step_q <= 3'd2;
        else if (step_q == 3'd2) step_q <= 3'd0;
    end
    ctx_cache_lookup #(.LOOKUP_ENTRIES(16)) dut (
        .clk_i(clk_i), .rst_ni(rst_q), .lookup_valid_i(lookup_valid), .lookup_ready_o(lookup_ready),
        .lookup_key_i({307'b0, lookup_key}), .lookup_tag_i(8'b0), .lookup_rsp_valid_o(rsp_valid),
        .lookup_rsp_ready_i(rsp_ready), .lookup_rsp_tag_o(rsp_tag), .lookup_rsp_place_o(place),
        .lookup_rsp_conn_o(rsp_conn), .lookup_rsp_gen_o(rsp_gen), .clear_i(clear), .clear_row_i(cycle_q[0]),
        .cmd_valid_i(find || write), .cmd_kind_i(find ? 2'd0 : found ? 2'd1 : 2'd2),
        .cmd_key_i({307'b0, find ? key : key_q}), .cmd_index_i(found ? found_index : free_index),
        .cmd_state_i(state), .cmd_conn_i('0), .cmd_gen_i('0), .cmd_fresh_i(!found), .done_o(done),
        .found_o(found), .found_index_o(found_index), .found_state_o(found_state), .found_conn_o(found_conn),
        .found_gen_o(found_gen), .free_o(free), .free_index_o(free_index), .used_o(used), .idle_o(idle),
        .evt_lookup_o(evt));

    logic [2:0] state_q;  // of mine; 0: not in the table
    always @(posedge clk_i) begin
        if (!rst_q) state_q <= '0;
        else if (write && key_q == mine) state_q <= state;
    end
    always @* begin
        assume (state <= 3'd5 && (found || state != 3'd0 || !write));
        if (rst_q) begin
            found_iff_there: assert (!(step_q == 3'd2 && key_q == mine)
                                     || (found == (state_q != '0) && (!found || found_state == state_q)));
            stash_is_reached: assert (!(write && !found && free_index[4]));
        end
    end
endmodule

// Control unit and memory engine under fair memory: each request ends, or parks, within BOUND cycles. The rest
// of the cache answers anything; the table answers three cycles after a command, memory and requesters stall at
// most one cycle per beat and the first beat of a read comes at most four cycles late.
module leaf_ctrl (input logic clk_i, input logic rst_ni);
    localparam int unsigned C = ctx_cache_pkg::CONN_PORT_W;
    localparam int unsigned BOUND = 84;
    (* anyseq *) logic [31:0] any;
    (* anyconst *) logic [C-1:0] any_conn;
    logic rst_q;
    initial rst_q = 1'b0;
    always @(posedge clk_i) rst_q <= 1'b1;

    // The request in work stays what it is until it ends.
    (* anyseq *) logic [3:0] code;
    (* anyseq *) logic       ret;
    (* anyseq *) logic [3:0] mask;
    logic [3:0] code_q, mask_q;
    logic       ret_q, take, finish, park, rescan;
    always @(posedge clk_i) if (take && any[0]) begin
        code_q <= code;
        ret_q  <= ret;
        mask_q <= mask;
    end
    always @* assume (ret ? code == 4'd2 || code == 4'd3 || code == 4'd9
                          : code == 4'd1 || (code >= 4'd4 && code <= 4'd8) || code == 4'd10);

    // A stall of one cycle at most, per channel.
    logic [3:0] stalled_q, stall;
    assign stall = any[4:1] & ~stalled_q;
    always @(posedge clk_i) stalled_q <= rst_q ? stall : '0;

    // Reads: beats owed, and how long the first has been late.
    logic       req, req_write, wdata_valid, rdata_ready, rdata_valid, mem_done, mem_waits, mem_valid;
    logic [2:0] beats, owed_q, late_q, mem_kind, line;
    logic       late;
    assign late        = owed_q != '0 && late_q < 3'd4 && any[5];
    assign rdata_valid = owed_q != '0 && !late;
    always @(posedge clk_i) begin
        if (!rst_q) begin
            owed_q <= '0;
            late_q <= '0;
        end else begin
            owed_q <= owed_q + ((req && !stall[0] && !req_write) ? beats : 3'd0) - {2'b0, rdata_valid && rdata_ready};
            late_q <= (rdata_valid && rdata_ready) ? '0 : late ? late_q + 1'b1 : late_q;
        end
    end
    logic       table_valid;
    logic [1:0] table_kind;
    logic [2:0] pipe_q;
    always @(posedge clk_i) pipe_q <= rst_q ? {pipe_q[1:0], table_valid && (table_kind == 2'd0 || table_kind == 2'd3)} : '0;

    logic [C-1:0] rescan_index;
    logic [2:0] index_sel, table_state, data_line, rsp_beat;
    logic [3:0] result;
    logic tag_read, tag_write, twv, twf, touch, evict, lock, unlock, check_meta, data_en, data_we, key_take;
    logic wdata_ready, rsp_valid, rsp_data, in_tag, idle, waits, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9;
    ctx_cache_ctrl #(.CONN_IDS(16), .LOOKUP_ENTRIES(16)) u_ctrl (
        .clk_i(clk_i), .rst_ni(rst_q), .init_done_i(1'b1), .grant_i(any[0]), .grant_code_i(code), .take_o(take),
        .ret_i(ret_q), .code_i(code_q), .conn_i(any_conn), .mask_i(mask_q), .finish_o(finish), .park_o(park),
        .rescan_o(rescan), .rescan_index_o(rescan_index), .tag_read_o(tag_read), .tag_write_o(tag_write),
        .tag_write_valid_o(twv), .tag_write_frozen_o(twf), .touch_o(touch), .evict_o(evict),
        .hit_i(any[6] || refilled), .hit_frozen_i(any[7]), .victim_found_i(any[8] || refilled),
        .victim_valid_i(any[9]), .victim_dirty_i(any[10]),
        .victim_frozen_i(any[11]), .lock_o(lock), .unlock_o(unlock), .holds_i(any[12]), .acquire_i(any[16:13]),
        .admit_i(any[20:17]), .entry_admit_i(any[24:21]), .entry_ready_i(any[25] && code_q == 4'd5),
        .entry_release_i(any[29:26]), .check_meta_o(check_meta), .table_valid_o(table_valid), .table_kind_o(table_kind),
        .table_index_sel_o(index_sel), .table_state_o(table_state), .table_done_i(pipe_q[2]), .found_i(any[30]),
        .found_state_i(any[13:11]), .free_i(any[31]), .mem_valid_o(mem_valid), .mem_kind_o(mem_kind),
        .mem_done_i(mem_done), .mem_waits_i(mem_waits), .meta_frozen_i(any[7]), .data_en_o(data_en),
        .data_we_o(data_we), .data_line_o(data_line), .key_take_o(key_take), .wdata_ready_o(wdata_ready),
        .wdata_valid_i(!stall[1]), .rsp_valid_o(rsp_valid), .rsp_ready_i(!stall[2]), .rsp_data_o(rsp_data),
        .rsp_beat_o(rsp_beat), .rsp_result_o(result), .in_tag_o(in_tag), .idle_o(idle), .waits_o(waits),
        .evt_hit_o(e0), .evt_miss_o(e1), .evt_writeback_o(e2), .evt_extract_o(e3), .evt_extract_cold_o(e4),
        .evt_install_o(e5), .evt_reserve_o(e6), .evt_release_o(e7), .evt_remove_o(e8), .evt_freeze_o(e9));

    // After a fill the line is there: the tags see to it (its proof is the whole cache's).
    logic refilled, filled_q;
    assign refilled = filled_q;
    always @(posedge clk_i) filled_q <= rst_q && ((mem_valid && mem_kind == ctx_cache_pkg::MEM_FILL && mem_done) || (filled_q && !idle));

    logic [2:0]   id, fill_line;
    logic [26:0]  req_line;
    logic [511:0] wdata;
    logic [63:0]  meta;
    logic         fill_en, fill_we;
    ctx_cache_mem u_mem (
        .clk_i(clk_i), .rst_ni(rst_q), .cmd_valid_i(mem_valid), .cmd_kind_i(mem_kind), .cmd_conn_i(any_conn),
        .cmd_meta_i('0), .done_o(mem_done), .meta_o(meta), .data_en_o(fill_en), .data_we_o(fill_we),
        .data_line_o(fill_line), .data_rdata_i('0), .mem_req_valid_o(req), .mem_req_ready_i(!stall[0]),
        .mem_req_write_o(req_write), .mem_req_id_o(id), .mem_req_line_o(req_line), .mem_req_beats_o(beats),
        .mem_wdata_valid_o(wdata_valid), .mem_wdata_ready_i(!stall[3]), .mem_wdata_o(wdata),
        .mem_rdata_valid_i(rdata_valid), .mem_rdata_ready_o(rdata_ready), .mem_rdata_low_i('0), .waits_o(mem_waits));

    logic [6:0] busy_q;
    always @(posedge clk_i) begin
        if (!rst_q || idle) busy_q <= '0;
        else if (busy_q != 7'd127) busy_q <= busy_q + 1'b1;
    end
    always @* if (rst_q) begin
        ends_in_time:      assert (busy_q <= BOUND);
        no_read_left_over: assert (!idle || owed_q == '0);
        array_has_one_user: assert (!(data_en && fill_en));
    end
endmodule

// Functional cover points of the context cache, defined on its ports. They are bound to it only in the
// coverage build.
module ctx_cache_cover (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        quiescent_o,
    input logic [3:0]  op_valid_i,
    input logic [3:0]  op_ready_o,
    input logic [3:0]  ret_valid_i,
    input logic        lookup_valid_i,
    input logic        lookup_ready_o,
    input logic        lookup_rsp_valid_o,
    input logic [2:0]  lookup_rsp_place_o,
    input logic        rsp_valid_o,
    input logic        rsp_ready_i,
    input logic        rsp_data_o,
    input logic [2:0]  rsp_beat_o,
    input logic [1:0]  rsp_who_o,
    input logic [3:0]  rsp_code_o,
    input logic [3:0]  rsp_result_o,
    input logic        ret_rsp_valid_o,
    input logic        ret_rsp_ready_i,
    input logic [1:0]  ret_rsp_who_o,
    input logic [3:0]  ret_rsp_code_o,
    input logic [3:0]  ret_rsp_result_o,
    input logic [23:0] rsp_conn_o,
    input logic [15:0] rsp_gen_o,
    input logic        mem_req_valid_o,
    input logic        mem_req_ready_i,
    input logic [2:0]  mem_req_id_o,
    input logic [26:0] mem_req_line_o,
    input logic        mem_rdata_valid_i,
    input logic [2:0]  mem_rdata_id_i,
    input logic [511:0] mem_rdata_i,
    input logic        commit_valid_o,
    input logic        commit_ret_o,
    input logic [23:0] evt_conn_o,
    input logic        evt_fill_o,
    input logic        evt_scan_o,
    input logic        evt_displace_o,
    input logic        evt_install_o,
    input logic        evt_freeze_o,
    input logic        evt_clash_o,
    input logic        evt_remove_o,
    input logic        mem_req_write_o,
    input logic [2:0]  mem_req_beats_o,
    input logic        evt_hit_o,
    input logic        evt_miss_o,
    input logic        evt_eviction_o,
    input logic        evt_writeback_o,
    input logic        evt_extract_o,
    input logic        evt_freeze_cold_o,
    input logic [3:0]  evt_lock_wait_o,
    input logic        inject_valid_i,
    input logic        inject_ready_o,
    input logic        inject_tag_i,
    input logic        evt_inject_o,
    input logic        evt_inject_hit_o,
    input logic        evt_tag_error_o,
    input logic        evt_bad_read_o,
    input logic        evt_bad_victim_o
);
    // Every pair of operation and result that the rules allow must occur.
    localparam int PAIRS = 37;
    localparam logic [8*PAIRS-1:0] PAIR = {
        8'h10, 8'h11, 8'h12, 8'h13, 8'h19,               // READ_LOCK: OK STALE ABSENT FROZEN BAD
        8'h20, 8'h26, 8'h30, 8'h36, 8'h90, 8'h96,        // returns: OK NOT_LOCKED
        8'h40, 8'h41, 8'h42, 8'h44, 8'h45,               // RESERVE: OK STALE ABSENT FULL DUPLICATE
        8'h50, 8'h51, 8'h52, 8'h54, 8'h55,               // INSTALL: the same
        8'h60, 8'h61, 8'h62,                             // FREEZE: OK STALE ABSENT
        8'h70, 8'h71, 8'h72, 8'h77, 8'h79,               // EXTRACT: OK STALE ABSENT NOT_FROZEN BAD
        8'h80, 8'h81, 8'h82, 8'h83, 8'h87,               // RELEASE: OK STALE ABSENT FROZEN NOT_FROZEN
        8'ha0, 8'ha8,                                    // SCAN: OK END
        8'h22};                                          // a return of an id that does not exist: ABSENT
    logic ends, ret_ends;
    assign ends     = rsp_valid_o && rsp_ready_i && (!rsp_data_o || rsp_beat_o == 3'd4);
    assign ret_ends = ret_rsp_valid_o && ret_rsp_ready_i;
    for (genvar p = 0; p < PAIRS; p++) begin : gen_pair
        operation_with_result: cover property (@(posedge clk_i) rst_ni
            && ((ends && {rsp_code_o, rsp_result_o} == PAIR[8*p +: 8])
                || (ret_ends && {ret_rsp_code_o, ret_rsp_result_o} == PAIR[8*p +: 8])));
    end
    for (genvar w = 0; w < 4; w++) begin : gen_who
        answered:   cover property (@(posedge clk_i) rst_ni && ends && rsp_who_o == w);
        returned:   cover property (@(posedge clk_i) rst_ni && ret_ends && ret_rsp_who_o == w);
        lock_waits: cover property (@(posedge clk_i) rst_ni && evt_lock_wait_o[w]);
    end
    for (genvar p = 0; p < 5; p++) begin : gen_place
        lookup_says: cover property (@(posedge clk_i) rst_ni && lookup_rsp_valid_o && lookup_rsp_place_o == p);
    end
    clean_victim:  cover property (@(posedge clk_i) rst_ni && evt_eviction_o && !evt_writeback_o);
    dirty_victim:  cover property (@(posedge clk_i) rst_ni && evt_writeback_o);
    freeze_hot:    cover property (@(posedge clk_i) rst_ni && evt_freeze_o && !evt_freeze_cold_o);
    freeze_cold:   cover property (@(posedge clk_i) rst_ni && evt_freeze_cold_o);
    hit:           cover property (@(posedge clk_i) rst_ni && evt_hit_o);
    miss:          cover property (@(posedge clk_i) rst_ni && evt_miss_o);
    four_at_once:  cover property (@(posedge clk_i) rst_ni && op_ready_o == 4'h0);
    two_offered:   cover property (@(posedge clk_i) rst_ni && (op_valid_i & (op_valid_i - 4'd1)) != '0);
    return_and_op: cover property (@(posedge clk_i) rst_ni && ret_valid_i != '0 && op_valid_i != '0);
    lookup_waits:  cover property (@(posedge clk_i) rst_ni && lookup_valid_i && !lookup_ready_o);
    lookup_beside_memory: cover property (@(posedge clk_i) rst_ni && lookup_valid_i && lookup_ready_o && mem_req_valid_o);
    write_back_request:   cover property (@(posedge clk_i) rst_ni && mem_req_valid_o && mem_req_write_o && mem_req_beats_o == 3'd5);
    quiescent_with_input: cover property (@(posedge clk_i) rst_ni && quiescent_o && op_valid_i != '0);

    // These are the corner cases of docs/ctx_cache.md, as events that must occur together.
    logic [5:0]  owed_q;        // beats of reads in progress
    logic [3:0]  waits_q;       // who waits for a lock
    logic [26:0] written_q;     // first line of the last eviction's request
    logic        written_valid_q, extracted_q, known_q;
    logic [15:0] gen_q;         // generation of connection 0 as last installed
    logic [26:0] filled_conn_q; // connection of the last fill
    logic        zero_ends;
    assign zero_ends = ends && rsp_conn_o == '0 && rsp_result_o == 4'd0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            owed_q          <= '0;
            waits_q         <= '0;
            written_valid_q <= 1'b0;
            extracted_q     <= 1'b0;
            known_q         <= 1'b0;
        end else begin
            owed_q  <= owed_q + ((mem_req_valid_o && mem_req_ready_i && !mem_req_write_o) ? 6'(mem_req_beats_o) : 6'd0) - 6'(mem_rdata_valid_i);
            waits_q <= (waits_q | evt_lock_wait_o) & ~(4'(ends) << rsp_who_o);
            if (mem_req_valid_o && mem_req_write_o && mem_req_beats_o == 3'd5) begin
                written_valid_q <= 1'b1;
                written_q       <= mem_req_line_o;
            end
            if (zero_ends && rsp_code_o == 4'd7) extracted_q <= 1'b1;  // EXTRACT
            if (zero_ends && rsp_code_o == 4'd8) extracted_q <= 1'b0;  // RELEASE
            if (zero_ends && rsp_code_o == 4'd5) begin                 // INSTALL
                known_q     <= 1'b1;
                gen_q       <= rsp_gen_o;
                extracted_q <= 1'b0;
            end
            if (evt_fill_o) filled_conn_q <= 27'(evt_conn_o);
        end
    end
    hit_under_miss:    cover property (@(posedge clk_i) rst_ni && evt_hit_o && owed_q != '0);
    miss_under_miss:   cover property (@(posedge clk_i) rst_ni && evt_miss_o && owed_q > 6'd1);
    four_misses:       cover property (@(posedge clk_i) rst_ni && mem_req_valid_o && !mem_req_write_o && mem_req_id_o == 3'd3);
    return_under_miss: cover property (@(posedge clk_i) rst_ni && commit_valid_o && commit_ret_o && owed_q != '0);
    install_under_miss: cover property (@(posedge clk_i) rst_ni && evt_install_o && owed_q != '0);
    freeze_under_miss: cover property (@(posedge clk_i) rst_ni && evt_freeze_o && owed_q != '0);
    extract_under_miss: cover property (@(posedge clk_i) rst_ni && evt_extract_o && owed_q != '0);
    second_of_merged:  cover property (@(posedge clk_i) rst_ni && evt_hit_o && 27'(evt_conn_o) == filled_conn_q && waits_q == '0 && owed_q != '0);
    fill_evicts_dirty: cover property (@(posedge clk_i) rst_ni && evt_fill_o && evt_writeback_o);
    fill_evicts_clean: cover property (@(posedge clk_i) rst_ni && evt_fill_o && evt_eviction_o && !evt_writeback_o);
    fill_takes_empty:  cover property (@(posedge clk_i) rst_ni && evt_fill_o && !evt_eviction_o);
    install_evicts_dirty: cover property (@(posedge clk_i) rst_ni && evt_install_o && evt_writeback_o);
    install_evicts_clean: cover property (@(posedge clk_i) rst_ni && evt_install_o && evt_eviction_o && !evt_writeback_o);
    read_behind_its_write_back: cover property (@(posedge clk_i) rst_ni && written_valid_q && mem_req_valid_o && !mem_req_write_o
        && mem_req_line_o + 27'd1 == written_q);
    lock_chain:        cover property (@(posedge clk_i) rst_ni && $countones(waits_q) >= 2);
    tombstone_returns: cover property (@(posedge clk_i) rst_ni && zero_ends && rsp_code_o == 4'd5 && extracted_q);
    tombstone_reserves: cover property (@(posedge clk_i) rst_ni && zero_ends && rsp_code_o == 4'd4 && extracted_q);
    generation_wraps:  cover property (@(posedge clk_i) rst_ni && zero_ends && rsp_code_o == 4'd5 && known_q && rsp_gen_o < gen_q);
    refuses_a_clash: cover property (@(posedge clk_i) rst_ni && evt_clash_o);
    moves_under_lookup: cover property (@(posedge clk_i) rst_ni && evt_displace_o && lookup_valid_i);
    scan_under_miss:   cover property (@(posedge clk_i) rst_ni && evt_scan_o && owed_q != '0);
    remove_under_wait: cover property (@(posedge clk_i) rst_ni && evt_remove_o && waits_q != '0);

    // Soft errors
    logic [3:0]  held_q;
    logic [23:0] held_conn_q [4];
    logic [2:0]  left_q [8];     // beats still to come for each read
    logic        flips_tag_q, hits_locked;
    always_comb begin
        hits_locked = 1'b0;
        for (int w = 0; w < 4; w++) hits_locked = hits_locked || (evt_inject_hit_o && held_q[w] && held_conn_q[w] == evt_conn_o);
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) held_q <= '0;
        else begin
            if (ends && rsp_code_o == 4'd1 && rsp_data_o) held_q[rsp_who_o] <= 1'b1;
            if (ret_ends && ret_rsp_result_o == 4'd0) held_q[ret_rsp_who_o] <= 1'b0;
        end
    end
    always_ff @(posedge clk_i) begin
        if (ends && rsp_code_o == 4'd1) held_conn_q[rsp_who_o] <= rsp_conn_o;
        if (mem_rdata_valid_i) left_q[mem_rdata_id_i] <= left_q[mem_rdata_id_i] - 3'd1;
        if (mem_req_valid_o && mem_req_ready_i && !mem_req_write_o) left_q[mem_req_id_o] <= mem_req_beats_o;
        if (inject_valid_i && inject_ready_o) flips_tag_q <= inject_tag_i;
    end
    flip_of_a_line:    cover property (@(posedge clk_i) rst_ni && evt_inject_hit_o && !flips_tag_q);
    flip_of_a_tag:     cover property (@(posedge clk_i) rst_ni && evt_inject_hit_o && flips_tag_q);
    flip_misses:       cover property (@(posedge clk_i) rst_ni && evt_inject_o && !evt_inject_hit_o);
    flip_of_a_locked_line: cover property (@(posedge clk_i) rst_ni && hits_locked && !flips_tag_q);
    flip_of_a_locked_tag: cover property (@(posedge clk_i) rst_ni && hits_locked && flips_tag_q);
    flip_under_miss:   cover property (@(posedge clk_i) rst_ni && evt_inject_hit_o && owed_q != '0);
    flip_during_extract: cover property (@(posedge clk_i) rst_ni && evt_inject_o && rsp_valid_o && rsp_data_o && rsp_code_o == 4'd7);
    tag_error_cleared: cover property (@(posedge clk_i) rst_ni && evt_tag_error_o);
    bad_read_under_miss: cover property (@(posedge clk_i) rst_ni && evt_bad_read_o && owed_q != '0);
    bad_victim:        cover property (@(posedge clk_i) rst_ni && evt_bad_victim_o);
    outdated_fill:     cover property (@(posedge clk_i) rst_ni && mem_rdata_valid_i && left_q[mem_rdata_id_i] == 3'd5 && mem_rdata_i[20]);
endmodule

bind ctx_cache ctx_cache_cover u_cover (.*);

// Connection-context cache of one NIC: wires the parts. docs/ctx_cache.md has the rules.
//
// All channels are ready/valid; no ready depends on an input of the same channel, and no output depends on an input at all.
// op_*, ret_*    per requester: operations, and returns of its lock
// lookup_*       one LOOKUP per cycle, answered in order after four cycles
// wdata_*        write data: the cache names requester and line, the requester gives the beat.
//                RESERVE and RELEASE give one beat: the key in the constant line's format
// rsp_*          answers to op_*; READ_LOCK and EXTRACT bring five beats
// ret_rsp_*      answers to ret_*
// mem_*          context DRAM; a read's id is its miss slot
// inject_*       a soft error: one stored bit of a context in the cache changes (line and bit, or a bit of its tag)
// commit_*       the operation (or return) of this requester has all its effects at this edge; evt_fill_o: the context it missed
//                comes in, and a victim leaves; evt_scan_o: SCAN reads one row; evt_inject_o: a soft error;
//                evt_conn_o: the connection of all but SCAN's
// boot_i         stands: the number of this start, another one than that of any earlier start whose meta lines DRAM may still hold
// hash_key_*     a word of the row hash's key, the last one first; only between reset and the first request
// quiescent_o    nothing but a new input or mem_rdata_* changes any state
`include "assert.svh"

module ctx_cache #(
    parameter int SETS = 128,
    parameter int WAYS = 8,
    parameter int LOOKUP_ENTRIES = 131072,
    parameter int CONN_IDS = 65536,
    parameter int MISS_SLOTS = 8,  // power of two, 2 to 8
    localparam int N = ctx_cache_pkg::REQUESTERS,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int TAG_W = ctx_cache_pkg::TAG_W,
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int KEY_W = ctx_cache_pkg::KEY_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic ready_o,      // initialisation after reset is over
    output logic quiescent_o,

    input  logic [ctx_cache_pkg::BOOT_W-1:0]      boot_i,
    input  logic                                  hash_key_valid_i,
    input  logic [ctx_cache_pkg::HASH_WORD_W-1:0] hash_key_i,

    input  logic [N-1:0]       op_valid_i,
    output logic [N-1:0]       op_ready_o,
    input  logic [N*OP_W-1:0]  op_code_i,
    input  logic [N*ARG_W-1:0] op_conn_i,
    input  logic [N*GEN_W-1:0] op_gen_i,
    input  logic [N*TAG_W-1:0] op_tag_i,

    input  logic [N-1:0]       ret_valid_i,
    output logic [N-1:0]       ret_ready_o,
    input  logic [N*OP_W-1:0]  ret_code_i,
    input  logic [N*ARG_W-1:0] ret_conn_i,
    input  logic [N*GEN_W-1:0] ret_gen_i,
    input  logic [N*TAG_W-1:0] ret_tag_i,
    input  logic [N*4-1:0]     ret_mask_i,

    input  logic               lookup_valid_i,
    output logic               lookup_ready_o,
    input  logic [KEY_W-1:0]   lookup_key_i,
    input  logic [TAG_W-1:0]   lookup_tag_i,
    output logic               lookup_rsp_valid_o,
    input  logic               lookup_rsp_ready_i,
    output logic [TAG_W-1:0]   lookup_rsp_tag_o,
    output logic [2:0]         lookup_rsp_place_o,
    output logic [ARG_W-1:0]   lookup_rsp_conn_o,
    output logic [GEN_W-1:0]   lookup_rsp_gen_o,

    output logic               wdata_ready_o,
    input  logic               wdata_valid_i,
    output logic [WHO_W-1:0]   wdata_who_o,
    output logic               wdata_ret_o,
    output logic [2:0]         wdata_line_o,
    input  logic [LINE_W-1:0]  wdata_i,

    output logic               rsp_valid_o,
    input  logic               rsp_ready_i,
    output logic [WHO_W-1:0]   rsp_who_o,
    output logic [OP_W-1:0]    rsp_code_o,
    output logic [TAG_W-1:0]   rsp_tag_o,
    output logic [RESULT_W-1:0] rsp_result_o,
    output logic               rsp_data_o,    // this response has beats
    output logic [2:0]         rsp_beat_o,
    output logic [2:0]         rsp_place_o,
    output logic [ARG_W-1:0]   rsp_conn_o,
    output logic [GEN_W-1:0]   rsp_gen_o,
    output logic [ARG_W-1:0]   rsp_next_o,
    output logic [LINE_W-1:0]  rsp_rdata_o,

    output logic               ret_rsp_valid_o,
    input  logic               ret_rsp_ready_i,
    output logic [WHO_W-1:0]   ret_rsp_who_o,
    output logic [OP_W-1:0]    ret_rsp_code_o,
    output logic [TAG_W-1:0]   ret_rsp_tag_o,
    output logic [RESULT_W-1:0] ret_rsp_result_o,

    output logic               mem_req_valid_o,
    input  logic               mem_req_ready_i,
    output logic               mem_req_write_o,
    output logic [2:0]         mem_req_id_o,
    output logic [ctx_cache_pkg::MEM_ADDR_W-1:0] mem_req_line_o,
    output logic [2:0]         mem_req_beats_o,
    output logic               mem_wdata_valid_o,
    input  logic               mem_wdata_ready_i,
    output logic [LINE_W-1:0]  mem_wdata_o,
    input  logic               mem_rdata_valid_i,
    output logic               mem_rdata_ready_o,
    input  logic [2:0]         mem_rdata_id_i,
    input  logic [LINE_W-1:0]  mem_rdata_i,

    input  logic               inject_valid_i,
    output logic               inject_ready_o,
    input  logic               inject_tag_i,   // in the tag array; else in the data array
    input  logic [ARG_W-1:0]   inject_conn_i,
    input  logic [2:0]         inject_line_i,
    input  logic [ctx_cache_pkg::BIT_W-1:0] inject_bit_i,

    output logic [$clog2(LOOKUP_ENTRIES):0] lookup_used_o,
    output logic               commit_valid_o,
    output logic               commit_ret_o,
    output logic [WHO_W-1:0]   commit_who_o,
    output logic [ARG_W-1:0]   evt_conn_o,
    output logic               evt_fill_o, evt_scan_o,
    output logic [WHO_W-1:0]   evt_scan_who_o,
    output logic               evt_lookup_o, evt_displace_o, evt_hit_o, evt_miss_o, evt_eviction_o, evt_writeback_o,
    output logic               evt_extract_o, evt_freeze_cold_o, evt_install_o, evt_reserve_o, evt_release_o, evt_remove_o,
    output logic               evt_freeze_o,
    output logic               evt_clash_o,   // FULL was said as the key's fingerprint is another's
    output logic               evt_inject_o, evt_inject_hit_o, evt_tag_error_o, evt_bad_read_o, evt_bad_victim_o,
    output logic [N-1:0]       evt_lock_wait_o
);
    localparam int CONN_W = $clog2(CONN_IDS);
    localparam int SET_W  = (SETS > 1) ? $clog2(SETS) : 1;
    localparam int WAY_W  = (WAYS > 1) ? $clog2(WAYS) : 1;
    localparam int ROWS   = LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS;
    localparam int ROW_W  = $clog2(ROWS);
    localparam int IDX_W  = ROW_W + 4;
    localparam int SLOT_W = $clog2(MISS_SLOTS);
    localparam int META_W = ctx_cache_pkg::META_W;

    // A shape that the cache cannot have ends elaboration. Icarus Verilog 11 does not parse this.
`ifndef __ICARUS__
    if (SETS < 2 || SETS != 2**$clog2(SETS))
        $error("ctx_cache: SETS must be a power of two, at least 2");
    if (WAYS < 1 || WAYS > 32 || WAYS != 2**$clog2(WAYS))
        $error("ctx_cache: WAYS must be a power of two, 1 to 32");
    if (LOOKUP_ENTRIES < 16 || LOOKUP_ENTRIES > 2**20 || LOOKUP_ENTRIES != 2**$clog2(LOOKUP_ENTRIES))
        $error("ctx_cache: LOOKUP_ENTRIES must be a power of two, 16 to 1048576");
    if (CONN_IDS < 2*SETS || CONN_IDS > 16777216 || CONN_IDS != 2**CONN_W)
        $error("ctx_cache: CONN_IDS must be a power of two, 2 x SETS to 16777216");
    if (MISS_SLOTS < 2 || MISS_SLOTS > 8 || MISS_SLOTS != 2**SLOT_W)
        $error("ctx_cache: MISS_SLOTS must be 2, 4 or 8");
`endif

    // Initialisation: one row of the lookup table and one set of the tags per cycle.
    localparam int INIT_STEPS = (ROWS > SETS) ? ROWS : SETS;
    localparam int INIT_W = $clog2(INIT_STEPS) + 1;
    logic [INIT_W-1:0] init_q;
    logic              init_done;
    assign ready_o = init_done;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            init_q    <= '0;
            init_done <= 1'b0;
        end else if (!init_done) begin
            init_q    <= init_q + 1'b1;
            init_done <= 32'(init_q) == INIT_STEPS - 1;
        end
    end

    // Who goes next: an injection, a fill, then the key unit's pass, then a requester.
    logic inject, inject_tag, flip_done, grant, by_key, acquires, grant_ret, take, to_stage, to_flip, turn_key, settled, keys_stand, hold, rescan, fill_ready, pass_ready, misses_ok;
    logic [OP_W-1:0]  grant_code;
    logic [WHO_W-1:0] grant_who, fill_who, pass_who, key_who, meta_who, meta_ask_who;
    logic [ARG_W-1:0] grant_conn, inject_conn, rescan_index;
    logic [2:0]       inject_line;
    logic [ctx_cache_pkg::BIT_W-1:0] inject_bit;
    logic [GEN_W-1:0] grant_gen;
    logic [3:0]       grant_mask;
    logic [N-1:0]        held, op_finish, ret_finish;
    logic [N*CONN_W-1:0] held_conn;
    logic [ARG_W-1:0] op_conn;
    logic [GEN_W-1:0] op_gen;
    logic stage_ready, stage_idle, stage_quiet, start, key_ready, scan_ready, key_quiet, searching;

    assign take     = init_done && stage_ready && !hold && !inject;
    assign to_stage = take && grant;
    assign to_flip  = init_done && stage_ready && !hold && inject;
    assign turn_key = pass_ready && !fill_ready;

    ctx_cache_requests #(.CONN_W(CONN_W)) u_requests (
        .clk_i, .rst_ni,
        .op_valid_i, .op_ready_o, .op_code_i, .op_conn_i, .op_gen_i, .op_tag_i,
        .ret_valid_i, .ret_ready_o, .ret_code_i, .ret_conn_i, .ret_gen_i, .ret_tag_i, .ret_mask_i,
        .held_i(held), .held_conn_i(held_conn), .misses_ok_i(misses_ok), .starts_i(start), .keys_ok_i(key_ready && !start), .scans_ok_i(scan_ready && !start),
        .turn_valid_i(fill_ready || pass_ready), .turn_who_i(fill_ready ? fill_who : pass_who), .take_i(take),
        .grant_o(grant), .by_key_o(by_key), .acquires_o(acquires), .ret_o(grant_ret), .who_o(grant_who), .code_o(grant_code),
        .conn_o(grant_conn), .gen_o(grant_gen), .mask_o(grant_mask),
        .op_finish_i(op_finish), .ret_finish_i(ret_finish),
        .rescan_i(rescan), .rescan_who_i(evt_scan_who_o), .rescan_index_i(rescan_index),
        .rsp_who_i(rsp_who_o), .rsp_code_o, .rsp_tag_o, .rsp_conn_o(op_conn), .rsp_gen_o(op_gen),
        .ret_rsp_who_i(ret_rsp_who_o), .ret_rsp_code_o, .ret_rsp_tag_o,
        .settled_o(settled), .keys_stand_o(keys_stand), .evt_lock_wait_o
    );

    ctx_cache_inject u_inject (
        .clk_i, .rst_ni, .inject_valid_i, .inject_ready_o, .inject_tag_i, .inject_conn_i, .inject_line_i, .inject_bit_i,
        .wants_o(inject), .take_i(to_flip), .done_i(flip_done || (evt_inject_o && (inject_tag || !evt_inject_hit_o))),
        .tag_o(inject_tag), .conn_o(inject_conn), .line_o(inject_line), .bit_o(inject_bit)
    );

    // Commit stage
    logic answer, unlock, may_miss, miss_reserve, miss_unreserve, key_room, key_waits, table_fresh, fill_drop, fill_park, v_done, v_line, v_meta, v_park, v_again, stale, has_meta;
    logic [RESULT_W-1:0] result;
    logic [ARG_W-1:0]  stage_conn, table_conn, queue_conn;
    logic [GEN_W-1:0]  stage_gen;
    logic [SLOT_W-1:0] stage_slot, fill_slot, ask_meta_slot;
    logic [WHO_W-1:0]  start_who;
    logic [OP_W-1:0]   start_code;
    logic [ARG_W-1:0]  start_conn;
    logic [META_W-1:0] fill_meta, key_meta, queue_meta;
    logic pass_sel, stage_key, stage_sel, table_cmd, table_more, job, job_bad, job_room, queue, queue_room;
    logic [2:0] table_state;
    logic [ctx_cache_pkg::FOUND_W-1:0] key_found, found;
    logic [1:0] table_kind, table_index, queue_kind;
    logic [ctx_cache_pkg::JOB_W-1:0] job_kind;
    logic [WAY_W-1:0]  job_way;
    logic [3:0]        job_mask;

    ctx_cache_stage #(.SETS(SETS), .WAYS(WAYS), .SLOTS(MISS_SLOTS), .CONN_IDS(CONN_IDS)) u_stage (
        .clk_i, .rst_ni, .clear_i(!init_done), .clear_set_i(SET_W'(init_q)), .ready_o(stage_ready), .idle_o(stage_idle), .quiet_o(stage_quiet),
        .take_i(to_stage || to_flip), .take_by_key_i(by_key && !inject), .take_acquires_i(acquires), .take_ret_i(grant_ret && !inject), .take_fill_i(fill_ready && !inject), .take_key_i(turn_key && !inject), .take_who_i(grant_who),
        .take_inject_i(inject), .inject_tag_i(inject_tag), .inject_bit_i(inject_bit),
        .take_code_i(inject ? OP_W'(0) : grant_code), .take_conn_i(inject ? inject_conn : grant_conn), .take_gen_i(grant_gen), .take_mask_i(grant_mask), .take_slot_i(fill_slot), .take_sel_i(pass_sel),
        .start_o(start), .start_who_o(start_who), .start_code_o(start_code), .start_conn_o(start_conn),
        .who_o(commit_who_o), .conn_o(stage_conn), .gen_o(stage_gen), .slot_o(stage_slot), .ret_o(commit_ret_o), .commit_o(commit_valid_o),
        .answer_o(answer), .result_o(result), .unlock_o(unlock), .held_o(held), .held_conn_o(held_conn),
        .may_miss_o(may_miss), .reserve_o(miss_reserve), .unreserve_o(miss_unreserve), .ask_slot_o(ask_meta_slot), .miss_o(evt_miss_o), .fill_o(evt_fill_o), .fill_drop_o(fill_drop), .fill_park_o(fill_park), .fill_meta_i(fill_meta),
        .key_o(stage_key), .key_sel_o(stage_sel), .key_done_o(v_done), .key_line_o(v_line), .key_meta_o(v_meta), .key_park_o(v_park), .key_again_o(v_again),
        .key_stale_i(stale), .key_has_meta_i(has_meta), .key_read_meta_i(key_meta),
        .key_found_i(key_found),
        .table_o(table_cmd), .table_kind_o(table_kind), .table_index_o(table_index), .table_state_o(table_state), .table_conn_o(table_conn), .table_fresh_o(table_fresh), .table_more_o(table_more),
        .job_room_i(job_room), .job_o(job), .job_kind_o(job_kind), .job_bad_o(job_bad), .job_way_o(job_way), .job_mask_o(job_mask),
        .queue_room_i(queue_room), .queue_o(queue), .queue_kind_o(queue_kind), .queue_conn_o(queue_conn), .queue_meta_o(queue_meta),
        .evt_hit_o, .evt_eviction_o, .evt_writeback_o, .evt_extract_o, .evt_freeze_cold_o, .evt_install_o,
        .evt_reserve_o, .evt_release_o, .evt_remove_o, .evt_freeze_o, .evt_inject_o, .evt_inject_hit_o, .evt_tag_error_o
    );
    assign evt_conn_o = stage_conn;

    // Key unit
    logic key_cmd, scan, inserts, frees, meta_ask, meta_valid, key_wants, key_gets, key_asks, key_waits_q, data_gets, line4_done, scan_done, scan_taken, scans, found_clash, key_clash;
    logic [META_W-1:0]   meta_in;
    logic [LINE_W-1:0]   line4;
    logic [KEY_W-1:0]    cmd_key;
    logic [ARG_W-1:0]    meta_ask_conn, scan_conn, scan_next;
    logic [GEN_W-1:0]    scan_gen;
    logic [2:0]          scan_place;
    logic [RESULT_W-1:0] scan_result;
    logic [IDX_W-1:0]    found_index, free_index, cmd_index;
    logic [ROW_W-1:0]    found_row0, found_row1;

    assign inserts = table_cmd && table_kind == ctx_cache_pkg::TABLE_INSERT;
    assign frees   = table_cmd && table_kind == ctx_cache_pkg::TABLE_SET_STATE && table_state == ctx_cache_pkg::ENTRY_FREE;

    ctx_cache_keys #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES), .CONN_IDS(CONN_IDS)) u_keys (
        .clk_i, .rst_ni, .ready_o(key_ready), .scan_ready_o(scan_ready), .quiet_o(key_quiet), .searching_o(searching),
        .start_i(start), .start_who_i(start_who), .start_code_i(start_code), .start_conn_i(start_conn),
        .key_ready_o(key_wants), .key_who_o(key_who), .key_valid_i(key_gets), .key_line_i(wdata_i),
        .line4_o(line4), .line4_done_i(line4_done),
        .hold_i(hold), .stage_cmd_i(table_cmd), .stage_frees_i(frees), .stage_conn_i(stage_conn), .stage_inserts_i(inserts),
        .cmd_o(key_cmd), .scan_o(scan), .scan_who_o(evt_scan_who_o), .cmd_key_o(cmd_key), .cmd_index_o(cmd_index),
        .found_i(found), .clash_i(found_clash), .found_index_i(found_index), .free_index_i(free_index), .row0_i(found_row0), .row1_i(found_row1),
        .pass_o(pass_ready), .pass_sel_o(pass_sel), .pass_who_o(pass_who), .pass_take_i(take), .pass_turn_i(!fill_ready), .stage_key_i(stage_key), .stage_sel_i(stage_sel),
        .found_o(key_found), .clash_o(key_clash), .stale_o(stale), .has_meta_o(has_meta), .meta_o(key_meta),
        .verdict_done_i(v_done), .verdict_line_i(v_line), .verdict_meta_i(v_meta), .verdict_park_i(v_park), .verdict_again_i(v_again),
        .unlock_i(unlock), .meta_wants_o(key_waits), .meta_room_i(key_room), .meta_ask_o(meta_ask), .meta_ask_who_o(meta_ask_who),
        .meta_ask_conn_o(meta_ask_conn), .meta_valid_i(meta_valid), .meta_who_i(meta_who), .meta_i(meta_in),
        .rescan_o(rescan), .rescan_index_o(rescan_index), .scan_done_o(scan_done), .scan_result_o(scan_result),
        .scan_place_o(scan_place), .scan_conn_o(scan_conn), .scan_gen_o(scan_gen), .scan_next_o(scan_next), .scan_taken_i(scan_taken)
    );
    assign evt_scan_o  = scan;
    assign evt_clash_o = commit_valid_o && result == ctx_cache_pkg::RES_FULL && key_clash;
    assign scan_taken = rsp_valid_o && rsp_ready_i && scans;

    // Lookup table: commands of the commit stage before those of the key unit
    logic lookup_idle;
    ctx_cache_lookup #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES), .CONN_IDS(CONN_IDS)) u_lookup (
        .clk_i, .rst_ni,
        .lookup_valid_i, .lookup_ready_o, .lookup_key_i, .lookup_tag_i,
        .lookup_rsp_valid_o, .lookup_rsp_ready_i, .lookup_rsp_tag_o, .lookup_rsp_place_o, .lookup_rsp_conn_o, .lookup_rsp_gen_o,
        .hash_key_valid_i, .hash_key_i, .clear_i(!init_done), .clear_row_i(ROW_W'(init_q)),
        .cmd_valid_i(table_cmd || key_cmd),
        .cmd_kind_i(table_cmd ? table_kind : scan ? ctx_cache_pkg::TABLE_SCAN_ROW : ctx_cache_pkg::TABLE_FIND),
        .cmd_key_i(cmd_key), .cmd_index_i(cmd_index), .cmd_state_i(table_state),
        .cmd_conn_i(table_conn), .cmd_gen_i(stage_gen), .cmd_fresh_i(table_fresh),
        .cmd_writes_i(table_cmd), .cmd_by_conn_i(table_cmd && table_index != ctx_cache_pkg::INDEX_ENTRY), .cmd_more_i(table_more), .cmd_shifts_i((inserts && table_fresh) || frees),
        .ctrl_idle_i(stage_idle && !searching), .hold_o(hold),
        .found_o(found[ctx_cache_pkg::FOUND_W-1]), .found_index_o(found_index), .found_state_o(found[ctx_cache_pkg::FOUND_W-2 -: 3]),
        .found_conn_o(found[1+GEN_W +: ARG_W]), .found_gen_o(found[1 +: GEN_W]), .clash_o(found_clash), .free_o(found[0]), .free_index_o(free_index),
        .found_row0_o(found_row0), .found_row1_o(found_row1),
        .used_o(lookup_used_o), .idle_o(lookup_idle), .evt_lookup_o, .evt_displace_o
    );

    // Data array, DRAM, answers
    logic data_wants, data_ret, data_done, store_idle, beat_ok, beat, rdata_bad, rsp_idle;
    logic [WHO_W-1:0] data_who, beat_who;
    logic [2:0]       data_line, beat_line;
    ctx_cache_store #(.SETS(SETS), .WAYS(WAYS), .SLOTS(MISS_SLOTS)) u_store (
        .clk_i, .rst_ni, .idle_o(store_idle),
        .alloc_i(evt_miss_o), .stage_who_i(commit_who_o), .stage_conn_i(stage_conn), .stage_slot_i(stage_slot), .misses_ok_o(misses_ok), .key_wants_i(key_waits), .key_room_o(key_room), .may_miss_i(may_miss),
        .reserve_i(miss_reserve), .unreserve_i(miss_unreserve), .ask_meta_slot_i(ask_meta_slot),
        .key_alloc_i(meta_ask), .key_who_i(meta_ask_who), .key_conn_i(meta_ask_conn), .key_ready_o(meta_valid), .key_ready_who_o(meta_who),
        .key_meta_o(meta_in), .fill_valid_o(fill_ready), .fill_slot_o(fill_slot), .fill_who_o(fill_who),
        .fill_take_i(take && fill_ready), .stage_meta_o(fill_meta), .drop_i(fill_drop), .park_i(fill_park), .unlock_i(unlock),
        .queue_room_o(queue_room), .push_i(queue), .push_kind_i(queue_kind), .push_conn_i(queue_conn), .push_meta_i(queue_meta),
        .job_room_o(job_room), .job_i(job), .job_kind_i(job_kind), .job_way_i(job_way), .job_mask_i(job_mask), .job_bad_i(job_bad),
        .flip_line_i(inject_line), .flip_bit_i(inject_bit), .flip_done_o(flip_done),
        .wdata_ready_o(data_wants), .wdata_valid_i(data_gets), .wdata_ret_o(data_ret), .wdata_who_o(data_who), .wdata_line_o(data_line), .wdata_i,
        .write_done_o(data_done), .line4_i(line4), .line4_done_o(line4_done),
        .beat_ok_i(beat_ok), .beat_o(beat), .beat_who_o(beat_who), .beat_line_o(beat_line), .rdata_o(rsp_rdata_o), .rdata_bad_o(rdata_bad), .evt_bad_victim_o,
        .mem_req_valid_o, .mem_req_ready_i, .mem_req_write_o, .mem_req_id_o, .mem_req_line_o, .mem_req_beats_o,
        .mem_wdata_valid_o, .mem_wdata_ready_i, .mem_wdata_o, .mem_rdata_valid_i, .mem_rdata_id_i, .mem_rdata_i, .boot_i
    );
    assign mem_rdata_ready_o = 1'b1;
    // The data port goes first, but a wish that was told stands until it is met: while key_waits_q, the key unit wants. key_gets and
    // data_gets count only while their unit wants.
    assign key_asks      = key_wants && (!data_wants || key_waits_q);
    assign key_gets      = wdata_valid_i && (!data_wants || key_waits_q);
    assign data_gets     = wdata_valid_i && !key_waits_q;
    assign wdata_ready_o = data_wants || key_wants;
    assign wdata_who_o   = key_asks ? key_who : data_who;
    assign wdata_ret_o   = data_ret && !key_asks;
    assign wdata_line_o  = key_asks ? 3'd4 : data_line;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) key_waits_q <= 1'b0;
        else         key_waits_q <= key_asks && !wdata_valid_i;
    end

    ctx_cache_respond u_respond (
        .clk_i, .rst_ni, .idle_o(rsp_idle),
        .beat_ok_o(beat_ok), .beat_i(beat), .beat_who_i(beat_who), .beat_line_i(beat_line), .beat_bad_i(rdata_bad), .evt_bad_read_o,
        .stage_i(answer), .stage_ret_i(commit_ret_o), .stage_who_i(commit_who_o), .stage_result_i(result),
        .key_i(scan_done), .key_who_i(evt_scan_who_o), .key_result_i(scan_result),
        .write_i(data_done), .write_ret_i(data_ret), .write_who_i(data_who),
        .rsp_valid_o, .rsp_ready_i, .rsp_who_o, .rsp_data_o, .rsp_beat_o, .rsp_result_o,
        .ret_rsp_valid_o, .ret_rsp_ready_i, .ret_rsp_who_o, .ret_rsp_result_o,
        .op_finish_o(op_finish), .ret_finish_o(ret_finish)
    );
    assign scans       = rsp_code_o == ctx_cache_pkg::OP_SCAN;
    assign rsp_conn_o  = scans ? scan_conn : op_conn;
    assign rsp_gen_o   = scans ? scan_gen : op_gen;
    assign rsp_place_o = scans ? scan_place : 3'd0;
    assign rsp_next_o  = scans ? scan_next : '0;

    assign quiescent_o = lookup_idle && settled && keys_stand && stage_quiet && key_quiet && store_idle && rsp_idle;

    `ASSERT(InitIsCounted_A, init_done == (32'(init_q) == INIT_STEPS))
    `ASSERT(TheKeysWishStands_A, !key_waits_q || key_wants)
    `ASSERT(HashKeyStands_A, !hash_key_valid_i || (quiescent_o || !init_done) && lookup_used_o == '0)
    `ASSERT(QuiescentIsSilent_A, !quiescent_o || (!rsp_valid_o && !ret_rsp_valid_o && !lookup_rsp_valid_o && !mem_req_valid_o && !wdata_ready_o))
endmodule

// Control unit: takes one request at a time through its steps (docs/ctx_cache.md has the table of steps) and answers it
// before the next one starts, so the order of the responses is the order of the effects.
//
// wdata_*: the unit asks for line wdata_line_o of requester wdata_who_o by ready; the beat moves when valid too.
// rsp_*:   one beat without data, or five beats (data comes from the data array).
`include "assert.svh"

module ctx_cache_ctrl #(
    parameter int unsigned CONN_IDS = 65536,
    parameter int unsigned LOOKUP_ENTRIES = 131072,
    localparam int unsigned ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned OP_W = ctx_cache_pkg::OP_W,
    localparam int unsigned RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic init_done_i,

    // Granted request, before it is taken, and the current one.
    input  logic             grant_i,
    input  logic [OP_W-1:0]  grant_code_i,
    output logic             take_o,
    input  logic             ret_i,
    input  logic [OP_W-1:0]  code_i,
    input  logic [ARG_W-1:0] conn_i,
    input  logic [3:0]       mask_i,
    output logic             finish_o,
    output logic             park_o,
    output logic             rescan_o,
    output logic [ARG_W-1:0] rescan_index_o,

    // Tags, victim, locks
    output logic             tag_read_o,
    output logic             tag_write_o,
    output logic             tag_write_valid_o,
    output logic             tag_write_frozen_o,
    output logic             touch_o,
    output logic             evict_o,          // the victim leaves in this cycle
    input  logic             hit_i,
    input  logic             hit_frozen_i,
    input  logic             victim_found_i,
    input  logic             victim_valid_i,
    input  logic             victim_dirty_i,
    input  logic             victim_frozen_i,
    output logic             lock_o,
    output logic             unlock_o,
    input  logic             holds_i,

    // Checks
    input  logic [RESULT_W-1:0] acquire_i,
    input  logic [RESULT_W-1:0] admit_i,
    input  logic [RESULT_W-1:0] entry_admit_i,
    input  logic                entry_ready_i,
    input  logic [RESULT_W-1:0] entry_release_i,
    output logic                check_meta_o,  // judge by meta, not by the tag

    // Lookup table
    output logic             table_valid_o,
    output logic [1:0]       table_kind_o,
    output logic [2:0]       table_index_sel_o,
    output logic [2:0]       table_state_o,
    input  logic             table_done_i,
    input  logic             found_i,
    input  logic [2:0]       found_state_i,
    input  logic             free_i,

    // Memory engine
    output logic             mem_valid_o,
    output logic [2:0]       mem_kind_o,
    input  logic             mem_done_i,
    input  logic             mem_waits_i,
    input  logic             meta_frozen_i,

    // Data array
    output logic             data_en_o,
    output logic             data_we_o,
    output logic [2:0]       data_line_o,

    output logic             key_take_o,       // line 4 is captured
    output logic             wdata_ready_o,
    input  logic             wdata_valid_i,
    output logic             rsp_valid_o,
    input  logic             rsp_ready_i,
    output logic             rsp_data_o,
    output logic [2:0]       rsp_beat_o,
    output logic [RESULT_W-1:0] rsp_result_o,

    output logic             in_tag_o,
    output logic             idle_o,
    output logic             waits_o,          // nothing but a read's data changes the state
    output logic             evt_hit_o,
    output logic             evt_miss_o,
    output logic             evt_writeback_o,
    output logic             evt_extract_o,
    output logic             evt_extract_cold_o,
    output logic             evt_install_o,
    output logic             evt_reserve_o,
    output logic             evt_release_o,
    output logic             evt_remove_o,
    output logic             evt_freeze_o
);
    localparam int unsigned SCAN_END = LOOKUP_ENTRIES + ctx_cache_pkg::STASH;

    typedef enum logic [4:0] {
        INIT, IDLE, TAG, KEY, FIND, FOUND, DECIDE, META, VERDICT, INSERT, EVICT, WRITE_BACK, FILL, RETAG,
        DISCARD, STREAM, WRITE, META_WRITE, RESPOND, SCAN, SCANNED
    } state_e;
    state_e              state_q, state_d, after_evict;
    logic [RESULT_W-1:0] result_q, result_d;
    logic [2:0]          beat_q, beat_d, line;
    logic [4:0]          pending_q, pending_d;
    logic                refilled_q, refilled_d;

    logic is_install, is_reserve, is_release, is_extract, is_freeze, is_remove, is_read_lock;
    assign is_install   = code_i == ctx_cache_pkg::OP_INSTALL;
    assign is_reserve   = code_i == ctx_cache_pkg::OP_RESERVE;
    assign is_release   = code_i == ctx_cache_pkg::OP_RELEASE;
    assign is_extract   = code_i == ctx_cache_pkg::OP_EXTRACT;
    assign is_freeze    = code_i == ctx_cache_pkg::OP_FREEZE;
    assign is_remove    = code_i == ctx_cache_pkg::OP_REMOVE;
    assign is_read_lock = code_i == ctx_cache_pkg::OP_READ_LOCK;

    // What the tag row allows.
    logic out_of_range, tag_ok, no_way, write_done, last_row, to_release;
    assign out_of_range = 32'(conn_i) >= CONN_IDS;
    assign tag_ok       = state_q == TAG && !out_of_range
                       && (ret_i ? holds_i : hit_i && acquire_i == ctx_cache_pkg::RES_OK);
    assign no_way       = !hit_i && !victim_found_i && !out_of_range
                       && ((state_q == TAG && !ret_i) || (state_q == KEY && is_install));
    assign last_row     = conn_i[ARG_W-1:3] == (ARG_W-3)'(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS);
    assign to_release   = state_q == DECIDE && is_release && entry_release_i == ctx_cache_pkg::RES_OK;
    assign after_evict  = is_install ? WRITE : FILL;

    // Where a request goes from TAG, DECIDE and VERDICT, and with which result.
    state_e              tag_next, decide_next, verdict_next;
    logic [RESULT_W-1:0] tag_result, decide_result, verdict_result;

    always_comb begin
        tag_next   = RESPOND;
        tag_result = ctx_cache_pkg::RES_OK;
        if (out_of_range)            tag_result = ctx_cache_pkg::RES_ABSENT;
        else if (ret_i && !holds_i)  tag_result = ctx_cache_pkg::RES_NOT_LOCKED;
        else if (ret_i) begin
            if (is_remove)                                                     tag_next = META_WRITE;
            else if (code_i == ctx_cache_pkg::OP_WRITE_UNLOCK && mask_i != '0) tag_next = WRITE;
        end else if (!hit_i)         tag_next   = no_way ? IDLE : META;
        else if (!tag_ok)            tag_result = acquire_i;
        else if (!is_freeze)         tag_next   = STREAM;
    end

    always_comb begin
        decide_next   = RESPOND;
        decide_result = ctx_cache_pkg::RES_OK;
        if (is_release) begin
            decide_result = entry_release_i;
            if (to_release && found_state_i == ctx_cache_pkg::ENTRY_RESERVED) decide_next = META;
        end else if (entry_ready_i)                         decide_next   = EVICT;
        else if (entry_admit_i != ctx_cache_pkg::RES_OK)    decide_result = entry_admit_i;
        else if (hit_i)                                     decide_result = admit_i;
        else                                                decide_next   = META;
    end

    always_comb begin
        verdict_next   = RESPOND;
        verdict_result = ctx_cache_pkg::RES_OK;
        if (is_release)                                     verdict_next = META_WRITE;
        else if (is_install || is_reserve) begin
            if (admit_i != ctx_cache_pkg::RES_OK)           verdict_result = admit_i;
            else if (!found_i && !free_i)                   verdict_result = ctx_cache_pkg::RES_FULL;
            else                                            verdict_next   = INSERT;
        end else if (acquire_i != ctx_cache_pkg::RES_OK) begin
            verdict_next   = DISCARD;
            verdict_result = acquire_i;
        end else                                            verdict_next   = EVICT;
    end

    always_comb begin
        state_d  = state_q;
        result_d = result_q;
        unique case (state_q)
            INIT:       if (init_done_i) state_d = IDLE;
            IDLE:       if (grant_i) begin
                unique case (grant_code_i)
                    ctx_cache_pkg::OP_SCAN: state_d = SCAN;
                    ctx_cache_pkg::OP_RESERVE, ctx_cache_pkg::OP_INSTALL, ctx_cache_pkg::OP_RELEASE: state_d = KEY;
                    default: state_d = TAG;
                endcase
            end
            TAG: begin
                state_d  = tag_next;
                result_d = tag_result;
            end
            KEY: begin
                result_d = ctx_cache_pkg::RES_ABSENT;
                if (out_of_range)       state_d = RESPOND;
                else if (no_way)        state_d = IDLE;
                else if (wdata_valid_i) state_d = FIND;
            end
            DECIDE: begin
                state_d  = decide_next;
                result_d = decide_result;
            end
            VERDICT: begin
                state_d  = verdict_next;
                result_d = verdict_result;
            end
            SCAN: begin
                result_d = ctx_cache_pkg::RES_END;
                state_d  = 32'(conn_i) < SCAN_END ? SCANNED : RESPOND;
            end
            SCANNED:    if (table_done_i) begin
                state_d  = (found_i || last_row) ? RESPOND : IDLE;
                if (found_i) result_d = ctx_cache_pkg::RES_OK;
            end
            default:    state_d = walk_d;
        endcase
    end

    // Steps that only wait for one thing.
    state_e walk_d;
    always_comb begin
        walk_d = state_q;
        unique case (state_q)
            FIND:       walk_d = FOUND;
            FOUND:      if (table_done_i) walk_d = DECIDE;
            META:       if (mem_done_i) walk_d = VERDICT;
            INSERT:     walk_d = is_reserve ? META_WRITE : EVICT;
            EVICT:      walk_d = (victim_valid_i && victim_dirty_i) ? WRITE_BACK : after_evict;
            WRITE_BACK: if (mem_done_i) walk_d = after_evict;
            FILL:       if (mem_done_i) walk_d = RETAG;
            RETAG:      walk_d = TAG;
            DISCARD:    if (mem_done_i) walk_d = RESPOND;
            STREAM:     if (rsp_ready_i && beat_q == 3'd4) walk_d = is_extract ? META_WRITE : IDLE;
            WRITE:      if (write_done && pending_d == '0) walk_d = RESPOND;
            META_WRITE: if (mem_done_i) walk_d = is_extract ? IDLE : RESPOND;
            RESPOND:    if (rsp_ready_i) walk_d = IDLE;
            default:    walk_d = IDLE;
        endcase
    end

    // Lines still to be written, lowest first; line 4 of INSTALL was captured as the key.
    always_comb begin
        line = '0;
        for (int l = 4; l >= 0; l--) if (pending_q[l]) line = 3'(l);
        pending_d = pending_q;
        if (state_q == TAG)        pending_d = {1'b0, mask_i};
        else if (state_q == EVICT) pending_d = '1;
        else if (write_done)       pending_d = pending_q & (pending_q - 5'd1);
    end
    assign write_done = state_q == WRITE && (line == 3'd4 || wdata_valid_i);
    // Both are 0 again when IDLE begins: a quiescent cycle changes nothing.
    assign beat_d     = (state_d != STREAM || state_q != STREAM) ? '0 : rsp_ready_i ? beat_q + 1'b1 : beat_q;
    assign refilled_d = state_d != IDLE && (state_q == RETAG || refilled_q);

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            state_q    <= INIT;
            result_q   <= '0;
            beat_q     <= '0;
            pending_q  <= '0;
            refilled_q <= 1'b0;
        end else begin
            state_q    <= state_d;
            result_q   <= result_d;
            beat_q     <= beat_d;
            pending_q  <= pending_d;
            refilled_q <= refilled_d;
        end
    end

    // Requests
    assign take_o   = state_q == IDLE;
    assign finish_o = (state_q == RESPOND && rsp_ready_i)
                   || (state_q == STREAM && !is_extract && rsp_ready_i && beat_q == 3'd4)
                   || (state_q == META_WRITE && is_extract && mem_done_i);
    assign park_o   = no_way;
    assign rescan_o = state_q == SCANNED && table_done_i && !found_i && !last_row;
    assign rescan_index_o = {conn_i[ARG_W-1:3] + 1'b1, 3'b0};

    // Tags and locks
    assign tag_read_o  = (state_q == IDLE && grant_i) || state_q == RETAG;
    assign tag_write_o = evict_o || (tag_ok && (is_extract || is_freeze || is_remove
                                                || code_i == ctx_cache_pkg::OP_WRITE_UNLOCK));
    assign tag_write_valid_o  = !(is_extract || is_remove) || evict_o;
    assign tag_write_frozen_o = evict_o ? (!is_install && meta_frozen_i) : (is_freeze || hit_frozen_i);
    assign evict_o     = state_q == EVICT;
    assign touch_o     = evict_o || (tag_ok && is_read_lock);
    assign lock_o      = tag_ok && is_read_lock;
    assign unlock_o    = tag_ok && ret_i;
    assign check_meta_o = state_q == VERDICT;
    assign in_tag_o    = state_q == TAG;

    // Lookup table
    always_comb begin
        table_valid_o     = 1'b0;
        table_kind_o      = ctx_cache_pkg::TABLE_SET_STATE;
        table_index_sel_o = ctx_cache_pkg::INDEX_HIT;
        table_state_o     = ctx_cache_pkg::ENTRY_FREE;
        unique case (state_q)
            TAG: begin
                table_valid_o = tag_ok && (is_extract || is_freeze || is_remove);
                if (is_freeze)  table_state_o = ctx_cache_pkg::ENTRY_FROZEN;
                if (is_extract) table_state_o = ctx_cache_pkg::ENTRY_TOMBSTONE;
            end
            FIND: begin
                table_valid_o = 1'b1;
                table_kind_o  = ctx_cache_pkg::TABLE_FIND;
            end
            DECIDE: begin
                table_valid_o     = to_release || entry_ready_i;
                table_index_sel_o = ctx_cache_pkg::INDEX_ENTRY;
                if (!is_release) table_state_o = ctx_cache_pkg::ENTRY_HOT;
            end
            INSERT: begin
                table_valid_o     = 1'b1;
                table_kind_o      = ctx_cache_pkg::TABLE_INSERT;
                table_index_sel_o = ctx_cache_pkg::INDEX_ENTRY;
                table_state_o     = is_reserve ? ctx_cache_pkg::ENTRY_RESERVED : ctx_cache_pkg::ENTRY_HOT;
            end
            EVICT: begin
                table_valid_o     = victim_valid_i && !victim_frozen_i;
                table_index_sel_o = ctx_cache_pkg::INDEX_VICTIM;
                table_state_o     = ctx_cache_pkg::ENTRY_COLD;
            end
            RETAG: begin
                table_valid_o     = !meta_frozen_i;
                table_index_sel_o = ctx_cache_pkg::INDEX_META;
                table_state_o     = ctx_cache_pkg::ENTRY_HOT;
            end
            SCAN: begin
                table_valid_o     = 32'(conn_i) < SCAN_END;
                table_kind_o      = ctx_cache_pkg::TABLE_SCAN_ROW;
                table_index_sel_o = ctx_cache_pkg::INDEX_SCAN;
            end
            default: table_valid_o = 1'b0;
        endcase
    end

    // Memory engine
    always_comb begin
        mem_valid_o = 1'b1;
        unique case (state_q)
            META:       mem_kind_o = (is_install || is_reserve || is_release) ? ctx_cache_pkg::MEM_META_READ
                                                                              : ctx_cache_pkg::MEM_FETCH;
            WRITE_BACK: mem_kind_o = ctx_cache_pkg::MEM_WRITE_BACK;
            FILL:       mem_kind_o = ctx_cache_pkg::MEM_FILL;
            DISCARD:    mem_kind_o = ctx_cache_pkg::MEM_DISCARD;
            META_WRITE: mem_kind_o = ctx_cache_pkg::MEM_META_WRITE;
            default: begin
                mem_kind_o  = ctx_cache_pkg::MEM_FETCH;
                mem_valid_o = 1'b0;
            end
        endcase
    end

    // Data array, channels
    assign data_we_o     = write_done;
    assign data_en_o     = data_we_o || (tag_ok && (is_read_lock || is_extract))
                        || (state_q == STREAM && rsp_ready_i && beat_q != 3'd4);
    assign data_line_o   = (state_q == WRITE) ? line : (state_q == STREAM) ? beat_q + 1'b1
                         : (state_q == KEY) ? 3'd4 : 3'd0;
    assign wdata_ready_o = (state_q == KEY && !out_of_range && !no_way)
                        || (state_q == WRITE && line != 3'd4);
    assign key_take_o    = state_q == KEY && wdata_ready_o && wdata_valid_i;
    assign rsp_valid_o   = state_q == STREAM || state_q == RESPOND;
    assign rsp_data_o    = state_q == STREAM;
    assign rsp_beat_o    = beat_q;
    assign rsp_result_o  = rsp_data_o ? ctx_cache_pkg::RES_OK : result_q;

    // Each event is the one cycle of a state that depends on no input.
    logic looked;
    assign looked      = state_q == TAG && !ret_i && !out_of_range && !no_way && !refilled_q;
    assign idle_o      = state_q == IDLE;
    assign waits_o     = mem_waits_i;
    assign evt_hit_o   = looked && hit_i;
    assign evt_miss_o  = looked && !hit_i;
    assign evt_writeback_o    = evict_o && victim_valid_i && victim_dirty_i;
    assign evt_extract_o      = tag_ok && is_extract;
    assign evt_extract_cold_o = evt_extract_o && refilled_q;
    assign evt_install_o = evict_o && is_install;
    assign evt_reserve_o = state_q == INSERT && is_reserve;
    assign evt_release_o = to_release;
    assign evt_remove_o  = tag_ok && is_remove;
    assign evt_freeze_o  = tag_ok && is_freeze;

    `ASSERT(EvictsOnlyWithAVictim_A, !evict_o || victim_found_i)
    `ASSERT(ResponseIsStable_A, !$past(rsp_valid_o && !rsp_ready_i) || (rsp_valid_o && $stable(rsp_beat_o) && $stable(rsp_result_o)))
    `ASSERT(ConstantLineIsOnlyInstalled_A, !(data_we_o && data_line_o == 3'd4) || is_install)
    `ASSERT(StateIsKnown_A, state_q <= SCANNED)
endmodule

// Commit stage: the one place that every return, operation, fill and key's pass goes through, so its order is the order
// of all effects. A transaction is taken while its tag row is read; in the next cycle it meets the row, and
// ctx_cache_commit.sv decides. A transaction waits here only for room in the job queue or the write queue.
// A fill is followed at once by the operation that missed, which then hits.
//
// take_*:  a transaction; only while ready_o. Others: see the parts that they go to.
`include "assert.svh"

module ctx_cache_stage #(
    parameter int SETS = 128,
    parameter int WAYS = 8,
    parameter int SLOTS = 8,
    parameter int CONN_IDS = 65536,
    localparam int N = ctx_cache_pkg::REQUESTERS,
    localparam int CONN_W = $clog2(CONN_IDS),
    localparam int SET_W = $clog2(SETS),
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int SLOT_W = $clog2(SLOTS),
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic             clear_i,       // initialisation
    input  logic [SET_W-1:0] clear_set_i,
    output logic             ready_o,
    output logic             idle_o,

    input  logic              take_i,
    input  logic              take_ret_i,
    input  logic              take_fill_i,
    input  logic              take_key_i,
    input  logic [WHO_W-1:0]  take_who_i,
    input  logic [OP_W-1:0]   take_code_i,
    input  logic [ARG_W-1:0]  take_conn_i,
    input  logic [GEN_W-1:0]  take_gen_i,
    input  logic [3:0]        take_mask_i,
    input  logic [SLOT_W-1:0] take_slot_i,
    input  logic              take_sel_i,     // which place of the key unit
    input  logic              take_inject_i,
    input  logic              inject_tag_i,
    input  logic [ctx_cache_pkg::BIT_W-1:0] inject_bit_i,

    output logic [WHO_W-1:0]  who_o,
    output logic [ARG_W-1:0]  conn_o,
    output logic [GEN_W-1:0]  gen_o,
    output logic [SLOT_W-1:0] slot_o,
    output logic              ret_o,
    output logic              commit_o,
    output logic              answer_o,
    output logic [RESULT_W-1:0] result_o,
    output logic              unlock_o,
    output logic [N-1:0]        held_o,
    output logic [N*CONN_W-1:0] held_conn_o,

    output logic              may_miss_o,     // an operation that can miss is here
    output logic              miss_o,
    output logic              fill_o,
    output logic              fill_drop_o,
    output logic              fill_park_o,
    input  logic [META_W-1:0] fill_meta_i,

    output logic              key_o,          // a pass of the key unit is here,
    output logic              key_sel_o,      // of this place
    output logic              key_done_o,
    output logic              key_line_o,
    output logic              key_meta_o,
    output logic              key_park_o,
    output logic              key_again_o,
    input  logic              key_stale_i,
    input  logic              key_has_meta_i,
    input  logic [META_W-1:0] key_read_meta_i,

    input  logic [ctx_cache_pkg::FOUND_W-1:0] key_found_i,
    output logic              table_o,
    output logic [1:0]        table_kind_o,
    output logic [1:0]        table_index_o,
    output logic [2:0]        table_state_o,
    output logic [ARG_W-1:0]  table_conn_o,
    output logic              table_more_o,   // the next cycle's command belongs to this one's

    input  logic              job_room_i,
    output logic              job_o,
    output logic [ctx_cache_pkg::JOB_W-1:0] job_kind_o,
    output logic              job_bad_o,
    output logic [WAY_W-1:0]  job_way_o,
    output logic [3:0]        job_mask_o,
    input  logic              queue_room_i,
    output logic              queue_o,
    output logic [1:0]        queue_kind_o,
    output logic [ARG_W-1:0]  queue_conn_o,
    output logic [META_W-1:0] queue_meta_o,

    output logic              evt_hit_o,
    output logic              evt_eviction_o,
    output logic              evt_writeback_o,
    output logic              evt_extract_o,
    output logic              evt_freeze_cold_o,
    output logic              evt_install_o,
    output logic              evt_reserve_o,
    output logic              evt_release_o,
    output logic              evt_remove_o,
    output logic              evt_freeze_o,
    output logic              evt_inject_o,
    output logic              evt_inject_hit_o,
    output logic              evt_tag_error_o
);
    localparam int NODES = (WAYS > 1) ? WAYS - 1 : 1;

    // The transaction
    logic              valid_q, second_q, ret_q, fill_q, key_q, inject_q, refilled_q;
    logic [WHO_W-1:0]  who_q;
    logic [OP_W-1:0]   code_q;
    logic [ARG_W-1:0]  conn_q;
    logic [GEN_W-1:0]  gen_q;
    logic [3:0]        mask_q;
    logic [SLOT_W-1:0] slot_q;
    logic              go, again, queues, out_of_range, lock, evict, hit, hit_dirty;
    logic [WAY_W-1:0]  way_q, victim_way;

    assign out_of_range = 32'(conn_q) >= CONN_IDS;
    assign queues = fill_q || key_q || code_q == ctx_cache_pkg::OP_EXTRACT || code_q == ctx_cache_pkg::OP_REMOVE
                 || code_q == ctx_cache_pkg::OP_FREEZE || code_q == ctx_cache_pkg::OP_WRITE_UNLOCK;
    assign go      = valid_q && !second_q && job_room_i && (queue_room_i || !queues);
    // Nobody follows a fill or a key's pass at once, whether it takes a second cycle or not: what it decides comes too late.
    assign ready_o = !valid_q || (go && !fill_q && !key_q) || (second_q && !fill_q);
    assign idle_o  = !valid_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            valid_q  <= 1'b0;
            second_q <= 1'b0;
        end else begin
            if (ready_o) valid_q <= take_i;
            else if (go && !again) valid_q <= 1'b0;
            second_q <= go && again;
        end
    end
    always_ff @(posedge clk_i) begin
        if (ready_o && take_i) begin
            ret_q      <= take_ret_i;
            fill_q     <= take_fill_i;
            key_q      <= take_key_i;
            inject_q   <= take_inject_i;
            refilled_q <= 1'b0;
            who_q      <= take_who_i;
            code_q     <= take_code_i;
            conn_q     <= take_conn_i;
            gen_q      <= take_gen_i;
            mask_q     <= take_mask_i;
            slot_q     <= take_slot_i;
            key_sel_o  <= take_sel_i;
        end else if (second_q) begin
            fill_q     <= 1'b0;  // now the operation itself
            refilled_q <= 1'b1;
        end
        if (go && evict) way_q <= victim_way;
    end

    // Its tag row
    logic hit_frozen, held_frozen, victim_found, victim_dirty, touch, tag_write, tag_valid, tag_dirty, tag_frozen, holds, flip, scrub;
    logic [WAY_W-1:0]  hit_way, held_way, used_way, written_way, bad_way;
    logic [GEN_W-1:0]  hit_gen, victim_gen;
    logic [CONN_W-1:0] victim_conn;
    logic [WAYS-1:0]   valids, frozens, locked_ways, bads, lost;
    logic [NODES-1:0]  tree, touch_tree;

    assign used_way    = evict ? victim_way : ret_q ? held_way : hit_way;
    assign written_way = scrub ? bad_way : used_way;

    // A way with bad parity is cleared when a transaction passes that does not write a tag itself, unless
    // somebody holds it: its holder knows what is in it.
    assign lost = bads & ~locked_ways;
    always_comb begin
        bad_way = '0;
        if (lost != '0) for (int w = WAYS - 1; w >= 0; w--) if (lost[w]) bad_way = WAY_W'(w);
    end

    ctx_cache_tags #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_tags (
        .clk_i, .rst_ni,
        .read_i((ready_o && take_i) || (second_q && fill_q)), .read_set_i(second_q && fill_q ? conn_q[SET_W-1:0] : take_conn_i[SET_W-1:0]),
        .write_i(tag_write || scrub), .clear_i, .clear_set_i, .flip_i(flip), .flip_bit_i(inject_bit_i),
        .write_way_i(written_way), .write_valid_i(tag_valid && !scrub), .write_dirty_i(tag_dirty), .write_frozen_i(tag_frozen), .write_gen_i(gen_q),
        .touch_i(touch), .touch_tree_i(touch_tree),
        .used_i(valid_q), .conn_i(conn_q[CONN_W-1:0]), .hit_o(hit), .hit_way_o(hit_way), .hit_frozen_o(hit_frozen), .hit_dirty_o(hit_dirty), .hit_gen_o(hit_gen),
        .valid_o(valids), .frozen_o(frozens), .bad_o(bads), .tree_o(tree),
        .victim_way_i(victim_way), .victim_dirty_o(victim_dirty), .victim_gen_o(victim_gen), .victim_conn_o(victim_conn)
    );
    ctx_cache_victim #(.WAYS(WAYS)) u_victim (
        .clk_i, .rst_ni, .valid_i(valids), .frozen_i(frozens), .locked_i(locked_ways), .tree_i(tree),
        .found_o(victim_found), .way_o(victim_way), .used_way_i(used_way), .used_tree_o(touch_tree)
    );
    ctx_cache_locks #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_locks (
        .clk_i, .rst_ni, .set_i(lock), .clear_i(unlock_o), .who_i(who_q),
        .conn_i(conn_q[CONN_W-1:0]), .gen_i(gen_q), .way_i(hit_way), .frozen_i(hit_frozen),
        .holds_o(holds), .way_o(held_way), .frozen_o(held_frozen), .locked_ways_o(locked_ways), .held_o, .held_conn_o
    );

    // The decision
    logic [RESULT_W-1:0] acquire, admit, entry_admit, entry_release;
    logic                entry_ready, by_meta, found, free;
    logic [2:0]          found_state;
    logic [ARG_W-1:0]    found_conn;
    logic [GEN_W-1:0]    found_gen;
    logic [META_W-1:0]   meta;

    assign {found, found_state, found_conn, found_gen, free} = key_found_i;
    assign by_meta = fill_q || (key_q && key_has_meta_i && !hit);
    assign meta    = key_q ? key_read_meta_i : fill_meta_i;

    ctx_cache_check u_check (
        .clk_i, .rst_ni, .code_i(code_q), .driver_i(who_q == ctx_cache_pkg::WHO_DRIVER), .gen_i(gen_q),
        .known_i(!by_meta || meta[ctx_cache_pkg::META_KNOWN_BIT]), .present_i(!by_meta || meta[ctx_cache_pkg::META_PRESENT_BIT]),
        .reserved_i(by_meta && meta[ctx_cache_pkg::META_RESERVED_BIT]),
        .frozen_i(by_meta ? meta[ctx_cache_pkg::META_FROZEN_BIT] : hit_frozen),
        .here_gen_i(by_meta ? meta[ctx_cache_pkg::META_GEN_BIT +: GEN_W] : hit_gen),
        .acquire_o(acquire), .admit_o(admit),
        .entry_found_i(found), .entry_state_i(found_state), .entry_same_conn_i(found_conn == conn_q),
        .entry_gen_i(found_gen), .entry_admit_o(entry_admit), .entry_ready_o(entry_ready), .entry_release_o(entry_release)
    );
    ctx_cache_commit u_commit (
        .clk_i, .rst_ni, .go_i(go), .second_i(second_q), .second_victim_i(valids[victim_way] && !frozens[victim_way]),
        .ret_i(ret_q), .fill_i(fill_q), .key_i(key_q), .inject_i(inject_q), .inject_tag_i, .refilled_i(refilled_q),
        .code_i(code_q), .gen_i(gen_q), .mask_i(mask_q), .out_of_range_i(out_of_range),
        .holds_i(holds), .hit_i(hit && !out_of_range), .hit_dirty_i(hit_dirty), .held_frozen_i(held_frozen), .bad_tag_i(lost != '0), .victim_found_i(victim_found),
        .victim_valid_i(valids[victim_way]), .victim_dirty_i(victim_dirty), .victim_frozen_i(frozens[victim_way]),
        .victim_gen_i(victim_gen), .acquire_i(acquire), .admit_i(admit), .entry_admit_i(entry_admit),
        .entry_ready_i(entry_ready), .entry_release_i(entry_release), .found_i(found), .found_state_i(found_state), .free_i(free),
        .stale_i(key_stale_i), .has_meta_i(key_has_meta_i), .meta_i(meta),
        .commit_o, .answer_o, .result_o, .miss_o, .fill_drop_o, .fill_park_o, .key_done_o, .key_line_o, .key_meta_o,
        .key_park_o, .key_again_o, .again_o(again), .lock_o(lock), .unlock_o, .touch_o(touch), .evict_o(evict),
        .flip_o(flip), .scrub_o(scrub), .tag_write_o(tag_write), .tag_valid_o(tag_valid), .tag_dirty_o(tag_dirty), .tag_frozen_o(tag_frozen),
        .table_o, .table_kind_o, .table_index_o, .table_state_o, .job_o, .job_kind_o, .job_bad_o, .queue_o, .queue_kind_o, .queue_meta_o,
        .evt_hit_o, .evt_eviction_o, .evt_writeback_o, .evt_extract_o, .evt_install_o, .evt_reserve_o, .evt_release_o,
        .evt_remove_o, .evt_freeze_o, .evt_inject_o, .evt_inject_hit_o
    );
    assign evt_tag_error_o = scrub;

    assign may_miss_o   = valid_q && !ret_q && !key_q && !inject_q;
    assign who_o        = who_q;
    assign conn_o       = conn_q;
    assign gen_o        = gen_q;
    assign slot_o       = slot_q;
    assign ret_o        = ret_q;
    assign fill_o       = go && fill_q && evict;
    assign table_conn_o = (table_index_o == ctx_cache_pkg::INDEX_VICTIM) ? ARG_W'(victim_conn) : conn_q;
    assign table_more_o = go && again;
    assign job_way_o    = second_q ? way_q : evict ? victim_way : ret_q ? held_way : hit_way;
    assign job_mask_o   = mask_q;
    assign key_o        = valid_q && key_q && !second_q;
    assign queue_conn_o = (queue_kind_o == ctx_cache_pkg::WQ_EVICT) ? ARG_W'(victim_conn) : conn_q;
    assign evt_freeze_cold_o = evt_freeze_o && refilled_q;

    `ASSERT(TakenOnlyWhenReady_A, !take_i || ready_o)
endmodule

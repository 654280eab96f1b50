// Commit pipeline: the one way that every return, operation, fill and key's pass goes, so its order is the order of all
// effects. Four registers stand behind the arbiter (ctx_cache_requests.sv):
//   T  the transaction that was granted; its tag row is read when it goes on
//   C  it meets the row: which way hits, which are locked, does its requester hold it
//   D  it is decided (ctx_cache_commit.sv)
//   E  its effects: tags, locks, lookup table, miss slots, data port, write queue, answer
// T alone waits: while a transaction of the same set is in C or D, or no room is left for what it may want of the data port and
// the write queue. Whatever went on from T arrives. A fill and a key's pass need a victim and two cycles of effects, so they
// travel alone (nobody else in C and D) and stay in D for four cycles: the victim is chosen, fetched, decided upon, and then
// its successor's effects follow. A fill waits in T meanwhile and comes again as the operation that missed, which then hits.
// The tag row of one that follows is read in the cycle in which the effects of the one before are written; the array gives the new row.
//
// take_*:  a transaction granted by the arbiter; only while ready_o. Others: see the parts that they go to.
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
    output logic             quiet_o,       // and it stays idle without a request

    input  logic              take_i,
    input  logic              take_by_key_i,  // to the key unit, not to C
    input  logic              take_acquires_i, // it may miss: a miss slot is kept for it
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

    output logic              start_o,        // T goes to the key unit in this cycle
    output logic [WHO_W-1:0]  start_who_o,
    output logic [OP_W-1:0]   start_code_o,
    output logic [ARG_W-1:0]  start_conn_o,

    output logic [WHO_W-1:0]  who_o,          // of the transaction in E
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

    output logic              may_miss_o,     // an operation that can miss is in T,
    output logic              reserve_o,      // and goes on: a miss slot is kept for it
    output logic              unreserve_o,    // and did not miss
    output logic              miss_o,
    output logic              fill_o,
    output logic              fill_drop_o,
    output logic              fill_park_o,
    output logic [SLOT_W-1:0] ask_slot_o,     // of the transaction in C
    input  logic [META_W-1:0] fill_meta_i,

    output logic              key_o,          // a pass of the key unit is here, up to its decision,
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
    output logic              table_fresh_o,  // INSERT: into a free slot
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
    localparam int CTAG_W = (CONN_W > SET_W) ? CONN_W - SET_W : 1;
    localparam int WAY_BITS = CTAG_W + GEN_W + 4;
    localparam int FOUND_W = ctx_cache_pkg::FOUND_W;

    // Which transaction: a return, a fill, a key's pass, an injection, or else READ_LOCK, FREEZE, EXTRACT. reserved: a
    // miss slot is kept for it.
    localparam int TXN_W = 6 + WHO_W + OP_W + ARG_W + GEN_W + 4 + SLOT_W;
    logic              t_ret, t_fill, t_key, t_inject, t_refilled, t_reserved, c_fill, c_key;
    logic              d_ret, d_fill, d_key, d_inject, d_refilled, d_reserved, t_by_key, t_queues;
    logic [WHO_W-1:0]  t_who, c_who, d_who;
    logic [OP_W-1:0]   t_code, d_code;
    logic [ARG_W-1:0]  t_conn, c_conn, d_conn;
    logic [GEN_W-1:0]  t_gen, c_gen, d_gen;
    logic [3:0]        t_mask, d_mask;
    logic [SLOT_W-1:0] t_slot, c_slot, d_slot;
    logic [TXN_W-1:0]  t_txn, c_txn_q, d_txn_q;

    // --- T: waits, and reads its tag row as it goes ---
    logic t_valid_q, t_sent_q, t_go, t_waits, c_valid_q, d_valid_q, t_alone, c_alone, d_alone, same_c, same_d;
    logic fill_ends, e_valid_q;
    assign t_alone = t_fill || t_key;
    assign c_alone = c_fill || c_key;
    assign d_alone = d_fill || d_key;
    assign same_c  = c_conn[SET_W-1:0] == t_conn[SET_W-1:0];
    assign same_d  = d_conn[SET_W-1:0] == t_conn[SET_W-1:0];
    assign t_waits = (c_valid_q && (t_alone || c_alone || same_c)) || (d_valid_q && (t_alone || d_alone || same_d))
                  || !job_room_i || (t_queues && !queue_room_i);
    assign t_go    = t_valid_q && !t_sent_q && !t_by_key && !t_waits;
    assign ready_o = !t_valid_q || t_by_key || (t_go && !t_fill);
    assign idle_o  = !t_valid_q && !c_valid_q && !d_valid_q && !e_valid_q;
    assign quiet_o = idle_o && !take_inject_i && !clear_i;
    assign start_o      = t_valid_q && t_by_key;
    assign start_who_o  = t_who;
    assign start_code_o = t_code;
    assign start_conn_o = t_conn;
    assign t_queues     = t_fill || t_key || t_code == ctx_cache_pkg::OP_EXTRACT || t_code == ctx_cache_pkg::OP_REMOVE
                       || t_code == ctx_cache_pkg::OP_FREEZE || t_code == ctx_cache_pkg::OP_WRITE_UNLOCK;
    assign may_miss_o = t_reserved;
    assign reserve_o  = t_go && t_reserved;
    // A fill's verdict: the operation itself follows, or nothing.
    assign fill_ends  = fill_drop_o || fill_park_o;
    assign t_txn      = {t_ret, t_fill, t_key, t_inject, t_refilled, t_reserved, t_who, t_code, t_conn, t_gen, t_mask, t_slot};

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            t_valid_q  <= 1'b0;
            t_sent_q   <= 1'b0;
            t_reserved <= 1'b0;
        end else if (ready_o) begin
            t_valid_q  <= take_i;
            t_sent_q   <= 1'b0;
            t_reserved <= take_i && take_acquires_i && !take_inject_i;
        end else if (t_sent_q) begin
            t_valid_q <= !fill_ends;
            t_sent_q  <= !fill_o && !fill_ends;
        end else if (t_go) begin
            t_sent_q  <= 1'b1;
        end
    end
    always_ff @(posedge clk_i) begin
        if (ready_o && take_i) begin
            t_ret      <= take_ret_i;
            t_fill     <= take_fill_i;
            t_key      <= take_key_i;
            t_inject   <= take_inject_i;
            t_by_key   <= take_by_key_i;
            t_refilled <= 1'b0;
            t_who      <= take_who_i;
            t_code     <= take_code_i;
            t_conn     <= take_conn_i;
            t_gen      <= take_gen_i;
            t_mask     <= take_mask_i;
            t_slot     <= take_slot_i;
        end else if (fill_o) begin
            t_fill     <= 1'b0;
            t_refilled <= 1'b1;
        end
        if (ready_o && take_i && take_key_i) key_sel_o <= take_sel_i;
    end

    // --- C: the row, the locks, and what the key unit and the miss slot know ---
    logic              c_hit, c_holds, c_held_frozen, c_in_range;
    logic [WAY_W-1:0]  c_hit_way, c_held_way;
    logic [WAY_BITS-1:0] c_entry;
    logic [WAYS-1:0]   c_valids, c_frozens, c_bads, c_locked;
    logic [NODES-1:0]  c_tree;
    logic              c_hit_frozen, c_hit_dirty, v_dirty;
    logic [GEN_W-1:0]  c_hit_gen, v_gen;
    logic [CONN_W-1:0] v_conn;
    logic [WAY_W-1:0]  v_way_q;
    assign {c_fill, c_key} = c_txn_q[TXN_W-2 -: 2];
    assign c_slot          = c_txn_q[0 +: SLOT_W];
    assign {c_conn, c_gen} = c_txn_q[SLOT_W+4 +: ARG_W+GEN_W];
    assign c_who           = c_txn_q[SLOT_W+4+GEN_W+ARG_W+OP_W +: WHO_W];
    assign {d_ret, d_fill, d_key, d_inject, d_refilled, d_reserved, d_who, d_code, d_conn, d_gen, d_mask, d_slot} = d_txn_q;
    assign c_in_range = 32'(c_conn) < CONN_IDS;
    assign ask_slot_o = c_slot;

    logic e_tag_write_q, e_tag_valid_q, e_tag_dirty_q, e_tag_frozen_q, e_flip_q, e_touch_q, e_lock_q, e_lock_frozen_q;
    logic [WAY_W-1:0]    e_used_way_q, e_bad_way_q, e_lock_way_q;
    logic [NODES-1:0]    e_tree_q, touch_tree;
    logic [WAY_BITS-1:0] e_entry_q;

    ctx_cache_tags #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_tags (
        .clk_i, .rst_ni,
        .read_i(t_go), .read_set_i(t_conn[SET_W-1:0]),
        .write_i(e_tag_write_q || evt_tag_error_o), .clear_i, .clear_set_i, .write_conn_i(conn_o[CONN_W-1:0]), .flip_i(e_flip_q), .flip_entry_i(e_entry_q), .flip_bit_i(inject_bit_i),
        .write_way_i(evt_tag_error_o ? e_bad_way_q : e_used_way_q), .write_valid_i(e_tag_valid_q && !evt_tag_error_o), .write_dirty_i(e_tag_dirty_q), .write_frozen_i(e_tag_frozen_q), .write_gen_i(gen_o),
        .touch_i(e_touch_q), .touch_tree_i(touch_tree),
        .used_i(c_valid_q || d_valid_q), .conn_i(c_conn[CONN_W-1:0]), .hit_o(c_hit), .hit_way_o(c_hit_way), .hit_entry_o(c_entry),
        .hit_frozen_o(c_hit_frozen), .hit_dirty_o(c_hit_dirty), .hit_gen_o(c_hit_gen),
        .valid_o(c_valids), .frozen_o(c_frozens), .bad_o(c_bads), .tree_o(c_tree),
        .victim_way_i(v_way_q), .victim_dirty_o(v_dirty), .victim_gen_o(v_gen), .victim_conn_o(v_conn)
    );
    ctx_cache_locks #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_locks (
        .clk_i, .rst_ni, .set_i(e_lock_q), .clear_i(unlock_o), .who_i(who_o),
        .conn_i(conn_o[CONN_W-1:0]), .gen_i(gen_o), .way_i(e_lock_way_q), .frozen_i(e_lock_frozen_q),
        .ask_who_i(c_who), .ask_conn_i(c_conn[CONN_W-1:0]), .ask_gen_i(c_gen),
        .holds_o(c_holds), .way_o(c_held_way), .frozen_o(c_held_frozen), .locked_ways_o(c_locked), .held_o, .held_conn_o
    );

    // --- D: the decision, from registers ---
    logic              d_hit_q, d_hit_frozen_q, d_hit_dirty_q, d_holds_q, d_held_frozen_q, d_in_range_q, d_has_meta_q, d_go, d_second, d_ends, again_q;
    logic [1:0]        d_step_q;
    logic [WAY_W-1:0]  d_hit_way_q, d_held_way_q;
    logic [WAY_BITS-1:0] d_entry_q;
    logic [GEN_W-1:0]  d_hit_gen_q;
    logic [WAYS-1:0]   d_valids_q, d_frozens_q, d_bads_q, d_locked_q;
    logic [NODES-1:0]  d_tree_q;
    logic [META_W-1:0] d_meta_q;
    logic [FOUND_W-1:0] d_found_q;

    assign d_go     = d_valid_q && (!d_alone || d_step_q == 2'd2);
    assign d_second = d_valid_q && d_alone && d_step_q == 2'd3;
    assign d_ends   = !d_alone || d_step_q == 2'd3;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            c_valid_q <= 1'b0;
            d_valid_q <= 1'b0;
            d_step_q  <= '0;
        end else begin
            c_valid_q <= t_go;
            d_valid_q <= c_valid_q || (d_valid_q && !d_ends);
            d_step_q  <= (d_valid_q && !d_ends) ? d_step_q + 1'b1 : '0;
        end
    end
    always_ff @(posedge clk_i) begin
        if (t_go) c_txn_q <= t_txn;
        if (c_valid_q) begin
            d_txn_q         <= c_txn_q;
            d_hit_q         <= c_hit && c_in_range;
            d_hit_way_q     <= c_hit_way;
            d_hit_frozen_q  <= c_hit_frozen;
            d_hit_dirty_q   <= c_hit_dirty;
            d_hit_gen_q     <= c_hit_gen;
            d_entry_q       <= c_entry;
            d_valids_q      <= c_valids;
            d_frozens_q     <= c_frozens;
            d_bads_q        <= c_bads;
            d_locked_q      <= c_locked;
            d_tree_q        <= c_tree;
            d_holds_q       <= c_holds;
            d_held_way_q    <= c_held_way;
            d_held_frozen_q <= c_held_frozen;
            d_in_range_q    <= c_in_range;
            d_has_meta_q    <= key_has_meta_i;
            d_meta_q        <= c_key ? key_read_meta_i : fill_meta_i;
            d_found_q       <= key_found_i;
        end
    end

    // The victim: chosen in step 0, fetched from the row, which still stands, in step 1.
    logic              victim_found, v_found_q, v_valid_q, v_frozen_q, v_dirty_q;
    logic [WAY_W-1:0]  victim_way, used_way, bad_way;
    logic [GEN_W-1:0]  v_gen_q;
    logic [CONN_W-1:0] v_conn_q;
    logic [WAYS-1:0]   lost;
    always_ff @(posedge clk_i) begin
        if (d_valid_q && d_step_q == 2'd0) begin
            v_way_q   <= victim_way;
            v_found_q <= victim_found;
        end
        if (d_valid_q && d_step_q == 2'd1) begin
            v_valid_q  <= d_valids_q[v_way_q];
            v_frozen_q <= d_frozens_q[v_way_q];
            v_dirty_q  <= v_dirty;
            v_gen_q    <= v_gen;
            v_conn_q   <= v_conn;
        end
    end

    // A way with bad parity is cleared when a transaction passes that does not write a tag itself, unless
    // somebody holds it: its holder knows what is in it.
    assign lost = d_bads_q & ~d_locked_q;
    always_comb begin
        bad_way = '0;
        if (lost != '0) for (int w = WAYS - 1; w >= 0; w--) if (lost[w]) bad_way = WAY_W'(w);
    end

    ctx_cache_victim #(.WAYS(WAYS)) u_victim (
        .clk_i, .rst_ni, .valid_i(d_valids_q), .frozen_i(d_frozens_q), .locked_i(d_locked_q), .tree_i(d_tree_q),
        .found_o(victim_found), .way_o(victim_way), .used_tree_i(e_tree_q), .used_way_i(e_used_way_q), .used_tree_o(touch_tree)
    );
    assign used_way = d_alone ? v_way_q : d_ret ? d_held_way_q : d_hit_way_q;

    // What a context that is here says to READ_LOCK, FREEZE and EXTRACT; all else takes a register on its way, as fills and key's
    // passes have the time.
    logic [RESULT_W-1:0] acquire_hit, acquire, admit, entry_admit, entry_release, result, acquire_q, admit_q, entry_admit_q, entry_release_q;
    logic                entry_ready, entry_ready_q, by_meta, found, free, s_known_q, s_present_q, s_reserved_q, s_frozen_q;
    logic [GEN_W-1:0]    s_gen_q;
    always_comb begin
        acquire_hit = ctx_cache_pkg::RES_OK;
        if (d_gen != d_hit_gen_q) acquire_hit = ctx_cache_pkg::RES_STALE;
        else if (d_code == ctx_cache_pkg::OP_READ_LOCK && d_hit_frozen_q && d_who != ctx_cache_pkg::WHO_DRIVER) acquire_hit = ctx_cache_pkg::RES_FROZEN;
        else if (d_code == ctx_cache_pkg::OP_EXTRACT && !d_hit_frozen_q) acquire_hit = ctx_cache_pkg::RES_NOT_FROZEN;
    end
    always_ff @(posedge clk_i) begin
        if (d_valid_q && d_alone) begin
            // Step 0: what tag or meta line say; step 1: what follows from that.
            s_known_q       <= !by_meta || d_meta_q[ctx_cache_pkg::META_KNOWN_BIT];
            s_present_q     <= !by_meta || d_meta_q[ctx_cache_pkg::META_PRESENT_BIT];
            s_reserved_q    <= by_meta && d_meta_q[ctx_cache_pkg::META_RESERVED_BIT];
            s_frozen_q      <= by_meta ? d_meta_q[ctx_cache_pkg::META_FROZEN_BIT] : d_hit_frozen_q;
            s_gen_q         <= by_meta ? d_meta_q[ctx_cache_pkg::META_GEN_BIT +: GEN_W] : d_hit_gen_q;
            acquire_q       <= acquire;
            admit_q         <= admit;
            entry_admit_q   <= entry_admit;
            entry_ready_q   <= entry_ready;
            entry_release_q <= entry_release;
        end
    end
    logic [2:0]          found_state;
    logic [ARG_W-1:0]    found_conn;
    logic [GEN_W-1:0]    found_gen;
    logic commit, answer, miss, fill_drop, fill_park, k_done, k_line, k_meta, k_park, k_again, again, lock, unlock, touch, evict, flip, scrub;
    logic tag_write, tag_valid, tag_dirty, tag_frozen, table_cmd, job, job_bad, queue;
    logic hit, eviction, writeback, extract, install, reserve, release_, remove, freeze, inject, inject_hit;
    logic [1:0] table_kind, table_index, queue_kind;
    logic [2:0] table_state;
    logic [ctx_cache_pkg::JOB_W-1:0] job_kind;
    logic [META_W-1:0] queue_meta;

    assign {found, found_state, found_conn, found_gen, free} = d_found_q;
    assign by_meta = d_fill || (d_key && d_has_meta_q && !d_hit_q);

    ctx_cache_check u_check (
        .clk_i, .rst_ni, .code_i(d_code), .driver_i(d_who == ctx_cache_pkg::WHO_DRIVER), .gen_i(d_gen),
        .known_i(s_known_q), .present_i(s_present_q), .reserved_i(s_reserved_q), .frozen_i(s_frozen_q), .here_gen_i(s_gen_q),
        .acquire_o(acquire), .admit_o(admit),
        .entry_found_i(found), .entry_state_i(found_state), .entry_same_conn_i(found_conn == d_conn),
        .entry_gen_i(found_gen), .entry_admit_o(entry_admit), .entry_ready_o(entry_ready), .entry_release_o(entry_release)
    );
    ctx_cache_commit u_commit (
        .clk_i, .rst_ni, .go_i(d_go), .second_i(d_second && again_q), .second_victim_i(v_valid_q && !v_frozen_q),
        .ret_i(d_ret), .fill_i(d_fill), .key_i(d_key), .inject_i(d_inject), .inject_tag_i, .refilled_i(d_refilled),
        .code_i(d_code), .gen_i(d_gen), .mask_i(d_mask), .out_of_range_i(!d_in_range_q),
        .holds_i(d_holds_q), .hit_i(d_hit_q), .hit_dirty_i(d_hit_dirty_q), .held_frozen_i(d_held_frozen_q), .bad_tag_i(lost != '0), .victim_found_i(v_found_q),
        .victim_valid_i(v_valid_q), .victim_dirty_i(v_dirty_q), .victim_frozen_i(v_frozen_q),
        .victim_gen_i(v_gen_q), .acquire_i(d_alone ? acquire_q : acquire_hit), .admit_i(admit_q), .entry_admit_i(entry_admit_q),
        .entry_ready_i(entry_ready_q), .entry_release_i(entry_release_q), .found_i(found), .found_state_i(found_state), .free_i(free),
        .stale_i(key_stale_i), .has_meta_i(d_has_meta_q), .meta_i(d_meta_q),
        .commit_o(commit), .answer_o(answer), .result_o(result), .miss_o(miss), .fill_drop_o(fill_drop), .fill_park_o(fill_park),
        .key_done_o(k_done), .key_line_o(k_line), .key_meta_o(k_meta), .key_park_o(k_park), .key_again_o(k_again),
        .again_o(again), .lock_o(lock), .unlock_o(unlock), .touch_o(touch), .evict_o(evict),
        .flip_o(flip), .scrub_o(scrub), .tag_write_o(tag_write), .tag_valid_o(tag_valid), .tag_dirty_o(tag_dirty), .tag_frozen_o(tag_frozen),
        .table_o(table_cmd), .table_kind_o(table_kind), .table_index_o(table_index), .table_state_o(table_state),
        .job_o(job), .job_kind_o(job_kind), .job_bad_o(job_bad), .queue_o(queue), .queue_kind_o(queue_kind), .queue_meta_o(queue_meta),
        .evt_hit_o(hit), .evt_eviction_o(eviction), .evt_writeback_o(writeback), .evt_extract_o(extract), .evt_install_o(install), .evt_reserve_o(reserve),
        .evt_release_o(release_), .evt_remove_o(remove), .evt_freeze_o(freeze), .evt_inject_o(inject), .evt_inject_hit_o(inject_hit)
    );

    // Whose connection the command and the entry are about, if there are any: known before the verdict.
    logic table_of_victim, queue_of_victim;
    assign table_of_victim = d_second ? d_key : d_fill;
    assign queue_of_victim = !d_second && (d_fill || (d_key && d_code == ctx_cache_pkg::OP_INSTALL));

    // --- E: the effects, all from registers ---
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            e_valid_q <= 1'b0;
            again_q   <= 1'b0;
            {commit_o, answer_o, unlock_o, miss_o, fill_o, fill_drop_o, fill_park_o, key_done_o, key_line_o, key_meta_o, key_park_o, key_again_o} <= '0;
            {table_o, table_more_o, job_o, queue_o, e_tag_write_q, e_flip_q, e_touch_q, e_lock_q, unreserve_o} <= '0;
            {evt_hit_o, evt_eviction_o, evt_writeback_o, evt_extract_o, evt_freeze_cold_o, evt_install_o, evt_reserve_o} <= '0;
            {evt_release_o, evt_remove_o, evt_freeze_o, evt_inject_o, evt_inject_hit_o, evt_tag_error_o} <= '0;
        end else begin
            e_valid_q    <= d_go || d_second;
            again_q      <= d_go && again;
            commit_o     <= commit;
            answer_o     <= answer;
            unlock_o     <= unlock;
            miss_o       <= miss;
            fill_o       <= d_go && d_fill && evict;
            fill_drop_o  <= fill_drop;
            fill_park_o  <= fill_park;
            key_done_o   <= k_done;
            key_line_o   <= k_line;
            key_meta_o   <= k_meta;
            key_park_o   <= k_park;
            key_again_o  <= k_again;
            table_o      <= table_cmd;
            table_more_o <= d_go && again;
            job_o        <= job;
            queue_o      <= queue;
            e_tag_write_q <= tag_write;
            e_flip_q     <= flip;
            e_touch_q    <= touch;
            e_lock_q     <= lock;
            unreserve_o  <= d_go && d_reserved && !miss;
            evt_hit_o         <= hit;
            evt_eviction_o    <= eviction;
            evt_writeback_o   <= writeback;
            evt_extract_o     <= extract;
            evt_freeze_cold_o <= freeze && d_refilled;
            evt_install_o     <= install;
            evt_reserve_o     <= reserve;
            evt_release_o     <= release_;
            evt_remove_o      <= remove;
            evt_freeze_o      <= freeze;
            evt_inject_o      <= inject;
            evt_inject_hit_o  <= inject_hit;
            evt_tag_error_o   <= scrub;
        end
    end
    always_ff @(posedge clk_i) begin
        if (d_go || d_second) begin
            who_o         <= d_who;
            conn_o        <= d_conn;
            gen_o         <= d_gen;
            slot_o        <= d_slot;
            ret_o         <= d_ret;
            result_o      <= result;
            e_used_way_q  <= used_way;
            e_bad_way_q   <= bad_way;
            e_tag_valid_q <= tag_valid;
            e_tag_dirty_q <= tag_dirty;
            e_tag_frozen_q <= tag_frozen;
            e_entry_q     <= d_entry_q;
            e_tree_q      <= d_tree_q;
            e_lock_way_q  <= d_hit_way_q;
            e_lock_frozen_q <= d_hit_frozen_q;
            table_kind_o  <= table_kind;
            table_index_o <= table_index;
            table_state_o <= table_state;
            table_conn_o  <= table_of_victim ? ARG_W'(v_conn_q) : d_conn;
            table_fresh_o <= !found;
            job_kind_o    <= job_kind;
            job_bad_o     <= job_bad;
            job_way_o     <= used_way;
            job_mask_o    <= d_mask;
            queue_kind_o  <= queue_kind;
            queue_conn_o  <= queue_of_victim ? ARG_W'(v_conn_q) : d_conn;
            queue_meta_o  <= queue_meta;
        end
    end
    // In E it needs its place of the key unit no longer; the cycle before is D's last step.
    assign key_o = (t_valid_q && t_key) || (c_valid_q && c_key) || (d_valid_q && d_key && d_step_q != 2'd3);

    `ASSERT(KeptForWhoMayMiss_A, t_reserved == (t_valid_q && !t_ret && !t_fill && !t_key && !t_inject && !t_by_key && !t_refilled
        && (t_code == ctx_cache_pkg::OP_READ_LOCK || t_code == ctx_cache_pkg::OP_FREEZE || t_code == ctx_cache_pkg::OP_EXTRACT)))
    `ASSERT(TakenOnlyWhenReady_A, !take_i || ready_o)
    `ASSERT(AloneInCAndD_A, !(c_valid_q && d_valid_q && (c_alone || d_alone)))
    `ASSERT(OneOfASet_A, !(c_valid_q && d_valid_q && c_conn[SET_W-1:0] == d_conn[SET_W-1:0]))
    `ASSERT(RowStands_A, !(t_go && d_valid_q && d_alone))
    `ASSERT(TableOfVictim_A, !table_cmd || table_of_victim == (table_index == ctx_cache_pkg::INDEX_VICTIM))
    `ASSERT(QueueOfVictim_A, !queue || queue_of_victim == (queue_kind == ctx_cache_pkg::WQ_EVICT))
    `ASSERT(FillComesBack_A, !(fill_o || fill_ends) || (t_valid_q && t_sent_q && t_fill))
endmodule

// Lookup pipeline: one LOOKUP accepted per cycle, answered four cycles later and in order. The commands of commit
// stage and key unit ride in the same pipeline, so all accesses to the table have one order.
//
// lookup_*: a LOOKUP is taken when valid and ready; ready falls while a command is sent or
//           no response slot is left, and depends on no input. lookup_rsp_*: ready/valid, in order; its
//           consumer must not wait for anything else of this cache.
// cmd_*:    taken in every cycle it is valid; five cycles after TABLE_FIND and TABLE_SCAN_ROW the result is on
//           found_o .. found_row1_o and stands until the next one. clash_o: not found, but the fingerprint of another key is
//           equal, so no slot is free for this one.
//           cmd_by_conn_i: SET_STATE of the live entry of connection cmd_conn_i, wherever displacement put it.
// hold_o:   displacement works or wants to, as soon as ctrl_idle_i: until then nothing may start that sends commands.
// hash_key_*: a word of the hash's key; only while the table is empty. clear_*: initialisation only.
`include "assert.svh"

module ctx_cache_lookup #(
    parameter int LOOKUP_ENTRIES = 131072,
    parameter int CONN_IDS = 65536,
    localparam int ROW_W = $clog2(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS),
    localparam int IDX_W = ROW_W + 4,
    localparam int FP_W = (ctx_cache_pkg::FP_W > ROW_W) ? ctx_cache_pkg::FP_W : ROW_W + 1,
    localparam int CONN_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int KEY_W = ctx_cache_pkg::KEY_W,
    localparam int TAG_W = ctx_cache_pkg::TAG_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic             lookup_valid_i,
    output logic             lookup_ready_o,
    input  logic [KEY_W-1:0] lookup_key_i,
    input  logic [TAG_W-1:0] lookup_tag_i,
    output logic             lookup_rsp_valid_o,
    input  logic             lookup_rsp_ready_i,
    output logic [TAG_W-1:0] lookup_rsp_tag_o,
    output logic [2:0]       lookup_rsp_place_o,
    output logic [CONN_W-1:0] lookup_rsp_conn_o,
    output logic [GEN_W-1:0] lookup_rsp_gen_o,

    input  logic             hash_key_valid_i,
    input  logic [ctx_cache_pkg::HASH_WORD_W-1:0] hash_key_i,
    input  logic             clear_i,
    input  logic [ROW_W-1:0] clear_row_i,

    input  logic             cmd_valid_i,
    input  logic [1:0]       cmd_kind_i,
    input  logic [KEY_W-1:0] cmd_key_i,
    input  logic [IDX_W-1:0] cmd_index_i,
    input  logic [2:0]       cmd_state_i,
    input  logic [CONN_W-1:0] cmd_conn_i,
    input  logic [GEN_W-1:0] cmd_gen_i,
    input  logic             cmd_fresh_i,  // INSERT: into a free slot, not over a tombstone
    input  logic             cmd_writes_i, // a command that writes: SET_STATE or INSERT
    input  logic             cmd_by_conn_i,
    input  logic             cmd_more_i,   // the next cycle's command belongs to this one's: no LOOKUP between them
    input  logic             cmd_shifts_i, // a new entry, or a slot becomes free: displacement may succeed again
    input  logic             ctrl_idle_i,
    output logic             hold_o,
    output logic             found_o,
    output logic [IDX_W-1:0] found_index_o,
    output logic [2:0]       found_state_o,
    output logic [CONN_W-1:0] found_conn_o,
    output logic [GEN_W-1:0] found_gen_o,
    output logic             clash_o,
    output logic             free_o,
    output logic [IDX_W-1:0] free_index_o,
    output logic [ROW_W-1:0] found_row0_o,  // where it looked
    output logic [ROW_W-1:0] found_row1_o,

    output logic [IDX_W-1:0] used_o,  // entries not free
    output logic             idle_o,
    output logic             evt_lookup_o,
    output logic             evt_displace_o  // an entry left the stash, or took another's place
);
    localparam int RSP_DEPTH = 8;
    localparam int RSP_W = TAG_W + 3 + CONN_W + GEN_W;

    localparam int ENTRY_W = KEY_W + CONN_W + GEN_W;

    logic accept, done_q, valid3_q, own3_q, valid4_q, own4_q;
    assign accept = lookup_valid_i && lookup_ready_o;

    // Commands come from commit stage and key unit, and from displacement while those are idle.
    logic              own_valid, fresh, by_conn, own_busy;
    logic              move_valid, move_swap, move_find, displaces, link_valid;
    logic [1:0]        own_kind;
    logic [ENTRY_W-1:0] own_entry, pick_entry, move_entry, kick_entry, swap_entry;
    logic [IDX_W-1:0]  own_index, move_index, kick_index, link_index, home;
    logic [2:0]        own_state, pick_state, kick_state, swap_state, pick, kick;
    logic [CONN_W-1:0] link_conn;
    logic [ROW_W-1:0]  pick_row0, swap_row0;
    logic [FP_W-1:0]   pick_fp, kick_fp, swap_fp;
    logic              kicked;
    logic [ctx_cache_pkg::STASH-1:0] stash_used;
    logic              stash_any, stash_any_next;

    assign own_valid = cmd_valid_i || move_valid;
    assign own_kind  = !move_valid ? cmd_kind_i : move_find ? ctx_cache_pkg::TABLE_FIND : ctx_cache_pkg::TABLE_INSERT;
    assign own_entry = move_valid ? move_entry : {cmd_gen_i, cmd_conn_i, cmd_key_i};
    assign own_index = move_valid ? move_index : cmd_index_i;
    assign own_state = move_valid ? pick_state : cmd_state_i;
    assign fresh     = cmd_valid_i && cmd_fresh_i;
    assign by_conn   = cmd_by_conn_i;

    ctx_cache_displace #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES)) u_displace (
        .clk_i, .rst_ni, .ctrl_idle_i, .own_busy_i(own_busy), .hold_o, .busy_o(displaces), .shift_i(cmd_shifts_i),
        .stash_used_i(stash_used), .stash_any_i(stash_any), .stash_any_next_i(stash_any_next), .pick_o(pick), .kick_o(kick),
        .move_valid_o(move_valid), .move_find_o(move_find), .move_swap_o(move_swap), .move_index_o(move_index),
        .found_i(done_q), .free_index_i(free_index_o),
        .kick_valid_i(kicked), .kick_index_i(kick_index), .kick_state_i(kick_state), .kick_fp_i(kick_fp), .kick_entry_i(kick_entry), .pick_entry_i(pick_entry),
        .move_entry_o(move_entry), .swap_state_o(swap_state), .swap_row0_o(swap_row0), .swap_fp_o(swap_fp), .swap_entry_o(swap_entry),
        .link_valid_o(link_valid), .link_conn_o(link_conn), .link_index_o(link_index)
    );

    // Where the live entry of each connection is. A connection has at most one entry that is hot, cold or frozen.
    ctx_cache_where #(.CONN_IDS(CONN_IDS), .IDX_W(IDX_W)) u_where (
        .clk_i, .rst_ni, .read_i(by_conn),
        .write_i(move_valid ? move_swap : cmd_writes_i && !cmd_by_conn_i),
        .state_i(own_state), .conn_i(own_entry[KEY_W +: CONN_W]), .index_i(own_index),
        .link_i(link_valid), .link_conn_i(link_conn), .link_index_i(link_index), .index_o(home)
    );

    // Stage 1: the command or key is registered; its rows are hashed, or known to the stash.
    localparam int TAIL_W = FP_W - ROW_W;
    logic             valid1_q, own1_q, fresh1_q, by_conn1_q, swap1_q, move1_q, hashes1, scan1;
    logic [1:0]       kind1_q;
    logic [KEY_W-1:0] key1_q;
    logic [TAG_W-1:0] tag1_q;
    logic [IDX_W-1:0] index1_q;
    logic [2:0]       state1_q;
    logic [CONN_W-1:0] conn1_q;
    logic [GEN_W-1:0] gen1_q;
    logic [ROW_W-1:0] hash0, hash1, index1_row;
    logic [TAIL_W-1:0] hash_tail;

    assign hashes1    = valid1_q && !(own1_q && move1_q) && (kind1_q == ctx_cache_pkg::TABLE_FIND || kind1_q == ctx_cache_pkg::TABLE_INSERT);
    assign scan1      = kind1_q == ctx_cache_pkg::TABLE_SCAN_ROW;
    assign index1_row = index1_q[IDX_W-2:3];
    ctx_cache_hash #(.ROW_W(ROW_W)) u_hash (
        .clk_i, .rst_ni, .word_valid_i(hash_key_valid_i), .word_i(hash_key_i),
        .hash_i(hashes1), .key_i(key1_q), .row0_o(hash0), .row1_o(hash1), .tail_o(hash_tail)
    );

    // Stage 2: states and fingerprints are read or written.
    logic             valid2_q, own2_q, fresh2_q, swap2_q, move2_q;
    logic [1:0]       kind2_q;
    logic [KEY_W-1:0] key2_q;
    logic [TAG_W-1:0] tag2_q;
    logic [IDX_W-1:0] index2_q;
    logic [2:0]       state2_q;
    logic [CONN_W-1:0] conn2_q;
    logic [GEN_W-1:0] gen2_q;
    logic [ROW_W-1:0] row0_2_q, row1_2_q;
    logic [TAIL_W-1:0] tail2_q;
    logic [FP_W-1:0]  fp2;
    logic             reads2, writes2, uses2, frees2, inserts2;

    // The fingerprint has the difference of the rows in it: whoever knows it and one of the rows knows the other one.
    assign fp2     = {tail2_q, row0_2_q ^ row1_2_q};
    assign inserts2 = writes2 && kind2_q == ctx_cache_pkg::TABLE_INSERT;
    assign reads2  = valid2_q && (kind2_q == ctx_cache_pkg::TABLE_FIND || kind2_q == ctx_cache_pkg::TABLE_SCAN_ROW);
    assign writes2 = valid2_q && !reads2;
    assign uses2   = inserts2 && fresh2_q;
    assign frees2  = writes2 && kind2_q == ctx_cache_pkg::TABLE_SET_STATE && state2_q == ctx_cache_pkg::ENTRY_FREE;

    // Stage 3: fingerprints are compared; an entry is read or written.
    logic             scan3_q, move3_q, store3_q, swap3_q;
    logic [FP_W-1:0]  fp3_q;
    logic [CONN_W-1:0] conn3_q;
    logic [GEN_W-1:0] gen3_q;
    logic [KEY_W-1:0] key3_q;
    logic [TAG_W-1:0] tag3_q;
    logic [IDX_W-1:0] index3_q;
    logic [ROW_W-1:0] row0_3_q, row1_3_q;

    // Stage 4: is the entry the key's? Or else a free slot.
    logic             move4_q;
    logic [KEY_W-1:0] key4_q;
    logic [TAG_W-1:0] tag4_q;
    logic [ROW_W-1:0] row0_4_q, row1_4_q;
    logic             match, clash, free;
    logic [IDX_W-1:0] match_index, free_index;
    logic [2:0]       match_state;
    logic [CONN_W-1:0] match_conn;
    logic [GEN_W-1:0] match_gen;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            valid1_q <= 1'b0;
            valid2_q <= 1'b0;
            valid3_q <= 1'b0;
            valid4_q <= 1'b0;
            store3_q <= 1'b0;
        end else begin
            valid1_q <= accept || own_valid;
            valid2_q <= valid1_q;
            valid3_q <= reads2;
            store3_q <= inserts2;
            valid4_q <= valid3_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (accept || own_valid) begin
            own1_q   <= own_valid;
            kind1_q  <= own_valid ? own_kind : ctx_cache_pkg::TABLE_FIND;
            key1_q   <= own_valid ? own_entry[KEY_W-1:0] : lookup_key_i;
            tag1_q   <= lookup_tag_i;
            index1_q <= own_index;
            state1_q <= own_state;
            {gen1_q, conn1_q} <= own_entry[ENTRY_W-1:KEY_W];
            fresh1_q <= fresh;
            by_conn1_q <= by_conn;
            swap1_q  <= move_swap;
            move1_q  <= move_valid;
        end
        if (valid1_q) begin
            own2_q   <= own1_q;
            kind2_q  <= kind1_q;
            key2_q   <= key1_q;
            tag2_q   <= tag1_q;
            index2_q <= by_conn1_q ? home : index1_q;
            state2_q <= state1_q;
            conn2_q  <= conn1_q;
            gen2_q   <= gen1_q;
            fresh2_q <= fresh1_q;
            swap2_q  <= own1_q && swap1_q;
            move2_q  <= own1_q && move1_q;
            row0_2_q <= scan1 ? index1_row : (own1_q && move1_q) ? pick_row0 : hash0;
            row1_2_q <= scan1 ? index1_row : (own1_q && move1_q) ? pick_row0 ^ pick_fp[ROW_W-1:0] : hash1;
            tail2_q  <= (own1_q && move1_q) ? pick_fp[FP_W-1:ROW_W] : hash_tail;
        end
        if (reads2 || inserts2) begin
            own3_q   <= own2_q;
            scan3_q  <= kind2_q == ctx_cache_pkg::TABLE_SCAN_ROW;
            move3_q  <= move2_q;
            swap3_q  <= swap2_q;
            key3_q   <= key2_q;
            conn3_q  <= conn2_q;
            gen3_q   <= gen2_q;
            tag3_q   <= tag2_q;
            index3_q <= {index2_q[IDX_W-1:3], (reads2 && move2_q) ? kick : index2_q[2:0]};
            row0_3_q <= row0_2_q;
            row1_3_q <= row1_2_q;
            fp3_q    <= fp2;
        end
        if (valid3_q) begin
            own4_q   <= own3_q;
            move4_q  <= move3_q;
            key4_q   <= key3_q;
            tag4_q   <= tag3_q;
            row0_4_q <= row0_3_q;
            row1_4_q <= row1_3_q;
        end
    end

    ctx_cache_table #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES)) u_table (
        .clk_i, .rst_ni,
        .read_i(reads2), .write_state_i(writes2), .write_entry_i(inserts2), .clear_row_i(clear_i),
        .row0_i(clear_i ? clear_row_i : row0_2_q), .row1_i(row1_2_q), .fp_i(fp2),
        .index_i(index2_q), .state_i(clear_i ? ctx_cache_pkg::ENTRY_FREE : state2_q),
        .swap_i(writes2 && swap2_q), .swap_state_i(swap_state), .swap_row0_i(swap_row0), .swap_fp_i(swap_fp),
        .pick_i(pick), .stash_used_o(stash_used), .pick_state_o(pick_state), .pick_row0_o(pick_row0), .pick_fp_o(pick_fp),
        .find_i(valid3_q && !scan3_q && !move3_q), .scan_i(valid3_q && scan3_q), .kicks_i(valid3_q && move3_q),
        .scan_row_i(index3_q[IDX_W-1:3]), .slot_i(index3_q[2:0]),
        .find_row0_i(row0_3_q), .find_row1_i(row1_3_q), .find_fp_i(fp3_q),
        .store_i(store3_q), .store_swap_i(swap3_q), .store_to_stash_i(index3_q[IDX_W-1]), .store_entry_i({gen3_q, conn3_q, key3_q}), .swap_entry_i(swap_entry),
        .key_i(key4_q), .frees_i(valid4_q && own4_q), .match_o(match), .clash_o(clash), .match_index_o(match_index), .match_state_o(match_state),
        .match_conn_o(match_conn), .match_gen_o(match_gen), .free_o(free), .free_index_o(free_index),
        .kick_state_o(kick_state), .kick_fp_o(kick_fp), .kick_index_o(kick_index), .kick_entry_o(kick_entry), .pick_entry_o(pick_entry)
    );
    assign kicked = valid4_q && move4_q;

    // Is any slot of the stash used? From a register of its own, as much hangs on it.
    logic [ctx_cache_pkg::STASH-1:0] stash_written;
    always_comb begin
        stash_written = '0;
        if (writes2) for (int s = 0; s < ctx_cache_pkg::STASH; s++) begin
            stash_written[s] = swap2_q ? pick == 3'(s) : index2_q[IDX_W-1] && index2_q[2:0] == 3'(s);
        end
    end
    assign stash_any_next = (stash_used & ~stash_written) != '0
                         || (stash_written != '0 && (swap2_q ? swap_state : state2_q) != ctx_cache_pkg::ENTRY_FREE);
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) stash_any <= 1'b0;
        else         stash_any <= stash_any_next;
    end

    // The key unit's result.
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) done_q <= 1'b0;
        else         done_q <= valid4_q && own4_q;
    end
    always_ff @(posedge clk_i) begin
        if (valid4_q && own4_q) begin
            found_o       <= match;
            found_index_o <= match_index;
            found_state_o <= match_state;
            found_conn_o  <= match_conn;
            found_gen_o   <= match_gen;
            clash_o       <= clash;
            free_o        <= free;
            free_index_o  <= free_index;
            found_row0_o  <= row0_4_q;
            found_row1_o  <= row1_4_q;
        end
    end

    // LOOKUP responses: a credit per LOOKUP from acceptance until its response is taken.
    logic [3:0] credits_q, credits_kept, credits_less;
    logic       evt_lookup, rsp_taken;
    logic [2:0] match_place;

    assign evt_lookup   = valid4_q && !own4_q;
    assign rsp_taken    = lookup_rsp_valid_o && lookup_rsp_ready_i;
    assign evt_lookup_o = evt_lookup;
    assign match_place  = (match_state == ctx_cache_pkg::ENTRY_TOMBSTONE) ? ctx_cache_pkg::ENTRY_FROZEN : match_state;
    assign lookup_ready_o = !own_valid && !cmd_more_i && !clear_i && credits_q != '0;
    assign idle_o = !valid1_q && !valid2_q && !valid3_q && !store3_q && !valid4_q && !done_q && !lookup_rsp_valid_o && !hold_o;
    assign own_busy = (valid1_q && own1_q) || (valid2_q && own2_q);
    assign evt_displace_o = move_valid && move_swap;

    fifo #(.DEPTH(RSP_DEPTH), .W(RSP_W)) u_rsp (
        .clk_i, .rst_ni, .push_i(evt_lookup),
        .data_i({match_gen, match_conn, match_place, tag4_q}),
        .valid_o(lookup_rsp_valid_o), .ready_i(lookup_rsp_ready_i),
        .data_o({lookup_rsp_gen_o, lookup_rsp_conn_o, lookup_rsp_place_o, lookup_rsp_tag_o})
    );

    // Whether a LOOKUP is accepted is known last.
    assign credits_kept = credits_q + 4'(rsp_taken);
    assign credits_less = credits_kept - 1'b1;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            credits_q <= 4'(RSP_DEPTH);
            used_o    <= '0;
        end else begin
            credits_q <= accept ? credits_less : credits_kept;
            if (uses2 != frees2) used_o <= uses2 ? used_o + 1'b1 : used_o - 1'b1;
        end
    end

    `ASSERT(CreditsInRange_A, credits_q <= 4'(RSP_DEPTH))
    `ASSERT(UsedInRange_A, 32'(used_o) <= LOOKUP_ENTRIES + ctx_cache_pkg::STASH)
    `ASSERT(WritesIsTold_A, cmd_writes_i == (cmd_valid_i && (cmd_kind_i == ctx_cache_pkg::TABLE_INSERT || cmd_kind_i == ctx_cache_pkg::TABLE_SET_STATE)))
    `ASSERT(ByConnIsTold_A, !cmd_by_conn_i || (cmd_writes_i && cmd_kind_i == ctx_cache_pkg::TABLE_SET_STATE))
    `ASSERT(ShiftsIsTold_A, cmd_shifts_i == (cmd_valid_i && ((cmd_kind_i == ctx_cache_pkg::TABLE_INSERT && cmd_fresh_i)
        || (cmd_kind_i == ctx_cache_pkg::TABLE_SET_STATE && cmd_state_i == ctx_cache_pkg::ENTRY_FREE))))
    `ASSERT(AnyIsUsed_A, stash_any == (stash_used != '0))
    `ASSERT(StashTakesTheKicked_A, !(store3_q && swap3_q) || stash_used[pick] == (swap_state != ctx_cache_pkg::ENTRY_FREE))
    `ASSERT(OneCommand_A, !(cmd_valid_i && displaces))
    `ASSERT_PAST(LatencyIsFour_A, evt_lookup == $past(accept, 4))
endmodule

// Storage of the lookup table: two banks of rows of four slots, and the stash, a queue of eight that takes what finds both of its
// rows full. Decides which slot has the key and which is free.
//
// A slot is a state and a fingerprint, which are read for all slots of both rows at once, and an entry (key, connection, generation),
// of which one is read: that of the slot whose fingerprint is the key's. The fingerprint has the difference of the two rows in it, so
// it tells with a slot's row which rows the key has (partial-key cuckoo hashing). The stash keeps row and fingerprint of each of its
// entries. So two keys that are equal in what is compared have the same rows, wherever displacement puts them, and whoever is inserted
// second meets the first one: clash_o, and no slot is free for it. Therefore at most one slot is a candidate for any key.
//
// Cycle 1: read_i with one row per bank (lookup, scan) or write_*_i with an index. Cycle 2: find_i, scan_i or kicks_i choose a slot from
// what was read, and its entry is read; store_i writes the entry of the write before. Cycle 3: match_*, clash_o and free_*, combinational.
// Entries are read and written one cycle behind states and fingerprints, in the same order.
// Index of an entry: row * 8 + bank * 4 + slot; the stash is the row after the last.
//
// Displacement: kicks_i reads the entry that may be pushed out, slot slot_i of the two rows, and that of slot pick_i of the stash: kick_* and
// pick_entry_o in cycle 3. swap_i with write_entry_i puts, at the same edge, the slot swap_* into the stash slot that the entry comes from.
`include "assert.svh"

module ctx_cache_table #(
    parameter int LOOKUP_ENTRIES = 131072,
    localparam int ROWS  = LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS,
    localparam int ROW_W = $clog2(ROWS),
    localparam int IDX_W = ROW_W + 4,
    localparam int FP_W  = (ctx_cache_pkg::FP_W > ROW_W) ? ctx_cache_pkg::FP_W : ROW_W + 1,
    localparam int CONN_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int KEY_W = ctx_cache_pkg::KEY_W,
    localparam int ENTRY_W = KEY_W + CONN_W + GEN_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic               read_i,
    input  logic               write_state_i,
    input  logic               write_entry_i, // the fingerprint too; store_i follows
    input  logic               clear_row_i,   // all slots of row0_i in both banks become free
    input  logic [ROW_W-1:0]   row0_i,
    input  logic [ROW_W-1:0]   row1_i,
    input  logic [FP_W-1:0]    fp_i,
    input  logic [IDX_W-1:0]   index_i,
    input  logic [2:0]         state_i,

    input  logic               swap_i,
    input  logic [2:0]         swap_state_i,
    input  logic [ROW_W-1:0]   swap_row0_i,
    input  logic [FP_W-1:0]    swap_fp_i,
    input  logic [2:0]         pick_i,        // slot of the stash
    output logic [ctx_cache_pkg::STASH-1:0] stash_used_o,
    output logic [2:0]         pick_state_o,
    output logic [ROW_W-1:0]   pick_row0_o,
    output logic [FP_W-1:0]    pick_fp_o,

    input  logic               find_i,
    input  logic               scan_i,
    input  logic               kicks_i,
    input  logic [2:0]         slot_i,        // bank and slot of a kick or of store_i, or the slot that a scan begins with
    input  logic [ROW_W:0]     scan_row_i,
    input  logic [ROW_W-1:0]   find_row0_i,   // what was read, or both rows of store_i
    input  logic [ROW_W-1:0]   find_row1_i,
    input  logic [FP_W-1:0]    find_fp_i,
    input  logic               store_i,
    input  logic               store_swap_i,
    input  logic               store_to_stash_i,
    input  logic [ENTRY_W-1:0] store_entry_i,
    input  logic [ENTRY_W-1:0] swap_entry_i,

    input  logic [KEY_W-1:0]   key_i,
    input  logic               frees_i,       // the free slot is wanted
    output logic               match_o,
    output logic               clash_o,       // another key has the fingerprint
    output logic [IDX_W-1:0]   match_index_o,
    output logic [2:0]         match_state_o,
    output logic [CONN_W-1:0]  match_conn_o,
    output logic [GEN_W-1:0]   match_gen_o,
    output logic               free_o,
    output logic [IDX_W-1:0]   free_index_o,
    output logic [2:0]         kick_state_o,
    output logic [FP_W-1:0]    kick_fp_o,
    output logic [IDX_W-1:0]   kick_index_o,
    output logic [ENTRY_W-1:0] kick_entry_o,
    output logic [ENTRY_W-1:0] pick_entry_o
);
    localparam int SLOTS = 4;
    localparam int BOTH  = 2 * SLOTS;
    localparam int STASH = ctx_cache_pkg::STASH;
    localparam int CLASS_W = ROW_W + FP_W;  // what the stash compares
    localparam logic [IDX_W-4:0] STASH_ROW = (IDX_W-3)'(ROWS);

    logic             writes, to_stash, to_bank0, to_bank1;
    logic [SLOTS-1:0] slot_onehot;
    logic [ROW_W-1:0] addr0, addr1;

    assign writes      = write_state_i || write_entry_i;
    assign to_stash    = index_i[IDX_W-1];  // no other row has this bit
    assign to_bank0    = !to_stash && !index_i[2];
    assign to_bank1    = !to_stash && index_i[2];
    assign slot_onehot = SLOTS'(1) << index_i[1:0];
    assign addr0 = writes ? index_i[IDX_W-2:3] : row0_i;
    assign addr1 = writes ? index_i[IDX_W-2:3] : clear_row_i ? row0_i : row1_i;

    // States and fingerprints of the banks
    logic [SLOTS-1:0] state_we0, state_we1, fp_we0, fp_we1;
    logic [BOTH*3-1:0]    states;
    logic [BOTH*FP_W-1:0] fps;

    assign state_we0 = clear_row_i ? '1 : (write_state_i && to_bank0) ? slot_onehot : '0;
    assign state_we1 = clear_row_i ? '1 : (write_state_i && to_bank1) ? slot_onehot : '0;
    assign fp_we0 = (write_entry_i && to_bank0) ? slot_onehot : '0;
    assign fp_we1 = (write_entry_i && to_bank1) ? slot_onehot : '0;

    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(3)) u_state0 (
        .clk_i, .en_i(read_i || state_we0 != '0), .we_i(state_we0), .addr_i(addr0),
        .wdata_i({SLOTS{state_i}}), .rdata_o(states[0 +: SLOTS*3])
    );
    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(3)) u_state1 (
        .clk_i, .en_i(read_i || state_we1 != '0), .we_i(state_we1), .addr_i(addr1),
        .wdata_i({SLOTS{state_i}}), .rdata_o(states[SLOTS*3 +: SLOTS*3])
    );
    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(FP_W)) u_fp0 (
        .clk_i, .en_i(read_i || fp_we0 != '0), .we_i(fp_we0), .addr_i(addr0),
        .wdata_i({SLOTS{fp_i}}), .rdata_o(fps[0 +: SLOTS*FP_W])
    );
    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(FP_W)) u_fp1 (
        .clk_i, .en_i(read_i || fp_we1 != '0), .we_i(fp_we1), .addr_i(addr1),
        .wdata_i({SLOTS{fp_i}}), .rdata_o(fps[SLOTS*FP_W +: SLOTS*FP_W])
    );

    // Those of the stash
    logic [STASH-1:0]   stash_used, stash_we, stash_fp_we;
    logic [STASH*3-1:0] stash_states_q;
    logic [CLASS_W-1:0] stash_class_q [STASH];
    always_comb begin
        for (int s = 0; s < STASH; s++) begin
            stash_used[s]  = stash_states_q[s*3 +: 3] != ctx_cache_pkg::ENTRY_FREE;
            stash_we[s]    = swap_i ? pick_i == 3'(s) : write_state_i && to_stash && index_i[2:0] == 3'(s);
            stash_fp_we[s] = stash_we[s] && write_entry_i;
        end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) stash_states_q <= '0;
        else for (int s = 0; s < STASH; s++) begin
            if (stash_we[s]) stash_states_q[s*3 +: 3] <= swap_i ? swap_state_i : state_i;
        end
    end
    always_ff @(posedge clk_i) begin
        for (int s = 0; s < STASH; s++) begin
            if (stash_fp_we[s]) stash_class_q[s] <= swap_i ? {swap_row0_i, swap_fp_i} : {row0_i, fp_i};
        end
    end
    assign stash_used_o = stash_used;
    assign pick_state_o = stash_states_q[32'(pick_i)*3 +: 3];
    assign {pick_row0_o, pick_fp_o} = stash_class_q[pick_i];

    // Cycle 2: the slot to look at. A find takes the one with the fingerprint, a scan the first used one of its row; a kick and the
    // entry of a write know theirs. Each is encoded on its own, as the slot is the address of the entry.
    logic [BOTH-1:0]    used, hit, scan_used;
    logic [STASH-1:0]   stash_hit, stash_scan;
    logic [2:0]         bank_hit_slot, bank_scan_slot, stash_hit_slot, stash_scan_slot, bank_slot, stash_slot;
    logic               scan_stash, in_stash;
    logic [ROW_W-1:0]   bank_row;

    assign scan_stash = scan_row_i[ROW_W];
    always_comb begin
        hit        = '0;
        stash_hit  = '0;
        scan_used  = '0;
        stash_scan = '0;
        for (int s = 0; s < BOTH; s++) used[s] = states[s*3 +: 3] != ctx_cache_pkg::ENTRY_FREE;
        if (find_i) begin
            for (int s = 0; s < BOTH; s++) hit[s] = used[s] && fps[s*FP_W +: FP_W] == find_fp_i;
            for (int s = 0; s < STASH; s++) stash_hit[s] = stash_used[s] && stash_class_q[s] == {find_row0_i, find_fp_i};
        end
        if (scan_i) begin
            if (scan_stash) stash_scan = stash_used & (8'hff << slot_i);
            else            scan_used  = used & (8'hff << slot_i);
        end
        bank_hit_slot   = '0;
        bank_scan_slot  = '0;
        stash_hit_slot  = '0;
        stash_scan_slot = '0;
        for (int s = BOTH - 1; s >= 0; s--) begin
            bank_hit_slot = bank_hit_slot | ({3{hit[s]}} & 3'(s));
            if (scan_used[s]) bank_scan_slot = 3'(s);
        end
        for (int s = STASH - 1; s >= 0; s--) begin
            stash_hit_slot = stash_hit_slot | ({3{stash_hit[s]}} & 3'(s));
            if (stash_scan[s]) stash_scan_slot = 3'(s);
        end
        bank_slot  = find_i ? bank_hit_slot : scan_i ? bank_scan_slot : slot_i;
        stash_slot = find_i ? stash_hit_slot : scan_i ? stash_scan_slot : pick_i;
        in_stash   = find_i ? stash_hit != '0 : scan_i && scan_stash;
    end
    assign bank_row = bank_slot[2] ? find_row1_i : find_row0_i;

    // Entries: one memory, and a small one for the stash, as displacement writes both at once.
    // With slots that are all free, an entry of no meaning is read.
    logic               looks, store_bank, store_stash;
    logic [ENTRY_W-1:0] bank_entry, stash_entry;
    assign looks       = find_i || scan_i || kicks_i;
    assign store_bank  = store_i && !store_to_stash_i;
    assign store_stash = store_i && (store_swap_i || store_to_stash_i);

    sram_1rw #(.DEPTH(LOOKUP_ENTRIES), .LANES(1), .LANE_W(ENTRY_W)) u_entry (
        .clk_i, .en_i(looks || store_bank), .we_i(store_bank),
        .addr_i({bank_row, bank_slot}), .wdata_i(store_entry_i), .rdata_o(bank_entry)
    );
    sram_1r1w #(.DEPTH(STASH), .LANES(1), .LANE_W(ENTRY_W)) u_stash (
        .clk_i, .re_i(looks && stash_used != '0), .raddr_i(stash_slot), .rdata_o(stash_entry),
        .we_i(store_stash), .waddr_i(store_swap_i ? pick_i : slot_i), .wdata_i(store_swap_i ? swap_entry_i : store_entry_i)
    );

    // Cycle 3: is it the key's entry?
    logic               compares_q, from_stash_q, any, same;
    logic [IDX_W-1:0]   index_q;
    logic [BOTH*3-1:0]  states_q;
    logic [STASH*3-1:0] stash_seen_q;  // as they were in cycle 2
    logic [FP_W-1:0]    kick_fp_q;
    logic [BOTH-1:0]    used_q, hit_q;
    logic [STASH-1:0]   stash_used_q, stash_hit_q;
    logic [ROW_W-1:0]   row0_q, row1_q;
    logic [2:0]         state;
    logic [ENTRY_W-1:0] entry;
    always_ff @(posedge clk_i) begin
        if (looks) begin
            hit_q        <= hit | scan_used;
            stash_hit_q  <= stash_hit | stash_scan;
            compares_q   <= find_i;
            from_stash_q <= in_stash;
            index_q      <= in_stash ? {STASH_ROW, stash_slot} : {1'b0, bank_row, bank_slot};
            states_q     <= states;
            stash_seen_q <= stash_states_q;
            used_q       <= used;
            stash_used_q <= stash_used;
            row0_q       <= find_row0_i;
            row1_q       <= find_row1_i;
        end
        if (kicks_i) kick_fp_q <= fps[32'(slot_i)*FP_W +: FP_W];
    end
    assign any   = hit_q != '0 || stash_hit_q != '0;
    assign state = from_stash_q ? stash_seen_q[32'(index_q[2:0])*3 +: 3] : states_q[32'(index_q[2:0])*3 +: 3];
    always_comb begin
        entry = from_stash_q ? stash_entry : bank_entry;
        same  = 1'b0;
        if (any && compares_q) same = entry[KEY_W-1:0] == key_i;
        match_o = any && (!compares_q || same);
        clash_o = any && compares_q && !same;
        match_index_o = '0;
        {match_state_o, match_gen_o, match_conn_o} = '0;
        if (match_o) begin
            match_index_o = index_q;
            {match_state_o, match_gen_o, match_conn_o} = {state, entry[ENTRY_W-1:KEY_W]};
        end
    end
    assign kick_index_o = index_q;
    assign kick_state_o = states_q[32'(index_q[2:0])*3 +: 3];
    assign kick_fp_o    = kick_fp_q;
    assign kick_entry_o = bank_entry;
    assign pick_entry_o = stash_entry;

    // Free slot: in the row with more free slots (bank 0 on a tie), lowest first; else in the stash.
    logic [2:0] count0, count1;
    logic [1:0] pick0, pick1;
    logic [2:0] pick_stash;

    always_comb begin
        count0 = '0;
        count1 = '0;
        pick0  = '0;
        pick1  = '0;
        pick_stash = '0;
        if (frees_i) begin
            for (int s = SLOTS-1; s >= 0; s--) begin
                count0 = count0 + 3'(!used_q[s]);
                count1 = count1 + 3'(!used_q[SLOTS+s]);
                if (!used_q[s]) pick0 = 2'(s);
                if (!used_q[SLOTS+s]) pick1 = 2'(s);
            end
            for (int s = STASH-1; s >= 0; s--) begin
                if (!stash_used_q[s]) pick_stash = 3'(s);
            end
        end
        free_o       = frees_i && !clash_o && (used_q != '1 || stash_used_q != '1);
        free_index_o = {STASH_ROW, pick_stash};
        if (count1 > count0)   free_index_o = {1'b0, row1_q, 1'b1, pick1};
        else if (count0 != '0) free_index_o = {1'b0, row0_q, 1'b0, pick0};
    end

    `ASSERT(OneCandidate_A, !find_i || $onehot0({hit, stash_hit}))
    `ASSERT(OneThingAtATime_A, $onehot0({find_i, scan_i, kicks_i, store_i}))
    `ASSERT(NoReadWhileWriting_A, !read_i || !(writes || clear_row_i))
    `ASSERT(GoesToItsRows_A, !write_entry_i || to_stash || index_i[IDX_W-2:3] == (index_i[2] ? row1_i : row0_i))
    `ASSERT(FingerprintTellsTheRows_A, !write_entry_i || fp_i[ROW_W-1:0] == (row0_i ^ row1_i))
    `ASSERT(SwapGoesToABank_A, !swap_i || (write_entry_i && !to_stash))
endmodule

// Storage of the lookup table: two banks of rows of four slots, each slot a state and an entry, and the stash,
// a small CAM that takes what finds both of its rows full. Decides which slot matches and which is free.
//
// Cycle 1: en_i with one row per bank (lookup, scan) or we_i with an index. Cycle 2: find_i with the key
// compares what was read, and a register takes which slots match. Cycle 3: match_* and free_*, combinational.
// Index of an entry: row * 8 + bank * 4 + slot; the stash is the row after the last.
// Displacement: swap_i with write_entry_i puts, at the same edge, swap_entry_i into the stash slot the entry comes
// from. kick_* is what the read found at slot kick_i of the two rows; pick_* is what the stash holds at pick_i.
`include "assert.svh"

module ctx_cache_table #(
    parameter int LOOKUP_ENTRIES = 131072,
    localparam int ROWS  = LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS,
    localparam int ROW_W = $clog2(ROWS),
    localparam int IDX_W = ROW_W + 4,
    localparam int ENTRY_W = ctx_cache_pkg::KEY_W + ctx_cache_pkg::CONN_PORT_W
                                    + ctx_cache_pkg::GEN_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic               read_i,
    input  logic               write_state_i,
    input  logic               write_entry_i,
    input  logic               clear_row_i,   // all slots of row0_i in both banks become free
    input  logic [ROW_W-1:0]   row0_i,
    input  logic [ROW_W-1:0]   row1_i,
    input  logic [IDX_W-1:0]   index_i,
    input  logic [2:0]         state_i,
    input  logic [ENTRY_W-1:0] entry_i,

    input  logic               displaces_i,
    input  logic               swap_i,
    input  logic [2:0]         swap_state_i,
    input  logic [ENTRY_W-1:0] swap_entry_i,
    input  logic [2:0]         pick_i,        // slot of the stash
    output logic [ctx_cache_pkg::STASH-1:0] stash_used_o,
    output logic [2:0]         pick_state_o,
    output logic [ENTRY_W-1:0] pick_entry_o,
    input  logic [2:0]         kick_i,        // bank and slot
    output logic [2:0]         kick_state_o,
    output logic [ENTRY_W-1:0] kick_entry_o,
    output logic [IDX_W-1:0]   kick_index_o,

    input  logic               find_i,
    input  logic               scan_i,
    input  logic [ROW_W:0]     scan_row_i,
    input  logic [2:0]         scan_from_i,
    input  logic [ctx_cache_pkg::KEY_W-1:0] key_i,
    input  logic [ROW_W-1:0]   read_row0_i,
    input  logic [ROW_W-1:0]   read_row1_i,
    input  logic               frees_i,       // in cycle 3: the free slot is wanted
    output logic               match_o,
    output logic [IDX_W-1:0]   match_index_o,
    output logic [2:0]         match_state_o,
    output logic [ctx_cache_pkg::CONN_PORT_W-1:0] match_conn_o,
    output logic [ctx_cache_pkg::GEN_W-1:0]       match_gen_o,
    output logic               free_o,
    output logic [IDX_W-1:0]   free_index_o
);
    localparam int SLOTS = 4;
    localparam int KEY_W = ctx_cache_pkg::KEY_W;
    localparam int STASH = ctx_cache_pkg::STASH;
    localparam int META_W = ENTRY_W - KEY_W;  // connection and generation
    localparam logic [IDX_W-4:0] STASH_ROW = (IDX_W-3)'(ROWS);

    logic             to_stash, to_bank0, to_bank1;
    logic [SLOTS-1:0] slot_onehot;
    logic [ROW_W-1:0] addr0, addr1;

    assign to_stash    = index_i[IDX_W-1];  // no other row has this bit
    assign to_bank0    = !to_stash && !index_i[2];
    assign to_bank1    = !to_stash && index_i[2];
    assign slot_onehot = SLOTS'(1) << index_i[1:0];
    assign addr0 = (write_state_i || write_entry_i) ? index_i[IDX_W-2:3] : row0_i;
    assign addr1 = (write_state_i || write_entry_i) ? index_i[IDX_W-2:3]
                 : clear_row_i ? row0_i : row1_i;

    // Banks
    logic [SLOTS-1:0] state_we0, state_we1, entry_we0, entry_we1;
    logic [SLOTS*3-1:0] states0, states1;
    logic [SLOTS*ENTRY_W-1:0] entries0, entries1;

    assign state_we0 = clear_row_i ? '1 : (write_state_i && to_bank0) ? slot_onehot : '0;
    assign state_we1 = clear_row_i ? '1 : (write_state_i && to_bank1) ? slot_onehot : '0;
    assign entry_we0 = (write_entry_i && to_bank0) ? slot_onehot : '0;
    assign entry_we1 = (write_entry_i && to_bank1) ? slot_onehot : '0;

    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(3)) u_state0 (
        .clk_i, .en_i(read_i || state_we0 != '0), .we_i(state_we0), .addr_i(addr0),
        .wdata_i({SLOTS{state_i}}), .rdata_o(states0)
    );
    sram_1rw #(.DEPTH(ROWS), .LANES(SLOTS), .LANE_W(3)) u_state1 (
        .clk_i, .en_i(read_i || state_we1 != '0), .we_i(state_we1), .addr_i(addr1),
        .wdata_i({SLOTS{state_i}}), .rdata_o(states1)
    );
    for (genvar s = 0; s < SLOTS; s++) begin : gen_slot
        sram_1rw #(.DEPTH(ROWS), .LANES(1), .LANE_W(ENTRY_W)) u_entry0 (
            .clk_i, .en_i(read_i || entry_we0[s]), .we_i(entry_we0[s]), .addr_i(addr0),
            .wdata_i(entry_i), .rdata_o(entries0[s*ENTRY_W +: ENTRY_W])
        );
        sram_1rw #(.DEPTH(ROWS), .LANES(1), .LANE_W(ENTRY_W)) u_entry1 (
            .clk_i, .en_i(read_i || entry_we1[s]), .we_i(entry_we1[s]), .addr_i(addr1),
            .wdata_i(entry_i), .rdata_o(entries1[s*ENTRY_W +: ENTRY_W])
        );
    end

    // Stash
    logic [2:0]         slot_state [2*SLOTS];
    logic [STASH-1:0]   stash_used;
    logic [STASH*3-1:0] stash_states_q;
    logic [ENTRY_W-1:0] stash_q [STASH];

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) stash_states_q <= '0;
        else for (int s = 0; s < STASH; s++) begin
            if (swap_i ? pick_i == 3'(s) : write_state_i && to_stash && index_i[2:0] == 3'(s)) stash_states_q[s*3 +: 3] <= swap_i ? swap_state_i : state_i;
        end
    end
    always_ff @(posedge clk_i) begin
        if (swap_i) stash_q[pick_i] <= swap_entry_i;
        else if (write_entry_i && to_stash) stash_q[index_i[2:0]] <= entry_i;
    end

    // Displacement: the entry picked from the stash, and the one it may push out.
    assign stash_used_o = stash_used;
    assign kick_index_o = {1'b0, kick_i[2] ? read_row1_i : read_row0_i, kick_i};
    always_comb begin
        pick_entry_o = '0;
        pick_state_o = ctx_cache_pkg::ENTRY_FREE;
        kick_entry_o = '0;
        kick_state_o = ctx_cache_pkg::ENTRY_FREE;
        if (displaces_i) begin
            pick_entry_o = stash_q[pick_i];
            pick_state_o = stash_states_q[32'(pick_i)*3 +: 3];
            kick_entry_o = kick_i[2] ? entries1[32'(kick_i[1:0])*ENTRY_W +: ENTRY_W] : entries0[32'(kick_i[1:0])*ENTRY_W +: ENTRY_W];
            kick_state_o = slot_state[kick_i];
        end
    end

    // Match: the key's slot in its two rows or in the stash; a scan takes the first used slot of its row.
    logic [2*SLOTS-1:0] used, same, hit, scan_used;
    logic [STASH-1:0]  stash_hit, stash_scan;
    logic              scan_stash;

    assign scan_stash = scan_row_i[ROW_W];

    always_comb begin
        for (int s = 0; s < 2*SLOTS; s++) begin
            slot_state[s] = s < SLOTS ? states0[(s%SLOTS)*3 +: 3] : states1[(s%SLOTS)*3 +: 3];
            used[s]       = slot_state[s] != ctx_cache_pkg::ENTRY_FREE;
            same[s]       = 1'b0;
        end
        for (int s = 0; s < STASH; s++) begin
            stash_used[s] = stash_states_q[s*3 +: 3] != ctx_cache_pkg::ENTRY_FREE;
            stash_hit[s]  = 1'b0;
        end
        stash_scan = stash_used & (8'hff << scan_from_i);
        if (find_i) begin
            for (int s = 0; s < SLOTS; s++) begin
                same[s]       = entries0[s*ENTRY_W +: KEY_W] == key_i;
                same[SLOTS+s] = entries1[s*ENTRY_W +: KEY_W] == key_i;
            end
            if (stash_used != '0) begin
                for (int s = 0; s < STASH; s++) stash_hit[s] = stash_used[s] && stash_q[s][KEY_W-1:0] == key_i;
            end
        end else if (scan_i && scan_stash) begin
            stash_hit = stash_scan & -stash_scan;
        end
    end

    // The bank's slots are chosen from in the next cycle; the stash has no memory to wait for, so its slot is chosen here.
    localparam int CHOICE_W = META_W + 3;
    logic [2*SLOTS-1:0]  same_q, used_q;
    logic                scan_q, scan_stash_q;
    logic [2:0]          from_q;
    logic [STASH-1:0]    stash_hit_q, stash_used_q;
    logic [CHOICE_W-1:0] slot_q [2*SLOTS], from_stash, from_stash_q, match;
    logic [ROW_W-1:0]    row0_q, row1_q;
    always_comb begin
        from_stash = '0;
        if (stash_hit != '0) begin
            for (int s = 0; s < STASH; s++) begin
                from_stash = from_stash | ({CHOICE_W{stash_hit[s]}} & {stash_states_q[s*3 +: 3], stash_q[s][KEY_W +: META_W]});
            end
        end
    end
    always_ff @(posedge clk_i) begin
        if (find_i || scan_i) begin
            same_q       <= same;
            scan_q       <= scan_i;
            scan_stash_q <= scan_stash;
            from_q       <= scan_from_i;
            stash_hit_q  <= stash_hit;
            used_q       <= used;
            stash_used_q <= stash_used;
            from_stash_q <= from_stash;
            row0_q       <= read_row0_i;
            row1_q       <= read_row1_i;
            for (int s = 0; s < SLOTS; s++) begin
                slot_q[s]       <= {slot_state[s], entries0[s*ENTRY_W + KEY_W +: META_W]};
                slot_q[SLOTS+s] <= {slot_state[SLOTS+s], entries1[s*ENTRY_W + KEY_W +: META_W]};
            end
        end
    end
    always_comb begin
        logic [2:0] in_bank, in_stash;
        scan_used = used_q & (8'hff << from_q);
        hit       = scan_q ? (scan_stash_q ? '0 : scan_used & -scan_used) : used_q & same_q;
        match_o  = hit != '0 || stash_hit_q != '0;
        match    = from_stash_q;
        in_bank  = '0;
        in_stash = '0;
        if (match_o) begin
            for (int s = 0; s < 2*SLOTS; s++) begin
                match    = match | ({CHOICE_W{hit[s]}} & slot_q[s]);
                in_bank  = in_bank | ({3{hit[s]}} & 3'(s));
                in_stash = in_stash | ({3{stash_hit_q[s]}} & 3'(s));
            end
        end
        match_index_o = (stash_hit_q != '0) ? {STASH_ROW, in_stash} : {1'b0, in_bank[2] ? row1_q : row0_q, in_bank};
        if (!match_o) match_index_o = '0;
    end
    assign {match_state_o, match_gen_o, match_conn_o} = match;

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
        free_o       = frees_i && (used_q != '1 || stash_used_q != '1);
        free_index_o = {STASH_ROW, pick_stash};
        if (count1 > count0)   free_index_o = {1'b0, row1_q, 1'b1, pick1};
        else if (count0 != '0) free_index_o = {1'b0, row0_q, 1'b0, pick0};
    end

    logic looked_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) looked_q <= 1'b0;
        else         looked_q <= find_i || scan_i;
    end
    `ASSERT(OneSlotMatches_A, !looked_q || $onehot0({hit, stash_hit_q}))
    `ASSERT(NoReadWhileWriting_A, !read_i || !(write_state_i || write_entry_i || clear_row_i))
    `ASSERT(ScanAndFindExclude_A, !(scan_i && find_i))
    `ASSERT(SwapGoesToABank_A, !swap_i || (write_entry_i && !to_stash && displaces_i))
endmodule

// Displacement: empties the stash of the lookup table while the control unit is idle. The picked entry goes to a free
// slot of its two rows; if there is none, it changes places with one of them, which then goes on (cuckoo hashing).
// A move is one write of bank and stash at the same edge, so a LOOKUP finds every entry before and after it.
// Up to TRIES moves follow a new entry or a slot that became free (shift_i); then what is left stays in the stash,
// and the next round begins with the slot behind. Mirrored by models/ctx_cache/ctx_cache_displace.c.
//
// hold_o:  while high, the control unit starts no request; so requests see the table as if moves took no time.
// move_*:  command to the lookup pipeline: find the picked entry's rows, or put it to move_index_o.
// link_*:  the entry that went into the stash is there.
`include "assert.svh"

module ctx_cache_displace #(
    parameter int LOOKUP_ENTRIES = 131072,
    localparam int ROW_W = $clog2(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS),
    localparam int IDX_W = ROW_W + 4,
    localparam int FP_W = (ctx_cache_pkg::FP_W > ROW_W) ? ctx_cache_pkg::FP_W : ROW_W + 1,
    localparam int CONN_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int STASH = ctx_cache_pkg::STASH,
    localparam int ENTRY_W = ctx_cache_pkg::KEY_W + CONN_W + ctx_cache_pkg::GEN_W
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic               ctrl_idle_i,
    input  logic               own_busy_i,   // a command is on its way to the table
    output logic               hold_o,
    output logic               busy_o,
    input  logic               shift_i,

    input  logic [STASH-1:0]   stash_used_i,
    input  logic               stash_any_i,  // one of them
    input  logic               stash_any_next_i, // the same in the next cycle
    output logic [2:0]         pick_o,       // slot of the stash
    output logic [2:0]         kick_o,       // bank and slot that would have to make room

    output logic               move_valid_o,
    output logic               move_find_o,
    output logic               move_swap_o,
    output logic [IDX_W-1:0]   move_index_o,
    input  logic               found_i,
    input  logic [IDX_W-1:0]   free_index_i, // stands; in the stash: no slot of the rows is free
    input  logic               kick_valid_i,
    input  logic [IDX_W-1:0]   kick_index_i,
    input  logic [2:0]         kick_state_i,
    input  logic [FP_W-1:0]    kick_fp_i,
    input  logic [ENTRY_W-1:0] kick_entry_i,
    input  logic [ENTRY_W-1:0] pick_entry_i,
    output logic [ENTRY_W-1:0] move_entry_o,
    output logic [2:0]         swap_state_o,
    output logic [ROW_W-1:0]   swap_row0_o,
    output logic [FP_W-1:0]    swap_fp_o,
    output logic [ENTRY_W-1:0] swap_entry_o,

    output logic               link_valid_o,
    output logic [CONN_W-1:0]  link_conn_o,
    output logic [IDX_W-1:0]   link_index_o
);
    localparam logic [6:0]  TRIES = 7'd64;
    localparam logic [15:0] TAPS  = 16'hb400;  // x^16 + x^14 + x^13 + x^11 + 1: maximal length

    typedef enum logic [2:0] {REST, FIND, WAIT, PLACE, LINK, SETTLE} state_e;
    state_e             state_q, state_d;
    logic [6:0]         tries_q, tries_d;
    logic [2:0]         pick_q, pick_d, from_q, from_d;
    logic [15:0]        lfsr_q;
    logic               moving_q, hold_q, tries_left_q, tries_left_d, bank_q, has_room, starts, kicks, was_kick_q;
    logic [IDX_W-1:0]   kick_index_q;
    logic [2:0]         kick_state_q;
    logic [FP_W-1:0]    kick_fp_q;
    logic [ENTRY_W-1:0] kick_entry_q, pick_entry_q;
    logic [ROW_W-1:0]   kick_row;
    logic [2*STASH-1:0] ring;

    assign hold_o   = hold_q;  // from a register of its own, as much hangs on it
    assign busy_o   = moving_q;
    assign starts   = state_q == REST && stash_any_i && tries_left_q && ctrl_idle_i && !own_busy_i;
    assign has_room = !free_index_i[IDX_W-1];
    assign kicks    = state_q == PLACE && !has_room;
    assign pick_o   = pick_q;
    assign kick_o   = {bank_q, lfsr_q[1:0]};

    // The first used slot at or behind from_q.
    assign ring = {stash_used_i, stash_used_i} >> from_q;
    always_comb begin
        pick_d = pick_q;
        if (starts) begin
            for (int s = STASH - 1; s >= 0; s--) if (ring[s]) pick_d = from_q + 3'(s);
        end
    end

    always_comb begin
        state_d = state_q;
        unique case (state_q)
            REST:    if (starts) state_d = FIND;
            FIND:    state_d = WAIT;
            WAIT:    if (found_i) state_d = PLACE;
            PLACE:   state_d = LINK;
            LINK:    state_d = SETTLE;
            default: state_d = REST;
        endcase
        tries_d = tries_q;
        from_d  = from_q;
        if (shift_i) tries_d = TRIES;
        else if (state_q == PLACE) begin
            tries_d = tries_q - 1'b1;
            if (tries_q == 7'd1) from_d = pick_q + 1'b1;
        end
    end
    assign tries_left_d = shift_i || (state_q == PLACE ? tries_q != 7'd1 : tries_left_q);

    assign move_valid_o = state_q == FIND || state_q == PLACE;
    assign move_find_o  = state_q == FIND;
    assign move_swap_o  = state_q == PLACE;
    assign move_index_o = has_room ? free_index_i : kick_index_q;
    assign swap_state_o = was_kick_q ? kick_state_q : ctx_cache_pkg::ENTRY_FREE;
    assign kick_row     = kick_index_q[IDX_W-2:3];
    assign swap_row0_o  = kick_index_q[2] ? kick_row ^ kick_fp_q[ROW_W-1:0] : kick_row;
    assign swap_fp_o    = kick_fp_q;
    assign swap_entry_o = kick_entry_q;
    assign move_entry_o = pick_entry_q;
    assign link_valid_o = state_q == LINK && was_kick_q && kick_state_q != ctx_cache_pkg::ENTRY_RESERVED
                       && kick_state_q != ctx_cache_pkg::ENTRY_TOMBSTONE;
    assign link_conn_o  = kick_entry_q[ctx_cache_pkg::KEY_W +: CONN_W];
    assign link_index_o = {1'b1, {(IDX_W-4){1'b0}}, pick_q};

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            state_q    <= REST;
            moving_q   <= 1'b0;
            hold_q     <= 1'b0;
            tries_q    <= '0;
            tries_left_q <= 1'b0;
            pick_q     <= '0;
            from_q     <= '0;
            lfsr_q     <= 16'h1;
            bank_q     <= 1'b0;
            was_kick_q <= 1'b0;
        end else begin
            state_q <= state_d;
            moving_q <= state_d != REST;
            hold_q  <= (stash_any_next_i && tries_left_d) || state_d != REST;
            tries_q <= tries_d;
            tries_left_q <= tries_left_d;
            pick_q  <= pick_d;
            from_q  <= from_d;
            if (kicks) begin
                lfsr_q <= (lfsr_q >> 1) ^ (lfsr_q[0] ? TAPS : '0);
                bank_q <= !bank_q;
            end
            if (state_q == PLACE) was_kick_q <= !has_room;
        end
    end

    // The pick, and what it may have to change places with, as they were read.
    always_ff @(posedge clk_i) begin
        if (state_q == WAIT && kick_valid_i) begin
            kick_index_q <= kick_index_i;
            kick_state_q <= kick_state_i;
            kick_fp_q    <= kick_fp_i;
            kick_entry_q <= kick_entry_i;
            pick_entry_q <= pick_entry_i;
        end
    end

    `ASSERT(MovingIsNotAtRest_A, moving_q == (state_q != REST))
    `ASSERT(HoldsForTheStash_A, hold_q == ((stash_any_i && tries_left_q) || moving_q))
    `ASSERT(TriesAreCounted_A, tries_left_q == (tries_q != '0))
    `ASSERT(MovesOnlyWhileIdle_A, !move_valid_o || ctrl_idle_i)
    `ASSERT(PicksAnEntry_A, !move_valid_o || stash_used_i[pick_q])
    `ASSERT(KicksAnEntry_A, !kicks || kick_state_q != ctx_cache_pkg::ENTRY_FREE)
endmodule

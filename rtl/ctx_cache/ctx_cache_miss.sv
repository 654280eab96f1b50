// Misses in flight: a slot each, from the miss until its lines are in the data array, and the fill buffer that takes the
// lines as they come from DRAM, so that the data port never waits for them. A slot fetches a whole context, or (for
// the key unit) its meta line only. mem_rdata_* may come in any order of slots; the beats of one slot come in order.
//
// alloc_*: by the commit stage, for a miss of requester alloc_who_i.  key_*: by the key unit.
// ask_*:   the read request of one slot, the oldest first.
// fill_*:  a slot whose lines are all there, the oldest first, for the commit stage, which ends with one of: drop (refused: slot free),
//          park (no way: comes again after an unlock), or the data unit's done (lines moved).
`include "assert.svh"

module ctx_cache_miss #(
    parameter int SLOTS = 8,
    localparam int SLOT_W = $clog2(SLOTS),
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int META_W = ctx_cache_pkg::META_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic key_wants_i,    // the key unit waits for a slot, since the cycle before at least
    output logic room_o,         // a slot can be kept for one more operation
    output logic key_room_o,     // a slot is there for the key unit in this cycle
    output logic quiet_o,        // no slot moves without mem_rdata_* or an unlock

    input  logic              may_miss_i,   // an operation that can miss goes on later,
    input  logic              reserve_i,    // or now: a slot is kept for it
    input  logic              unreserve_i,  // it did not miss
    input  logic              alloc_i,      // it did
    input  logic [WHO_W-1:0]  alloc_who_i,
    input  logic [ARG_W-1:0]  alloc_conn_i,
    input  logic              key_alloc_i,  // not together with alloc_i
    input  logic [WHO_W-1:0]  key_who_i,
    input  logic [ARG_W-1:0]  key_conn_i,
    output logic [WHO_W-1:0]  key_ready_who_o,
    output logic              key_ready_o,  // in the cycle in which its meta line is there; the slot is free again
    output logic [META_W-1:0] key_meta_o,

    output logic              ask_valid_o,
    output logic [SLOT_W-1:0] ask_slot_o,
    output logic [ARG_W-1:0]  ask_conn_o,
    output logic              ask_meta_o,   // the meta line only
    input  logic              ask_taken_i,

    input  logic              rdata_valid_i,
    input  logic [2:0]        rdata_id_i,
    input  logic [LINE_W-1:0] rdata_i,
    input  logic [ctx_cache_pkg::BOOT_W-1:0] boot_i,

    output logic              fill_valid_o,
    output logic [SLOT_W-1:0] fill_slot_o,
    output logic [WHO_W-1:0]  fill_who_o,
    input  logic              fill_take_i,
    input  logic [SLOT_W-1:0] ask_meta_slot_i,  // whose meta line the commit stage wants to see
    output logic [META_W-1:0] stage_meta_o,
    input  logic [SLOT_W-1:0] stage_slot_i, // the slot that it has done with
    input  logic              drop_i,
    input  logic              park_i,
    input  logic              unlock_i,

    input  logic              done_i,
    input  logic [SLOT_W-1:0] done_slot_i,
    input  logic              line_en_i,    // line_o is there in the next cycle
    input  logic [SLOT_W-1:0] line_slot_i,
    input  logic [2:0]        line_i,
    output logic [LINE_W-1:0] line_o
);
    localparam int ADDR_W = $clog2(SLOTS * ctx_cache_pkg::LINES);

    // A slot is free or in one of these.
    logic [SLOTS-1:0]  asks_q, fetches_q, ready_q, busy_q, parked_q, free, new_one, asked, come, taken, in_stage, done_one;
    logic [SLOTS-1:0]  key_only_q;
    logic [SLOT_W:0]   credits_q, credits;
    logic [2:0]        freed_q;
    logic [2:0]        beat_q [SLOTS];
    logic [ARG_W-1:0]  conn_q [SLOTS];
    logic [WHO_W-1:0]  who_q [SLOTS];
    logic [META_W-1:0] meta_q [SLOTS];
    logic [SLOT_W-1:0] new_slot, rslot;
    logic [2:0]        rbeat;
    logic              allocates, rlast;

    assign rslot     = rdata_id_i[SLOT_W-1:0];
    assign rbeat     = beat_q[rslot];
    assign rlast     = key_only_q[rslot] || rbeat == 3'd5;
    assign allocates = alloc_i || key_alloc_i;
    assign free      = ~(asks_q | fetches_q | ready_q | busy_q | parked_q);

    // Requests and fills go in order of allocation: lowest number first let one requester wait for ever.
    logic [SLOTS-1:0] oldest_ask, oldest_fill;
    oldest #(.N(SLOTS), .PICKS(2), .LATE(1)) u_order (
        .clk_i, .rst_ni, .arrive_i(new_one), .candidates_i({ready_q, asks_q}), .oldest_o({oldest_fill, oldest_ask})
    );

    // The slot for the next miss is known before it comes: the lowest free one but that which goes in this cycle.
    logic [SLOTS-1:0]  left;
    logic [SLOT_W-1:0] next_slot;
    assign left = free & ~new_one;
    always_comb begin
        next_slot = '0;
        for (int s = SLOTS - 1; s >= 0; s--) if (left[s]) next_slot = SLOT_W'(s);
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) new_slot <= '0;
        else         new_slot <= next_slot;
    end

    // One request and one fill stand in a register each, until they are taken; then the next one is chosen.
    logic [SLOT_W-1:0] next_ask, next_fill;
    logic              ask_q, fill_q;
    always_comb begin
        next_ask  = '0;
        next_fill = '0;
        for (int s = 0; s < SLOTS; s++) next_ask = next_ask | ({SLOT_W{oldest_ask[s]}} & SLOT_W'(s));
        for (int s = 0; s < SLOTS; s++) next_fill = next_fill | ({SLOT_W{oldest_fill[s]}} & SLOT_W'(s));
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            ask_q  <= 1'b0;
            fill_q <= 1'b0;
        end else begin
            ask_q  <= ask_q ? !ask_taken_i : asks_q != '0;
            fill_q <= fill_q ? !fill_take_i : ready_q != '0;
        end
    end
    always_ff @(posedge clk_i) begin
        if (!ask_q && asks_q != '0) begin
            ask_slot_o <= next_ask;
            ask_conn_o <= conn_q[next_ask];
            ask_meta_o <= key_only_q[next_ask];
        end
        if (!fill_q && ready_q != '0) begin
            fill_slot_o <= next_fill;
            fill_who_o  <= who_q[next_fill];
        end
    end
    assign quiet_o      = (asks_q | ready_q | busy_q) == '0 && freed_q == '0;
    assign ask_valid_o  = ask_q;
    assign fill_valid_o = fill_q;
    assign stage_meta_o = meta_q[ask_meta_slot_i];
    assign key_ready_o  = rdata_valid_i && key_only_q[rslot];
    assign key_ready_who_o = who_q[rslot];
    // A meta line that another start wrote, or nobody, says nothing.
    logic [META_W-1:0] meta;
    assign meta         = (rdata_i[ctx_cache_pkg::META_BOOT_BIT +: ctx_cache_pkg::BOOT_W] == boot_i) ? rdata_i[META_W-1:0] : '0;
    assign key_meta_o   = meta;

    assign new_one  = allocates ? SLOTS'(1) << new_slot : '0;
    assign asked    = ask_taken_i ? SLOTS'(1) << ask_slot_o : '0;
    assign come     = (rdata_valid_i && rlast) ? SLOTS'(1) << rslot : '0;
    assign taken    = fill_take_i ? SLOTS'(1) << fill_slot_o : '0;
    assign in_stage = (park_i || drop_i) ? SLOTS'(1) << stage_slot_i : '0;
    assign done_one = done_i ? SLOTS'(1) << done_slot_i : '0;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            asks_q    <= '0;
            fetches_q <= '0;
            ready_q   <= '0;
            busy_q    <= '0;
            parked_q  <= '0;
        end else begin
            asks_q    <= (asks_q | new_one) & ~asked;
            fetches_q <= (fetches_q | asked) & ~come;
            ready_q   <= (ready_q | (come & ~key_only_q) | (unlock_i ? parked_q : '0)) & ~taken;
            busy_q    <= (busy_q | taken) & ~in_stage & ~done_one;
            parked_q  <= (unlock_i ? '0 : parked_q) | (park_i ? in_stage : '0);
        end
    end

    always_ff @(posedge clk_i) begin
        if (allocates) begin
            conn_q[new_slot]     <= alloc_i ? alloc_conn_i : key_conn_i;
            who_q[new_slot]      <= alloc_i ? alloc_who_i : key_who_i;
            key_only_q[new_slot] <= !alloc_i;
            beat_q[new_slot]     <= '0;
        end
        if (rdata_valid_i) begin
            beat_q[rslot] <= rbeat + 1'b1;
            if (rbeat == 3'd1) meta_q[rslot] <= meta;
        end
    end

    // Slots that are neither taken nor kept for somebody: who goes ahead will find one. The last one is the key unit's if that waits. A slot that falls free counts a cycle later.
    logic one_q, two_q, three_q;  // at least so many
    assign room_o     = (key_wants_i && may_miss_i) ? three_q : (key_wants_i || may_miss_i) ? two_q : one_q;
    assign key_room_o = (may_miss_i ? two_q : one_q) && !alloc_i;
    // Who takes one is known last, so that comes last.
    logic [SLOT_W:0] back;
    logic [4:0]      enough;  // bit n: n + 1 of those that are back at least
    assign back       = credits_q + (SLOT_W+1)'(freed_q[0]) + (SLOT_W+1)'(freed_q[1]) + (SLOT_W+1)'(freed_q[2]) + (SLOT_W+1)'(unreserve_i);
    assign credits    = back - (SLOT_W+1)'(reserve_i) - (SLOT_W+1)'(key_alloc_i);
    always_comb begin
        for (int n = 0; n < 5; n++) enough[n] = 32'(back) > n;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            credits_q <= (SLOT_W+1)'(SLOTS);
            freed_q   <= '0;
            {one_q, two_q, three_q} <= {1'b1, 1'b1, 1'(SLOTS >= 3)};
        end else begin
            credits_q <= credits;
            {three_q, two_q, one_q} <= (reserve_i && key_alloc_i) ? enough[4:2] : (reserve_i || key_alloc_i) ? enough[3:1] : enough[2:0];
            freed_q   <= {done_i, drop_i, rdata_valid_i && key_only_q[rslot]};
        end
    end

    // Line l of slot s is at l * SLOTS + s. DRAM has constant line, meta, lines 0 to 3.
    logic [2:0] line_in;
    logic       line_we;
    assign line_in = (rbeat == 3'd0) ? 3'd4 : rbeat - 3'd2;
    assign line_we = rdata_valid_i && !key_only_q[rslot] && rbeat != 3'd1;

    sram_1r1w #(.DEPTH(SLOTS * ctx_cache_pkg::LINES), .LANES(1), .LANE_W(LINE_W)) u_lines (
        .clk_i, .re_i(line_en_i), .raddr_i(ADDR_W'({line_i, line_slot_i})), .rdata_o(line_o),
        .we_i(line_we), .waddr_i(ADDR_W'({line_in, rslot})), .wdata_i(rdata_i)
    );

    `ASSERT(AllocatesAFreeSlot_A, !(alloc_i || key_alloc_i) || free[new_slot])
    `ASSERT(CreditForEach_A, !(reserve_i || key_alloc_i) || 32'(credits_q) >= 32'(reserve_i) + 32'(key_alloc_i))
    `ASSERT(CreditsInRange_A, 32'(credits_q) <= SLOTS)
    `ASSERT(CountsCredits_A, one_q == (credits_q != '0) && two_q == (32'(credits_q) >= 2) && three_q == (32'(credits_q) >= 3))
    `ASSERT(OneAllocation_A, !(alloc_i && key_alloc_i))
    `ASSERT(DataWasAsked_A, !rdata_valid_i || (32'(rdata_id_i) < SLOTS && fetches_q[rslot]))
    `ASSERT(StageSlotIsBusy_A, !(drop_i || park_i) || busy_q[stage_slot_i])
    `ASSERT(DoneSlotIsBusy_A, !done_i || busy_q[done_slot_i])
endmodule

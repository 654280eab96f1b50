// Key unit: RESERVE, INSTALL, RELEASE and SCAN, one at a time. Takes the key from the requester, finds its entry and a
// free slot, and asks for a pass of the commit stage, which decides; fetches the meta line if the stage needs it, and
// asks again. What was found is found anew when it may have changed: after a move of the table or a freed entry.
//
// start_*: an operation of requester who_i comes in; only when ready_o.
// pass_*:  asks for a turn of the commit stage; verdict_*_i end the pass.
// cmd_*:   commands to the lookup table; those of the commit stage (stage_cmd_*) go first.
`include "assert.svh"

module ctx_cache_keys #(
    parameter int unsigned LOOKUP_ENTRIES = 131072,
    parameter int unsigned CONN_IDS = 65536,
    localparam int unsigned ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned GEN_W = ctx_cache_pkg::GEN_W,
    localparam int unsigned OP_W = ctx_cache_pkg::OP_W,
    localparam int unsigned WHO_W = ctx_cache_pkg::WHO_W,
    localparam int unsigned LINE_W = ctx_cache_pkg::LINE_W,
    localparam int unsigned META_W = ctx_cache_pkg::META_W,
    localparam int unsigned RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic ready_o,
    output logic quiet_o,        // nothing but its meta line, an unlock or a response changes it
    output logic searching_o,    // a FIND or SCAN of it is on its way

    input  logic              start_i,
    input  logic [WHO_W-1:0]  start_who_i,
    input  logic [OP_W-1:0]   start_code_i,
    input  logic [ARG_W-1:0]  start_conn_i,
    output logic [WHO_W-1:0]  who_o,

    output logic              key_ready_o,    // wants the key's line
    input  logic              key_valid_i,
    input  logic [LINE_W-1:0] key_line_i,
    output logic [LINE_W-1:0] line4_o,
    input  logic              line4_done_i,   // INSTALL has stored it

    input  logic              hold_i,         // displacement has or wants the table
    input  logic              stage_cmd_i,
    input  logic              stage_frees_i,  // and it frees an entry
    output logic              find_o,
    output logic              scan_o,
    output logic [ARG_W-1:0]  conn_o,
    input  logic              done_i,
    input  logic              found_i,
    input  logic [2:0]        found_state_i,
    input  logic [ARG_W-1:0]  found_conn_i,
    input  logic [GEN_W-1:0]  found_gen_i,
    input  logic [ARG_W-1:0]  found_index_i,

    output logic              pass_valid_o,
    input  logic              pass_take_i,
    output logic              stale_o,        // in the pass: the verdict must be "again"
    output logic              has_meta_o,
    output logic [META_W-1:0] meta_o,
    input  logic              verdict_done_i, // committed
    input  logic              verdict_line_i, // with it: line 4 is still needed
    input  logic              verdict_meta_i, // needs the meta line
    input  logic              verdict_park_i, // no way is free of locks
    input  logic              verdict_again_i,
    input  logic              unlock_i,

    input  logic              meta_room_i,
    output logic              meta_ask_o,
    input  logic              meta_valid_i,
    input  logic [META_W-1:0] meta_i,

    output logic              rescan_o,
    output logic [ARG_W-1:0]  rescan_index_o,
    output logic              scan_done_o,
    output logic [RESULT_W-1:0] scan_result_o,
    output logic [2:0]        scan_place_o,
    output logic [ARG_W-1:0]  scan_conn_o,
    output logic [GEN_W-1:0]  scan_gen_o,
    output logic [ARG_W-1:0]  scan_next_o,
    input  logic              scan_taken_i    // its response was taken
);
    localparam int unsigned SCAN_END = LOOKUP_ENTRIES + ctx_cache_pkg::STASH;

    typedef enum logic [3:0] {IDLE, KEY, FIND, FINDING, ASK, PASS, META_ASK, META, PARKED, LINE, SCAN, SCANNING, SCANNED} state_e;
    state_e            state_q, state_d, after_start;
    logic [WHO_W-1:0]  who_q;
    logic [ARG_W-1:0]  conn_q;
    logic              stale_q, stale_d, has_meta_q, disturbed, last_row, scan_end;
    logic [META_W-1:0] meta_q;

    assign last_row  = conn_q[ARG_W-1:3] == (ARG_W-3)'(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS);
    assign scan_end  = 32'(conn_q) >= SCAN_END;
    assign disturbed = hold_i || stage_frees_i;

    // An id that does not exist is refused without a look at the key.
    always_comb begin
        after_start = KEY;
        if (start_code_i == ctx_cache_pkg::OP_SCAN) after_start = SCAN;
        else if (32'(start_conn_i) >= CONN_IDS)     after_start = ASK;
    end

    always_comb begin
        state_d = state_q;
        unique case (state_q)
            IDLE:     if (start_i) state_d = after_start;
            KEY:      if (key_valid_i && key_ready_o) state_d = FIND;
            FIND:     if (find_o) state_d = FINDING;
            FINDING, ASK: if (state_q == FINDING && !done_i) state_d = FINDING;
                      else if (stale_q) state_d = FIND;
                      else state_d = pass_take_i ? PASS : ASK;
            PASS: begin
                if (verdict_done_i)       state_d = verdict_line_i ? LINE : IDLE;
                else if (verdict_again_i) state_d = FIND;
                else if (verdict_meta_i)  state_d = META_ASK;
                else if (verdict_park_i)  state_d = PARKED;
            end
            META_ASK: if (meta_ask_o) state_d = META;
            META:     if (meta_valid_i) state_d = ASK;
            PARKED:   if (unlock_i) state_d = ASK;
            LINE:     if (line4_done_i) state_d = IDLE;
            SCAN:     if (scan_end) state_d = SCANNED;
                      else if (scan_o) state_d = SCANNING;
            SCANNING: if (done_i) state_d = (found_i || last_row) ? SCANNED : IDLE;
            SCANNED:  if (scan_taken_i) state_d = IDLE;
            default:  state_d = IDLE;
        endcase
        stale_d = (stale_q || disturbed) && state_q != IDLE && state_q != KEY && !find_o;
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            state_q <= IDLE;
            stale_q <= 1'b0;
        end else begin
            state_q <= state_d;
            stale_q <= stale_d;
        end
    end
    always_ff @(posedge clk_i) begin
        if (start_i) begin
            who_q      <= start_who_i;
            conn_q     <= start_conn_i;
            has_meta_q <= 1'b0;
        end else if (meta_valid_i && state_q == META) begin
            has_meta_q <= 1'b1;
            meta_q     <= meta_i;
        end
        if (key_ready_o && key_valid_i) line4_o <= key_line_i;
    end

    assign ready_o      = state_q == IDLE;
    assign quiet_o      = ready_o || state_q == META || state_q == PARKED || state_q == LINE || state_q == SCANNED;
    assign searching_o  = (state_q == FINDING && !done_i) || state_q == SCANNING;
    assign who_o        = who_q;
    assign conn_o       = conn_q;
    assign key_ready_o  = state_q == KEY;
    assign find_o       = state_q == FIND && !stage_cmd_i && !hold_i;
    assign scan_o       = state_q == SCAN && !scan_end && !stage_cmd_i && !hold_i;
    assign pass_valid_o = (state_q == ASK || (state_q == FINDING && done_i)) && !stale_q;
    assign stale_o      = stale_q;
    assign has_meta_o   = has_meta_q;
    assign meta_o       = meta_q;
    assign meta_ask_o   = state_q == META_ASK && meta_room_i;

    // SCAN: a row per turn, so that others get theirs.
    logic                scan_ends;
    logic [RESULT_W-1:0] scan_result_q;
    assign scan_ends      = (state_q == SCAN && scan_end) || (state_q == SCANNING && done_i && (found_i || last_row));
    assign rescan_o       = state_q == SCANNING && done_i && !found_i && !last_row;
    assign rescan_index_o = {conn_q[ARG_W-1:3] + 1'b1, 3'b0};
    assign scan_done_o    = scan_ends;
    assign scan_result_o  = (scan_ends && state_q == SCANNING && found_i) ? ctx_cache_pkg::RES_OK : ctx_cache_pkg::RES_END;
    always_ff @(posedge clk_i) begin
        if (scan_ends) begin
            scan_result_q <= scan_result_o;
            scan_place_o  <= scan_result_o != ctx_cache_pkg::RES_OK ? '0
                           : found_state_i == ctx_cache_pkg::ENTRY_TOMBSTONE ? ctx_cache_pkg::ENTRY_FROZEN : found_state_i;
            scan_conn_o   <= scan_result_o != ctx_cache_pkg::RES_OK ? '0 : found_conn_i;
            scan_gen_o    <= scan_result_o != ctx_cache_pkg::RES_OK ? '0 : found_gen_i;
            scan_next_o   <= scan_result_o != ctx_cache_pkg::RES_OK ? '0 : found_index_i + 1'b1;
        end
    end

    `ASSERT(StartsWhenReady_A, !start_i || state_q == IDLE)
    `ASSERT(VerdictEndsAPass_A, !(verdict_done_i || verdict_meta_i || verdict_park_i || verdict_again_i) || state_q == PASS)
    `ASSERT(MetaIsWanted_A, !meta_valid_i || state_q == META)
    `ASSERT(ScanAnswersOnce_A, state_q != SCANNED || scan_result_q == ctx_cache_pkg::RES_OK || scan_result_q == ctx_cache_pkg::RES_END)
endmodule

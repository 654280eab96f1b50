// One operation of the key unit (ctx_cache_keys.sv) on its way: key, FIND, pass of the commit stage, if that wants it the
// meta line and a second pass; or, for SCAN, one row. What was found is found anew when it may have changed since:
// after a move of the table, a freed entry, or a new one in its rows or in the stash. The meta line is read anew after a
// REMOVE of this connection: its holder did that, and its tag was bad, or there would be no meta line to read.
//
// find_o, scan_o: wants to send its command; cmd_go_i: it goes. The result comes five cycles later (done_o of the table).
// insert_*: another operation's new entry. verdict_line_i: committed, and line 4 is still needed; it stands until line_taken_i, in this
// cycle or, with line_o, later.  Others: ctx_cache_keys.sv.
`include "assert.svh"

module ctx_cache_key #(
    parameter int LOOKUP_ENTRIES = 131072,
    parameter int CONN_IDS = 65536,
    localparam int ROW_W = $clog2(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS),
    localparam int IDX_W = ROW_W + 4,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int FOUND_W = ctx_cache_pkg::FOUND_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic ready_o,
    output logic quiet_o,
    output logic searching_o,

    input  logic              start_i,
    input  logic [WHO_W-1:0]  start_who_i,
    input  logic [OP_W-1:0]   start_code_i,
    input  logic [ARG_W-1:0]  start_conn_i,
    output logic [WHO_W-1:0]  who_o,
    output logic [ARG_W-1:0]  conn_o,

    output logic              key_ready_o,
    input  logic              key_valid_i,
    input  logic [LINE_W-1:0] key_line_i,
    output logic [LINE_W-1:0] line4_o,

    input  logic              hold_i,
    input  logic              frees_i,
    input  logic              gone_i,         // the entry freed was this connection's
    input  logic              insert_i,
    input  logic [IDX_W-1:0]  insert_index_i,
    output logic              find_o,
    output logic              scan_o,
    input  logic              cmd_go_i,
    input  logic [FOUND_W-1:0] found_i,       // {found, state, connection, generation, free}
    input  logic              clash_i,
    input  logic [IDX_W-1:0]  found_index_i,
    input  logic [IDX_W-1:0]  free_index_i,
    input  logic [ROW_W-1:0]  row0_i,
    input  logic [ROW_W-1:0]  row1_i,
    output logic [FOUND_W-1:0] found_o,
    output logic              clash_o,
    output logic [IDX_W-1:0]  index_o,

    output logic              pass_o,
    input  logic              pass_take_i,    // the stage takes somebody in this cycle,
    input  logic              pass_turn_i,    // and that is this one
    output logic              stale_o,
    output logic              has_meta_o,
    output logic [META_W-1:0] meta_o,
    input  logic              verdict_done_i,
    input  logic              verdict_line_i,
    input  logic              verdict_meta_i,
    input  logic              verdict_park_i,
    input  logic              verdict_again_i,
    input  logic              unlock_i,
    input  logic              line_taken_i,
    output logic              line_o,

    output logic              meta_ask_o,
    input  logic              meta_go_i,
    input  logic              meta_valid_i,
    input  logic [META_W-1:0] meta_i,

    output logic              rescan_o,
    output logic              scan_done_o,
    output logic              scan_found_o,
    input  logic              scan_taken_i
);
    localparam int SCAN_END = LOOKUP_ENTRIES + ctx_cache_pkg::STASH;

    typedef enum logic [3:0] {IDLE, KEY, FIND, FINDING, ASK, PASS, META_ASK, META, PARKED, LINE, SCAN, SCANNING, SCANNED} state_e;
    // Synthesis keeps the numbers and the order of decisions, as some inputs come late.
    (* fsm_encoding = "none" *) state_e state_q;
    state_e            state_d, after_start;
    logic [4:0]        timer_q;
    logic [ARG_W-1:0]  conn_q;
    logic              stale_q, stale_d, seen_q, meta_old_q, done, found, last_row, scan_end, scan_end_q;
    logic [IDX_W-1:0]  seen_index_q;

    assign done     = timer_q[4];
    assign found    = found_i[FOUND_W-1];
    assign last_row = conn_q[ARG_W-1:3] == (ARG_W-3)'(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS);
    assign scan_end = scan_end_q;

    // Does a new entry touch what was found? Its rows are known from done on; one new entry may come before.
    logic             finding, seen_hits, insert_hits;
    logic [ROW_W-1:0] row0_q, row1_q, row0, row1;
    assign finding     = state_q == FINDING && !done;
    assign row0        = done ? row0_i : row0_q;
    assign row1        = done ? row1_i : row1_q;
    assign seen_hits   = done && seen_q && touches(seen_index_q, row0, row1);
    assign insert_hits = insert_i && (finding ? seen_q : touches(insert_index_i, row0, row1));

    function automatic logic touches(input logic [IDX_W-1:0] index, input logic [ROW_W-1:0] r0, input logic [ROW_W-1:0] r1);
        touches = index[IDX_W-1] || index[IDX_W-2:3] == (index[2] ? r1 : r0);
    endfunction

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
            KEY:      ;
            FIND:     if (cmd_go_i) state_d = FINDING;
            FINDING:  if (done && (stale_q || seen_hits)) state_d = FIND;
                      else if (done) state_d = ASK;
            ASK:      if (stale_q) state_d = FIND;
            PASS: begin
                if (verdict_line_i && !line_taken_i) state_d = LINE;
                else if (verdict_done_i)  state_d = IDLE;
                else if (verdict_again_i) state_d = FIND;
                else if (verdict_meta_i)  state_d = META_ASK;
                else if (verdict_park_i)  state_d = PARKED;
            end
            META_ASK: if (meta_go_i) state_d = META;
            META:     if (meta_valid_i) state_d = ASK;
            PARKED:   if (unlock_i) state_d = ASK;
            LINE:     if (line_taken_i) state_d = IDLE;
            SCAN:     if (scan_end) state_d = SCANNED;
                      else if (cmd_go_i) state_d = SCANNING;
            SCANNING: if (done && (found || last_row)) state_d = SCANNED;
                      else if (done) state_d = IDLE;
            SCANNED:  if (scan_taken_i) state_d = IDLE;
            default:  state_d = IDLE;
        endcase
        // Known last: the key has come, or the stage takes it. If it is stale, the stage says that it must find once more.
        if (key_valid_i) state_d = FIND;
        if (pass_take_i && pass_turn_i) state_d = PASS;
        stale_d = (stale_q || hold_i || frees_i || insert_hits || seen_hits)
               && state_q != IDLE && state_q != KEY && !(state_q == FIND && cmd_go_i);
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            state_q <= IDLE;
            stale_q <= 1'b0;
            timer_q <= '0;
            seen_q  <= 1'b0;
        end else begin
            state_q <= state_d;
            stale_q <= stale_d;
            timer_q <= {timer_q[3:0], cmd_go_i};
            seen_q  <= finding && (seen_q || insert_i);
        end
    end
    always_ff @(posedge clk_i) begin
        if (start_i) begin
            who_o      <= start_who_i;
            conn_q     <= start_conn_i;
            scan_end_q <= 32'(start_conn_i) >= SCAN_END;
            has_meta_o <= 1'b0;
            meta_old_q <= 1'b0;
        end else if (gone_i) begin
            has_meta_o <= 1'b0;
            meta_old_q <= (state_q == META_ASK || state_q == META) && !meta_valid_i;
        end else if (meta_valid_i) begin
            has_meta_o <= !meta_old_q;
            meta_old_q <= 1'b0;
            meta_o     <= meta_i;
        end
        if (key_valid_i) line4_o <= key_line_i;
        if (finding && insert_i) seen_index_q <= insert_index_i;
        if (done) begin
            found_o <= found_i;
            clash_o <= clash_i;
            index_o <= found ? found_index_i : free_index_i;
            row0_q  <= row0_i;
            row1_q  <= row1_i;
        end
    end

    assign ready_o      = state_q == IDLE;
    assign quiet_o      = ready_o || state_q == META || state_q == PARKED || state_q == SCANNED;
    assign searching_o  = finding || (state_q == SCANNING && !done);
    assign conn_o       = conn_q;
    assign key_ready_o  = state_q == KEY;
    assign find_o       = state_q == FIND && !hold_i;
    assign scan_o       = state_q == SCAN && !scan_end && !hold_i;
    assign pass_o       = state_q == ASK;
    assign stale_o      = stale_q;
    assign meta_ask_o   = state_q == META_ASK;
    assign line_o       = state_q == LINE;

    assign rescan_o       = state_q == SCANNING && done && !found && !last_row;
    assign scan_done_o    = (state_q == SCAN && scan_end) || (state_q == SCANNING && done && (found || last_row));
    assign scan_found_o   = state_q == SCANNING && found;

    `ASSERT(StartsWhenReady_A, !start_i || ready_o)
    `ASSERT(CommandIsWanted_A, !cmd_go_i || find_o || scan_o)
    `ASSERT(KeyIsWanted_A, !key_valid_i || key_ready_o)
    `ASSERT(TurnIsWanted_A, !pass_turn_i || pass_o)
    `ASSERT(MetaIsWanted_A, !meta_valid_i || state_q == META)
    `ASSERT(ResultIsAwaited_A, !done || state_q == FINDING || state_q == SCANNING)
endmodule

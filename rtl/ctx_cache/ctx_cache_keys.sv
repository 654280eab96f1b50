// Key unit: RESERVE, INSTALL, RELEASE and SCAN until they commit. Two operations at a time (ctx_cache_key.sv each), so
// that one finds its entry while the lines of the other are written; the first of them alone takes SCANs, so a
// long SCAN keeps nobody else waiting. Here: who of them gets the key's channel, the table, the commit stage, a miss slot.
//
// start_*: an operation of requester start_who_i; ready_o: one may come in the next cycle, scan_ready_o: a SCAN may.
// pass_*:  asks for a turn of the commit stage; verdict_*_i end the pass; what the stage then needs to know stands on
//          stale_o .. line4_o from the cycle after pass_take_i on. stage_cmd_i: its command goes before those of this unit.
`include "assert.svh"

module ctx_cache_keys #(
    parameter int LOOKUP_ENTRIES = 131072,
    parameter int CONN_IDS = 65536,
    localparam int ROW_W = $clog2(LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS),
    localparam int IDX_W = ROW_W + 4,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W,
    localparam int KEY_W = ctx_cache_pkg::KEY_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int FOUND_W = ctx_cache_pkg::FOUND_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic ready_o,
    output logic scan_ready_o,
    output logic quiet_o,        // nothing but meta lines, an unlock or a response changes it
    output logic searching_o,    // a command of it is on its way

    input  logic              start_i,
    input  logic [WHO_W-1:0]  start_who_i,
    input  logic [OP_W-1:0]   start_code_i,
    input  logic [ARG_W-1:0]  start_conn_i,

    output logic              key_ready_o,
    output logic [WHO_W-1:0]  key_who_o,
    input  logic              key_valid_i,
    input  logic [LINE_W-1:0] key_line_i,
    output logic [LINE_W-1:0] line4_o,        // of the oldest INSTALL that committed and has not stored it
    input  logic              line4_done_i,   // it is stored now

    input  logic              hold_i,         // displacement has or wants the table
    input  logic              stage_cmd_i,
    input  logic              stage_frees_i,
    input  logic [ARG_W-1:0]  stage_conn_i,
    input  logic              stage_inserts_i,
    output logic              cmd_o,          // a command of this unit waits: without one of the stage it goes in this cycle
    output logic              scan_o,
    output logic [WHO_W-1:0]  scan_who_o,
    output logic [KEY_W-1:0]  cmd_key_o,      // of the FIND, or of the entry that the commit stage inserts
    output logic [IDX_W-1:0]  cmd_index_o,
    input  logic [FOUND_W-1:0] found_i,
    input  logic              clash_i,
    input  logic [IDX_W-1:0]  found_index_i,
    input  logic [IDX_W-1:0]  free_index_i,
    input  logic [ROW_W-1:0]  row0_i,
    input  logic [ROW_W-1:0]  row1_i,

    output logic              pass_o,
    output logic              pass_sel_o,
    output logic [WHO_W-1:0]  pass_who_o,
    input  logic              pass_take_i,    // the stage takes whoever's turn it is,
    input  logic              pass_turn_i,    // which is this unit's if it asks
    input  logic              stage_key_i,    // one of them is in the stage
    input  logic              stage_sel_i,    // and this one
    output logic [FOUND_W-1:0] found_o,
    output logic              clash_o,
    output logic              stale_o,
    output logic              has_meta_o,
    output logic [META_W-1:0] meta_o,
    input  logic              verdict_done_i, // committed
    input  logic              verdict_line_i, // with it: line 4 is still needed
    input  logic              verdict_meta_i, // needs the meta line
    input  logic              verdict_park_i, // no way is free of locks
    input  logic              verdict_again_i,
    input  logic              unlock_i,

    output logic              meta_wants_o,   // a slot, since the cycle before
    input  logic              meta_room_i,
    output logic              meta_ask_o,
    output logic [WHO_W-1:0]  meta_ask_who_o,
    output logic [ARG_W-1:0]  meta_ask_conn_o,
    input  logic              meta_valid_i,
    input  logic [WHO_W-1:0]  meta_who_i,
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
    localparam int K = 2;

    logic [K-1:0] ready, quiet, searching, start, wants_key, gets_key, finds, scans, cmd_go, passes, pass_turn, in_stage;
    logic [K-1:0] stale, has_meta, meta_ask, meta_go, meta_valid, rescan, scan_done, scan_found, lines, line_go, clash;
    logic [K*WHO_W-1:0]   who;
    logic [K*ARG_W-1:0]   conn;
    logic [K*LINE_W-1:0]  line4;
    logic [K*FOUND_W-1:0] found;
    logic [K*IDX_W-1:0]   index;
    logic [K*META_W-1:0]  meta;

    for (genvar k = 0; k < K; k++) begin : gen_key
        ctx_cache_key #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES), .CONN_IDS(CONN_IDS)) u_key (
            .clk_i, .rst_ni, .ready_o(ready[k]), .quiet_o(quiet[k]), .searching_o(searching[k]),
            .start_i(start[k]), .start_who_i, .start_code_i, .start_conn_i,
            .who_o(who[k*WHO_W +: WHO_W]), .conn_o(conn[k*ARG_W +: ARG_W]),
            .key_ready_o(wants_key[k]), .key_valid_i(gets_key[k]), .key_line_i, .line4_o(line4[k*LINE_W +: LINE_W]),
            .hold_i, .frees_i(stage_frees_i), .gone_i(stage_frees_i && stage_conn_i == conn[k*ARG_W +: ARG_W]), .insert_i(stage_inserts_i && !in_stage[k]),
            .insert_index_i(index[(K-1-k)*IDX_W +: IDX_W]), .find_o(finds[k]), .scan_o(scans[k]), .cmd_go_i(cmd_go[k]),
            .found_i, .clash_i, .found_index_i, .free_index_i, .row0_i, .row1_i,
            .found_o(found[k*FOUND_W +: FOUND_W]), .clash_o(clash[k]), .index_o(index[k*IDX_W +: IDX_W]),
            .pass_o(passes[k]), .pass_take_i, .pass_turn_i(pass_turn[k]), .stale_o(stale[k]), .has_meta_o(has_meta[k]),
            .meta_o(meta[k*META_W +: META_W]),
            .verdict_done_i(verdict_done_i && in_stage[k]), .verdict_line_i(verdict_line_i && in_stage[k]), .verdict_meta_i(verdict_meta_i && in_stage[k]),
            .verdict_park_i(verdict_park_i && in_stage[k]), .verdict_again_i(verdict_again_i && in_stage[k]), .unlock_i,
            .line_taken_i(line_go[k]), .line_o(lines[k]),
            .meta_ask_o(meta_ask[k]), .meta_go_i(meta_go[k]), .meta_valid_i(meta_valid[k]), .meta_i,
            .rescan_o(rescan[k]),
            .scan_done_o(scan_done[k]), .scan_found_o(scan_found[k]), .scan_taken_i
        );
        assign meta_valid[k] = meta_valid_i && meta_who_i == who[k*WHO_W +: WHO_W] && !ready[k];
    end

    // Who comes in: others than SCAN into the second place, if that is free. A place that falls free with this verdict counts already.
    logic line4_busy_q, line4_waits;
    assign line4_waits  = verdict_line_i && line4_busy_q;
    assign ready_o      = ready != '0 || (verdict_done_i && !line4_waits);
    assign scan_ready_o = ready[0];
    logic second_comes;
    assign second_comes = start_code_i != ctx_cache_pkg::OP_SCAN && ready[1];
    assign start        = {start_i && second_comes, start_i && !second_comes};

    // Who came first goes first: sel is 1 for the second place.
    logic first_q, key_sel, cmd_sel, meta_sel, find;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)       first_q <= 1'b0;
        else if (start[0]) first_q <= !ready[1];
        else if (start[1]) first_q <= ready[0];
    end
    assign key_sel     = first_q ? wants_key[1] : !wants_key[0];
    assign gets_key    = {key_valid_i && wants_key[1] && key_sel, key_valid_i && wants_key[0] && !key_sel};
    assign key_ready_o = wants_key != '0;
    assign key_who_o   = key_sel ? who[WHO_W +: WHO_W] : who[0 +: WHO_W];

    assign cmd_sel     = first_q ? finds[1] : !(finds[0] || scans[0]);
    assign cmd_go      = stage_cmd_i ? '0 : {finds[1] && cmd_sel, (finds[0] || scans[0]) && !cmd_sel};
    assign cmd_o       = (finds | scans) != '0;
    assign find        = (cmd_go & finds) != '0;
    assign scan_o      = (cmd_go & scans) != '0;
    assign scan_who_o  = who[0 +: WHO_W];

    assign pass_sel_o  = first_q ? passes[1] : !passes[0];
    assign pass_o      = passes != '0 && lines == '0 && !line4_waits && !stage_key_i;
    assign pass_who_o  = pass_sel_o ? who[WHO_W +: WHO_W] : who[0 +: WHO_W];
    assign pass_turn   = (pass_o && pass_turn_i) ? {pass_sel_o, !pass_sel_o} : '0;
    assign in_stage    = {stage_sel_i, !stage_sel_i};

    // Line 4 of an INSTALL that committed waits here for the data port, so that its place is free for the next one. While the line
    // before it is still here it stays in its place; nobody else passes meanwhile, so at most one does.
    assign line_go = line4_busy_q ? '0 : lines | (verdict_line_i ? in_stage : '0);
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)             line4_busy_q <= 1'b0;
        else if (line_go != '0)  line4_busy_q <= 1'b1;
        else if (line4_done_i)   line4_busy_q <= 1'b0;
    end
    always_ff @(posedge clk_i) begin
        if (line_go != '0) line4_o <= line_go[1] ? line4[LINE_W +: LINE_W] : line4[0 +: LINE_W];
    end

    assign meta_sel        = first_q ? meta_ask[1] : !meta_ask[0];
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) meta_wants_o <= 1'b0;
        else         meta_wants_o <= meta_ask != '0;
    end
    assign meta_ask_o      = meta_ask != '0 && meta_wants_o && meta_room_i;
    assign meta_go         = {meta_ask_o && meta_sel, meta_ask_o && !meta_sel};
    assign meta_ask_who_o  = meta_sel ? who[WHO_W +: WHO_W] : who[0 +: WHO_W];
    assign meta_ask_conn_o = meta_sel ? conn[ARG_W +: ARG_W] : conn[0 +: ARG_W];

    // Without room for its read, an operation waits for another one's.
    assign quiet_o     = !pass_o && meta_wants_o == (meta_ask != '0) && (quiet | (meta_room_i ? '0 : meta_ask)) == '1 && !line4_busy_q;
    assign searching_o = searching != '0;
    assign found_o     = stage_sel_i ? found[FOUND_W +: FOUND_W] : found[0 +: FOUND_W];
    assign clash_o     = clash[stage_sel_i];
    assign stale_o     = stale[stage_sel_i];
    assign has_meta_o  = has_meta[stage_sel_i];
    assign meta_o      = stage_sel_i ? meta[META_W +: META_W] : meta[0 +: META_W];

    // The table's command: the stage's entry, or the row of a SCAN.
    logic from_second;
    assign from_second = stage_cmd_i ? stage_sel_i : cmd_sel;
    always_comb begin
        cmd_key_o = '0;
        if (find || stage_inserts_i) begin
            cmd_key_o = from_second ? {line4[LINE_W + ctx_layout_pkg::VLAN_BIT +: 24], line4[LINE_W +: 288]}
                                    : {line4[ctx_layout_pkg::VLAN_BIT +: 24], line4[287:0]};
        end
    end
    assign cmd_index_o = scan_o ? IDX_W'(conn[0 +: ARG_W]) : stage_sel_i ? index[IDX_W +: IDX_W] : index[0 +: IDX_W];

    // SCAN's answer stands until it was taken.
    logic            finds_entry;
    logic [2:0]      found_state;
    logic [ARG_W-1:0] found_conn;
    logic [GEN_W-1:0] found_gen;
    assign {found_state, found_conn, found_gen} = found_i[FOUND_W-2:1];
    assign finds_entry    = scan_found[0];
    assign rescan_o       = rescan[0];
    assign rescan_index_o = {conn[ARG_W-1:3] + 1'b1, 3'b0};  // a row per turn, so that others get theirs
    assign scan_done_o    = scan_done[0];
    assign scan_result_o  = finds_entry ? ctx_cache_pkg::RES_OK : ctx_cache_pkg::RES_END;
    always_ff @(posedge clk_i) begin
        if (scan_done_o) begin
            scan_place_o <= !finds_entry ? '0
                          : found_state == ctx_cache_pkg::ENTRY_TOMBSTONE ? ctx_cache_pkg::ENTRY_FROZEN : found_state;
            scan_conn_o  <= finds_entry ? found_conn : '0;
            scan_gen_o   <= finds_entry ? found_gen : '0;
            scan_next_o  <= finds_entry ? ARG_W'(found_index_i) + 1'b1 : '0;
        end
    end

    `ASSERT(OneCommandGoes_A, stage_cmd_i || cmd_o == (find || scan_o))
    `ASSERT(FirstTakesScans_A, !(rescan[1] || scans[1] || scan_done[1] || scan_found[1]))
    `ASSERT(Line4IsHere_A, !line4_done_i || line4_busy_q)
    `ASSERT(OneLine4Waits_A, lines == '0 || (lines != '1 && !verdict_line_i))
    `ASSERT(StartsOne_A, !start_i || (start_code_i == ctx_cache_pkg::OP_SCAN ? ready[0] : ready != '0))
endmodule

// Connection-context cache of one NIC: wires the parts. docs/ctx_cache.md has the rules.
//
// All channels are ready/valid; no ready depends on an input of the same channel, and no output depends on an input at all.
// op_*, ret_*    per requester: operations, and returns of its lock
// lookup_*       one LOOKUP per cycle, answered in order after three cycles
// wdata_*        write data: the cache names requester and line, the requester gives the beat.
//                RESERVE and RELEASE give one beat: the key in the constant line's format
// rsp_*          results, one at a time; READ_LOCK and EXTRACT bring five beats
// mem_*          context DRAM
// quiescent_o    nothing but a new input or mem_rdata_* changes any state
`include "assert.svh"

module ctx_cache #(
    parameter int unsigned SETS = 128,
    parameter int unsigned WAYS = 8,
    parameter int unsigned LOOKUP_ENTRIES = 131072,
    parameter int unsigned CONN_IDS = 65536,
    localparam int unsigned N = ctx_cache_pkg::REQUESTERS,
    localparam int unsigned OP_W = ctx_cache_pkg::OP_W,
    localparam int unsigned ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned GEN_W = ctx_cache_pkg::GEN_W,
    localparam int unsigned TAG_W = ctx_cache_pkg::TAG_W,
    localparam int unsigned WHO_W = ctx_cache_pkg::WHO_W,
    localparam int unsigned KEY_W = ctx_cache_pkg::KEY_W,
    localparam int unsigned LINE_W = ctx_cache_pkg::LINE_W,
    localparam int unsigned RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic ready_o,      // initialisation after reset is over
    output logic quiescent_o,

    input  logic [N-1:0]       op_valid_i,
    output logic [N-1:0]       op_ready_o,
    input  logic [N*OP_W-1:0]  op_code_i,
    input  logic [N*ARG_W-1:0] op_conn_i,
    input  logic [N*GEN_W-1:0] op_gen_i,
    input  logic [N*TAG_W-1:0] op_tag_i,

    input  logic [N-1:0]       ret_valid_i,
    output logic [N-1:0]       ret_ready_o,
    input  logic [N*OP_W-1:0]  ret_code_i,
    input  logic [N*ARG_W-1:0] ret_conn_i,
    input  logic [N*GEN_W-1:0] ret_gen_i,
    input  logic [N*TAG_W-1:0] ret_tag_i,
    input  logic [N*4-1:0]     ret_mask_i,

    input  logic               lookup_valid_i,
    output logic               lookup_ready_o,
    input  logic [KEY_W-1:0]   lookup_key_i,
    input  logic [TAG_W-1:0]   lookup_tag_i,
    output logic               lookup_rsp_valid_o,
    input  logic               lookup_rsp_ready_i,
    output logic [TAG_W-1:0]   lookup_rsp_tag_o,
    output logic [2:0]         lookup_rsp_place_o,
    output logic [ARG_W-1:0]   lookup_rsp_conn_o,
    output logic [GEN_W-1:0]   lookup_rsp_gen_o,

    output logic               wdata_ready_o,
    input  logic               wdata_valid_i,
    output logic [WHO_W-1:0]   wdata_who_o,
    output logic               wdata_ret_o,
    output logic [2:0]         wdata_line_o,
    input  logic [LINE_W-1:0]  wdata_i,

    output logic               rsp_valid_o,
    input  logic               rsp_ready_i,
    output logic [WHO_W-1:0]   rsp_who_o,
    output logic [OP_W-1:0]    rsp_code_o,
    output logic [TAG_W-1:0]   rsp_tag_o,
    output logic [RESULT_W-1:0] rsp_result_o,
    output logic               rsp_data_o,    // this response has beats
    output logic [2:0]         rsp_beat_o,
    output logic [2:0]         rsp_place_o,
    output logic [ARG_W-1:0]   rsp_conn_o,
    output logic [GEN_W-1:0]   rsp_gen_o,
    output logic [ARG_W-1:0]   rsp_next_o,
    output logic [LINE_W-1:0]  rsp_rdata_o,

    output logic               mem_req_valid_o,
    input  logic               mem_req_ready_i,
    output logic               mem_req_write_o,
    output logic [2:0]         mem_req_id_o,
    output logic [ctx_cache_pkg::MEM_ADDR_W-1:0] mem_req_line_o,
    output logic [2:0]         mem_req_beats_o,
    output logic               mem_wdata_valid_o,
    input  logic               mem_wdata_ready_i,
    output logic [LINE_W-1:0]  mem_wdata_o,
    input  logic               mem_rdata_valid_i,
    output logic               mem_rdata_ready_o,
    input  logic [2:0]         mem_rdata_id_i,
    input  logic [LINE_W-1:0]  mem_rdata_i,

    output logic [$clog2(LOOKUP_ENTRIES):0] lookup_used_o,
    output logic               evt_lookup_o,
    output logic               evt_displace_o,
    output logic               evt_hit_o,
    output logic               evt_miss_o,
    output logic               evt_eviction_o,
    output logic               evt_writeback_o,
    output logic               evt_extract_o,
    output logic               evt_extract_cold_o,
    output logic               evt_install_o,
    output logic               evt_reserve_o,
    output logic               evt_release_o,
    output logic               evt_remove_o,
    output logic               evt_freeze_o,
    output logic [N-1:0]       evt_lock_wait_o
);
    localparam int unsigned CONN_W = $clog2(CONN_IDS);
    localparam int unsigned SET_W  = $clog2(SETS);
    localparam int unsigned WAY_W  = (WAYS > 1) ? $clog2(WAYS) : 1;
    localparam int unsigned NODES  = (WAYS > 1) ? WAYS - 1 : 1;
    localparam int unsigned ROWS   = LOOKUP_ENTRIES / ctx_cache_pkg::ROW_SLOTS;
    localparam int unsigned ROW_W  = $clog2(ROWS);
    localparam int unsigned IDX_W  = ROW_W + 4;

    // The current request
    logic             grant, grant_ret, take, hold, ret_q, finish, park, rescan, lock, unlock, settled;
    logic [OP_W-1:0]  grant_code, code_q;
    logic [WHO_W-1:0] grant_who, who_q;
    logic [ARG_W-1:0] grant_conn, conn_q, rescan_index;
    logic [GEN_W-1:0] grant_gen, gen_q;
    logic [TAG_W-1:0] grant_tag, tag_q;
    logic [3:0]       grant_mask, mask_q;
    logic [N-1:0]        held;
    logic [N*CONN_W-1:0] held_conn;

    ctx_cache_requests #(.CONN_W(CONN_W)) u_requests (
        .clk_i, .rst_ni,
        .op_valid_i, .op_ready_o, .op_code_i, .op_conn_i, .op_gen_i, .op_tag_i,
        .ret_valid_i, .ret_ready_o, .ret_code_i, .ret_conn_i, .ret_gen_i, .ret_tag_i, .ret_mask_i,
        .held_i(held), .held_conn_i(held_conn),
        .take_i(take && !hold), .grant_o(grant), .ret_o(grant_ret), .who_o(grant_who), .code_o(grant_code),
        .conn_o(grant_conn), .gen_o(grant_gen), .tag_o(grant_tag), .mask_o(grant_mask),
        .finish_i(finish), .park_i(park), .rescan_i(rescan), .rescan_index_i(rescan_index),
        .unlocked_i(unlock), .ret_i(ret_q), .who_i(who_q),
        .settled_o(settled), .evt_lock_wait_o
    );

    always_ff @(posedge clk_i) begin
        if (take && grant && !hold) begin
            ret_q  <= grant_ret;
            code_q <= grant_code;
            who_q  <= grant_who;
            conn_q <= grant_conn;
            gen_q  <= grant_gen;
            tag_q  <= grant_tag;
            mask_q <= grant_mask;
        end
    end

    // Initialisation: one row of the lookup table and one set of the tags per cycle.
    localparam int unsigned INIT_STEPS = (ROWS > SETS) ? ROWS : SETS;
    localparam int unsigned INIT_W = $clog2(INIT_STEPS) + 1;
    logic [INIT_W-1:0] init_q;
    logic              init_done;

    assign init_done = 32'(init_q) == INIT_STEPS;
    assign ready_o   = init_done;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)         init_q <= '0;
        else if (!init_done) init_q <= init_q + 1'b1;
    end

    // Tags, victim, locks
    logic tag_read, tag_write, tag_write_valid, tag_write_frozen, touch, evict, in_tag;
    logic hit, hit_frozen, victim_found, victim_dirty, holds;
    logic [WAY_W-1:0] hit_way, victim_way, way_q;
    logic [GEN_W-1:0] hit_gen, victim_gen;
    logic [IDX_W-1:0] entry_index;
    logic [CONN_W-1:0] victim_conn;
    logic [WAYS-1:0]  valids, frozens, locked_ways;
    logic [NODES-1:0] tree, touch_tree;
    logic [63:0]      meta;
    logic [SET_W-1:0] set;
    logic             installs;

    assign installs = code_q == ctx_cache_pkg::OP_INSTALL;
    assign set = !init_done ? SET_W'(init_q) : take ? grant_conn[SET_W-1:0] : conn_q[SET_W-1:0];

    ctx_cache_tags #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_tags (
        .clk_i, .rst_ni,
        .read_i(tag_read), .write_i(tag_write), .clear_i(!init_done), .set_i(set),
        .write_way_i(evict ? victim_way : hit_way), .write_valid_i(tag_write_valid),
        .write_dirty_i(!evict || installs), .write_frozen_i(tag_write_frozen),
        .write_gen_i(gen_q),
        .touch_i(touch), .touch_tree_i(touch_tree),
        .conn_i(conn_q[CONN_W-1:0]), .hit_o(hit), .hit_way_o(hit_way),
        .hit_frozen_o(hit_frozen), .hit_gen_o(hit_gen),
        .valid_o(valids), .frozen_o(frozens), .tree_o(tree),
        .victim_way_i(victim_way), .victim_dirty_o(victim_dirty), .victim_gen_o(victim_gen),
        .victim_conn_o(victim_conn)
    );
    ctx_cache_victim #(.WAYS(WAYS)) u_victim (
        .clk_i, .rst_ni, .valid_i(valids), .frozen_i(frozens), .locked_i(locked_ways), .tree_i(tree),
        .found_o(victim_found), .way_o(victim_way),
        .used_way_i(evict ? victim_way : hit_way), .used_tree_o(touch_tree)
    );
    ctx_cache_locks #(.SETS(SETS), .WAYS(WAYS), .CONN_W(CONN_W)) u_locks (
        .clk_i, .rst_ni, .set_i(lock), .clear_i(unlock), .who_i(who_q),
        .conn_i(conn_q[CONN_W-1:0]), .gen_i(gen_q), .way_i(hit_way),
        .holds_o(holds), .locked_ways_o(locked_ways), .held_o(held), .held_conn_o(held_conn)
    );
    always_ff @(posedge clk_i) begin
        if (in_tag)     way_q <= hit_way;
        else if (evict) way_q <= victim_way;
    end

    // Key: of the constant line that came with RESERVE, INSTALL or RELEASE.
    logic [LINE_W-1:0] line4_q;
    logic [KEY_W-1:0]  key;
    logic              key_take;

    always_ff @(posedge clk_i) begin
        if (key_take) line4_q <= wdata_i;
    end
    assign key = {line4_q[ctx_layout_pkg::VLAN_BIT +: 24], line4_q[287:0]};

    // Lookup table
    logic table_valid, table_done, found, free, lookup_idle, ctrl_idle, ctrl_waits;
    logic [1:0] table_kind;
    logic [2:0] table_index_sel, table_state, found_state;
    logic             table_by_conn;
    logic [IDX_W-1:0] found_index, free_index;
    logic [ARG_W-1:0]  found_conn;
    logic [GEN_W-1:0]  found_gen;

    assign entry_index = found ? found_index : free_index;
    assign table_by_conn = table_index_sel != ctx_cache_pkg::INDEX_ENTRY && table_index_sel != ctx_cache_pkg::INDEX_SCAN;

    ctx_cache_lookup #(.LOOKUP_ENTRIES(LOOKUP_ENTRIES), .CONN_IDS(CONN_IDS)) u_lookup (
        .clk_i, .rst_ni,
        .lookup_valid_i, .lookup_ready_o, .lookup_key_i, .lookup_tag_i,
        .lookup_rsp_valid_o, .lookup_rsp_ready_i, .lookup_rsp_tag_o, .lookup_rsp_place_o,
        .lookup_rsp_conn_o, .lookup_rsp_gen_o,
        .clear_i(!init_done), .clear_row_i(ROW_W'(init_q)),
        .cmd_valid_i(table_valid), .cmd_kind_i(table_kind), .cmd_key_i(key),
        .cmd_index_i(table_index_sel == ctx_cache_pkg::INDEX_SCAN ? IDX_W'(conn_q) : entry_index), .cmd_state_i(table_state),
        .cmd_conn_i(table_index_sel == ctx_cache_pkg::INDEX_VICTIM ? ARG_W'(victim_conn) : conn_q), .cmd_gen_i(gen_q),
        .cmd_fresh_i(!found), .cmd_by_conn_i(table_by_conn), .ctrl_idle_i(ctrl_idle), .hold_o(hold),
        .done_o(table_done), .found_o(found), .found_index_o(found_index), .found_state_o(found_state),
        .found_conn_o(found_conn), .found_gen_o(found_gen), .free_o(free), .free_index_o(free_index),
        .used_o(lookup_used_o), .idle_o(lookup_idle), .evt_lookup_o, .evt_displace_o
    );

    // Memory engine and data array
    logic mem_valid, mem_done, mem_waits, data_en, data_we, fill_en, fill_we;
    logic [2:0]  mem_kind, data_line, fill_line;
    logic [63:0] meta_written;
    logic        keeps_generation;

    assign keeps_generation = code_q == ctx_cache_pkg::OP_RESERVE || code_q == ctx_cache_pkg::OP_RELEASE;
    always_comb begin
        meta_written = '0;
        if (mem_kind == ctx_cache_pkg::MEM_WRITE_BACK) begin
            meta_written[ctx_cache_pkg::META_GEN_BIT +: GEN_W]   = victim_gen;
            meta_written[ctx_cache_pkg::META_KNOWN_BIT]          = 1'b1;
            meta_written[ctx_cache_pkg::META_PRESENT_BIT]        = 1'b1;
            meta_written[ctx_cache_pkg::META_FROZEN_BIT]         = frozens[victim_way];
        end else begin
            meta_written[ctx_cache_pkg::META_GEN_BIT +: GEN_W]   = keeps_generation ? meta[15:0] : gen_q;
            meta_written[ctx_cache_pkg::META_KNOWN_BIT]          = !keeps_generation || meta[ctx_cache_pkg::META_KNOWN_BIT];
            meta_written[ctx_cache_pkg::META_RESERVED_BIT]       = code_q == ctx_cache_pkg::OP_RESERVE;
        end
    end

    ctx_cache_mem u_mem (
        .clk_i, .rst_ni,
        .cmd_valid_i(mem_valid), .cmd_kind_i(mem_kind),
        .cmd_conn_i(mem_kind == ctx_cache_pkg::MEM_WRITE_BACK ? ARG_W'(victim_conn) : conn_q),
        .cmd_meta_i(meta_written), .done_o(mem_done), .meta_o(meta),
        .data_en_o(fill_en), .data_we_o(fill_we), .data_line_o(fill_line), .data_rdata_i(rsp_rdata_o),
        .mem_req_valid_o, .mem_req_ready_i, .mem_req_write_o, .mem_req_id_o, .mem_req_line_o, .mem_req_beats_o,
        .mem_wdata_valid_o, .mem_wdata_ready_i, .mem_wdata_o,
        .mem_rdata_valid_i, .mem_rdata_ready_o, .mem_rdata_low_i(mem_rdata_i[63:0]), .waits_o(mem_waits)
    );
    ctx_cache_data #(.SETS(SETS), .WAYS(WAYS)) u_data (
        .clk_i, .rst_ni, .set_i(conn_q[SET_W-1:0]), .way_i(in_tag ? hit_way : way_q),
        .ctrl_en_i(data_en), .ctrl_we_i(data_we), .ctrl_line_i(data_line),
        .ctrl_wdata_i(data_line == 3'd4 ? line4_q : wdata_i),
        .mem_en_i(fill_en), .mem_we_i(fill_we), .mem_line_i(fill_line), .mem_wdata_i(mem_rdata_i),
        .rdata_o(rsp_rdata_o)
    );

    // Checks
    logic [RESULT_W-1:0] acquire, admit, entry_admit, entry_release;
    logic entry_ready, check_meta;

    ctx_cache_check u_check (
        .clk_i, .rst_ni, .code_i(code_q), .driver_i(who_q == ctx_cache_pkg::WHO_DRIVER), .gen_i(gen_q),
        .known_i(!check_meta || meta[ctx_cache_pkg::META_KNOWN_BIT]),
        .present_i(!check_meta || meta[ctx_cache_pkg::META_PRESENT_BIT]),
        .reserved_i(check_meta && meta[ctx_cache_pkg::META_RESERVED_BIT]),
        .frozen_i(check_meta ? meta[ctx_cache_pkg::META_FROZEN_BIT] : hit_frozen),
        .here_gen_i(check_meta ? meta[ctx_cache_pkg::META_GEN_BIT +: GEN_W] : hit_gen),
        .acquire_o(acquire), .admit_o(admit),
        .entry_found_i(found), .entry_state_i(found_state), .entry_same_conn_i(found_conn == conn_q),
        .entry_gen_i(found_gen), .entry_admit_o(entry_admit), .entry_ready_o(entry_ready),
        .entry_release_o(entry_release)
    );

    // Control
    ctx_cache_ctrl #(.CONN_IDS(CONN_IDS), .LOOKUP_ENTRIES(LOOKUP_ENTRIES)) u_ctrl (
        .clk_i, .rst_ni, .init_done_i(init_done),
        .grant_i(grant && !hold), .grant_code_i(grant_code), .take_o(take), .ret_i(ret_q), .code_i(code_q),
        .conn_i(conn_q), .mask_i(mask_q), .finish_o(finish), .park_o(park), .rescan_o(rescan),
        .rescan_index_o(rescan_index),
        .tag_read_o(tag_read), .tag_write_o(tag_write), .tag_write_valid_o(tag_write_valid),
        .tag_write_frozen_o(tag_write_frozen), .touch_o(touch), .evict_o(evict), .hit_i(hit),
        .hit_frozen_i(hit_frozen), .victim_found_i(victim_found), .victim_valid_i(valids[victim_way]),
        .victim_dirty_i(victim_dirty), .victim_frozen_i(frozens[victim_way]),
        .lock_o(lock), .unlock_o(unlock), .holds_i(holds),
        .acquire_i(acquire), .admit_i(admit), .entry_admit_i(entry_admit), .entry_ready_i(entry_ready),
        .entry_release_i(entry_release), .check_meta_o(check_meta),
        .table_valid_o(table_valid), .table_kind_o(table_kind), .table_index_sel_o(table_index_sel),
        .table_state_o(table_state), .table_done_i(table_done), .found_i(found), .found_state_i(found_state),
        .free_i(free),
        .mem_valid_o(mem_valid), .mem_kind_o(mem_kind), .mem_done_i(mem_done), .mem_waits_i(mem_waits),
        .meta_frozen_i(meta[ctx_cache_pkg::META_FROZEN_BIT]),
        .data_en_o(data_en), .data_we_o(data_we), .data_line_o(data_line),
        .key_take_o(key_take), .wdata_ready_o, .wdata_valid_i,
        .rsp_valid_o, .rsp_ready_i, .rsp_data_o, .rsp_beat_o, .rsp_result_o,
        .in_tag_o(in_tag), .idle_o(ctrl_idle), .waits_o(ctrl_waits),
        .evt_hit_o, .evt_miss_o, .evt_writeback_o, .evt_extract_o, .evt_extract_cold_o, .evt_install_o,
        .evt_reserve_o, .evt_release_o, .evt_remove_o, .evt_freeze_o
    );

    // Channels
    logic scans, scan_finds;
    assign scans        = code_q == ctx_cache_pkg::OP_SCAN;
    assign scan_finds   = scans && rsp_result_o == ctx_cache_pkg::RES_OK;
    assign wdata_who_o  = who_q;
    assign wdata_ret_o  = ret_q;
    assign wdata_line_o = data_line;
    assign rsp_who_o    = who_q;
    assign rsp_code_o   = code_q;
    assign rsp_tag_o    = tag_q;
    assign rsp_conn_o   = scan_finds ? found_conn : scans ? '0 : conn_q;
    assign rsp_gen_o    = scan_finds ? found_gen : scans ? '0 : gen_q;
    assign rsp_place_o  = !scan_finds ? 3'd0
                        : found_state == ctx_cache_pkg::ENTRY_TOMBSTONE ? ctx_cache_pkg::ENTRY_FROZEN : found_state;
    assign rsp_next_o   = scan_finds ? ARG_W'(found_index) + 1'b1 : '0;

    assign evt_eviction_o = evict && valids[victim_way];
    assign quiescent_o = init_done && lookup_idle && evt_lock_wait_o == '0
                      && ((ctrl_idle && settled && !hold) || ctrl_waits);

    `ASSERT(QuiescentIsSilent_A, !quiescent_o || (!rsp_valid_o && !lookup_rsp_valid_o && !mem_req_valid_o && !wdata_ready_o))
    `ASSERT(ReadDataWasAsked_A, !mem_rdata_valid_i || mem_rdata_id_i == '0)
endmodule

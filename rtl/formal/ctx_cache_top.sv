// The context cache for proofs, with 2 sets x 1 way, 16 lookup entries, 4 connection ids and 4 miss slots.
// The solver chooses every request and every delay. The RTL is unchanged and narrowed only from outside: 4
// keys, 2 data bits per line, 4 generations that are a quarter of their range apart (so that they wrap at
// once), and ids 0 to 7, of which 4 and above do not exist. Each property file has its own scope, and
// rtl/formal/proofs.txt selects the properties of a proof by their names.
//
// SCRIPT=n says what the driver does before the solver takes over (free_q). Each step begins when the one
// before is answered and the cache is quiescent. If the last step is not waited for, the solver takes over
// DELAY cycles after it.
//
// Without CALM there are four requesters, and any channel may stall. CALM makes deeper proofs possible: two
// requesters (receive and driver), no stalls, only ids that exist, two generations, and no LOOKUP unless
// LOOKUPS is defined. WATCHED is the connection that prop_context.svh follows.
//
// FLIPS=n allows at most n soft errors, in any connection and any stored bit, but never two wrong bits in one
// line. Without it there are only those of the script.
`ifndef SCRIPT
`define SCRIPT 0
`endif
`ifndef WATCHED
`define WATCHED 0
`endif
`ifndef FLIPS
`define FLIPS 0
`endif
module ctx_cache_top (input logic clk_i);
    localparam int N = 4;
    localparam int C = ctx_cache_pkg::CONN_PORT_W;  // mk/formal.sh narrows the package's 24 to 5,
    localparam int L = ctx_cache_pkg::LINE_W;       // and 512 to 24

    // The old contents of DRAM have the number of start 0, so the cache must ignore them.
    localparam logic [ctx_cache_pkg::BOOT_W-1:0] BOOT = 1;

    // Reset lasts four cycles, so that no $past reaches back to a time before it.
    logic [2:0] cycle_q;
    initial cycle_q = 3'd0;
    always @(posedge clk_i) if (!cycle_q[2]) cycle_q <= cycle_q + 1'b1;
    logic rst_ni;
    assign rst_ni = cycle_q[2];

`ifdef CALM
    localparam logic [N-1:0] ACTIVE = 4'b1001;
    localparam logic         STALLS = 1'b0;
`else
    localparam logic [N-1:0] ACTIVE = 4'b1111;
    localparam logic         STALLS = 1'b1;
`endif
    // The solver chooses these in every cycle.
    (* anyseq *) logic [N-1:0]   op_any, ret_any;
    (* anyseq *) logic           wdata_any, rsp_any, ret_rsp_any, lookup_rsp_any;
    (* anyseq *) logic [2:0]     stall_any;
    (* anyseq *) logic [1:0]     order_any;
    (* anyseq *) logic [4*N-1:0] op_code, ret_code, ret_mask;
    (* anyseq *) logic [3*N-1:0] op_conn, ret_conn;
    (* anyseq *) logic [2*N-1:0] op_gen, ret_gen, op_tag, ret_tag;
    (* anyseq *) logic           lookup_any;
    (* anyseq *) logic [1:0]     lookup_key, lookup_tag, wdata;

    // A step of the script has an operation, a connection and a generation. Data and key are the connection's
    // number.
    localparam logic [4:0] DELAY     = 5'd18;
    localparam logic [3:0] STEP_FLIP = 4'd15;  // a soft error of the tag's parity bit or of line 1
    localparam logic [1:0] STEP_TAG = 2'd0, STEP_LINE = 2'd1;
    logic [3:0] step_q;
    logic [4:0] delay_q;
    logic       offered_q, answered_q, free_q, hurries;
    logic [3:0] step_code;
    logic [2:0] step_conn;
    logic [1:0] step_gen;
    always @* begin
        {step_code, step_conn, step_gen} = '0;
        case (`SCRIPT * 16 + step_q)
            // 1: connection 0 is cold and dirty, and 2 (of the same set) is hot
            16:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            17:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            // 2: connection 0 is frozen and cold, and 2 is hot
            32:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            33:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_FREEZE, 3'd0, 2'd0};
            34:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            // 3: connection 0 has moved away and is a tombstone, and 2 is frozen and hot
            48:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            49:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_FREEZE, 3'd0, 2'd0};
            50:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_EXTRACT, 3'd0, 2'd0};
            51:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            52:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_FREEZE, 3'd2, 2'd0};
            // 4: as 1, and a READ_LOCK of 0 is about to fill; the dirty victim is 2
            64:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            65:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            66:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_READ_LOCK, 3'd0, 2'd0};
            // 5: as 2, and an EXTRACT of 0 is about to fill
            80:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            81:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_FREEZE, 3'd0, 2'd0};
            82:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            83:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_EXTRACT, 3'd0, 2'd0};
            // 6: as 1, and the driver holds the lock of 2
            96:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            97:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            98:      {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_READ_LOCK, 3'd2, 2'd0};
            // 7: 2 is dirty, a soft error has hit its tag, and a READ_LOCK of 2 is about to fill
            112:     {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            113:     {step_code, step_conn, step_gen} = {STEP_FLIP, 3'd2, STEP_TAG};
            114:     {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_READ_LOCK, 3'd2, 2'd0};
            // 8: a soft error has hit line 1 of 2, 2 was written back, and a READ_LOCK of 2 is about to fill
            128:     {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd2, 2'd0};
            129:     {step_code, step_conn, step_gen} = {STEP_FLIP, 3'd2, STEP_LINE};
            130:     {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_INSTALL, 3'd0, 2'd0};
            131:     {step_code, step_conn, step_gen} = {ctx_cache_pkg::OP_READ_LOCK, 3'd2, 2'd0};
            default: ;
        endcase
        hurries = `SCRIPT * 16 + step_q == 66 || `SCRIPT * 16 + step_q == 83 || `SCRIPT * 16 + step_q == 114 || `SCRIPT * 16 + step_q == 131;
    end

    logic [N-1:0]   op_valid, ret_valid;
    logic           lookup_valid, wdata_valid, rsp_ready, ret_rsp_ready, lookup_rsp_ready, stall_req, stall_write, stall_read, ready, rsp_end;
    logic [4*N-1:0] op_code_of;
    logic [3*N-1:0] op_conn_of;
    logic [2*N-1:0] op_gen_of;
    logic [1:0]     wdata_of;
    assign op_valid         = free_q ? op_any & ACTIVE : {step_code != '0 && step_code != STEP_FLIP && !offered_q && ready, 3'b0};
    assign ret_valid        = free_q ? ret_any & ACTIVE : '0;
`ifdef CALM
`ifndef LOOKUPS
`define SILENT
`endif
`endif
`ifdef SILENT
    assign lookup_valid     = 1'b0;
`else
    assign lookup_valid     = lookup_any && free_q;
`endif
    assign wdata_valid      = !(STALLS && wdata_any);
    assign rsp_ready        = !(STALLS && rsp_any);
    assign ret_rsp_ready    = !(STALLS && ret_rsp_any);
    assign lookup_rsp_ready = !(STALLS && lookup_rsp_any);
    assign {stall_req, stall_write, stall_read} = {3{STALLS}} & stall_any;
    assign op_code_of = free_q ? op_code : {step_code, 12'b0};
    assign op_conn_of = free_q ? op_conn : {step_conn, 9'b0};
    assign op_gen_of  = free_q ? op_gen : {step_gen, 6'b0};
    assign wdata_of   = free_q ? wdata : step_conn[1:0];

    logic [4*C-1:0] op_conn_w, ret_conn_w;
    logic [63:0] op_gen_w, ret_gen_w;
    logic [31:0] op_tag_w, ret_tag_w;
    for (genvar r = 0; r < N; r++) begin : gen_requester
        assign op_conn_w[C*r +: C]  = {2'b0, op_conn_of[3*r +: 3]};
        assign ret_conn_w[C*r +: C] = {2'b0, ret_conn[3*r +: 3]};
        assign op_gen_w[16*r +: 16]   = {op_gen_of[2*r +: 2], 14'b0};
        assign ret_gen_w[16*r +: 16]  = {ret_gen[2*r +: 2], 14'b0};
        assign op_tag_w[8*r +: 8]     = {6'b0, op_tag[2*r +: 2]};
        assign ret_tag_w[8*r +: 8]    = {6'b0, ret_tag[2*r +: 2]};
        // The codes are those of ctx_store.h: 1 and 4 to 8 for operations (and 10, SCAN, if WITH_SCAN is
        // defined), and 2, 3 and 9 for returns. With ANY_CODE the solver may choose any code, but not SCAN
        // for an operation.
        always @* begin
`ifdef ANY_CODE
            assume (!free_q || op_code[4*r +: 4] != 4'd10);
`else
            assume (!free_q || op_code[4*r +: 4] == 4'd1 || (op_code[4*r +: 4] >= 4'd4 && op_code[4*r +: 4] <= 4'd8)
`ifdef WITH_SCAN
                    || op_code[4*r +: 4] == 4'd10
`endif
                    );
`endif
`ifdef CALM
            assume (!free_q || (!op_conn[3*r + 2] && !ret_conn[3*r + 2] && !op_gen[2*r + 1] && !ret_gen[2*r + 1]
                                && op_tag[2*r +: 2] == '0 && ret_tag[2*r +: 2] == '0));
`endif
`ifndef ANY_CODE
            assume (!free_q || ret_code[4*r +: 4] == 4'd2 || ret_code[4*r +: 4] == 4'd3 || ret_code[4*r +: 4] == 4'd9);
`endif
        end
    end

    // Soft errors
    (* anyseq *) logic       flip_any, flip_tag;
    (* anyseq *) logic [2:0] flip_conn, flip_line;
    (* anyseq *) logic [5:0] flip_bit;
    logic       inject_valid, inject_ready, inject_tag, inject_took, inject_tag_q, evt_inject, evt_inject_hit, evt_tag_error, evt_bad_read, evt_bad_victim;
    logic [2:0] inject_conn, inject_line, inject_conn_q, inject_line_q;
    logic [5:0] inject_bit;
    logic [1:0] flips_q;  // how many the solver has made so far
    logic       flipped_q;
`ifdef QUIET
    assign inject_valid = flip_any;  // any number, anywhere
`else
    assign inject_valid = free_q ? flip_any && flips_q < 2'(`FLIPS) : step_code == STEP_FLIP && !offered_q && ready;
`endif
    assign inject_tag   = free_q ? flip_tag : step_gen == STEP_TAG;
    assign inject_conn  = free_q ? flip_conn : step_conn;
    assign inject_line  = free_q ? flip_line : 3'd1;
    assign inject_bit   = free_q ? flip_bit : step_gen == STEP_TAG ? 6'd63 : 6'd3;
    assign inject_took  = inject_valid && inject_ready;
    always @(posedge clk_i) begin
        if (!rst_ni) flipped_q <= 1'b0;
        else if (inject_took) flipped_q <= 1'b1;
        if (!rst_ni) flips_q <= '0;
        else if (free_q && inject_took) flips_q <= flips_q + 1'b1;
        if (inject_took) {inject_tag_q, inject_conn_q, inject_line_q} <= {inject_tag, inject_conn, inject_line};
    end
    always @* begin
        assume (!free_q || flip_tag || (flip_line < 3'd5 && 32'(flip_bit) < L + ctx_cache_pkg::PARITY_W));
`ifndef QUIET
        assume (!free_q || !flipped_q || flip_tag || inject_tag_q || flip_conn != inject_conn_q || flip_line != inject_line_q);
`endif
`ifdef CALM
        assume (!free_q || !flip_conn[2]);
`endif
    end

    logic         evt_fill, evt_install, evt_eviction;
    logic [C-1:0] evt_conn;
    logic         quiescent, lookup_ready, lookup_rsp_valid, wdata_ready, wdata_ret;
    logic [N-1:0] op_ready, ret_ready;
    logic         ret_rsp_valid, commit_valid, commit_ret;
    logic [1:0]   ret_rsp_who, commit_who;
    logic [3:0]   ret_rsp_code, ret_rsp_result;
    logic [7:0]   ret_rsp_tag;
    logic [7:0]   lookup_rsp_tag, rsp_tag;
    logic [2:0]   lookup_rsp_place, wdata_line, rsp_beat, rsp_place;
    logic [C-1:0] lookup_rsp_conn, rsp_conn, rsp_next;
    logic [15:0]  lookup_rsp_gen, rsp_gen;
    logic [1:0]   wdata_who, rsp_who;
    logic         rsp_valid, rsp_data;
    logic [3:0]   rsp_code, rsp_result;
    logic [L-1:0] rsp_rdata, mem_wdata, mem_rdata;
    logic         mem_req_valid, mem_req_ready, mem_req_write, mem_wdata_valid, mem_wdata_ready;
    logic         mem_rdata_valid, mem_rdata_ready;
    logic [2:0]   mem_req_id, mem_req_beats, mem_rdata_id;
    logic [26:0]  mem_req_line;

    ctx_cache #(.SETS(2), .WAYS(1), .LOOKUP_ENTRIES(16), .CONN_IDS(4), .MISS_SLOTS(4)) dut (
        .clk_i(clk_i), .rst_ni(rst_ni), .ready_o(ready), .quiescent_o(quiescent), .boot_i(BOOT), .hash_key_valid_i(1'b0), .hash_key_i('0),
        .op_valid_i(op_valid), .op_ready_o(op_ready), .op_code_i(op_code_of), .op_conn_i(op_conn_w),
        .op_gen_i(op_gen_w), .op_tag_i(op_tag_w),
        .ret_valid_i(ret_valid), .ret_ready_o(ret_ready), .ret_code_i(ret_code), .ret_conn_i(ret_conn_w),
        .ret_gen_i(ret_gen_w), .ret_tag_i(ret_tag_w), .ret_mask_i(ret_mask),
        .lookup_valid_i(lookup_valid), .lookup_ready_o(lookup_ready), .lookup_key_i({6'b0, lookup_key}),
        .lookup_tag_i({6'b0, lookup_tag}), .lookup_rsp_valid_o(lookup_rsp_valid),
        .lookup_rsp_ready_i(lookup_rsp_ready), .lookup_rsp_tag_o(lookup_rsp_tag),
        .lookup_rsp_place_o(lookup_rsp_place), .lookup_rsp_conn_o(lookup_rsp_conn),
        .lookup_rsp_gen_o(lookup_rsp_gen),
        .wdata_ready_o(wdata_ready), .wdata_valid_i(wdata_valid), .wdata_who_o(wdata_who),
        .wdata_ret_o(wdata_ret), .wdata_line_o(wdata_line), .wdata_i({{(L-2){1'b0}}, wdata_of}),
        .rsp_valid_o(rsp_valid), .rsp_ready_i(rsp_ready), .rsp_who_o(rsp_who), .rsp_code_o(rsp_code),
        .rsp_tag_o(rsp_tag), .rsp_result_o(rsp_result), .rsp_data_o(rsp_data), .rsp_beat_o(rsp_beat),
        .rsp_place_o(rsp_place), .rsp_conn_o(rsp_conn), .rsp_gen_o(rsp_gen), .rsp_next_o(rsp_next),
        .rsp_rdata_o(rsp_rdata),
        .ret_rsp_valid_o(ret_rsp_valid), .ret_rsp_ready_i(ret_rsp_ready), .ret_rsp_who_o(ret_rsp_who), .ret_rsp_code_o(ret_rsp_code),
        .ret_rsp_tag_o(ret_rsp_tag), .ret_rsp_result_o(ret_rsp_result),
        .commit_valid_o(commit_valid), .commit_ret_o(commit_ret), .commit_who_o(commit_who),
        .mem_req_valid_o(mem_req_valid), .mem_req_ready_i(mem_req_ready), .mem_req_write_o(mem_req_write),
        .mem_req_id_o(mem_req_id), .mem_req_line_o(mem_req_line), .mem_req_beats_o(mem_req_beats),
        .mem_wdata_valid_o(mem_wdata_valid), .mem_wdata_ready_i(mem_wdata_ready), .mem_wdata_o(mem_wdata),
        .mem_rdata_valid_i(mem_rdata_valid), .mem_rdata_ready_o(mem_rdata_ready),
        .mem_rdata_id_i(mem_rdata_id), .mem_rdata_i(mem_rdata),
        .inject_valid_i(inject_valid), .inject_ready_o(inject_ready), .inject_tag_i(inject_tag), .inject_conn_i({2'b0, inject_conn}),
        .inject_line_i(inject_line), .inject_bit_i({4'b0, inject_bit}), .evt_inject_o(evt_inject), .evt_inject_hit_o(evt_inject_hit),
        .evt_tag_error_o(evt_tag_error), .evt_bad_read_o(evt_bad_read), .evt_bad_victim_o(evt_bad_victim),
        .evt_conn_o(evt_conn), .evt_fill_o(evt_fill), .evt_install_o(evt_install), .evt_eviction_o(evt_eviction)
    );

    dram_model u_dram (
        .clk_i(clk_i), .rst_ni(rst_ni), .stall_req_i(stall_req), .stall_write_i(stall_write),
        .stall_read_i(stall_read), .pick_i(order_any), .req_valid_i(mem_req_valid), .req_ready_o(mem_req_ready),
        .req_write_i(mem_req_write), .req_id_i(mem_req_id), .req_line_i(mem_req_line),
        .req_beats_i(mem_req_beats), .wdata_valid_i(mem_wdata_valid), .wdata_ready_o(mem_wdata_ready),
        .wdata_i(mem_wdata), .rdata_valid_o(mem_rdata_valid),
        .rdata_id_o(mem_rdata_id), .rdata_o(mem_rdata)
    );

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            step_q     <= '0;
            offered_q  <= 1'b0;
            answered_q <= 1'b0;
            free_q     <= 1'b0;
            delay_q    <= '0;
        end else if (!free_q) begin
            if ((op_valid[3] && op_ready[3]) || inject_took) offered_q <= 1'b1;
            if (rsp_end || evt_inject) answered_q <= 1'b1;
            if (answered_q && quiescent) begin
                step_q     <= step_q + 1'b1;
                offered_q  <= 1'b0;
                answered_q <= 1'b0;
            end
            if (offered_q && hurries) delay_q <= delay_q + 1'b1;
            free_q <= (step_code == '0 && ready) || delay_q == DELAY;
        end
    end

    // The property files use these signals.
    logic rsp_ok, rsp_bad, ret_end, ret_ok;
    assign rsp_end = rsp_valid && rsp_ready && (!rsp_data || rsp_beat == 3'd4);
    assign rsp_ok  = rsp_result == ctx_cache_pkg::RES_OK || rsp_bad;  // the operation has its effects
    assign rsp_bad = rsp_result == ctx_cache_pkg::RES_BAD;
    assign ret_end = ret_rsp_valid && ret_rsp_ready;
    assign ret_ok  = ret_rsp_result == ctx_cache_pkg::RES_OK;

    // Progress: the script's last operation misses, and must end in time whatever the other requester does.
    // age_q counts the cycles since the operation was taken.
    localparam logic [5:0] BOUND = 6'd60;
    logic [5:0] age_q;
    always @(posedge clk_i) begin
        if (!rst_ni || op_ready[3]) age_q <= '0;
        else if (age_q != 6'd63) age_q <= age_q + 1'b1;
    end
    logic scripted_q;  // the operation is the script's
    always @(posedge clk_i) begin
        if (!rst_ni || (free_q && op_ready[3])) scripted_q <= !rst_ni;
    end
    always @* if (rst_ni) begin
        ends_in_time: assert (!free_q || !scripted_q || age_q <= BOUND);
        reach_late:   assert (!(free_q && age_q == 6'd24));
    end
    // answers_q counts the answers since the end of the script, including those of returns. It shows how much
    // a bounded proof has seen.
    logic [3:0] answers_q;
    always @(posedge clk_i) begin
        if (!rst_ni || !free_q) answers_q <= '0;
        else if (answers_q < 4'd8) answers_q <= answers_q + {3'b0, rsp_end} + {3'b0, ret_end};
    end
    always @* if (rst_ni) begin
        reach_1_answers: assert (answers_q < 4'd1);
        reach_2_answers: assert (answers_q < 4'd2);
        reach_3_answers: assert (answers_q < 4'd3);
        reach_4_answers: assert (answers_q < 4'd4);
        reach_5_answers: assert (answers_q < 4'd5);
        reach_6_answers: assert (answers_q < 4'd6);
        reach_7_answers: assert (answers_q < 4'd7);
        reach_8_answers: assert (answers_q < 4'd8);
    end
    if (1) begin : response
`include "prop_response.svh"
    end
    if (1) begin : stable
`include "prop_stable.svh"
    end
    if (1) begin : life
`include "prop_context.svh"
`include "prop_parity.svh"
    end
endmodule

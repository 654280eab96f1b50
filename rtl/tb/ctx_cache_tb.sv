// Self-checking testbench of the context cache in plain SystemVerilog with four-state values, because no output may
// ever be unknown. It uses only the ports, so it runs on the RTL and on a netlist of it, under Icarus Verilog 11
// (sim/test/rtl/system_rtl_four_state.sh). The shape has 4 sets x 2 ways, 64 lookup entries, 64 connections and 4 miss
// slots. The DRAM begins with what an earlier start left there: each meta line says that its connection is present.
//
// +test=old_dram  the old DRAM is ignored, codes without an operation are refused, a context is evicted and read back
// +test=starve    DRAM takes a request in 40 cycles, all requesters miss: each gets 30 or more answers in 5,000 cycles
// +test=mixed     random operations, returns, LOOKUPs, soft errors and stalls: +seed=n, +cycles=n
// It prints lines that begin with "pass:", "fail:" or "note:".
`timescale 1ns/1ps
module ctx_cache_tb;
    localparam [3:0] READ_LOCK = 1, WRITE_UNLOCK = 2, UNLOCK = 3, RESERVE = 4, INSTALL = 5, FREEZE = 6, EXTRACT = 7, RELEASE = 8,
                     REMOVE = 9, SCAN = 10;
    localparam [3:0] OK = 0, ABSENT = 2, NOT_LOCKED = 6, BAD = 9, UNKNOWN = 10;
    localparam integer CONNS = 64, MISS_CYCLES = 13;
    localparam [31:0] BOOT = 32'h5eed0002, EARLIER_BOOT = 32'h5eed0001;

    reg clk = 0, rst_n = 0;
    always #2 clk = ~clk;

    reg  [3:0] op_valid = 0, ret_valid = 0;
    reg [15:0] op_code = 0, ret_code = 0, ret_mask = 0;
    reg [95:0] op_conn = 0, ret_conn = 0;
    reg [63:0] op_gen = 0, ret_gen = 0;
    reg [31:0] op_tag = 0, ret_tag = 0;
    wire [3:0] op_ready, ret_ready;
    reg         lookup_valid = 0, lookup_rsp_ready = 1, wdata_valid = 1, rsp_ready = 1, ret_rsp_ready = 1, mem_req_ready = 1, mem_wdata_ready = 1;
    reg [311:0] lookup_key = 0;
    reg   [7:0] lookup_tag = 0;
    reg         key_valid = 0;
    reg  [31:0] key_word = 0;
    reg         inject_valid = 0, inject_tag = 0;
    reg  [23:0] inject_conn = 0;
    reg   [2:0] inject_line = 0;
    reg   [9:0] inject_bit = 0;
    reg         mem_rdata_valid = 0;
    reg   [2:0] mem_rdata_id = 0;
    reg [511:0] mem_rdata = 0, wdata;
    wire ready, quiescent, lookup_ready, lookup_rsp_valid, wdata_ready, wdata_ret, rsp_valid, rsp_data, ret_rsp_valid, mem_req_valid, mem_req_write;
    wire mem_wdata_valid, mem_rdata_ready, inject_ready, commit_valid, commit_ret, evt_fill, evt_scan;
    wire   [7:0] lookup_rsp_tag, rsp_tag, ret_rsp_tag;
    wire   [2:0] lookup_rsp_place, wdata_line, rsp_beat, rsp_place, mem_req_id, mem_req_beats;
    wire  [23:0] lookup_rsp_conn, rsp_conn, rsp_next, evt_conn;
    wire  [15:0] lookup_rsp_gen, rsp_gen;
    wire   [1:0] wdata_who, rsp_who, ret_rsp_who, commit_who, evt_scan_who;
    wire   [3:0] rsp_code, rsp_result, ret_rsp_code, ret_rsp_result, evt_lock_wait;
    wire [511:0] rsp_rdata, mem_wdata;
    wire  [26:0] mem_req_line;
    wire   [6:0] used;
    wire  [18:0] evt;

    ctx_cache dut (
        .clk_i(clk), .rst_ni(rst_n), .ready_o(ready), .quiescent_o(quiescent), .boot_i(BOOT), .hash_key_valid_i(key_valid), .hash_key_i(key_word),
        .op_valid_i(op_valid), .op_ready_o(op_ready), .op_code_i(op_code), .op_conn_i(op_conn), .op_gen_i(op_gen), .op_tag_i(op_tag),
        .ret_valid_i(ret_valid), .ret_ready_o(ret_ready), .ret_code_i(ret_code), .ret_conn_i(ret_conn), .ret_gen_i(ret_gen), .ret_tag_i(ret_tag),
        .ret_mask_i(ret_mask),
        .lookup_valid_i(lookup_valid), .lookup_ready_o(lookup_ready), .lookup_key_i(lookup_key), .lookup_tag_i(lookup_tag),
        .lookup_rsp_valid_o(lookup_rsp_valid), .lookup_rsp_ready_i(lookup_rsp_ready), .lookup_rsp_tag_o(lookup_rsp_tag),
        .lookup_rsp_place_o(lookup_rsp_place), .lookup_rsp_conn_o(lookup_rsp_conn), .lookup_rsp_gen_o(lookup_rsp_gen),
        .wdata_ready_o(wdata_ready), .wdata_valid_i(wdata_valid), .wdata_who_o(wdata_who), .wdata_ret_o(wdata_ret), .wdata_line_o(wdata_line), .wdata_i(wdata),
        .rsp_valid_o(rsp_valid), .rsp_ready_i(rsp_ready), .rsp_who_o(rsp_who), .rsp_code_o(rsp_code), .rsp_tag_o(rsp_tag), .rsp_result_o(rsp_result),
        .rsp_data_o(rsp_data), .rsp_beat_o(rsp_beat), .rsp_place_o(rsp_place), .rsp_conn_o(rsp_conn), .rsp_gen_o(rsp_gen), .rsp_next_o(rsp_next),
        .rsp_rdata_o(rsp_rdata),
        .ret_rsp_valid_o(ret_rsp_valid), .ret_rsp_ready_i(ret_rsp_ready), .ret_rsp_who_o(ret_rsp_who), .ret_rsp_code_o(ret_rsp_code),
        .ret_rsp_tag_o(ret_rsp_tag), .ret_rsp_result_o(ret_rsp_result),
        .mem_req_valid_o(mem_req_valid), .mem_req_ready_i(mem_req_ready), .mem_req_write_o(mem_req_write), .mem_req_id_o(mem_req_id),
        .mem_req_line_o(mem_req_line), .mem_req_beats_o(mem_req_beats), .mem_wdata_valid_o(mem_wdata_valid), .mem_wdata_ready_i(mem_wdata_ready),
        .mem_wdata_o(mem_wdata), .mem_rdata_valid_i(mem_rdata_valid), .mem_rdata_ready_o(mem_rdata_ready), .mem_rdata_id_i(mem_rdata_id), .mem_rdata_i(mem_rdata),
        .inject_valid_i(inject_valid), .inject_ready_o(inject_ready), .inject_tag_i(inject_tag), .inject_conn_i(inject_conn), .inject_line_i(inject_line),
        .inject_bit_i(inject_bit),
        .lookup_used_o(used), .commit_valid_o(commit_valid), .commit_ret_o(commit_ret), .commit_who_o(commit_who), .evt_conn_o(evt_conn),
        .evt_fill_o(evt_fill), .evt_scan_o(evt_scan), .evt_scan_who_o(evt_scan_who), .evt_lookup_o(evt[0]), .evt_displace_o(evt[1]), .evt_hit_o(evt[2]),
        .evt_miss_o(evt[3]), .evt_eviction_o(evt[4]), .evt_writeback_o(evt[5]), .evt_extract_o(evt[6]), .evt_freeze_cold_o(evt[7]), .evt_install_o(evt[8]),
        .evt_reserve_o(evt[9]), .evt_release_o(evt[10]), .evt_remove_o(evt[11]), .evt_freeze_o(evt[12]), .evt_inject_o(evt[13]), .evt_inject_hit_o(evt[14]),
        .evt_tag_error_o(evt[15]), .evt_bad_read_o(evt[16]), .evt_bad_victim_o(evt[17]), .evt_clash_o(evt[18]), .evt_lock_wait_o(evt_lock_wait)
    );

    integer cycle = 0, seed = 1, cycles = 5000, period = 1, unknowns = 0, fails = 0, i, r;
    reg [8*16-1:0] test;

    // --- No output is ever unknown ---
    task known(input is_known, input [8*16-1:0] what);
        if (!is_known) begin
            if (unknowns < 5) $display("fail: %0s is unknown in cycle %0d", what, cycle);
            unknowns = unknowns + 1;
        end
    endtask
    always @(negedge clk) if (rst_n) begin
        known(^{ready, quiescent, op_ready, ret_ready, lookup_ready, inject_ready, mem_rdata_ready} !== 1'bx, "a ready");
        known(^{lookup_rsp_valid, wdata_ready, rsp_valid, ret_rsp_valid, mem_req_valid, mem_wdata_valid, commit_valid} !== 1'bx, "a valid");
        known(^{evt, evt_lock_wait, evt_fill, evt_scan, used} !== 1'bx, "an event");
        if (wdata_ready) known(^{wdata_who, wdata_ret, wdata_line} !== 1'bx, "wdata_*");
        if (rsp_valid) known(^{rsp_who, rsp_code, rsp_tag, rsp_result, rsp_data, rsp_beat, rsp_conn, rsp_gen, rsp_next, rsp_place} !== 1'bx, "rsp_*");
        if (rsp_valid && rsp_data) known(^rsp_rdata !== 1'bx, "rsp_rdata_o");
        if (ret_rsp_valid) known(^{ret_rsp_who, ret_rsp_code, ret_rsp_tag, ret_rsp_result} !== 1'bx, "ret_rsp_*");
        if (lookup_rsp_valid) known(^{lookup_rsp_tag, lookup_rsp_place, lookup_rsp_conn, lookup_rsp_gen} !== 1'bx, "lookup_rsp_*");
        if (mem_req_valid) known(^{mem_req_write, mem_req_id, mem_req_line, mem_req_beats} !== 1'bx, "mem_req_*");
        if (mem_wdata_valid) known(^mem_wdata !== 1'bx, "mem_wdata_o");
        if (commit_valid) known(^{commit_ret, commit_who, evt_conn} !== 1'bx, "commit_*");
    end

    // --- DRAM, which serves one read and one write at a time ---
    reg [511:0] mem [0:CONNS*6-1];
    reg  [32:0] reads [0:63], writes [0:63];  // beats, id, line
    integer read_head = 0, read_tail = 0, read_beat = 0, write_head = 0, write_tail = 0, write_beat = 0, waited = 0;
    initial for (i = 0; i < CONNS*6; i = i + 1) begin
        mem[i] = {16{32'h01dda7a0}} ^ i;
        if (i % 6 == 1) mem[i] = {459'd0, EARLIER_BOOT, 5'b00011, 16'd1};  // known, present, generation 1
    end
    always @(posedge clk) begin
        if (mem_req_valid === 1 && mem_req_ready) begin
            if (mem_req_write) begin
                writes[write_tail % 64] = {mem_req_beats, 3'd0, mem_req_line};
                write_tail = write_tail + 1;
            end else begin
                reads[read_tail % 64] = {mem_req_beats, mem_req_id, mem_req_line};
                read_tail = read_tail + 1;
            end
        end
        if (mem_wdata_valid === 1 && mem_wdata_ready) begin
            mem[writes[write_head % 64][26:0] + write_beat] = mem_wdata;
            write_beat = write_beat + 1;
            if (write_beat == writes[write_head % 64][32:30]) begin
                write_beat = 0;
                write_head = write_head + 1;
            end
        end
        mem_rdata_valid <= 0;
        if (read_head < read_tail) begin
            if (waited < MISS_CYCLES) waited = waited + 1;
            else begin
                mem_rdata_valid <= 1;
                mem_rdata_id    <= reads[read_head % 64][29:27];
                mem_rdata       <= mem[reads[read_head % 64][26:0] + read_beat];
                read_beat = read_beat + 1;
                if (read_beat == reads[read_head % 64][32:30]) begin
                    read_beat = 0;
                    read_head = read_head + 1;
                    waited = 0;
                end
            end
        end
    end

    // --- Requesters ---
    reg [23:0] asked [0:3];
    reg  [3:0] busy = 0, returning = 0, holds = 0, result [0:3], ret_result [0:3];
    integer    answers [0:3];
    function [511:0] constant_line(input [23:0] conn);
        constant_line = {159'd0, 8'd6, 16'd7, 41'd0, {12{conn}}} | 512'd1 << 500;
    endfunction
    always @(*) wdata = (wdata_line == 4) ? constant_line(asked[wdata_who]) : {16{cycle[15:0], 14'd0, wdata_who}};

    task ask(input integer who, input [3:0] code, input [23:0] conn, input [15:0] gen);
        begin
            op_valid[who] <= 1;
            busy[who] = 1;
            asked[who] = conn;
            op_code[who*4 +: 4] <= code;
            op_conn[who*24 +: 24] <= conn;
            op_gen[who*16 +: 16] <= gen;
            op_tag[who*8 +: 8] <= $random(seed);
        end
    endtask
    task give_back(input integer who, input [3:0] code, input [15:0] gen);
        begin
            ret_valid[who] <= 1;
            returning[who] = 1;
            ret_code[who*4 +: 4] <= code;
            ret_conn[who*24 +: 24] <= asked[who];
            ret_gen[who*16 +: 16] <= gen;
            ret_tag[who*8 +: 8] <= $random(seed);
            ret_mask[who*4 +: 4] <= $random(seed);
        end
    endtask
    always @(posedge clk) begin
        cycle <= cycle + 1;
        op_valid  <= op_valid & ~op_ready;
        ret_valid <= ret_valid & ~ret_ready;
        mem_req_ready <= cycle % period == 0;
        if (rsp_valid === 1 && rsp_ready && (!rsp_data || rsp_beat == 4)) begin
            busy[rsp_who]    = 0;
            result[rsp_who]  = rsp_result;
            answers[rsp_who] = answers[rsp_who] + 1;
            if (rsp_code == READ_LOCK && (rsp_result == OK || rsp_result == BAD)) holds[rsp_who] = 1;
        end
        if (ret_rsp_valid === 1 && ret_rsp_ready) begin
            returning[ret_rsp_who]  = 0;
            ret_result[ret_rsp_who] = ret_rsp_result;
            if (ret_rsp_result != UNKNOWN) holds[ret_rsp_who] = 0;
        end
    end

    // --- Tests ---
    task expect_result(input [3:0] code, input [23:0] conn, input [3:0] wanted, input [8*64-1:0] what);
        begin
            @(posedge clk) ask(3, code, conn, 1);
            @(posedge clk) while (busy[3]) @(posedge clk);
            report(result[3] === wanted, what);
        end
    endtask
    task expect_return(input [3:0] code, input [3:0] wanted, input [8*64-1:0] what);
        begin
            @(posedge clk) give_back(3, code, 1);
            @(posedge clk) while (returning[3]) @(posedge clk);
            report(ret_result[3] === wanted, what);
        end
    endtask
    task report(input good, input [8*64-1:0] what);
        begin
            if (!good) fails = fails + 1;
            $display("%0s: %0s", good ? "pass" : "fail", what);
        end
    endtask

    task old_dram;
        begin
            expect_result(READ_LOCK, 5, ABSENT, "READ_LOCK of a connection that an earlier start left");
            expect_result(FREEZE, 6, ABSENT, "FREEZE of such a one");
            expect_result(RESERVE, 7, OK, "RESERVE of the generation that an earlier start left");
            expect_result(INSTALL, 0, OK, "INSTALL of a connection that an earlier start left");
            expect_result(INSTALL, 4, OK, "INSTALL of another one of its set");
            expect_result(INSTALL, 8, OK, "INSTALL of a third one, for which one leaves");
            expect_result(READ_LOCK, 0, OK, "READ_LOCK of the one that left, from DRAM");
            expect_return(0, UNKNOWN, "a return with code 0");
            expect_return(READ_LOCK, UNKNOWN, "a return with the code of READ_LOCK");
            expect_return(15, UNKNOWN, "a return with code 15");
            expect_return(UNLOCK, OK, "UNLOCK behind them: the lock was still held");
            expect_return(UNLOCK, NOT_LOCKED, "a second UNLOCK");
            for (i = 0; i < 16; i = i + 1)
                if (i != READ_LOCK && !(i >= RESERVE && i <= RELEASE) && i != SCAN) expect_result(i, 0, UNKNOWN, "an operation whose code is none");
            expect_result(READ_LOCK, 0, OK, "READ_LOCK behind them");
        end
    endtask

    task starve;
        begin
            period = 40;
            repeat (5000) @(posedge clk) for (r = 0; r < 4; r = r + 1)
                if (!busy[r]) ask(r, READ_LOCK, 8*r + ($random(seed) & 7), 1);
            for (r = 0; r < 4; r = r + 1) begin
                $display("note: requester %0d got %0d answers", r, answers[r]);
                report(answers[r] >= 30, "30 answers for each requester");
            end
        end
    endtask

    reg [15:0] gen [0:CONNS-1];
    task one_request(input integer who);
        reg [23:0] conn;
        begin
            conn = $random(seed) & 7;
            if (($random(seed) & 31) == 0) gen[conn] = gen[conn] + 1;
            case ($random(seed) & 15)
                0, 1, 2, 3, 4, 5: ask(who, READ_LOCK, conn, gen[conn]);
                6: ask(who, $random(seed), conn, gen[conn]);
                7: ask(who, RESERVE, conn, gen[conn]);
                8, 9, 10: ask(who, INSTALL, conn, gen[conn]);
                11, 12: ask(who, FREEZE, conn, gen[conn]);
                13: ask(who, EXTRACT, conn, gen[conn]);
                14: ask(who, RELEASE, conn, gen[conn]);
                default: ask(who, SCAN, $random(seed) & 63, 0);
            endcase
        end
    endtask
    task mixed;
        begin
            repeat (cycles) @(posedge clk) begin
                {rsp_ready, ret_rsp_ready, lookup_rsp_ready, wdata_valid} <= $random(seed) | $random(seed) | $random(seed);
                mem_wdata_ready <= $random(seed);
                lookup_valid <= $random(seed);
                lookup_key <= constant_line($random(seed) & 15);
                if (inject_valid && inject_ready) inject_valid <= 0;
                else if (!inject_valid && ($random(seed) & 127) == 0) begin
                    inject_valid <= 1;
                    {inject_tag, inject_bit} <= $random(seed);
                    inject_conn <= $random(seed) & 7;
                    inject_line <= $random(seed) & 3;
                end
                for (r = 0; r < 4; r = r + 1) begin
                    if (!busy[r] && !holds[r] && ($random(seed) & 3) == 0) one_request(r);
                    if (holds[r] && !busy[r] && !returning[r] && ($random(seed) & 3) == 0)
                        give_back(r, ($random(seed) & 3) == 0 ? UNLOCK : ($random(seed) & 7) == 0 ? REMOVE : WRITE_UNLOCK, gen[asked[r]]);
                end
            end
            i = answers[0] + answers[1] + answers[2] + answers[3];
            $display("note: %0d answers", i);
            report(i * 40 > cycles, "random operations are answered");
        end
    endtask

    initial begin
        if (!$value$plusargs("test=%s", test)) test = "mixed";
        if (!$value$plusargs("seed=%d", seed)) seed = 1;
        if (!$value$plusargs("cycles=%d", cycles)) cycles = 5000;
        for (i = 0; i < CONNS; i = i + 1) gen[i] = 1;
        for (i = 0; i < 4; i = i + 1) begin answers[i] = 0; asked[i] = 0; end
        repeat (5) @(posedge clk);
        #1 rst_n = 1;
        for (i = 0; i < 11; i = i + 1) @(posedge clk) begin
            key_valid <= 1;
            key_word  <= $random(seed);
        end
        @(posedge clk) key_valid <= 0;
        while (ready !== 1) @(posedge clk);
        if (test == "old_dram") old_dram;
        else if (test == "starve") starve;
        else mixed;
        report(unknowns == 0, "no output was ever unknown");
        $finish;
    end
    initial #4000000 begin
        $display("fail: the test does not end");
        $finish;
    end
endmodule

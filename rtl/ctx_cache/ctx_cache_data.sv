// Data array: five lines of 512 bits per way behind one port, and the jobs that use it, one after another in the order of
// their commits: so no job sees a way before an earlier one is through with it. A job moves a line per cycle
// and the next one follows at once, as long as the channel it uses does not stall.
//
// Each line has PARITY_W parity bits beside it, interleaved: bit p covers bits p, p + PARITY_W, .. of the line, so a burst
// of up to PARITY_W neighbours is always seen. They are written with the line and checked with each line that is read.
//
// job_*:    a new job. READ: lines 0 to 4 to the response channel. WRITE: the lines of a mask, ascending. INSTALL: lines
//           0, 4, 1, 2, 3; line 4 from line4_i, also to the write queue. EVICT: lines 0 to 3 to entry job_entry_i of
//           the write queue. FILL: lines 0 to 4 from miss slot job_slot_i; job_bad_i: with wrong parity, as what came is not
//           to be used. FLIP: bit flip_bit_i of line flip_line_i changes (injection): a read and a write.
// wdata_*:  the data unit's wish; beat_*: a beat for the response channel is on rdata_o in the next cycle.
`include "assert.svh"

module ctx_cache_data #(
    parameter int SETS = 128,
    parameter int WAYS = 8,
    parameter int SLOTS = 8,
    localparam int SET_W = $clog2(SETS),
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int SLOT_W = $clog2(SLOTS),
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int JOB_W = ctx_cache_pkg::JOB_W,
    localparam int ENTRY_W = ctx_cache_pkg::WQ_IDX_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic room_o,       // for two jobs behind two that are on their way here
    output logic idle_o,

    input  logic               job_i,
    input  logic [JOB_W-1:0]   job_kind_i,
    input  logic [SET_W-1:0]   job_set_i,
    input  logic [WAY_W-1:0]   job_way_i,
    input  logic [WHO_W-1:0]   job_who_i,
    input  logic [3:0]         job_mask_i,
    input  logic [SLOT_W-1:0]  job_slot_i,
    input  logic [ENTRY_W-1:0] job_entry_i,
    input  logic               job_bad_i,
    input  logic [2:0]         flip_line_i,   // stand until flip_done_o
    input  logic [ctx_cache_pkg::BIT_W-1:0] flip_bit_i,  // from LINE_W on: the parity bits
    output logic               flip_done_o,

    output logic               wdata_ready_o,
    input  logic               wdata_valid_i,
    output logic               wdata_ret_o,
    output logic [WHO_W-1:0]   wdata_who_o,
    output logic [2:0]         wdata_line_o,
    input  logic [LINE_W-1:0]  wdata_i,
    output logic               write_done_o,  // the last line of wdata_who_o's WRITE_UNLOCK or INSTALL
    input  logic [LINE_W-1:0]  line4_i,
    output logic               line4_done_o,

    input  logic               beat_ok_i,
    output logic               beat_o,
    output logic [WHO_W-1:0]   beat_who_o,
    output logic [2:0]         beat_line_o,
    output logic [LINE_W-1:0]  rdata_o,
    output logic               rdata_bad_o,   // its parity is wrong

    output logic               store_o,       // to the write queue
    output logic               store_last_o,
    output logic               store_bad_o,
    output logic [ENTRY_W-1:0] store_entry_o,
    output logic [1:0]         store_line_o,
    output logic [LINE_W-1:0]  store_data_o,

    output logic               fill_en_o,     // fill_line_i of fill_slot_o is wanted in the next cycle
    output logic [SLOT_W-1:0]  fill_slot_o,
    output logic [2:0]         fill_line_o,
    input  logic [LINE_W-1:0]  fill_line_i,
    output logic               fill_done_o
);
    localparam int CONTEXTS = SETS * WAYS;
    localparam int DEPTH    = CONTEXTS * ctx_cache_pkg::LINES;
    localparam int ADDR_W   = $clog2(DEPTH);
    localparam int QUEUE    = 8;
    localparam int FIFO_W   = JOB_W + SET_W + WAY_W + WHO_W + 4 + SLOT_W + ENTRY_W + 1;
    localparam int PARITY_W = ctx_cache_pkg::PARITY_W;

    logic               valid, done, queued, bad;
    logic [FIFO_W-1:0]  job, head;
    logic [JOB_W-1:0]   kind;
    logic [SET_W-1:0]   set;
    logic [WAY_W-1:0]   way;
    logic [WHO_W-1:0]   who;
    logic [3:0]         mask;
    logic [SLOT_W-1:0]  slot;
    logic [ENTRY_W-1:0] entry;
    logic [3:0]         count_q, count_d;

    assign job    = {job_kind_i, job_set_i, job_way_i, job_who_i, job_mask_i, job_slot_i, job_entry_i, job_bad_i};
    assign valid  = queued;
    assign {kind, set, way, who, mask, slot, entry, bad} = head;
    fifo #(.DEPTH(QUEUE), .W(FIFO_W)) u_jobs (
        .clk_i, .rst_ni, .push_i(job_i), .data_i(job),
        .valid_o(queued), .ready_i(done), .data_o(head)
    );
    assign count_d = job_i == done ? count_q : job_i ? count_q + 1'b1 : count_q - 1'b1;

    // Lines still to be moved.
    logic       started_q, moves, is_read, is_write, is_install, is_evict, is_fill, is_flip, from_key, several;
    logic [4:0] left_q, left, rest;
    logic [2:0] line;

    assign is_read    = valid && kind == ctx_cache_pkg::JOB_READ;
    assign is_write   = valid && kind == ctx_cache_pkg::JOB_WRITE;
    assign is_install = valid && kind == ctx_cache_pkg::JOB_INSTALL;
    assign is_evict   = valid && kind == ctx_cache_pkg::JOB_EVICT;
    assign is_fill    = valid && kind == ctx_cache_pkg::JOB_FILL;
    assign is_flip    = valid && kind == ctx_cache_pkg::JOB_FLIP;
    assign left       = started_q ? left_q : is_write ? {1'b0, mask} : is_evict ? 5'b01111 : 5'b11111;
    assign rest       = is_flip ? {4'b0, !started_q} : left & ~(5'd1 << line);
    assign several    = (left[0] && left[4:1] != '0) || (left[1] && left[4:2] != '0) || (left[2] && left[4:3] != '0) || (left[3] && left[4]);
    assign from_key   = is_install && line == 3'd4;
    assign done       = moves && (is_flip ? started_q : !several);

    always_comb begin
        line = '0;
        for (int l = 4; l >= 0; l--) if (left[l]) line = 3'(l);
        if (is_install && left[4] && !left[0]) line = 3'd4;
        if (is_flip) line = flip_line_i;
    end

    // The fill buffer is read one line ahead; the first line in the cycle behind the job's coming, or when it is its turn.
    logic primed_q, primes_new, primes_head, new_fill_q;
    logic [SLOT_W-1:0] new_slot_q;
    logic [3:0] fills_q;
    assign primes_new  = new_fill_q;
    assign primes_head = is_fill && !primed_q && !primes_new;
    assign fill_en_o   = primes_new || primes_head || (is_fill && moves && !done);
    assign fill_slot_o = primes_new ? new_slot_q : slot;
    assign fill_line_o = (primes_new || primes_head) ? 3'd0 : line + 1'b1;
    assign fill_done_o = is_fill && done;

    assign moves = ((is_read || is_evict || is_flip) && beat_ok_i) || ((is_write || (is_install && !from_key)) && wdata_valid_i)
                || from_key || (is_fill && primed_q);

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            started_q <= 1'b0;
            primed_q  <= 1'b0;
            new_fill_q <= 1'b0;
            count_q   <= '0;
            room_o    <= 1'b1;
            fills_q   <= '0;
        end else begin
            if (moves) started_q <= !done;
            new_fill_q <= job_i && job_kind_i == ctx_cache_pkg::JOB_FILL && fills_q == '0;
            primed_q <= (primed_q || primes_new || primes_head) && !fill_done_o;
            count_q  <= count_d;
            room_o   <= 32'(count_d) <= QUEUE - 4;
            if ((job_i && job_kind_i == ctx_cache_pkg::JOB_FILL) != fill_done_o) fills_q <= fill_done_o ? fills_q - 1'b1 : fills_q + 1'b1;
        end
    end
    always_ff @(posedge clk_i) begin
        if (moves) left_q <= rest;
        if (job_i) new_slot_q <= job_slot_i;
    end

    assign wdata_ready_o = is_write || (is_install && !from_key);
    assign wdata_ret_o   = is_write;
    assign wdata_who_o   = who;
    assign wdata_line_o  = line;
    // The last line comes from the requester, never from the key unit. So this does not hang on beat_ok_i, as `done` does.
    assign write_done_o  = (is_write || is_install) && wdata_valid_i && !several;
    assign line4_done_o  = from_key;
    assign beat_o        = is_read && moves;
    assign beat_who_o    = who;
    assign beat_line_o   = line;
    assign flip_done_o   = is_flip && done;

    // The array
    logic              we;
    logic [LINE_W-1:0] wdata, flips;
    logic [ADDR_W-1:0] addr;
    assign we   = moves && (is_write || is_install || is_fill || (is_flip && started_q));
    assign addr = ADDR_W'(32'(line) * CONTEXTS + 32'(set) * WAYS + 32'(way));
    always_comb begin
        wdata = '0;
        if (we) wdata = is_fill ? fill_line_i : from_key ? line4_i : is_flip ? rdata_o ^ flips : wdata_i;
    end

    sram_1rw #(.DEPTH(DEPTH), .LANES(1), .LANE_W(LINE_W)) u_lines (
        .clk_i, .en_i(moves), .we_i(we), .addr_i(addr), .wdata_i(wdata), .rdata_o
    );

    // Its parity, folded from the line that was written, goes to an array of its own one cycle later.
    logic [PARITY_W-1:0] flips_parity, rparity, wparity;
    logic [LINE_W-1:0]   written_q;
    logic                pwe_q, stands_q, pflip_q, pbad_q;
    logic [ADDR_W-1:0]   paddr_q;

    function automatic logic [PARITY_W-1:0] parity_of(input logic [LINE_W-1:0] data);
        parity_of = '0;
        for (int i = 0; i < LINE_W / PARITY_W; i++) parity_of = parity_of ^ data[i*PARITY_W +: PARITY_W];
    endfunction

    always_comb begin
        flips        = '0;
        flips_parity = '0;
        if (is_flip || pflip_q) begin
            if (32'(flip_bit_i) < LINE_W) flips = LINE_W'(1) << flip_bit_i;
            else flips_parity = PARITY_W'(1) << flip_bit_i[$clog2(PARITY_W)-1:0];
        end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            pwe_q    <= 1'b0;
            stands_q <= 1'b0;
        end else begin
            pwe_q    <= we;
            stands_q <= ((is_read || is_evict) && moves) || (stands_q && !beat_ok_i);
        end
    end
    always_ff @(posedge clk_i) begin
        if (we) begin
            written_q <= wdata;
            pflip_q   <= is_flip;
            pbad_q    <= is_fill && bad;
            paddr_q   <= addr;
        end
    end
    assign wparity = pflip_q ? rparity ^ flips_parity : parity_of(written_q) ^ {PARITY_W{pbad_q}};
    sram_1r1w #(.DEPTH(DEPTH), .LANES(1), .LANE_W(PARITY_W), .BYPASS(1)) u_parity (
        .clk_i, .re_i(moves && !we), .raddr_i(addr), .rdata_o(rparity), .we_i(pwe_q), .waddr_i(paddr_q), .wdata_i(wparity)
    );
    ctx_cache_parity u_check (.stands_i(stands_q), .data_i(rdata_o), .parity_i(rparity), .bad_o(rdata_bad_o));

    // A victim's line goes to the write queue in the cycle after its read; line 4 of INSTALL never meets one, as it
    // is that job's second line.
    logic               evicted_q, evicted_last_q;
    logic [ENTRY_W-1:0] evicted_entry_q;
    logic [1:0]         evicted_line_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) evicted_q <= 1'b0;
        else         evicted_q <= is_evict && moves;
    end
    always_ff @(posedge clk_i) begin
        if (is_evict && moves) begin
            evicted_last_q  <= done;
            evicted_entry_q <= entry;
            evicted_line_q  <= line[1:0];
        end
    end
    assign store_o       = evicted_q || from_key;
    assign store_last_o  = from_key || evicted_last_q;
    assign store_entry_o = from_key ? entry : evicted_entry_q;
    assign store_line_o  = from_key ? 2'd0 : evicted_line_q;
    assign store_data_o  = from_key ? line4_i : rdata_o;
    assign store_bad_o   = evicted_q && rdata_bad_o;
    assign idle_o        = !queued && !evicted_q && !pwe_q;

    `ASSERT(RoomIsCounted_A, room_o == (32'(count_q) <= QUEUE - 4))
    `ASSERT(WriteEnds_A, write_done_o == ((is_write || is_install) && done))
    `ASSERT(OneStore_A, !(evicted_q && from_key))
    `ASSERT(LineExists_A, !moves || 32'(line) < ctx_cache_pkg::LINES)
    `ASSERT(WriteHasLines_A, !is_write || mask != '0)
    `ASSERT(ConstantLineIsOnlyInstalledOrFilled_A, !(we && line == 3'd4 && !is_flip) || is_install || is_fill)
endmodule

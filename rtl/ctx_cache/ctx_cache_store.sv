// Where the lines of the contexts are and move: the data array and its jobs, misses in flight with the fill buffer, the
// write queue, the port to DRAM. Wires, and the count of victims with wrong parity; each part's file has the rules.
module ctx_cache_store #(
    parameter int SETS = 128,
    parameter int WAYS = 8,
    parameter int SLOTS = 8,
    localparam int SET_W = $clog2(SETS),
    localparam int WAY_W = (WAYS > 1) ? $clog2(WAYS) : 1,
    localparam int SLOT_W = $clog2(SLOTS),
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int WQ_IDX_W = ctx_cache_pkg::WQ_IDX_W,
    localparam int LINE_W = ctx_cache_pkg::LINE_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic idle_o,  // nothing moves without mem_rdata_* or an unlock

    input  logic alloc_i,  // a miss of the stage's operation
    input  logic [WHO_W-1:0] stage_who_i,
    input  logic [ARG_W-1:0] stage_conn_i,
    input  logic [SLOT_W-1:0] stage_slot_i,
    output logic misses_ok_o,
    input  logic key_wants_i,
    output logic key_room_o,
    input  logic may_miss_i,
    input  logic reserve_i,
    input  logic unreserve_i,
    input  logic [SLOT_W-1:0] ask_meta_slot_i,
    input  logic key_alloc_i,
    input  logic [WHO_W-1:0] key_who_i,
    input  logic [ARG_W-1:0] key_conn_i,
    output logic key_ready_o,
    output logic [WHO_W-1:0] key_ready_who_o,
    output logic [META_W-1:0] key_meta_o,
    output logic fill_valid_o,
    output logic [SLOT_W-1:0] fill_slot_o,
    output logic [WHO_W-1:0] fill_who_o,
    input  logic fill_take_i,
    output logic [META_W-1:0] stage_meta_o,
    input  logic drop_i,
    input  logic park_i,
    input  logic unlock_i,

    output logic queue_room_o,
    input  logic push_i,
    input  logic [1:0] push_kind_i,
    input  logic [ARG_W-1:0] push_conn_i,
    input  logic [META_W-1:0] push_meta_i,

    output logic job_room_o,
    input  logic job_i,
    input  logic [ctx_cache_pkg::JOB_W-1:0] job_kind_i,
    input  logic [WAY_W-1:0] job_way_i,
    input  logic [3:0] job_mask_i,
    input  logic job_bad_i,
    input  logic [2:0] flip_line_i,
    input  logic [ctx_cache_pkg::BIT_W-1:0] flip_bit_i,
    output logic flip_done_o,
    output logic wdata_ready_o,
    input  logic wdata_valid_i,
    output logic wdata_ret_o,
    output logic [WHO_W-1:0] wdata_who_o,
    output logic [2:0] wdata_line_o,
    input  logic [LINE_W-1:0] wdata_i,
    output logic write_done_o,
    input  logic [LINE_W-1:0] line4_i,
    output logic line4_done_o,
    input  logic beat_ok_i,
    output logic beat_o,
    output logic [WHO_W-1:0] beat_who_o,
    output logic [2:0] beat_line_o,
    output logic [LINE_W-1:0] rdata_o,
    output logic rdata_bad_o,
    output logic evt_bad_victim_o,

    output logic mem_req_valid_o,
    input  logic mem_req_ready_i,
    output logic mem_req_write_o,
    output logic [2:0] mem_req_id_o,
    output logic [ctx_cache_pkg::MEM_ADDR_W-1:0] mem_req_line_o,
    output logic [2:0] mem_req_beats_o,
    output logic mem_wdata_valid_o,
    input  logic mem_wdata_ready_i,
    output logic [LINE_W-1:0] mem_wdata_o,
    input  logic mem_rdata_valid_i,
    input  logic [2:0] mem_rdata_id_i,
    input  logic [LINE_W-1:0] mem_rdata_i,
    input  logic [ctx_cache_pkg::BOOT_W-1:0] boot_i
);
    logic ask, ask_meta, ask_taken, ask_clear, miss_quiet, fill_en, fill_done, data_idle, wq_empty, next_valid, next_take, pop, wq_line_en, mem_idle;
    logic [SLOT_W-1:0]   ask_slot, fill_line_slot;
    logic [ARG_W-1:0]    ask_conn, next_conn;
    logic [META_W-1:0]   head_meta;
    logic [2:0]          fill_line_no;
    logic [1:0]          head_kind, next_kind, wq_line_no, store_line;
    logic [LINE_W-1:0]   fill_line, wq_line, store_data;
    logic [WQ_IDX_W-1:0] wq_tail, store_entry, bad_entry_q;
    logic                store, store_last, store_bad, bad_q, bad_now_q, bad_last_q;

    ctx_cache_miss #(.SLOTS(SLOTS)) u_miss (
        .clk_i, .rst_ni, .key_wants_i, .room_o(misses_ok_o), .key_room_o, .may_miss_i, .reserve_i, .unreserve_i, .ask_meta_slot_i, .quiet_o(miss_quiet),
        .alloc_i, .alloc_who_i(stage_who_i), .alloc_conn_i(stage_conn_i), .key_alloc_i, .key_who_i, .key_conn_i,
        .key_ready_who_o, .key_ready_o, .key_meta_o,
        .ask_valid_o(ask), .ask_slot_o(ask_slot), .ask_conn_o(ask_conn), .ask_meta_o(ask_meta), .ask_taken_i(ask_taken),
        .rdata_valid_i(mem_rdata_valid_i), .rdata_id_i(mem_rdata_id_i), .rdata_i(mem_rdata_i), .boot_i,
        .fill_valid_o, .fill_slot_o, .fill_who_o, .fill_take_i,
        .stage_slot_i, .stage_meta_o, .drop_i, .park_i, .unlock_i,
        .done_i(fill_done), .done_slot_i(fill_line_slot), .line_en_i(fill_en), .line_slot_i(fill_line_slot), .line_i(fill_line_no), .line_o(fill_line)
    );
    ctx_cache_wqueue u_wqueue (
        .clk_i, .rst_ni, .room_o(queue_room_o), .empty_o(wq_empty),
        .push_i, .push_kind_i, .push_conn_i, .push_meta_i, .tail_o(wq_tail),
        .store_i(store), .store_last_i(store_last), .store_entry_i(store_entry), .store_line_i(store_line), .store_data_i(store_data), .bad_i(bad_now_q), .bad_entry_i(bad_entry_q),
        .next_valid_o(next_valid), .next_kind_o(next_kind), .next_conn_o(next_conn), .next_take_i(next_take),
        .head_kind_o(head_kind), .head_meta_o(head_meta), .pop_i(pop),
        .line_en_i(wq_line_en), .line_i(wq_line_no), .line_o(wq_line), .reads_i(ask), .conn_i(ask_conn), .clear_o(ask_clear)
    );
    ctx_cache_mem #(.SLOTS(SLOTS)) u_mem (
        .clk_i, .rst_ni, .idle_o(mem_idle),
        .ask_valid_i(ask), .ask_clear_i(ask_clear), .ask_slot_i(ask_slot), .ask_conn_i(ask_conn), .ask_meta_i(ask_meta), .ask_taken_o(ask_taken),
        .next_valid_i(next_valid), .next_kind_i(next_kind), .next_conn_i(next_conn), .next_take_o(next_take),
        .head_kind_i(head_kind), .head_meta_i(head_meta), .pop_o(pop),
        .line_en_o(wq_line_en), .line_o(wq_line_no), .line_i(wq_line), .boot_i,
        .mem_req_valid_o, .mem_req_ready_i, .mem_req_write_o, .mem_req_id_o, .mem_req_line_o, .mem_req_beats_o,
        .mem_wdata_valid_o, .mem_wdata_ready_i, .mem_wdata_o
    );

    ctx_cache_data #(.SETS(SETS), .WAYS(WAYS), .SLOTS(SLOTS)) u_data (
        .clk_i, .rst_ni, .room_o(job_room_o), .idle_o(data_idle),
        .job_i, .job_kind_i, .job_set_i(stage_conn_i[SET_W-1:0]), .job_way_i, .job_who_i(stage_who_i),
        .job_mask_i, .job_slot_i(stage_slot_i), .job_entry_i(wq_tail), .job_bad_i,
        .flip_line_i, .flip_bit_i, .flip_done_o,
        .wdata_ready_o, .wdata_valid_i, .wdata_ret_o, .wdata_who_o, .wdata_line_o, .wdata_i,
        .write_done_o, .line4_i, .line4_done_o,
        .beat_ok_i, .beat_o, .beat_who_o, .beat_line_o, .rdata_o, .rdata_bad_o,
        .store_o(store), .store_last_o(store_last), .store_bad_o(store_bad), .store_entry_o(store_entry), .store_line_o(store_line), .store_data_o(store_data),
        .fill_en_o(fill_en), .fill_slot_o(fill_line_slot), .fill_line_o(fill_line_no), .fill_line_i(fill_line), .fill_done_o(fill_done)
    );
    // What the parity of a victim's line says counts from the cycle behind on; once per victim: its lines come one after another.
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            bad_now_q  <= 1'b0;
            bad_last_q <= 1'b0;
            bad_q      <= 1'b0;
        end else begin
            bad_now_q  <= store_bad;
            bad_last_q <= store && store_last;
            bad_q      <= (bad_q || bad_now_q) && !bad_last_q;
        end
    end
    always_ff @(posedge clk_i) begin
        if (store) bad_entry_q <= store_entry;
    end
    assign evt_bad_victim_o = bad_now_q && !bad_q;
    assign idle_o = miss_quiet && wq_empty && mem_idle && data_idle && !bad_now_q && !bad_last_q && !bad_q;
endmodule

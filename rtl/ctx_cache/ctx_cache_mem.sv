// Memory engine: fills, write-backs and meta lines over the port to the context DRAM.
//
// cmd_*: held by the control unit until done_o, which falls into the last cycle of the command.
// mem_req_*: read or write of 1 to 6 consecutive lines; a read sees every write requested before it.
// mem_wdata_*: data of the write requests, in order. mem_rdata_*: data of the read requests, in order per id.
// This version has one context in flight and uses id 0 only.
`include "assert.svh"

module ctx_cache_mem #(
    localparam int unsigned LINE_W = ctx_cache_pkg::LINE_W,
    localparam int unsigned CONN_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned ADDR_W = ctx_cache_pkg::MEM_ADDR_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    input  logic              cmd_valid_i,
    input  logic [2:0]        cmd_kind_i,
    input  logic [CONN_W-1:0] cmd_conn_i,
    input  logic [63:0]       cmd_meta_i,   // WRITE_BACK, META_WRITE
    output logic              done_o,
    output logic [63:0]       meta_o,       // of the last FETCH or META_READ

    output logic              data_en_o,
    output logic              data_we_o,
    output logic [2:0]        data_line_o,
    input  logic [LINE_W-1:0] data_rdata_i,

    output logic              mem_req_valid_o,
    input  logic              mem_req_ready_i,
    output logic              mem_req_write_o,
    output logic [2:0]        mem_req_id_o,
    output logic [ADDR_W-1:0] mem_req_line_o,
    output logic [2:0]        mem_req_beats_o,
    output logic              mem_wdata_valid_o,
    input  logic              mem_wdata_ready_i,
    output logic [LINE_W-1:0] mem_wdata_o,
    input  logic              mem_rdata_valid_i,
    output logic              mem_rdata_ready_o,
    input  logic [63:0]       mem_rdata_low_i,

    output logic              waits_o       // nothing but a read's data can change the state
);
    localparam logic [2:0] META_LINE = 3'd5;

    typedef enum logic [2:0] {IDLE, ASK_META, ASK_LINES, META, LINES, WRITE_ASK, WRITE_DATA} state_e;
    state_e     state_q, state_d;
    logic [2:0] beat_q, beat_d;
    logic       writes_back, req_taken, wdata_taken, rdata_taken, last_beat;

    assign writes_back = cmd_kind_i == ctx_cache_pkg::MEM_WRITE_BACK;
    assign req_taken   = mem_req_valid_o && mem_req_ready_i;
    assign wdata_taken = mem_wdata_valid_o && mem_wdata_ready_i;
    assign rdata_taken = mem_rdata_valid_i && mem_rdata_ready_o;
    assign last_beat   = beat_q == (state_q == WRITE_DATA ? META_LINE : 3'd4);

    always_comb begin
        state_d = state_q;
        beat_d  = beat_q;
        done_o  = 1'b0;
        unique case (state_q)
            IDLE: begin
                beat_d = '0;
                if (cmd_valid_i) begin
                    unique case (cmd_kind_i)
                        ctx_cache_pkg::MEM_FETCH, ctx_cache_pkg::MEM_META_READ: state_d = ASK_META;
                        ctx_cache_pkg::MEM_FILL, ctx_cache_pkg::MEM_DISCARD:    state_d = LINES;
                        default:                                                state_d = WRITE_ASK;
                    endcase
                end
            end
            ASK_META:  if (req_taken) state_d = (cmd_kind_i == ctx_cache_pkg::MEM_FETCH) ? ASK_LINES : META;
            ASK_LINES: if (req_taken) state_d = META;
            META: if (rdata_taken) begin
                done_o  = 1'b1;
                state_d = IDLE;
            end
            LINES: if (rdata_taken) begin
                beat_d  = last_beat ? '0 : beat_q + 1'b1;
                done_o  = last_beat;
                state_d = last_beat ? IDLE : LINES;
            end
            WRITE_ASK: if (req_taken) begin
                beat_d  = writes_back ? '0 : META_LINE;
                state_d = WRITE_DATA;
            end
            WRITE_DATA: if (wdata_taken) begin
                beat_d  = last_beat ? '0 : beat_q + 1'b1;
                done_o  = last_beat;
                state_d = last_beat ? IDLE : WRITE_DATA;
            end
            default: state_d = IDLE;
        endcase
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            state_q <= IDLE;
            beat_q  <= '0;
        end else begin
            state_q <= state_d;
            beat_q  <= beat_d;
        end
    end
    always_ff @(posedge clk_i) begin
        if (state_q == META && rdata_taken) meta_o <= mem_rdata_low_i;
    end

    assign mem_req_valid_o = state_q == ASK_META || state_q == ASK_LINES || state_q == WRITE_ASK;
    assign mem_req_write_o = state_q == WRITE_ASK;
    assign mem_req_id_o    = '0;
    assign mem_req_line_o  = ADDR_W'(cmd_conn_i) * ADDR_W'(ctx_cache_pkg::MEM_LINES)
        + ((state_q == ASK_META || (state_q == WRITE_ASK && !writes_back)) ? ADDR_W'(META_LINE) : '0);
    assign mem_req_beats_o = (state_q == ASK_LINES) ? 3'd5
                           : (state_q == WRITE_ASK && writes_back) ? 3'd6 : 3'd1;
    assign mem_wdata_valid_o = state_q == WRITE_DATA;
    assign mem_wdata_o       = (beat_q == META_LINE) ? LINE_W'(cmd_meta_i) : data_rdata_i;
    assign mem_rdata_ready_o = state_q == META || state_q == LINES;
    assign waits_o           = mem_rdata_ready_o;

    // Reads of the data array run one beat ahead of the beat they are sent in.
    logic reads_first, reads_next;
    assign reads_first = state_q == WRITE_ASK && req_taken && writes_back;
    assign reads_next  = state_q == WRITE_DATA && wdata_taken && beat_q < 3'd4;
    assign data_we_o   = state_q == LINES && rdata_taken && cmd_kind_i == ctx_cache_pkg::MEM_FILL;
    assign data_en_o   = data_we_o || reads_first || reads_next;
    assign data_line_o = data_we_o ? beat_q : reads_first ? 3'd0 : beat_q + 1'b1;

    `ASSERT(CommandIsHeld_A, !$past(cmd_valid_i && !done_o) || cmd_valid_i)
    `ASSERT(RequestIsStable_A, !$past(mem_req_valid_o && !mem_req_ready_i) || (mem_req_valid_o && $stable(mem_req_line_o)))
    `ASSERT(BeatInRange_A, state_q == IDLE || beat_q <= META_LINE)
endmodule

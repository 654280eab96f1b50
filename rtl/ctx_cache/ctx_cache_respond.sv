// Answers: one channel for operations, one for returns. An answer without data waits in its requester's place until the
// channel is free, the oldest answer first; beats of the data port go before answers, but after the last beat of a context the answers
// that have waited get one turn before the next context begins. A beat read from the data array in this cycle stands on the
// array's output in the next, together with what is said about it here. Whether its parity is right is known only then: the
// result of the last beat counts, BAD if any of the five was wrong.
//
// beat_*:  the data port reads a beat for requester beat_who_i; only while beat_ok_o.
// stage_*, key_*, write_*: results from commit stage, key unit (SCAN) and data port (WRITE_UNLOCK or INSTALL is written).
`include "assert.svh"

module ctx_cache_respond #(
    localparam int N = ctx_cache_pkg::REQUESTERS,
    localparam int WHO_W = ctx_cache_pkg::WHO_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,
    output logic idle_o,

    output logic                beat_ok_o,
    input  logic                beat_i,
    input  logic [WHO_W-1:0]    beat_who_i,
    input  logic [2:0]          beat_line_i,
    input  logic                beat_bad_i,     // parity of the beat that stands

    input  logic                stage_i,
    input  logic                stage_ret_i,
    input  logic [WHO_W-1:0]    stage_who_i,
    input  logic [RESULT_W-1:0] stage_result_i,
    input  logic                key_i,
    input  logic [WHO_W-1:0]    key_who_i,
    input  logic [RESULT_W-1:0] key_result_i,
    input  logic                write_i,
    input  logic                write_ret_i,
    input  logic [WHO_W-1:0]    write_who_i,

    output logic                rsp_valid_o,
    input  logic                rsp_ready_i,
    output logic [WHO_W-1:0]    rsp_who_o,
    output logic                rsp_data_o,
    output logic [2:0]          rsp_beat_o,
    output logic [RESULT_W-1:0] rsp_result_o,
    output logic                evt_bad_read_o,
    output logic                ret_rsp_valid_o,
    input  logic                ret_rsp_ready_i,
    output logic [WHO_W-1:0]    ret_rsp_who_o,
    output logic [RESULT_W-1:0] ret_rsp_result_o,

    output logic [N-1:0]        op_finish_o,
    output logic [N-1:0]        ret_finish_o
);
    logic [N-1:0]        ans_q, ans, ans_in, ret_q, ret, ret_in, stage_one, key_one, write_one;
    logic [RESULT_W-1:0] result_q [N], ret_result_q [N], new_result;
    logic [WHO_W-1:0]    next_who, next_ret_who;
    logic                ret_free, bad_q, bad;
    logic [RESULT_W-1:0] rsp_result_q;

    logic         rsp_free, owes_q, last_q, ends, ret_ends;
    logic [N-1:0] oldest_ans, oldest_ret;
    assign rsp_free  = !rsp_valid_o || rsp_ready_i;
    assign beat_ok_o = rsp_free && !owes_q;
    assign ret_free  = !ret_rsp_valid_o || ret_rsp_ready_i;

    // What waits, with what comes in this cycle.
    assign stage_one = stage_i ? N'(1) << stage_who_i : '0;
    assign key_one   = key_i ? N'(1) << key_who_i : '0;
    assign write_one = write_i ? N'(1) << write_who_i : '0;
    assign ans_in    = (stage_ret_i ? '0 : stage_one) | key_one | (write_ret_i ? '0 : write_one);
    assign ret_in    = (stage_ret_i ? stage_one : '0) | (write_ret_i ? write_one : '0);
    assign ans       = ans_q | ans_in;
    assign ret       = ret_q | ret_in;
    oldest #(.N(N), .LATE(1)) u_ans_order (.clk_i, .rst_ni, .arrive_i(ans_in), .candidates_i(ans_q), .oldest_o(oldest_ans));
    oldest #(.N(N), .LATE(1)) u_ret_order (.clk_i, .rst_ni, .arrive_i(ret_in), .candidates_i(ret_q), .oldest_o(oldest_ret));
    // Who comes now is behind all who wait, so he is next only when nobody does: the commit stage's before the others.
    logic [WHO_W-1:0] new_who, new_ret_who;
    logic [N-1:0]     next_ans, next_ret;
    always_comb begin
        new_who      = (stage_i && !stage_ret_i) ? stage_who_i : key_i ? key_who_i : write_who_i;
        new_ret_who  = (stage_i && stage_ret_i) ? stage_who_i : write_who_i;
        next_who     = '0;
        next_ret_who = '0;
        for (int r = 0; r < N; r++) next_who = next_who | ({WHO_W{oldest_ans[r]}} & WHO_W'(r));
        for (int r = 0; r < N; r++) next_ret_who = next_ret_who | ({WHO_W{oldest_ret[r]}} & WHO_W'(r));
        if (ans_q == '0) next_who = new_who;
        if (ret_q == '0) next_ret_who = new_ret_who;
        new_result = ctx_cache_pkg::RES_OK;
        if (stage_i && !stage_ret_i) new_result = stage_result_i;
        else if (key_i)              new_result = key_result_i;
    end
    assign next_ans = (ans_q != '0) ? oldest_ans : N'(1) << new_who;
    assign next_ret = (ret_q != '0) ? oldest_ret : N'(1) << new_ret_who;

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            ans_q           <= '0;
            ret_q           <= '0;
            rsp_valid_o     <= 1'b0;
            ret_rsp_valid_o <= 1'b0;
            bad_q           <= 1'b0;
            evt_bad_read_o  <= 1'b0;
            owes_q          <= 1'b0;
        end else begin
            if (rsp_valid_o && rsp_ready_i) bad_q <= bad && !last_q;
            evt_bad_read_o <= ends && bad;
            ans_q <= (rsp_free && !beat_i) ? ans & ~next_ans : ans;
            ret_q <= ret_free ? ret & ~next_ret : ret;
            if (rsp_free) rsp_valid_o      <= beat_i || ans != '0;
            if (rsp_free) owes_q           <= beat_i && beat_line_i == 3'd4 && ans_q != '0;
            if (ret_free)  ret_rsp_valid_o <= ret != '0;
        end
    end

    always_ff @(posedge clk_i) begin
        if (write_i && !write_ret_i) result_q[write_who_i]     <= ctx_cache_pkg::RES_OK;
        if (write_i && write_ret_i)  ret_result_q[write_who_i] <= ctx_cache_pkg::RES_OK;
        if (stage_i && !stage_ret_i) result_q[stage_who_i]     <= stage_result_i;
        if (stage_i && stage_ret_i)  ret_result_q[stage_who_i] <= stage_result_i;
        if (key_i)                   result_q[key_who_i]       <= key_result_i;
        if (rsp_free && (beat_i || ans != '0)) begin
            rsp_who_o    <= beat_i ? beat_who_i : next_who;
            rsp_data_o   <= beat_i;
            last_q       <= !beat_i || beat_line_i == 3'd4;
            rsp_beat_o   <= beat_i ? beat_line_i : '0;
            rsp_result_q <= beat_i ? ctx_cache_pkg::RES_OK : ans_q != '0 ? result_q[next_who] : new_result;
        end
        if (ret_free && ret != '0) begin
            ret_rsp_who_o    <= next_ret_who;
            ret_rsp_result_o <= ret_q != '0 ? ret_result_q[next_ret_who] : (stage_i && stage_ret_i) ? stage_result_i : ctx_cache_pkg::RES_OK;
        end
    end

    assign bad          = rsp_data_o && (bad_q || beat_bad_i);
    assign rsp_result_o = bad ? ctx_cache_pkg::RES_BAD : rsp_result_q;
    assign ends         = rsp_valid_o && rsp_ready_i && last_q;
    assign ret_ends     = ret_rsp_valid_o && ret_rsp_ready_i;
    assign op_finish_o  = ends ? N'(1) << rsp_who_o : '0;
    assign ret_finish_o = ret_ends ? N'(1) << ret_rsp_who_o : '0;
    assign idle_o = !rsp_valid_o && !ret_rsp_valid_o && ans_q == '0 && ret_q == '0 && !evt_bad_read_o;

    `ASSERT(BeatFindsRoom_A, !beat_i || beat_ok_o)
    `ASSERT(LastIsKept_A, !rsp_valid_o || last_q == (!rsp_data_o || rsp_beat_o == 3'd4))
    `ASSERT(OwesSomebody_A, !owes_q || ans_q != '0)
    `ASSERT(OneAnswerEach_A, (ans_q & ans_in) == '0 && (ret_q & ret_in) == '0)
    `ASSERT_PAST(ResponseIsStable_A, !$past(rsp_valid_o && !rsp_ready_i) || (rsp_valid_o && $stable(rsp_beat_o) && $stable(rsp_result_o)))
endmodule

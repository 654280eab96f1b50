// One slot per requester for an operation (READ_LOCK, RESERVE .. RELEASE, SCAN) and one for a return of its lock
// (WRITE_UNLOCK, UNLOCK, REMOVE). Decides who may go: a return always may, and before the same requester's
// operation; READ_LOCK, FREEZE and EXTRACT wait while their context is locked, READ_LOCK also while its
// requester holds a lock, and each of them behind those of the same context that came before it. A parked operation
// waits until some lock is given back. Nobody waits for ever: a wait ends in a return, which never waits, or in
// an older operation, and age has no cycles.
//
// op_*, ret_*: ready is high while the slot is empty and depends on no input.
`include "assert.svh"

module ctx_cache_requests #(
    parameter int unsigned CONN_W = 16,
    localparam int unsigned N = ctx_cache_pkg::REQUESTERS,
    localparam int unsigned OP_W = ctx_cache_pkg::OP_W,
    localparam int unsigned ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int unsigned GEN_W = ctx_cache_pkg::GEN_W,
    localparam int unsigned TAG_W = ctx_cache_pkg::TAG_W,
    localparam int unsigned WHO_W = ctx_cache_pkg::WHO_W
) (
    input  logic clk_i,
    input  logic rst_ni,

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

    input  logic [N-1:0]        held_i,
    input  logic [N*CONN_W-1:0] held_conn_i,

    input  logic             take_i,     // the control unit starts the granted request
    output logic             grant_o,
    output logic             ret_o,      // it is a return
    output logic [WHO_W-1:0] who_o,
    output logic [OP_W-1:0]  code_o,
    output logic [ARG_W-1:0] conn_o,
    output logic [GEN_W-1:0] gen_o,
    output logic [TAG_W-1:0] tag_o,
    output logic [3:0]       mask_o,

    input  logic             finish_i,   // the started request is done: its slot is empty again
    input  logic             park_i,     // it waits until a lock is given back
    input  logic             rescan_i,   // SCAN goes on at rescan_index_i when its turn comes again
    input  logic [ARG_W-1:0] rescan_index_i,
    input  logic             unlocked_i, // a lock was given back
    input  logic             ret_i,      // the started request is a return
    input  logic [WHO_W-1:0] who_i,

    output logic             settled_o,  // no candidate, and nothing here changes without input
    output logic [N-1:0]     evt_lock_wait_o
);
    logic [N-1:0]     op_valid_q, ret_valid_q, parked_q, waited_q;
    logic [OP_W-1:0]  op_code_q [N];
    logic [ARG_W-1:0] op_conn_q [N];
    logic [GEN_W-1:0] op_gen_q [N];
    logic [TAG_W-1:0] op_tag_q [N];
    logic [OP_W-1:0]  ret_code_q [N];
    logic [ARG_W-1:0] ret_conn_q [N];
    logic [GEN_W-1:0] ret_gen_q [N];
    logic [TAG_W-1:0] ret_tag_q [N];
    logic [3:0]       ret_mask_q [N];
    logic [N-1:0]     older_q [N], older_d [N];  // who else's operation was here first
    logic [N-1:0]     op_push, ret_push, op_done, acquires, locked, waits, behind, in_work, candidates;

    assign op_ready_o  = ~op_valid_q;
    assign ret_ready_o = ~ret_valid_q;
    assign op_push     = op_valid_i & op_ready_o;
    assign ret_push    = ret_valid_i & ret_ready_o;

    always_comb begin
        for (int r = 0; r < N; r++) begin
            locked[r] = 1'b0;
            waits[r]  = 1'b0;
            if (op_valid_q[r] && held_i != '0) begin
                for (int h = 0; h < N; h++) begin
                    if (held_i[h] && ARG_W'(held_conn_i[h*CONN_W +: CONN_W]) == op_conn_q[r]) locked[r] = 1'b1;
                end
                waits[r] = (op_code_q[r] == ctx_cache_pkg::OP_READ_LOCK && (locked[r] || held_i[r]))
                        || ((op_code_q[r] == ctx_cache_pkg::OP_FREEZE
                          || op_code_q[r] == ctx_cache_pkg::OP_EXTRACT) && locked[r]);
            end
        end
    end

    // Operations of one cycle are in order of their requesters.
    always_comb begin
        for (int r = 0; r < N; r++) begin
            op_done[r]  = finish_i && !ret_i && who_i == WHO_W'(r);
            acquires[r] = op_valid_q[r] && (op_code_q[r] == ctx_cache_pkg::OP_READ_LOCK
                || op_code_q[r] == ctx_cache_pkg::OP_FREEZE || op_code_q[r] == ctx_cache_pkg::OP_EXTRACT);
        end
        for (int r = 0; r < N; r++) begin
            older_d[r] = (op_push[r] ? op_valid_q | (op_push & ~({N{1'b1}} << r)) : older_q[r]) & ~op_done;
            behind[r]  = 1'b0;
            for (int q = 0; q < N; q++) begin
                if (acquires[r] && acquires[q] && older_q[r][q] && op_conn_q[q] == op_conn_q[r]) behind[r] = 1'b1;
            end
        end
    end

    assign candidates      = ret_valid_q | (op_valid_q & ~waits & ~behind & ~parked_q);
    // A READ_LOCK in work has its own lock before its slot is empty: that is no wait.
    assign in_work         = (take_i || ret_i) ? '0 : N'(1) << who_i;
    assign evt_lock_wait_o = waits & ~waited_q & ~in_work;
    assign settled_o       = candidates == '0 && evt_lock_wait_o == '0;

    ctx_cache_arb u_arb (.clk_i, .rst_ni, .candidates_i(candidates), .take_i, .grant_o, .who_o);

    assign ret_o  = ret_valid_q[who_o];
    assign code_o = ret_o ? ret_code_q[who_o] : op_code_q[who_o];
    assign conn_o = ret_o ? ret_conn_q[who_o] : op_conn_q[who_o];
    assign gen_o  = ret_o ? ret_gen_q[who_o] : op_gen_q[who_o];
    assign tag_o  = ret_o ? ret_tag_q[who_o] : op_tag_q[who_o];
    assign mask_o = ret_mask_q[who_o];

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            op_valid_q  <= '0;
            ret_valid_q <= '0;
            parked_q    <= '0;
            waited_q    <= '0;
        end else begin
            for (int r = 0; r < N; r++) begin
                if (op_push[r]) op_valid_q[r] <= 1'b1;
                else if (finish_i && !ret_i && who_i == WHO_W'(r)) op_valid_q[r] <= 1'b0;
                if (ret_push[r]) ret_valid_q[r] <= 1'b1;
                else if (finish_i && ret_i && who_i == WHO_W'(r)) ret_valid_q[r] <= 1'b0;
                if (unlocked_i) parked_q[r] <= 1'b0;
                else if (park_i && who_i == WHO_W'(r)) parked_q[r] <= 1'b1;
                if (op_push[r]) waited_q[r] <= 1'b0;
                else if (waits[r] && !in_work[r]) waited_q[r] <= 1'b1;
            end
        end
    end

    always_ff @(posedge clk_i) begin
        for (int r = 0; r < N; r++) begin
            older_q[r] <= older_d[r];
            if (op_push[r]) begin
                op_code_q[r] <= op_code_i[r*OP_W +: OP_W];
                op_conn_q[r] <= op_conn_i[r*ARG_W +: ARG_W];
                op_gen_q[r]  <= op_gen_i[r*GEN_W +: GEN_W];
                op_tag_q[r]  <= op_tag_i[r*TAG_W +: TAG_W];
            end else if (rescan_i && who_i == WHO_W'(r)) begin
                op_conn_q[r] <= rescan_index_i;
            end
            if (ret_push[r]) begin
                ret_code_q[r] <= ret_code_i[r*OP_W +: OP_W];
                ret_conn_q[r] <= ret_conn_i[r*ARG_W +: ARG_W];
                ret_gen_q[r]  <= ret_gen_i[r*GEN_W +: GEN_W];
                ret_tag_q[r]  <= ret_tag_i[r*TAG_W +: TAG_W];
                ret_mask_q[r] <= ret_mask_i[r*4 +: 4];
            end
        end
    end

    `ASSERT(WaiterHasALockToWaitFor_A, waits == '0 || held_i != '0)
    `ASSERT(SomebodyIsFirst_A, (behind & acquires) == '0 || (acquires & ~behind) != '0)
    `ASSERT(ParkedOnlyWhileLocked_A, (parked_q & op_valid_q) == '0 || held_i != '0 || $past(unlocked_i))
    `ASSERT(FinishesWhatWasStarted_A, !finish_i || (ret_i ? ret_valid_q[who_i] : op_valid_q[who_i]))
endmodule

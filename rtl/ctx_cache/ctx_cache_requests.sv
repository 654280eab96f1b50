// One slot per requester for an operation (READ_LOCK, RESERVE .. RELEASE, SCAN) and one for a return of its lock
// (WRITE_UNLOCK, UNLOCK, REMOVE). Decides who may go: a return always may, by turns with the same requester's
// operation, and before it at first; READ_LOCK, FREEZE and EXTRACT wait while their context is locked, READ_LOCK also while its
// requester holds a lock. Operations of one connection are served one after another in the order they came: none
// starts before all older ones of its connection are answered (so equal misses merge: the second one hits).
// What an operation waits for here is known a cycle after it came (may_q); returns may go at once.
// Nobody waits for ever: a wait ends in a return, which never waits, or in an older operation, and age has no cycles.
//
// op_*, ret_*: ready is high while the slot is empty and depends on no input.
// turn_*: instead of a candidate, the operation of turn_who_i goes on (its fill, its key's pass).
`include "assert.svh"

module ctx_cache_requests #(
    parameter int CONN_W = 16,
    localparam int N = ctx_cache_pkg::REQUESTERS,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int ARG_W = ctx_cache_pkg::CONN_PORT_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int TAG_W = ctx_cache_pkg::TAG_W,
    localparam int WHO_W = ctx_cache_pkg::WHO_W
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
    input  logic                misses_ok_i,  // a miss finds a slot
    input  logic                starts_i,     // an operation goes to the key unit in this cycle
    input  logic                keys_ok_i,    // the key unit takes one more behind it
    input  logic                scans_ok_i,   // and that may be a SCAN

    input  logic             turn_valid_i,
    input  logic [WHO_W-1:0] turn_who_i,
    input  logic             take_i,      // the granted request is taken
    output logic             grant_o,
    output logic             by_key_o,    // it goes to the key unit
    output logic             acquires_o,  // it is a READ_LOCK, FREEZE or EXTRACT, and may miss
    output logic             ret_o,       // it is a return
    output logic [WHO_W-1:0] who_o,
    output logic [OP_W-1:0]  code_o,
    output logic [ARG_W-1:0] conn_o,
    output logic [GEN_W-1:0] gen_o,
    output logic [3:0]       mask_o,

    input  logic [N-1:0]     op_finish_i,   // answered: the slot is empty again
    input  logic [N-1:0]     ret_finish_i,
    input  logic             rescan_i,      // SCAN goes on at rescan_index_i when its turn comes again
    input  logic [WHO_W-1:0] rescan_who_i,
    input  logic [ARG_W-1:0] rescan_index_i,

    input  logic [WHO_W-1:0] rsp_who_i,     // whose operation is being answered
    output logic [OP_W-1:0]  rsp_code_o,
    output logic [TAG_W-1:0] rsp_tag_o,
    output logic [ARG_W-1:0] rsp_conn_o,
    output logic [GEN_W-1:0] rsp_gen_o,
    input  logic [WHO_W-1:0] ret_rsp_who_i, // whose return is being answered
    output logic [OP_W-1:0]  ret_rsp_code_o,
    output logic [TAG_W-1:0] ret_rsp_tag_o,

    output logic             settled_o,     // no candidate; while keys_stand_o, too, nothing here changes without input
    output logic             keys_stand_o,  // keys_ok_i and scans_ok_i are as in the cycle before
    output logic [N-1:0]     evt_lock_wait_o
);
    logic [N-1:0]     op_valid_q, ret_valid_q, op_started_q, ret_started_q, waited_q, yielded_q;
    logic [OP_W-1:0]  op_code_q [N];
    logic [ARG_W-1:0] op_conn_q [N];
    logic [GEN_W-1:0] op_gen_q [N];
    logic [TAG_W-1:0] op_tag_q [N];
    logic [OP_W-1:0]  ret_code_q [N];
    logic [ARG_W-1:0] ret_conn_q [N];
    logic [GEN_W-1:0] ret_gen_q [N];
    logic [TAG_W-1:0] ret_tag_q [N];
    logic [3:0]       ret_mask_q [N];
    logic [N-1:0]     older_q [N];  // who else's operation was here first
    logic [N-1:0]     op_push, ret_push, acquires, keyed, scans, locked, waits, behind, can_go, may, may_q, acquires_q, keyed_q, scans_q, op_may, ret_may, candidates, goes;
    logic             arb_grant, take_own;
    logic [WHO_W-1:0] arb_who;
    logic [N-1:0]     arb_one, ret_first;
    logic             keys_ok_q, scans_ok_q;

    assign op_ready_o  = ~op_valid_q;
    assign ret_ready_o = ~ret_valid_q;
    assign op_push     = op_valid_i & op_ready_o;
    assign ret_push    = ret_valid_i & ret_ready_o;

    always_comb begin
        for (int r = 0; r < N; r++) begin
            acquires[r] = op_code_q[r] == ctx_cache_pkg::OP_READ_LOCK || op_code_q[r] == ctx_cache_pkg::OP_FREEZE
                       || op_code_q[r] == ctx_cache_pkg::OP_EXTRACT;
            keyed[r]    = op_code_q[r] == ctx_cache_pkg::OP_RESERVE || op_code_q[r] == ctx_cache_pkg::OP_INSTALL
                       || op_code_q[r] == ctx_cache_pkg::OP_RELEASE || op_code_q[r] == ctx_cache_pkg::OP_SCAN;
            scans[r]    = op_code_q[r] == ctx_cache_pkg::OP_SCAN;
            locked[r]   = 1'b0;
            waits[r]    = 1'b0;
            if (op_valid_q[r] && acquires[r] && held_i != '0) begin
                for (int h = 0; h < N; h++) begin
                    if (held_i[h] && ARG_W'(held_conn_i[h*CONN_W +: CONN_W]) == op_conn_q[r]) locked[r] = 1'b1;
                end
                waits[r] = locked[r] || (op_code_q[r] == ctx_cache_pkg::OP_READ_LOCK && held_i[r]);
            end
        end
    end

    // Operations of one cycle are in order of their requesters. SCAN has an index, no connection.
    logic several;
    assign several = (op_valid_q & (op_valid_q - 1'b1)) != '0;
    always_comb begin
        for (int r = 0; r < N; r++) begin
            behind[r]  = 1'b0;
            can_go[r]  = 1'b1;  // an unknown code is refused
            if (acquires_q[r])   can_go[r] = misses_ok_i;
            else if (keyed_q[r]) can_go[r] = scans_q[r] ? scans_ok_q && !starts_i : keys_ok_q && !starts_i;
            if (several) for (int q = 0; q < N; q++) begin
                if (op_valid_q[q] && older_q[r][q] && op_conn_q[q] == op_conn_q[r] && !scans[r] && !scans[q]) behind[r] = 1'b1;
            end
        end
    end
    // Whoever may go stays so until it goes: locks are taken by older operations of its connection, or by its requester's.
    assign may = op_valid_q & ~waits & ~behind;
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) may_q <= '0;
        else         may_q <= may;
    end
    // A place of the key unit that falls free counts a cycle later; one that was given away is told at once.
    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) {keys_ok_q, scans_ok_q} <= '0;
        else         {keys_ok_q, scans_ok_q} <= {keys_ok_i, scans_ok_i};
    end
    always_ff @(posedge clk_i) begin
        if (op_valid_q != '0) begin
            acquires_q <= acquires;
            keyed_q    <= keyed;
            scans_q    <= scans;
        end
    end

    assign op_may          = op_valid_q & may_q & ~op_started_q & can_go;
    assign ret_may         = ret_valid_q & ~ret_started_q;
    assign candidates      = ret_may | op_may;
    assign evt_lock_wait_o = waits & ~waited_q & ~op_started_q;
    assign settled_o       = candidates == '0 && evt_lock_wait_o == '0 && may == may_q;
    assign keys_stand_o    = keys_ok_q == keys_ok_i && scans_ok_q == scans_ok_i;  // comes late, so not with the others
    assign take_own        = take_i && !turn_valid_i;
    assign goes            = take_own ? arb_one : '0;

    ctx_cache_arb u_arb (.clk_i, .rst_ni, .candidates_i(candidates), .take_i(take_own), .grant_o(arb_grant), .one_o(arb_one), .who_o(arb_who));

    assign grant_o  = turn_valid_i || arb_grant;
    assign who_o    = turn_valid_i ? turn_who_i : arb_who;
    // Each requester's own choice beside the arbiter's.
    assign ret_first = ret_may & ~(op_may & yielded_q);
    assign ret_o     = !turn_valid_i && (arb_one & ret_first) != '0;
    assign by_key_o  = !turn_valid_i && (arb_one & ~ret_first & keyed_q) != '0;
    assign acquires_o = !turn_valid_i && (arb_one & ~ret_first & acquires_q) != '0;
    always_comb begin
        {code_o, conn_o, gen_o, mask_o} = '0;
        for (int r = 0; r < N; r++) begin
            mask_o = mask_o | ({4{arb_one[r]}} & ret_mask_q[r]);
            code_o = code_o | ({OP_W{arb_one[r]}} & (ret_first[r] ? ret_code_q[r] : op_code_q[r]));
            conn_o = conn_o | ({ARG_W{arb_one[r]}} & (ret_first[r] ? ret_conn_q[r] : op_conn_q[r]));
            gen_o  = gen_o | ({GEN_W{arb_one[r]}} & (ret_first[r] ? ret_gen_q[r] : op_gen_q[r]));
        end
        if (turn_valid_i) {code_o, conn_o, gen_o} = {op_code_q[turn_who_i], op_conn_q[turn_who_i], op_gen_q[turn_who_i]};
    end

    assign rsp_code_o     = op_code_q[rsp_who_i];
    assign rsp_tag_o      = op_tag_q[rsp_who_i];
    assign rsp_conn_o     = op_conn_q[rsp_who_i];
    assign rsp_gen_o      = op_gen_q[rsp_who_i];
    assign ret_rsp_code_o = ret_code_q[ret_rsp_who_i];
    assign ret_rsp_tag_o  = ret_tag_q[ret_rsp_who_i];

    always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
            op_valid_q    <= '0;
            ret_valid_q   <= '0;
            op_started_q  <= '0;
            ret_started_q <= '0;
            waited_q      <= '0;
            yielded_q     <= '0;
        end else begin
            op_valid_q    <= (op_valid_q | op_push) & ~op_finish_i;
            ret_valid_q   <= (ret_valid_q | ret_push) & ~ret_finish_i;
            waited_q      <= (waited_q | (waits & ~op_started_q)) & ~op_push;
            op_started_q  <= (op_started_q | (goes & ~ret_first)) & ~op_finish_i & ~(rescan_i ? N'(1) << rescan_who_i : '0);
            ret_started_q <= (ret_started_q | (goes & ret_first)) & ~ret_finish_i;
            yielded_q     <= (yielded_q & ~goes) | (goes & ret_first);
        end
    end

    always_ff @(posedge clk_i) begin
        if ((op_push | op_finish_i) != '0) begin
            for (int r = 0; r < N; r++) begin
                older_q[r] <= (op_push[r] ? op_valid_q | (op_push & ~({N{1'b1}} << r)) : older_q[r]) & ~op_finish_i;
            end
        end
        if (rescan_i) op_conn_q[rescan_who_i] <= rescan_index_i;
        if (op_push != '0) begin
            for (int r = 0; r < N; r++) if (op_push[r]) begin
                op_code_q[r] <= op_code_i[r*OP_W +: OP_W];
                op_conn_q[r] <= op_conn_i[r*ARG_W +: ARG_W];
                op_gen_q[r]  <= op_gen_i[r*GEN_W +: GEN_W];
                op_tag_q[r]  <= op_tag_i[r*TAG_W +: TAG_W];
            end
        end
        if (ret_push != '0) begin
            for (int r = 0; r < N; r++) if (ret_push[r]) begin
                ret_code_q[r] <= ret_code_i[r*OP_W +: OP_W];
                ret_conn_q[r] <= ret_conn_i[r*ARG_W +: ARG_W];
                ret_gen_q[r]  <= ret_gen_i[r*GEN_W +: GEN_W];
                ret_tag_q[r]  <= ret_tag_i[r*TAG_W +: TAG_W];
                ret_mask_q[r] <= ret_mask_i[r*4 +: 4];
            end
        end
    end

    `ASSERT(WaiterHasALockToWaitFor_A, waits == '0 || held_i != '0)
    `ASSERT(SomebodyIsFirst_A, (behind & op_valid_q) == '0 || (op_valid_q & ~behind) != '0)
    `ASSERT(FinishesWhatWasStarted_A, (op_finish_i & ~op_started_q) == '0 && (ret_finish_i & ~ret_started_q) == '0)
    `ASSERT(StartedIsThere_A, (op_started_q & ~op_valid_q) == '0 && (ret_started_q & ~ret_valid_q) == '0)
endmodule

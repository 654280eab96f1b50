// What a request is answered, given what is known of its connection. Generations are serial numbers modulo
// 2^16: "newer" is less than half the circle ahead.
`include "assert.svh"

module ctx_cache_check #(
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    input  logic [OP_W-1:0]     code_i,
    input  logic                driver_i,    // the requester is the driver
    input  logic [GEN_W-1:0]    gen_i,
    input  logic                known_i,     // here_gen_i is the context's, or the last one seen
    input  logic                present_i,   // the context is here
    input  logic                reserved_i,
    input  logic                frozen_i,
    input  logic [GEN_W-1:0]    here_gen_i,
    output logic [RESULT_W-1:0] acquire_o,   // READ_LOCK, FREEZE, EXTRACT
    output logic [RESULT_W-1:0] admit_o,     // RESERVE, INSTALL

    input  logic                entry_found_i,  // the key's lookup entry
    input  logic [2:0]          entry_state_i,
    input  logic                entry_same_conn_i,
    input  logic [GEN_W-1:0]    entry_gen_i,
    output logic [RESULT_W-1:0] entry_admit_o,  // RESERVE, INSTALL: OK if the entry does not forbid it
    output logic                entry_ready_o,  // INSTALL finds its reservation
    output logic [RESULT_W-1:0] entry_release_o // RELEASE
);
    logic [GEN_W-1:0] ahead, entry_ahead;
    logic             older, entry_older;

    assign ahead       = gen_i - here_gen_i;
    assign older       = known_i && ahead[GEN_W-1];
    assign entry_ahead = gen_i - entry_gen_i;
    assign entry_older = entry_same_conn_i && entry_ahead[GEN_W-1];

    always_comb begin
        acquire_o = ctx_cache_pkg::RES_OK;
        if (!present_i)                                 acquire_o = older ? ctx_cache_pkg::RES_STALE : ctx_cache_pkg::RES_ABSENT;
        else if (ahead != '0)                           acquire_o = ctx_cache_pkg::RES_STALE;
        else if (code_i == ctx_cache_pkg::OP_READ_LOCK && frozen_i && !driver_i) acquire_o = ctx_cache_pkg::RES_FROZEN;
        else if (code_i == ctx_cache_pkg::OP_EXTRACT && !frozen_i) acquire_o = ctx_cache_pkg::RES_NOT_FROZEN;
    end

    always_comb begin
        admit_o = ctx_cache_pkg::RES_OK;
        if (older)                         admit_o = ctx_cache_pkg::RES_STALE;
        else if (present_i || reserved_i)  admit_o = ctx_cache_pkg::RES_DUPLICATE;
        else if (known_i && ahead == '0)   admit_o = ctx_cache_pkg::RES_STALE;
    end

    assign entry_ready_o = entry_found_i && entry_state_i == ctx_cache_pkg::ENTRY_RESERVED
                        && entry_same_conn_i && entry_ahead == '0 && code_i == ctx_cache_pkg::OP_INSTALL;

    // A tombstone of the same connection gives its slot to the connection's return.
    always_comb begin
        entry_admit_o = ctx_cache_pkg::RES_OK;
        if (entry_found_i && !(entry_state_i == ctx_cache_pkg::ENTRY_TOMBSTONE && entry_same_conn_i)) begin
            entry_admit_o = ctx_cache_pkg::RES_DUPLICATE;
            if (entry_older) entry_admit_o = ctx_cache_pkg::RES_STALE;
            if (code_i == ctx_cache_pkg::OP_INSTALL && entry_same_conn_i
                && entry_state_i == ctx_cache_pkg::ENTRY_RESERVED) entry_admit_o = ctx_cache_pkg::RES_STALE;
        end
    end

    always_comb begin
        entry_release_o = ctx_cache_pkg::RES_OK;
        if (!entry_found_i || !entry_same_conn_i)  entry_release_o = ctx_cache_pkg::RES_ABSENT;
        else if (entry_ahead != '0)                entry_release_o = ctx_cache_pkg::RES_STALE;
        else if (entry_state_i == ctx_cache_pkg::ENTRY_FROZEN) entry_release_o = ctx_cache_pkg::RES_FROZEN;
        else if (entry_state_i == ctx_cache_pkg::ENTRY_HOT
              || entry_state_i == ctx_cache_pkg::ENTRY_COLD) entry_release_o = ctx_cache_pkg::RES_NOT_FROZEN;
    end

    `ASSERT(OlderIsNeverAdmitted_A, !older || admit_o != ctx_cache_pkg::RES_OK)
    `ASSERT(OnlyItsGenerationIsAcquired_A, acquire_o != ctx_cache_pkg::RES_OK || gen_i == here_gen_i)
endmodule

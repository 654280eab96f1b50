// What a transaction of the commit stage does, given its tag row, its key's entry and its meta line: the answers, and the
// changes of tags, locks, lookup table, miss slots, data port and write queue that belong to it, all in one
// cycle (go_i). Two things remain for the cycle after (second_i): the new context's table command behind the victim's, and the
// job that writes its lines behind the victim's. Pure decisions: no state.
`include "assert.svh"

module ctx_cache_commit #(
    localparam int OP_W = ctx_cache_pkg::OP_W,
    localparam int GEN_W = ctx_cache_pkg::GEN_W,
    localparam int META_W = ctx_cache_pkg::META_W,
    localparam int RESULT_W = ctx_cache_pkg::RESULT_W
) (
    input  logic clk_i,
    input  logic rst_ni,

    // The transaction: a return, a fill, a key's pass, an injection, or else READ_LOCK, FREEZE, EXTRACT.
    input  logic              go_i,
    input  logic              second_i,
    input  logic              second_victim_i, // the table says hot of the victim: now, or in the first cycle
    input  logic              ret_i,
    input  logic              fill_i,
    input  logic              key_i,
    input  logic              inject_i,
    input  logic              inject_tag_i,
    input  logic              refilled_i,    // its fill went before it
    input  logic [OP_W-1:0]   code_i,
    input  logic [GEN_W-1:0]  gen_i,
    input  logic [3:0]        mask_i,
    input  logic              out_of_range_i,

    // What is known
    input  logic              holds_i,
    input  logic              hit_i,
    input  logic              hit_dirty_i,
    input  logic              held_frozen_i,
    input  logic              bad_tag_i,      // a way of the set that nobody holds has bad parity
    input  logic              victim_found_i,
    input  logic              victim_valid_i,
    input  logic              victim_dirty_i,
    input  logic              victim_frozen_i,
    input  logic [GEN_W-1:0]  victim_gen_i,
    input  logic [RESULT_W-1:0] acquire_i,
    input  logic [RESULT_W-1:0] admit_i,
    input  logic [RESULT_W-1:0] entry_admit_i,
    input  logic              entry_ready_i,
    input  logic [RESULT_W-1:0] entry_release_i,
    input  logic              found_i,
    input  logic [2:0]        found_state_i,
    input  logic              free_i,
    input  logic              stale_i,       // the key's entry may have changed since
    input  logic              has_meta_i,
    input  logic [META_W-1:0] meta_i,        // of the fill or the key

    // What happens
    output logic              commit_o,
    output logic              answer_o,
    output logic [RESULT_W-1:0] result_o,
    output logic              miss_o,
    output logic              fill_drop_o,
    output logic              fill_park_o,
    output logic              key_done_o,
    output logic              key_line_o,
    output logic              key_meta_o,
    output logic              key_park_o,
    output logic              key_again_o,
    output logic              again_o,       // a second cycle follows
    output logic              lock_o,
    output logic              unlock_o,
    output logic              touch_o,
    output logic              evict_o,       // the victim's way gets the new context
    output logic              flip_o,         // the tag hit gets a wrong bit
    output logic              scrub_o,        // the bad way is cleared
    output logic              tag_write_o,    // the way hit, held or evicted is written
    output logic              tag_valid_o,
    output logic              tag_dirty_o,
    output logic              tag_frozen_o,
    output logic              table_o,
    output logic [1:0]        table_kind_o,
    output logic [1:0]        table_index_o,
    output logic [2:0]        table_state_o,
    output logic              job_o,
    output logic [ctx_cache_pkg::JOB_W-1:0] job_kind_o,
    output logic              job_bad_o,
    output logic              queue_o,
    output logic [1:0]        queue_kind_o,
    output logic [META_W-1:0] queue_meta_o,

    output logic              evt_hit_o,
    output logic              evt_eviction_o,
    output logic              evt_writeback_o,
    output logic              evt_extract_o,
    output logic              evt_install_o,
    output logic              evt_reserve_o,
    output logic              evt_release_o,
    output logic              evt_remove_o,
    output logic              evt_freeze_o,
    output logic              evt_inject_o,
    output logic              evt_inject_hit_o
);
    logic acquires, locks, freezes, extracts, removes, writes, installs, reserves, releases, fills, drops, outdates, injects;
    logic wants_way, no_way, key_go, key_wants_meta;
    logic [RESULT_W-1:0] key_result;
    logic was_reserved;

    // A code that no operation of its channel has: an answer, and no effect.
    logic unknown;
    always_comb begin
        unknown = 1'b0;
        if (ret_i) unknown = code_i != ctx_cache_pkg::OP_WRITE_UNLOCK && code_i != ctx_cache_pkg::OP_UNLOCK && code_i != ctx_cache_pkg::OP_REMOVE;
        else if (!key_i && !fill_i && !inject_i) unknown = code_i != ctx_cache_pkg::OP_READ_LOCK && code_i != ctx_cache_pkg::OP_FREEZE
                                                        && code_i != ctx_cache_pkg::OP_EXTRACT;
    end

    // READ_LOCK, FREEZE, EXTRACT
    assign acquires = go_i && !ret_i && !key_i && !fill_i && !inject_i;
    assign locks    = acquires && hit_i && acquire_i == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_READ_LOCK;
    assign freezes  = acquires && hit_i && acquire_i == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_FREEZE;
    assign extracts = acquires && hit_i && acquire_i == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_EXTRACT;
    assign miss_o   = acquires && !hit_i && !out_of_range_i && !unknown;
    // Returns
    assign unlock_o = go_i && ret_i && holds_i && !out_of_range_i && !unknown;
    assign removes  = unlock_o && code_i == ctx_cache_pkg::OP_REMOVE;
    assign writes   = unlock_o && code_i == ctx_cache_pkg::OP_WRITE_UNLOCK;
    // The copy in DRAM becomes an old one: of a way known dirty it is that already.
    assign outdates = (writes && !(hit_i && hit_dirty_i)) || freezes;
    // Injection
    assign injects  = go_i && inject_i && hit_i && !out_of_range_i;
    assign flip_o   = injects && inject_tag_i;

    // RESERVE, INSTALL, RELEASE
    assign was_reserved = found_state_i == ctx_cache_pkg::ENTRY_RESERVED;
    always_comb begin
        key_result     = ctx_cache_pkg::RES_OK;
        key_wants_meta = 1'b0;
        if (out_of_range_i) key_result = ctx_cache_pkg::RES_ABSENT;
        else if (code_i == ctx_cache_pkg::OP_RELEASE) begin
            key_result     = entry_release_i;
            key_wants_meta = entry_release_i == ctx_cache_pkg::RES_OK && was_reserved && !has_meta_i;
        end else if (!entry_ready_i) begin
            if (entry_admit_i != ctx_cache_pkg::RES_OK) key_result     = entry_admit_i;
            else if (!hit_i && !has_meta_i)             key_wants_meta = 1'b1;
            else if (admit_i != ctx_cache_pkg::RES_OK)  key_result     = admit_i;
            else if (!found_i && !free_i)               key_result     = ctx_cache_pkg::RES_FULL;
        end
    end
    assign key_go      = go_i && key_i && (!stale_i || out_of_range_i) && !key_wants_meta;
    assign key_again_o = go_i && key_i && stale_i && !out_of_range_i;
    assign key_meta_o  = go_i && key_i && !key_again_o && key_wants_meta;
    assign key_park_o  = key_go && key_result == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_INSTALL && !victim_found_i;
    assign key_done_o  = key_go && !key_park_o;
    assign installs    = key_done_o && key_result == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_INSTALL;
    assign reserves    = key_done_o && key_result == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_RESERVE;
    assign releases    = key_done_o && key_result == ctx_cache_pkg::RES_OK && code_i == ctx_cache_pkg::OP_RELEASE;
    assign key_line_o  = installs;

    // Fill, and the way that a fill or INSTALL takes
    assign drops       = go_i && fill_i && acquire_i != ctx_cache_pkg::RES_OK;
    assign wants_way   = go_i && fill_i && acquire_i == ctx_cache_pkg::RES_OK;
    assign no_way      = wants_way && !victim_found_i;
    assign fills       = wants_way && victim_found_i;
    assign fill_drop_o = drops;
    assign fill_park_o = no_way;
    assign evict_o     = fills || installs;
    assign again_o     = evict_o;

    // Answers: what brings data, or takes data, is answered by the data port.
    assign commit_o = (go_i && ret_i) || (acquires && !miss_o) || drops || key_done_o;
    assign answer_o = commit_o && !locks && !extracts && !installs && !(writes && mask_i != '0);
    always_comb begin
        result_o = ctx_cache_pkg::RES_OK;
        if (key_i)                result_o = key_result;
        else if (unknown)         result_o = ctx_cache_pkg::RES_UNKNOWN;
        else if (out_of_range_i)  result_o = ctx_cache_pkg::RES_ABSENT;
        else if (!ret_i)          result_o = acquire_i;
        else if (!holds_i)        result_o = ctx_cache_pkg::RES_NOT_LOCKED;
    end

    // Tags and locks
    assign lock_o       = locks;
    assign touch_o      = evict_o || locks;
    assign tag_write_o  = evict_o || freezes || extracts || removes || writes || flip_o;
    assign scrub_o      = go_i && bad_tag_i && !tag_write_o;
    assign tag_valid_o  = !extracts && !removes;
    assign tag_dirty_o  = !fills;
    assign tag_frozen_o = fills ? meta_i[ctx_cache_pkg::META_FROZEN_BIT] : freezes || (writes && held_frozen_i);

    // Lookup table: the victim's entry turns cold in the first cycle of a fill, in the second one of INSTALL.
    always_comb begin
        table_o       = freezes || extracts || removes || reserves || releases || installs;
        table_kind_o  = ctx_cache_pkg::TABLE_SET_STATE;
        table_index_o = (reserves || releases || installs) ? ctx_cache_pkg::INDEX_ENTRY : ctx_cache_pkg::INDEX_CONN;
        table_state_o = ctx_cache_pkg::ENTRY_FREE;
        if (freezes)              table_state_o = ctx_cache_pkg::ENTRY_FROZEN;
        if (extracts)             table_state_o = ctx_cache_pkg::ENTRY_TOMBSTONE;
        if (reserves)             table_state_o = ctx_cache_pkg::ENTRY_RESERVED;
        if (installs || second_i) table_state_o = ctx_cache_pkg::ENTRY_HOT;
        if (reserves || (installs && !entry_ready_i)) table_kind_o = ctx_cache_pkg::TABLE_INSERT;
        if (fills || (second_i && key_i)) begin
            table_o       = second_victim_i;
            table_index_o = ctx_cache_pkg::INDEX_VICTIM;
            table_state_o = ctx_cache_pkg::ENTRY_COLD;
        end else if (second_i) begin
            table_o = !meta_i[ctx_cache_pkg::META_FROZEN_BIT];
        end
    end

    // Data port and write queue
    logic victim_leaves;
    assign victim_leaves = evict_o && victim_valid_i && victim_dirty_i;
    always_comb begin
        job_o      = locks || extracts || victim_leaves || second_i || (writes && mask_i != '0) || (injects && !inject_tag_i);
        job_kind_o = ctx_cache_pkg::JOB_READ;
        if (second_i)      job_kind_o = key_i ? ctx_cache_pkg::JOB_INSTALL : ctx_cache_pkg::JOB_FILL;
        else if (evict_o)  job_kind_o = ctx_cache_pkg::JOB_EVICT;
        else if (ret_i)    job_kind_o = ctx_cache_pkg::JOB_WRITE;
        else if (inject_i) job_kind_o = ctx_cache_pkg::JOB_FLIP;
    end
    assign job_bad_o = meta_i[ctx_cache_pkg::META_OUT_BIT];  // of a fill: what came is old, and marked so
    always_comb begin
        queue_o      = victim_leaves || extracts || removes || outdates || reserves || (releases && was_reserved) || (second_i && key_i);
        queue_kind_o = victim_leaves ? ctx_cache_pkg::WQ_EVICT : second_i ? ctx_cache_pkg::WQ_INSTALL : ctx_cache_pkg::WQ_META;
        queue_meta_o = '0;
        queue_meta_o[ctx_cache_pkg::META_GEN_BIT +: GEN_W]  = victim_leaves ? victim_gen_i : gen_i;
        queue_meta_o[ctx_cache_pkg::META_KNOWN_BIT]         = 1'b1;
        queue_meta_o[ctx_cache_pkg::META_PRESENT_BIT]       = victim_leaves || second_i || outdates;
        queue_meta_o[ctx_cache_pkg::META_FROZEN_BIT]        = victim_leaves ? victim_frozen_i : freezes || (writes && held_frozen_i);
        queue_meta_o[ctx_cache_pkg::META_OUT_BIT]           = second_i || outdates;
        queue_meta_o[ctx_cache_pkg::META_RESERVED_BIT]      = reserves;
        if (reserves || releases) begin
            queue_meta_o[ctx_cache_pkg::META_GEN_BIT +: GEN_W] = meta_i[ctx_cache_pkg::META_GEN_BIT +: GEN_W];
            queue_meta_o[ctx_cache_pkg::META_KNOWN_BIT]        = meta_i[ctx_cache_pkg::META_KNOWN_BIT];
        end
    end

    assign evt_hit_o       = acquires && hit_i && !out_of_range_i && !unknown && !refilled_i;
    assign evt_eviction_o  = evict_o && victim_valid_i;
    assign evt_writeback_o = victim_leaves;
    assign evt_extract_o   = extracts;
    assign evt_install_o   = installs;
    assign evt_reserve_o   = reserves;
    assign evt_release_o   = releases;
    assign evt_remove_o    = removes;
    assign evt_freeze_o    = freezes;
    assign evt_inject_o     = go_i && inject_i;
    assign evt_inject_hit_o = injects;

    `ASSERT(FillMisses_A, !(go_i && fill_i) || !hit_i)
    `ASSERT(RefilledHits_A, !(acquires && refilled_i) || hit_i)
    `ASSERT(EvictsOnlyWithAVictim_A, !evict_o || victim_found_i)
    `ASSERT(OneStep_A, !(go_i && second_i))
endmodule

// Proves properties of the lookup pipeline with its table, displacement and the index of live entries. There
// are 16 entries and the stash, and 32 keys, of which eight share each pair of rows. FIND and LOOKUP must
// answer for any key what was last written for it, wherever displacement has put the entry meanwhile.
//
// The control unit here is a model that does what ours does. It makes a FIND, and then it makes an INSERT
// into the free slot that was found, or a SET_STATE of the entry that was found. SET_STATE names the entry by
// its index, or by its connection if it is live. The connection equals the key.
//
// FILLED starts in the state after 13 keys were written that have 12 slots, so that displacement works from
// the first cycle (it never succeeds). SETTLED starts after displacement has given up. In both cases the
// solver then has the 16 keys of that kind.
//
// With CLASH, some keys have a twin with the same rows and fingerprint (hash_stub.sv). FIND must tell of a twin
// that is in the table, so the second of them is never written.
`ifdef SETTLED
`define FILLED
`define UNTIL && !hold
`else
`define UNTIL
`endif
module leaf_table (input logic clk_i, input logic rst_ni);
    localparam int C = ctx_cache_pkg::CONN_PORT_W;
`ifdef CLASH
    localparam int ADDED = 14;  // one of them is a twin
`else
    localparam int ADDED = 13;
`endif
    (* anyseq *) logic       go_any, insert_any, lookup_any, by_conn_any;
    (* anyseq *) logic [4:0] key_any, lookup_key;
    (* anyseq *) logic [2:0] state_any;

    logic [2:0] cycle_q;
    logic [3:0] added_q;
    logic       free_q;  // the solver is free
    initial cycle_q = 3'd0;
    initial free_q = 1'b0;
    always @(posedge clk_i) if (cycle_q != 3'd7) cycle_q <= cycle_q + 1'b1;
    logic rst_q, clear;
    assign rst_q = cycle_q >= 3'd4;
    assign clear = cycle_q == 3'd4 || cycle_q == 3'd5;

    logic       go, insert, lookup_valid, by_conn;
    logic [4:0] key;
    logic [2:0] state;
    assign go           = free_q ? go_any : 1'b1;
    assign insert       = free_q ? insert_any : 1'b1;
    assign lookup_valid = free_q && lookup_any;
    assign key          = free_q ? key_any : {added_q[2:0], added_q[3], 1'b0};
    assign state        = free_q ? state_any : ctx_cache_pkg::ENTRY_HOT;

    // In step 0 the unit is idle, in step 1 it waits for FIND, and in step 2 it decides.
    logic [2:0]  step_q;
    logic [4:0]  timer_q;  // the result comes five cycles after the command
    logic [4:0]  key_q;
    logic        find, write, done, found, clash, free, idle, hold, lookup_ready, rsp_valid, evt, evt_displace, live;
    logic [4:0]  found_index, free_index, used;
    logic [2:0]  found_state, place;
    logic [C-1:0] found_conn, rsp_conn;
    logic [15:0] found_gen, rsp_gen;
    logic [7:0]  rsp_tag;
    assign done  = timer_q[4];
    always @(posedge clk_i) timer_q <= rst_q ? {timer_q[3:0], find} : '0;
    assign find  = step_q == 3'd0 && go && !hold && cycle_q == 3'd7;
    assign write = step_q == 3'd2 && (found ? go : insert && free);
    assign live  = found_state == ctx_cache_pkg::ENTRY_HOT || found_state == ctx_cache_pkg::ENTRY_COLD
                || found_state == ctx_cache_pkg::ENTRY_FROZEN;
    assign by_conn = write && found && live && by_conn_any;

    always @(posedge clk_i) begin
        if (!rst_q) begin
            step_q  <= 3'd0;
            added_q <= '0;
            free_q  <= 1'b0;
        end else begin
`ifdef FILLED
            if (step_q == 3'd2 && !free_q) added_q <= added_q + 1'b1;
            free_q <= free_q || (32'(added_q) == ADDED && step_q == 3'd0 `UNTIL);
`else
            free_q <= 1'b1;
`endif
            if (find) begin
                step_q <= 3'd1;
                key_q  <= key;
            end else if (step_q == 3'd1 && done) step_q <= 3'd2;
            else if (step_q == 3'd2) step_q <= 3'd0;
        end
    end
    ctx_cache_lookup #(.LOOKUP_ENTRIES(16), .CONN_IDS(32)) dut (
        .clk_i(clk_i), .rst_ni(rst_q), .lookup_valid_i(lookup_valid), .lookup_ready_o(lookup_ready),
        .lookup_key_i({3'b0, lookup_key}), .lookup_tag_i({3'b0, lookup_key}), .lookup_rsp_valid_o(rsp_valid),
        .lookup_rsp_ready_i(1'b1), .lookup_rsp_tag_o(rsp_tag), .lookup_rsp_place_o(place),
        .lookup_rsp_conn_o(rsp_conn), .lookup_rsp_gen_o(rsp_gen), .clear_i(clear), .clear_row_i(cycle_q[0]),
        .cmd_valid_i(find || write), .cmd_kind_i(find ? ctx_cache_pkg::TABLE_FIND : found ? ctx_cache_pkg::TABLE_SET_STATE
                                                 : ctx_cache_pkg::TABLE_INSERT),
        .cmd_key_i({3'b0, find ? key : key_q}), .cmd_index_i(found ? found_index : free_index),
        .cmd_state_i(state), .cmd_conn_i(key_q), .cmd_gen_i('0), .cmd_fresh_i(!found), .cmd_writes_i(write), .cmd_by_conn_i(by_conn), .cmd_more_i(1'b0),
        .cmd_shifts_i(write && (!found || state == ctx_cache_pkg::ENTRY_FREE)),
        .ctrl_idle_i(step_q == 3'd0 && !find), .hold_o(hold),
        .found_o(found), .found_index_o(found_index), .found_state_o(found_state), .found_conn_o(found_conn),
        .found_gen_o(found_gen), .clash_o(clash), .free_o(free), .free_index_o(free_index), .used_o(used), .idle_o(idle),
        .evt_lookup_o(evt), .evt_displace_o(evt_displace));

    // state_of_q holds the state that was last written for each key; 0 means that the key is not in the
    // table.
    logic [95:0] state_of_q;
    always @(posedge clk_i) begin
        if (!rst_q) state_of_q <= '0;
        else if (write) state_of_q[32'(key_q)*3 +: 3] <= state;
    end
    logic [2:0] mine;
    assign mine = state_of_q[32'(key_q)*3 +: 3];

    // Is the twin of this key in the table?
    logic [4:0] twin;
    logic       has_twin, clashes;
`ifdef CLASH
    assign has_twin = key_q[4:2] == 3'd7 || key_q[4:2] == 3'd0;
`else
    assign has_twin = 1'b0;
`endif
    assign twin    = key_q ^ 5'b11100;
    assign clashes = has_twin && state_of_q[32'(twin)*3 +: 3] != '0;

    // The answer of a LOOKUP is known when it is taken, because commands and LOOKUPs have one order. It comes
    // five cycles later.
    logic [14:0] told_q;
    logic [2:0]  told, place_of;
    assign told     = told_q[14:12];
    assign place_of = told == ctx_cache_pkg::ENTRY_TOMBSTONE ? ctx_cache_pkg::ENTRY_FROZEN : told;
    always @(posedge clk_i) told_q <= {told_q[11:0], state_of_q[32'(lookup_key)*3 +: 3]};

    always @* begin
        assume (!free_q || state <= 3'd5);
`ifdef FILLED
        assume (!free_q || (!key_any[0] && !lookup_key[0]));
`endif
        assume (!free_q || !write || found || state != 3'd0);
        if (rst_q) begin
            found_iff_there: assert (!(step_q == 3'd2) || (found == (mine != '0) && (!found || found_state == mine)));
            found_is_its_own: assert (!(step_q == 3'd2 && found) || found_conn == key_q);
            clash_is_told: assert (!(step_q == 3'd2) || (clash == clashes && !(clash && (found || free))));
            lookup_finds: assert (!rsp_valid || place == place_of);
            lookup_names_it: assert (!(rsp_valid && place != '0) || rsp_conn == rsp_tag[4:0]);
            stash_is_reached: assert (!(free_q && write && !found && free_index[4]));
            meets_twin: assert (!(free_q && step_q == 3'd2 && clash));
            displaces: assert (!(free_q && evt_displace));
        end
    end
endmodule

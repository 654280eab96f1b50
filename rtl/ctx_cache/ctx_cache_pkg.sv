// Codes of the context cache's ports and of the wires between its parts. Operations, requesters,
// results and places have the numbers of models/hwif/ctx_store.h.
package ctx_cache_pkg;
    parameter int REQUESTERS = 4;  // receive, transmit, timer, driver
    parameter int WHO_W      = 2;
    parameter int OP_W       = 4;
    parameter int CONN_PORT_W = 24;  // connection id or SCAN index on the ports
    parameter int GEN_W      = 16;
    parameter int TAG_W      = 8;
    parameter int KEY_W      = 312;  // flow key: 39 bytes, laddr lowest
    parameter int LINE_W     = 512;
    parameter int LINES      = 5;
    parameter int PARITY_W   = 32;   // interleaved parity bits per line of the data array
    parameter int BIT_W      = 10;   // number of a stored bit, for injection
    parameter int MEM_LINES  = 6;    // lines of a context in DRAM: constant, meta, 0 to 3
    parameter int MEM_ADDR_W = 27;   // connection * 6 + line
    parameter int STASH      = 8;    // overflow entries of the lookup table: one more row
    parameter int ROW_SLOTS  = 8;    // two banks of four
    parameter int FP_W       = 16;   // fingerprint of an entry, as long as it is wider than a row number

    // Toeplitz key of the lookup table's row hash: bits from 0 on make the row in bank 0, from HASH_ROW1 on that in bank 1.
    parameter int HASH_WORD_W = 32;
    parameter int HASH_KEY_W  = 352;
    parameter int HASH_ROW1   = 20;

    parameter logic [WHO_W-1:0] WHO_DRIVER = 2'd3;

    parameter logic [OP_W-1:0] OP_READ_LOCK    = 4'd1;
    parameter logic [OP_W-1:0] OP_WRITE_UNLOCK = 4'd2;
    parameter logic [OP_W-1:0] OP_UNLOCK       = 4'd3;
    parameter logic [OP_W-1:0] OP_RESERVE      = 4'd4;
    parameter logic [OP_W-1:0] OP_INSTALL      = 4'd5;
    parameter logic [OP_W-1:0] OP_FREEZE       = 4'd6;
    parameter logic [OP_W-1:0] OP_EXTRACT      = 4'd7;
    parameter logic [OP_W-1:0] OP_RELEASE      = 4'd8;
    parameter logic [OP_W-1:0] OP_REMOVE       = 4'd9;
    parameter logic [OP_W-1:0] OP_SCAN         = 4'd10;

    parameter int RESULT_W = 4;
    parameter logic [RESULT_W-1:0] RES_OK         = 4'd0;
    parameter logic [RESULT_W-1:0] RES_STALE      = 4'd1;
    parameter logic [RESULT_W-1:0] RES_ABSENT     = 4'd2;
    parameter logic [RESULT_W-1:0] RES_FROZEN     = 4'd3;
    parameter logic [RESULT_W-1:0] RES_FULL       = 4'd4;
    parameter logic [RESULT_W-1:0] RES_DUPLICATE  = 4'd5;
    parameter logic [RESULT_W-1:0] RES_NOT_LOCKED = 4'd6;
    parameter logic [RESULT_W-1:0] RES_NOT_FROZEN = 4'd7;
    parameter logic [RESULT_W-1:0] RES_END        = 4'd8;
    parameter logic [RESULT_W-1:0] RES_BAD        = 4'd9;
    parameter logic [RESULT_W-1:0] RES_UNKNOWN    = 4'd10;  // no operation of this channel has this code

    // State of a lookup entry. Up to FROZEN the number is also enum ctx_place; a tombstone reads as moved.
    parameter int ENTRY_STATE_W = 3;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_FREE      = 3'd0;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_HOT       = 3'd1;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_COLD      = 3'd2;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_RESERVED  = 3'd3;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_FROZEN    = 3'd4;
    parameter logic [ENTRY_STATE_W-1:0] ENTRY_TOMBSTONE = 3'd5;

    // Commands to the lookup table.
    parameter logic [1:0] TABLE_FIND      = 2'd0;
    parameter logic [1:0] TABLE_SET_STATE = 2'd1;
    parameter logic [1:0] TABLE_INSERT    = 2'd2;
    parameter logic [1:0] TABLE_SCAN_ROW  = 2'd3;

    // Which entry a command to the table is about.
    parameter logic [1:0] INDEX_CONN   = 2'd0;  // the live entry of the connection in the commit stage
    parameter logic [1:0] INDEX_VICTIM = 2'd1;  // of its victim's connection
    parameter logic [1:0] INDEX_ENTRY  = 2'd2;  // the key's entry, or a free one
    parameter logic [1:0] INDEX_SCAN   = 2'd3;

    // What a FIND or SCAN_ROW says: found, state, connection, generation, a slot is free.
    parameter int FOUND_W = 1 + ENTRY_STATE_W + CONN_PORT_W + GEN_W + 1;

    // Jobs of the data port.
    parameter int JOB_W = 3;
    parameter logic [JOB_W-1:0] JOB_READ    = 3'd0;  // five lines to the response channel
    parameter logic [JOB_W-1:0] JOB_WRITE   = 3'd1;  // the lines of a mask from the requester
    parameter logic [JOB_W-1:0] JOB_INSTALL = 3'd2;  // lines 0 to 3 from the requester, line 4 from the key unit
    parameter logic [JOB_W-1:0] JOB_EVICT   = 3'd3;  // lines 0 to 3 to the write queue
    parameter logic [JOB_W-1:0] JOB_FILL    = 3'd4;  // five lines from a miss slot
    parameter logic [JOB_W-1:0] JOB_FLIP    = 3'd5;  // injection: one bit of one line

    // Entries of the write queue, and their lines in DRAM.
    parameter int WQ_DEPTH = 8;
    parameter int WQ_IDX_W = 3;
    parameter logic [1:0] WQ_META    = 2'd0;  // meta
    parameter logic [1:0] WQ_EVICT   = 2'd1;  // meta, lines 0 to 3
    parameter logic [1:0] WQ_INSTALL = 2'd2;  // constant line, meta

    // Meta line: bits 15:0 last generation, then the flags.
    parameter int META_W            = 21;
    parameter int META_GEN_BIT      = 0;
    parameter int META_KNOWN_BIT    = 16;  // a generation was seen here
    parameter int META_PRESENT_BIT  = 17;  // lines 0 to 4 are a live context
    parameter int META_RESERVED_BIT = 18;  // a lookup entry is reserved for it
    parameter int META_FROZEN_BIT   = 19;
    parameter int META_OUT_BIT      = 20;  // lines 0 to 3 here are not the newest
    // In DRAM the number of the start that wrote the line follows; a line of another start says nothing.
    parameter int META_BOOT_BIT     = 21;
    parameter int BOOT_W            = 32;
endpackage

/*
 * The interface of the context cache to the TOE engine: requests and responses on the cache's own clock.
 * Implemented by the Verilated RTL (sim/glue/ctx_cache_rtl) and by the golden C model
 * (models/ctx_cache). The rules are those of docs/ctx_cache.md.
 *
 * A requester has at most one context locked, and at most one of READ_LOCK .. SCAN outstanding
 * besides its own WRITE_UNLOCK or UNLOCK; LOOKUPs are pipelined and answered in order.
 */
#ifndef TOESIM_HWIF_CTX_STORE_H
#define TOESIM_HWIF_CTX_STORE_H

#include "models/hwif/ctx_enums.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stdint.h>

enum ctx_who {
    CTX_WHO_RX = 0,
    CTX_WHO_TX = 1,
    CTX_WHO_TIMER = 2,
    CTX_WHO_DRIVER = 3,
    CTX_WHO_COUNT = 4
};

enum ctx_op {
    CTX_OP_LOOKUP = 0,       /* key -> place, conn, gen */
    CTX_OP_READ_LOCK = 1,    /* (conn, gen) -> image, locked; waits for the lock */
    CTX_OP_WRITE_UNLOCK = 2, /* lines of mask (bits 0..3; never the constant line), then unlock */
    CTX_OP_UNLOCK = 3,
    CTX_OP_RESERVE = 4, /* (key, conn, gen): keep a lookup slot */
    CTX_OP_INSTALL = 5, /* (conn, gen, image): reserved -> mine, or fresh if not reserved */
    CTX_OP_FREEZE = 6,  /* (conn, gen): waits until unlocked; then only DRIVER may lock */
    CTX_OP_EXTRACT = 7, /* (conn, gen) frozen -> image; leaves a tombstone */
    CTX_OP_RELEASE = 8, /* (key, conn, gen): drop a tombstone or reservation */
    CTX_OP_REMOVE = 9,  /* (conn, gen) by the lock's holder, on close: context and entry go */
    CTX_OP_SCAN = 10,   /* conn = lookup-table index to start from -> next valid entry */
};

enum ctx_place {
    CTX_PLACE_NOT_MINE = 0,
    CTX_PLACE_HOT = 1,  /* mine, in the cache */
    CTX_PLACE_COLD = 2, /* mine, in on-card DRAM */
    CTX_PLACE_RESERVED = 3,
    CTX_PLACE_MOVED = 4, /* frozen, or tombstone */
};

enum ctx_result {
    CTX_OK = 0,
    CTX_STALE = 1,      /* another generation is here, or a newer one was */
    CTX_ABSENT = 2,     /* no such context or entry here */
    CTX_FROZEN = 3,     /* READ_LOCK by anyone but DRIVER on a frozen context */
    CTX_FULL = 4,       /* no lookup slot, or none for this tuple (clashes) */
    CTX_DUPLICATE = 5,  /* tuple or id already here */
    CTX_NOT_LOCKED = 6, /* WRITE_UNLOCK, UNLOCK or REMOVE by someone who holds no lock on it */
    CTX_NOT_FROZEN = 7, /* EXTRACT before FREEZE */
    CTX_END = 8,        /* SCAN: no more entries */
    CTX_BAD = 9,        /* READ_LOCK, EXTRACT: as OK, but a bit of the context is wrong: no image */
    CTX_UNKNOWN = 10,   /* no operation has this code: nothing was done */
};

/* Parity bits beside each line of the cache, and all its bits. Bit p is the parity of p, p + 32, ... */
enum { CTX_PARITY_BITS = 32, CTX_LINE_STORED_BITS = 8 * CTX_LINE_BYTES + CTX_PARITY_BITS };

/* Words of the lookup table's hash key. */
enum { CTX_HASH_WORDS = 11 };

/* A soft error, which flips one stored bit of a context in the cache. */
struct ctx_flip {
    bool tag;      /* in the tag array; else in the data array */
    uint8_t line;  /* data: 0 to CTX_LINES - 1 */
    uint16_t bit;  /* below CTX_LINE_STORED_BITS: parity from 512 on; of a tag beyond its entry */
    uint32_t conn; /* nothing happens if this context is not in the cache */
};

/* Codes of this bound and beyond do not fit the ports; those above CTX_OP_SCAN are answered CTX_UNKNOWN. */
enum { CTX_OP_CODES = 16 };

struct ctx_req {
    uint8_t op;   /* enum ctx_op */
    uint8_t who;  /* enum ctx_who */
    uint8_t mask; /* WRITE_UNLOCK: lines to write */
    uint8_t reserved;
    uint16_t gen;
    uint32_t conn;
    uint64_t tag;         /* comes back in the response */
    struct flow_key key;  /* LOOKUP, RESERVE, RELEASE */
    const uint8_t *image; /* WRITE_UNLOCK, INSTALL: CTX_BYTES; borrowed for the call */
};

struct ctx_rsp {
    uint8_t op;
    uint8_t who;
    uint8_t result; /* enum ctx_result */
    uint8_t place;  /* enum ctx_place; LOOKUP, SCAN; FREEZE, OK: where it was, HOT or COLD */
    uint16_t gen;
    uint32_t conn;
    uint32_t next; /* SCAN: index to continue from */
    uint64_t tag;
    const uint8_t *image; /* READ_LOCK, EXTRACT: CTX_BYTES, valid during the call; else null */
};

/* Receives each response at the simulated time of its last beat. on_response() may call submit(). */
struct ctx_client {
    void (*on_response)(void *self, const struct ctx_rsp *rsp, uint64_t now_ps);
    void *self;
};

struct ctx_store_ops {
    /* Copies a request. Returns false if this requester's queue is full; try again after a response. */
    bool (*submit)(void *self, const struct ctx_req *req, uint64_t now_ps);
    /* Returns to the power-on state. Submitted requests get no response, and contexts in the on-card DRAM are invalid. It
     * must not be called from inside on_response(). */
    void (*reset)(void *self, uint64_t now_ps);
    /* Returns true if the initialisation after a reset is complete. */
    bool (*is_ready)(const void *self);
    /* One of the CTX_HASH_WORDS words of the secret key that says which flows share rows of the lookup
     * table, word 0 last. Only while the cache is ready and has not been used since its reset. */
    void (*hash_word)(void *self, uint32_t word, uint64_t now_ps);
    /* Injects a copy of a soft error. Returns false if another one is in progress; try again later. */
    bool (*flip)(void *self, const struct ctx_flip *flip, uint64_t now_ps);
};

struct ctx_store {
    const struct ctx_store_ops *ops;
    void *self;
};

/* Counts of one cache, as reported in stats.json. */
struct ctx_store_stats {
    uint64_t lookups, hits, misses, evictions, writebacks, extracts, freezes_cold, installs;
    uint64_t reserves, releases, removes, freezes, lock_waits;
    uint64_t displacements;       /* moves of lookup entries that found both rows full */
    uint64_t clashes;             /* answers CTX_FULL as another tuple has the fingerprint */
    uint64_t flips, flips_missed; /* soft errors injected: into a context that was here; not */
    uint64_t tag_errors;          /* ways dropped as their tag had bad parity */
    uint64_t bad_reads;           /* answers CTX_BAD */
    uint64_t bad_victims;         /* contexts that left for DRAM with bad parity, marked there */
    uint64_t cycles_run, cycles_skipped;
};

/* The counts of one set of the cache, which show whether connections crowd in a few sets. */
struct ctx_set_stats {
    uint64_t hits, misses, evictions;
};

#endif

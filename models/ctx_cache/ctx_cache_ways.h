/* The ways of the golden cache and the context DRAM behind them: what is here, and how it comes and goes. */
#ifndef TOESIM_CTX_CACHE_CTX_CACHE_WAYS_H
#define TOESIM_CTX_CACHE_CTX_CACHE_WAYS_H

#include "models/ctx_cache/ctx_cache_core.h"

/* The connection's lines in DRAM; never null. */
struct ctx_dram *ctx_dram_of(struct ctx_core *core, uint32_t conn);

/* The way whose tag says it holds the connection; null: none. */
struct ctx_way *ctx_ways_hit(const struct ctx_core *core, uint32_t conn);
/* The way of a connection that is locked, whatever its tag says. */
struct ctx_way *ctx_ways_of_lock(const struct ctx_core *core, uint32_t conn);
bool ctx_ways_is_locked(const struct ctx_core *core, uint32_t conn);

/* Which way of the connection's set would make room; false: every way is locked. */
bool ctx_ways_choose(const struct ctx_core *core, uint32_t conn, uint32_t *way);
/* The way was used. */
void ctx_ways_touch(struct ctx_core *core, const struct ctx_way *way);

/* Empties the victim's way, of which there must be one: its lookup entry turns cold, and if it was written it goes
 * to DRAM, where it is the newest again unless a line was bad. */
struct ctx_way *ctx_ways_evict(struct ctx_core *core, uint32_t conn);
/* A context that is present in DRAM comes in; all its lines are bad if newer ones were lost. */
struct ctx_way *ctx_ways_fill(struct ctx_core *core, uint32_t conn);
/* Ends the context. DRAM keeps only its generation. */
void ctx_ways_forget(struct ctx_core *core, struct ctx_way *way);
/* Writes the constant line and the meta line to DRAM at once, so that only four lines are left to write back when the
 * way becomes a victim. */
void ctx_ways_write_through(struct ctx_core *core, const struct ctx_way *way);
/* Writes the meta line alone, which then says that the lines in DRAM are older than those of the cache. */
void ctx_ways_mark_out(struct ctx_core *core, const struct ctx_way *way);

#endif

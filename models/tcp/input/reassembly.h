/*
 * Segments that arrived beyond a hole: up to four intervals in ctx->ooo, sorted, disjoint, not adjacent,
 * all beyond rcv_nxt, and dense in the array. ctx->ooo_order lists their indices, two bits each. The
 * interval that received a segment last is in the low bits, which is the order in which RFC 2018 4 reports
 * them.
 */
#ifndef TOESIM_TCP_REASSEMBLY_H
#define TOESIM_TCP_REASSEMBLY_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

enum { REASSEMBLY_INTERVALS = 4 };

enum reassembly_outcome { REASSEMBLY_NEW, REASSEMBLY_KNOWN, REASSEMBLY_FULL };

unsigned reassembly_count(const struct conn_ctx *ctx);

/* Adds [start, end), whose start is beyond rcv_nxt. KNOWN: it has no new bytes. FULL: no interval is free. */
enum reassembly_outcome reassembly_insert(struct conn_ctx *ctx, uint32_t start, uint32_t end);

/* Returns the index of the nth most recent interval, counted from 0; n < reassembly_count(). */
unsigned reassembly_recent(const struct conn_ctx *ctx, unsigned n);

/* Advances rcv_nxt over intervals that it has reached. */
void reassembly_advance(struct conn_ctx *ctx);

bool reassembly_is_sane(const struct conn_ctx *ctx);

#endif

/*
 * What arrived beyond a hole: up to four intervals in ctx->ooo, sorted, disjoint, not adjacent, all
 * beyond rcv_nxt, without gaps in the array. ctx->ooo_order lists their indices, two bits each, the
 * one that a segment fell into last in the low bits: the order RFC 2018 4 reports them in.
 */
#ifndef TOESIM_TCP_REASSEMBLY_H
#define TOESIM_TCP_REASSEMBLY_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

enum { REASSEMBLY_INTERVALS = 4 };

enum reassembly_outcome { REASSEMBLY_NEW, REASSEMBLY_KNOWN, REASSEMBLY_FULL };

unsigned reassembly_count(const struct conn_ctx *ctx);

/* Adds [start, end), start beyond rcv_nxt. KNOWN: nothing new in it. FULL: no interval left. */
enum reassembly_outcome reassembly_insert(struct conn_ctx *ctx, uint32_t start, uint32_t end);

/* Index of the interval that is the nth most recent one, from 0; n < reassembly_count(). */
unsigned reassembly_recent(const struct conn_ctx *ctx, unsigned n);

/* Moves rcv_nxt over intervals that it has reached. */
void reassembly_advance(struct conn_ctx *ctx);

bool reassembly_is_sane(const struct conn_ctx *ctx);

#endif

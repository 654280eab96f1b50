/*
 * Bytes that grow beyond memory: kept in pages, of which the ones used last stay in memory and the
 * others go to a file without a name (models/base/temp_file.h).
 */
#ifndef TOESIM_TRACE_SPILL_H
#define TOESIM_TRACE_SPILL_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPILL_PAGE_BYTES = 16128 }; /* 4 chunks of segment_rows.c, 1344 verdicts of conv_view.c */

struct spill; /* opaque */

/* What stays in memory of all that a capture keeps: 256 MiB; the environment's TOESIM_SPILL_BYTES is for
 * tests. */
uint64_t spill_memory_default(void);

/* Null: no memory. */
struct spill *spill_create(uint64_t memory_bytes);
void spill_destroy(struct spill *spill);

/* The page with this number, which is zero when it was never there; null: no memory, or the disk
 * failed (spill_trouble()). Valid until the next call. write: what it holds will change. */
void *spill_page(struct spill *spill, uint64_t page, bool write);

/* Adds bytes behind all others and tells their offset. False: as null above. */
bool spill_append(struct spill *spill, const void *bytes, size_t len, uint64_t *offset);
/* Reads what was added. False: as null above. */
bool spill_read(struct spill *spill, uint64_t offset, void *bytes, size_t len);

/* Bytes added so far. */
uint64_t spill_bytes(const struct spill *spill);

/* STATUS_OK, or what has gone wrong, into err. */
enum status spill_trouble(const struct spill *spill, struct error *err);

#endif

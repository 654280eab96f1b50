/*
 * A byte store that may be larger than memory. It consists of pages. The pages used last stay in memory, and the others
 * go to an unnamed file (models/base/temp_file.h).
 */
#ifndef TOESIM_TRACE_SPILL_H
#define TOESIM_TRACE_SPILL_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPILL_PAGE_BYTES = 16128 }; /* 4 chunks of segment_rows.c, 1344 verdicts of conv_view.c */

struct spill; /* opaque */

/* Returns how many bytes of a capture's data stay in memory, which is 256 MiB. Tests change it with the environment
 * variable TOESIM_SPILL_BYTES. */
uint64_t spill_memory_default(void);

/* Creates an empty store. Returns null if memory is short. */
struct spill *spill_create(uint64_t memory_bytes);
void spill_destroy(struct spill *spill);

/* Returns the page with this number, which is valid until the next call. A new page is zero. `write` tells that the caller
 * will change it. Returns null if memory is short or the disk failed (spill_trouble()). */
void *spill_page(struct spill *spill, uint64_t page, bool write);

/* Appends bytes and sets *offset to their position. Returns false if memory is short or the disk failed. */
bool spill_append(struct spill *spill, const void *bytes, size_t len, uint64_t *offset);
/* Changes bytes that were appended before. Returns false if memory is short or the disk failed. */
bool spill_write(struct spill *spill, uint64_t offset, const void *bytes, size_t len);
/* Reads bytes that were appended. Returns false if memory is short or the disk failed. */
bool spill_read(struct spill *spill, uint64_t offset, void *bytes, size_t len);

/* Returns how many bytes were appended so far. */
uint64_t spill_bytes(const struct spill *spill);

/* Returns STATUS_OK, or the status of an earlier error, with its text in `err`. */
enum status spill_trouble(const struct spill *spill, struct error *err);
/* Makes an error of `from`, which will be destroyed, the error of `to` if that has none. Either may be null. */
void spill_pass_trouble(const struct spill *from, struct spill *to);

#endif

/* References to payload. A reference tells where the bytes are, so that they need not stay in memory. */
#ifndef TOESIM_TRACE_PAYLOAD_H
#define TOESIM_TRACE_PAYLOAD_H

#include "models/trace/capture/capture_source.h"
#include "models/trace/store/spill.h"

/* A reference is an offset in the unpacked file. With this bit it is an offset in the separate store of bytes that do not
 * lie in one piece in the file, such as the payload of reassembled fragments. */
#define PAYLOAD_ASIDE (UINT64_C(1) << 63)
/* The reference of bytes that the capture does not hold. */
#define PAYLOAD_NONE UINT64_MAX

struct row_cache;

/* The stores of a capture, which owns all of them. */
struct payload_store {
    struct capture_source *source;
    struct spill *aside;
    struct spill *kept;     /* the replay of each conversation, as lists of rows */
    struct row_cache *rows; /* the rows that were read last */
};

/* Reads bytes. If memory is short or the disk failed, it returns false, the bytes are zero, and payload_trouble() reports
 * the error. */
bool payload_read(const struct payload_store *store, uint64_t at, void *bytes, size_t len);
/* Adds bytes to the separate store and sets *at to their reference. Returns false in the same cases. */
bool payload_keep(const struct payload_store *store, const void *bytes, size_t len, uint64_t *at);

/* Returns STATUS_OK, or the status of the error since the capture was opened, with its text in `err`. */
enum status payload_trouble(const struct payload_store *store, struct error *err);

/* Returns true if both pieces hold the same bytes. */
bool payload_is_equal(const struct payload_store *store, uint64_t a, uint64_t b, uint64_t len);

#endif

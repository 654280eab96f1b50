/* Payload by reference: where its bytes are, instead of the bytes. */
#ifndef TOESIM_TRACE_PAYLOAD_H
#define TOESIM_TRACE_PAYLOAD_H

#include "models/trace/capture/capture_source.h"
#include "models/trace/store/spill.h"

/* A reference is an offset in the unpacked file or, with this bit, in what was kept aside because it
 * does not lie in one piece in the file (put together from fragments, say). */
#define PAYLOAD_ASIDE (UINT64_C(1) << 63)
/* Of bytes the capture does not hold. */
#define PAYLOAD_NONE UINT64_MAX

struct row_cache;

/* All of it is owned by the capture. */
struct payload_store {
    struct capture_source *source;
    struct spill *aside;
    struct spill *kept;     /* what is to be replayed of each conversation: lists of rows, */
    struct row_cache *rows; /* and those that were read last */
};

/* False: no memory, or the disk failed; payload_trouble() says it, and the bytes are zero. */
bool payload_read(const struct payload_store *store, uint64_t at, void *bytes, size_t len);
/* Keeps bytes aside; false as above. */
bool payload_keep(const struct payload_store *store, const void *bytes, size_t len, uint64_t *at);

/* STATUS_OK, or what has gone wrong since the capture was opened, into err. */
enum status payload_trouble(const struct payload_store *store, struct error *err);

/* True if both pieces hold the same bytes. */
bool payload_is_equal(const struct payload_store *store, uint64_t a, uint64_t b, uint64_t len);

#endif

#include "models/trace/store/payload.h"

#include <string.h>

enum { PART_BYTES = 4096 };

bool payload_read(const struct payload_store *store, uint64_t at, void *bytes, size_t len)
{
    if (!(at & PAYLOAD_ASIDE))
        return capture_source_read(store->source, at, bytes, len);
    if (spill_read(store->aside, at & ~PAYLOAD_ASIDE, bytes, len))
        return true;
    memset(bytes, 0, len);
    return false;
}

bool payload_keep(const struct payload_store *store, const void *bytes, size_t len, uint64_t *at)
{
    if (!spill_append(store->aside, bytes, len, at))
        return false;
    *at |= PAYLOAD_ASIDE;
    return true;
}

enum status payload_trouble(const struct payload_store *store, struct error *err)
{
    enum status status = store->source ? capture_source_trouble(store->source, err) : STATUS_OK;
    if (status == STATUS_OK && store->aside)
        status = spill_trouble(store->aside, err);
    return status == STATUS_OK && store->kept ? spill_trouble(store->kept, err) : status;
}

bool payload_is_equal(const struct payload_store *store, uint64_t a, uint64_t b, uint64_t len)
{
    uint8_t left[PART_BYTES], right[PART_BYTES];
    for (uint64_t done = 0; done < len;) {
        size_t part = len - done < PART_BYTES ? (size_t)(len - done) : PART_BYTES;
        payload_read(store, a + done, left, part);
        payload_read(store, b + done, right, part);
        if (memcmp(left, right, part) != 0)
            return false;
        done += part;
    }
    return true;
}

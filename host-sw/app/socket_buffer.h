/* A ring of bytes between a program and a connection. */
#ifndef TOESIM_APP_SOCKET_BUFFER_H
#define TOESIM_APP_SOCKET_BUFFER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct socket_buffer {
    uint8_t *bytes;
    uint32_t size, head, used; /* used bytes from head on, modulo size */
};

static inline bool socket_buffer_init(struct socket_buffer *b, uint32_t size)
{
    *b = (struct socket_buffer){.bytes = malloc(size), .size = size};
    return b->bytes;
}

static inline void socket_buffer_free(struct socket_buffer *b)
{
    free(b->bytes);
    *b = (struct socket_buffer){0};
}

static inline uint32_t socket_buffer_used(const struct socket_buffer *b) { return b->used; }

static inline uint32_t socket_buffer_free_bytes(const struct socket_buffer *b)
{
    return b->size - b->used;
}

/* Returns the size of the contiguous piece that may be filled next, and its address. socket_buffer_commit() then adds
 * the bytes that were filled. */
static inline uint32_t socket_buffer_space(struct socket_buffer *b, void **at)
{
    if (b->used == b->size)
        return 0;
    uint32_t tail = (b->head + b->used) % b->size;
    *at = b->bytes + tail;
    return tail < b->head ? b->head - tail : b->size - tail;
}

static inline void socket_buffer_commit(struct socket_buffer *b, uint32_t len)
{
    assert(len <= socket_buffer_free_bytes(b));
    b->used += len;
}

/* Returns the size of the contiguous piece that is to be read next, and its address. */
static inline uint32_t socket_buffer_used_piece(const struct socket_buffer *b, const void **at)
{
    *at = b->bytes + b->head;
    return b->used < b->size - b->head ? b->used : b->size - b->head;
}

static inline void socket_buffer_consume(struct socket_buffer *b, uint32_t len)
{
    assert(len <= b->used);
    b->used -= len;
    b->head = b->size ? (b->head + len) % b->size : 0;
}

/* Adds as many bytes as fit and returns their number. */
static inline uint32_t socket_buffer_put(struct socket_buffer *b, const void *bytes, uint32_t len)
{
    uint32_t done = 0, space;
    void *at;
    while (done < len && (space = socket_buffer_space(b, &at)) > 0) {
        uint32_t n = space < len - done ? space : len - done;
        memcpy(at, (const uint8_t *)bytes + done, n);
        socket_buffer_commit(b, n);
        done += n;
    }
    return done;
}

/* Copies up to len bytes without removing them and returns their number. */
static inline uint32_t socket_buffer_copy(const struct socket_buffer *b, void *bytes, uint32_t len)
{
    uint32_t n = len < b->used ? len : b->used;
    uint32_t first = n < b->size - b->head ? n : b->size - b->head;
    if (n == 0)
        return 0;
    memcpy(bytes, b->bytes + b->head, first);
    memcpy((uint8_t *)bytes + first, b->bytes, n - first);
    return n;
}

/* Changes the size, but not below the used bytes, which are kept. Returns false and changes nothing if no memory is
 * left. */
static inline bool socket_buffer_resize(struct socket_buffer *b, uint32_t size)
{
    struct socket_buffer other;
    if (!socket_buffer_init(&other, size > b->used ? size : b->used))
        return false;
    other.used = socket_buffer_copy(b, other.bytes, b->used);
    free(b->bytes);
    *b = other;
    return true;
}

#endif

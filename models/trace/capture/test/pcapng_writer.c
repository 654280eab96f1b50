#include "models/trace/capture/test/pcapng_writer.h"

#include <assert.h>
#include <string.h>

void pcapng_put_bytes(struct pcapng_writer *w, const void *bytes, size_t len)
{
    size_t padded = (len + 3) / 4 * 4;
    assert(w->len + padded <= PCAPNG_WRITER_MAX);
    memset(w->bytes + w->len, 0, padded);
    if (len)
        memcpy(w->bytes + w->len, bytes, len);
    w->len += padded;
}

void pcapng_put16(struct pcapng_writer *w, uint16_t value)
{
    value = w->swapped ? __builtin_bswap16(value) : value;
    assert(w->len + sizeof value <= PCAPNG_WRITER_MAX);
    memcpy(w->bytes + w->len, &value, sizeof value);
    w->len += sizeof value;
}

void pcapng_put32(struct pcapng_writer *w, uint32_t value)
{
    value = w->swapped ? __builtin_bswap32(value) : value;
    pcapng_put_bytes(w, &value, sizeof value);
}

void pcapng_block_begin(struct pcapng_writer *w, uint32_t type)
{
    w->block = w->len;
    pcapng_put32(w, type);
    pcapng_put32(w, 0);
}

void pcapng_block_end(struct pcapng_writer *w)
{
    size_t end = w->len + 4;
    uint32_t length = (uint32_t)(end - w->block);
    pcapng_put32(w, length);
    w->len = w->block + 4;
    pcapng_put32(w, length);
    w->len = end;
}

void pcapng_put_section(struct pcapng_writer *w)
{
    pcapng_block_begin(w, 0x0a0d0d0a);
    pcapng_put32(w, 0x1a2b3c4d);
    pcapng_put16(w, 1);
    pcapng_put16(w, 0);
    pcapng_put32(w, UINT32_MAX);
    pcapng_put32(w, UINT32_MAX);
    pcapng_block_end(w);
}

static void put64(struct pcapng_writer *w, uint64_t value)
{
    value = w->swapped ? __builtin_bswap64(value) : value;
    pcapng_put_bytes(w, &value, sizeof value);
}

void pcapng_put_interface(struct pcapng_writer *w, uint16_t link, uint32_t snaplen,
                          const char *name, uint8_t resolution, int64_t offset_seconds)
{
    pcapng_block_begin(w, 1);
    pcapng_put16(w, link);
    pcapng_put16(w, 0);
    pcapng_put32(w, snaplen);
    if (name) {
        pcapng_put16(w, 2);
        pcapng_put16(w, (uint16_t)strlen(name));
        pcapng_put_bytes(w, name, strlen(name));
    }
    if (resolution != 6) {
        pcapng_put16(w, 9);
        pcapng_put16(w, 1);
        pcapng_put_bytes(w, &resolution, 1);
    }
    if (offset_seconds) {
        pcapng_put16(w, 14);
        pcapng_put16(w, 8);
        put64(w, (uint64_t)offset_seconds);
    }
    pcapng_put32(w, 0); /* end of options */
    pcapng_block_end(w);
}

void pcapng_put_packet(struct pcapng_writer *w, uint32_t interface, uint64_t stamp,
                       const void *bytes, uint32_t captured, uint32_t length)
{
    pcapng_block_begin(w, 6);
    pcapng_put32(w, interface);
    pcapng_put32(w, (uint32_t)(stamp >> 32));
    pcapng_put32(w, (uint32_t)stamp);
    pcapng_put32(w, captured);
    pcapng_put32(w, length);
    pcapng_put_bytes(w, bytes, captured);
    pcapng_block_end(w);
}

void pcapng_put_old_packet(struct pcapng_writer *w, uint16_t interface, uint64_t stamp,
                           const void *bytes, uint32_t captured, uint32_t length)
{
    pcapng_block_begin(w, 2);
    pcapng_put16(w, interface);
    pcapng_put16(w, 77); /* packets dropped */
    pcapng_put32(w, (uint32_t)(stamp >> 32));
    pcapng_put32(w, (uint32_t)stamp);
    pcapng_put32(w, captured);
    pcapng_put32(w, length);
    pcapng_put_bytes(w, bytes, captured);
    pcapng_block_end(w);
}

void pcapng_put_simple_packet(struct pcapng_writer *w, const void *bytes, uint32_t captured,
                              uint32_t length)
{
    pcapng_block_begin(w, 3);
    pcapng_put32(w, length);
    pcapng_put_bytes(w, bytes, captured);
    pcapng_block_end(w);
}

long pcapng_writer_read(void *writer, void *bytes, size_t size)
{
    struct pcapng_writer *w = writer;
    size_t left = w->len - w->read, take = size < left ? size : left;
    memcpy(bytes, w->bytes + w->read, take);
    w->read += take;
    return (long)take;
}

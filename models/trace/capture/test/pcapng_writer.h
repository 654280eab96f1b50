/* Writes pcapng blocks in memory, in either byte order, for tests and for the fuzzer's seeds. */
#ifndef TOESIM_TEST_PCAPNG_WRITER_H
#define TOESIM_TEST_PCAPNG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCAPNG_WRITER_MAX = 8192 };

struct pcapng_writer {
    bool swapped; /* writes the byte order that this machine does not have */
    uint8_t bytes[PCAPNG_WRITER_MAX];
    size_t len;
    size_t block; /* offset of the current block */
    size_t read;  /* bytes that pcapng_writer_read() has given out */
};

void pcapng_put16(struct pcapng_writer *w, uint16_t value);
void pcapng_put32(struct pcapng_writer *w, uint32_t value);
/* Writes the bytes and their padding. */
void pcapng_put_bytes(struct pcapng_writer *w, const void *bytes, size_t len);
/* Begins a block of this type, and ends it by writing its length at both ends. */
void pcapng_block_begin(struct pcapng_writer *w, uint32_t type);
void pcapng_block_end(struct pcapng_writer *w);

/* Writes a section header. */
void pcapng_put_section(struct pcapng_writer *w);
/* Writes an interface description. The option is left out for a null `name`, a `resolution` of 6 and an
 * `offset_seconds` of 0. */
void pcapng_put_interface(struct pcapng_writer *w, uint16_t link, uint32_t snaplen,
                          const char *name, uint8_t resolution, int64_t offset_seconds);
/* Writes an enhanced packet, an obsolete packet or a simple packet. `captured` is the number of stored bytes, and
 * `length` is the number of bytes on the wire. */
void pcapng_put_packet(struct pcapng_writer *w, uint32_t interface, uint64_t stamp,
                       const void *bytes, uint32_t captured, uint32_t length);
void pcapng_put_old_packet(struct pcapng_writer *w, uint16_t interface, uint64_t stamp,
                           const void *bytes, uint32_t captured, uint32_t length);
void pcapng_put_simple_packet(struct pcapng_writer *w, const void *bytes, uint32_t captured,
                              uint32_t length);

/* The function that pcapng_open() calls to read the bytes. */
long pcapng_writer_read(void *writer, void *bytes, size_t size);

#endif

/*
 * Reads the blocks of a pcapng file (draft-ietf-opsawg-pcapng). Sections may have either byte order, and each packet
 * gets the link type, snap length and clock of its own interface. We do not use libpcap here, because it refuses files
 * whose interfaces differ in link type or snap length.
 */
#ifndef TOESIM_TRACE_PCAPNG_H
#define TOESIM_TRACE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCAPNG_MAGIC = 0x0a0d0d0a, PCAPNG_NAME_MAX = 64, PCAPNG_INTERFACES_MAX = 1024 };

struct pcapng_packet {
    uint32_t interface;   /* numbered over all sections of the file */
    uint64_t time_ns;     /* since 1970; a simple packet has the time of the one before it */
    const uint8_t *bytes; /* valid until the next call */
    uint64_t at;          /* where they are in the stream, its first byte being 0 */
    uint32_t captured, length;
};

struct pcapng_interface {
    int link;                   /* LINKTYPE_ value */
    uint32_t snaplen;           /* 0: no limit */
    uint8_t resolution;         /* if_tsresol */
    int64_t offset_seconds;     /* if_tsoffset */
    char name[PCAPNG_NAME_MAX]; /* if_name; empty: none */
};

enum pcapng_state { PCAPNG_PACKET, PCAPNG_END, PCAPNG_DAMAGED };

/* Reads up to `size` bytes and returns how many, which is fewer only at the end of the file, or -1 if reading failed. */
typedef long (*pcapng_read)(void *stream, void *bytes, size_t size);

struct pcapng; /* opaque */

/* Opens a file. `stream` is borrowed, and its first byte must belong to a section header block. Returns null if memory
 * is short. */
struct pcapng *pcapng_open(pcapng_read read, void *stream);
void pcapng_close(struct pcapng *file);

/* Reads the next packet. After END or DAMAGED nothing more can be read. */
enum pcapng_state pcapng_next(struct pcapng *file, struct pcapng_packet *packet);
const char *pcapng_damage(const struct pcapng *file); /* words, after DAMAGED */

/* Return the number of interfaces that the file has described so far, and one of them. */
uint32_t pcapng_interface_count(const struct pcapng *file);
const struct pcapng_interface *pcapng_interface(const struct pcapng *file, uint32_t index);

/* Converts a time stamp of an interface to ns since 1970. The result is limited to the years 1970 to 2242. */
uint64_t pcapng_time_ns(const struct pcapng_interface *interface, uint64_t stamp);

#endif

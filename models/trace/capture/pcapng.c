#include "models/trace/capture/pcapng.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET_OLD = 2,
    BLOCK_PACKET_SIMPLE = 3,
    BLOCK_PACKET = 6,
    BLOCK_MIN = 12,               /* type, length, and the length again */
    BLOCK_MAX = 16 * 1024 * 1024, /* Wireshark's limit */
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    SECTION_FIXED = 16,
    INTERFACE_FIXED = 8,
    PACKET_FIXED = 20,
    CHUNK = 64 * 1024,
    OPTION_END = 0,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
    OPTION_OFFSET = 14,
    RESOLUTION_MICROSECONDS = 6,
};

#define NS_PER_S UINT64_C(1000000000)
#define SECONDS_MAX UINT64_C(0x1ffffffff)

struct pcapng {
    pcapng_read read;
    void *stream;
    uint64_t position; /* bytes read so far */
    bool swapped;      /* the section's byte order is not ours */
    bool ended;
    bool begun;    /* a section header was read */
    uint8_t *body; /* of the present block, without its two lengths and its type */
    size_t body_bytes, body_capacity;
    uint32_t first;   /* interface of the present section with number 0 */
    uint64_t time_ns; /* of the last packet */
    struct pcapng_interface *interfaces;
    uint32_t count;
    char damage[128];
};

struct pcapng *pcapng_open(pcapng_read read, void *stream)
{
    struct pcapng *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    file->read = read;
    file->stream = stream;
    return file;
}

void pcapng_close(struct pcapng *file)
{
    if (!file)
        return;
    free(file->body);
    free(file->interfaces);
    free(file);
}

const char *pcapng_damage(const struct pcapng *file) { return file->damage; }
uint32_t pcapng_interface_count(const struct pcapng *file) { return file->count; }

const struct pcapng_interface *pcapng_interface(const struct pcapng *file, uint32_t index)
{
    assert(index < file->count);
    return &file->interfaces[index];
}

static bool damaged(struct pcapng *file, const char *words)
{
    snprintf(file->damage, sizeof file->damage, "pcapng: %s", words);
    return false;
}

static uint16_t get16(const struct pcapng *file, const uint8_t *p)
{
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return file->swapped ? __builtin_bswap16(value) : value;
}

static uint32_t get32(const struct pcapng *file, const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return file->swapped ? __builtin_bswap32(value) : value;
}

static long take(struct pcapng *file, void *bytes, size_t size)
{
    long got = file->read(file->stream, bytes, size);
    file->position += got > 0 ? (size_t)got : 0;
    return got;
}

/* Reads the body of a block. The buffer grows with the bytes that were read, because a wrong length field must not make
 * us allocate memory for bytes that do not exist. */
static bool read_body(struct pcapng *file, size_t bytes)
{
    file->body_bytes = 0;
    while (file->body_bytes < bytes) {
        size_t want = bytes - file->body_bytes < CHUNK ? bytes - file->body_bytes : CHUNK;
        if (file->body_capacity < file->body_bytes + want) {
            uint8_t *grown = realloc(file->body, file->body_bytes + want);
            if (!grown)
                return damaged(file, "out of memory");
            file->body = grown;
            file->body_capacity = file->body_bytes + want;
        }
        long got = take(file, file->body + file->body_bytes, want);
        if (got < 0)
            return damaged(file, "reading failed");
        if ((size_t)got < want)
            return damaged(file, "the file ends within a block");
        file->body_bytes += want;
    }
    return true;
}

static bool section_begin(struct pcapng *file, const uint8_t magic[4])
{
    uint32_t value;
    memcpy(&value, magic, sizeof value);
    if (value != BYTE_ORDER_MAGIC && value != __builtin_bswap32(BYTE_ORDER_MAGIC))
        return damaged(file, "a section without byte order");
    file->swapped = value != BYTE_ORDER_MAGIC;
    file->first = file->count;
    file->begun = true;
    return true;
}

/* Reads one block. Sets file->ended if there is none. */
static bool read_block(struct pcapng *file, uint32_t *type)
{
    uint8_t head[12];
    size_t ahead = 0; /* bytes of the body that the header's reading took */
    long got = take(file, head, 8);
    file->ended = got == 0;
    if (file->ended)
        return true;
    if (got < 0)
        return damaged(file, "reading failed");
    if (got < 8)
        return damaged(file, "the file ends within a block");
    memcpy(type, head, sizeof *type);
    if (*type == PCAPNG_MAGIC) {
        if (take(file, head + 8, 4) != 4)
            return damaged(file, "the file ends within a block");
        if (!section_begin(file, head + 8))
            return false;
        ahead = 4;
    } else if (!file->begun) {
        return damaged(file, "no section header");
    }
    *type = get32(file, head);
    uint32_t length = get32(file, head + 4);
    if (length < BLOCK_MIN + ahead || length % 4 != 0 || length > BLOCK_MAX)
        return damaged(file, "a block of an impossible length");
    if (!read_body(file, length - 8 - ahead))
        return false;
    file->body_bytes -= 4;
    if (get32(file, file->body + file->body_bytes) != length)
        return damaged(file, "both lengths of a block differ");
    if (*type == PCAPNG_MAGIC &&
        (file->body_bytes < SECTION_FIXED - 4u || get16(file, file->body) != 1))
        return damaged(file, "a section of an unknown version");
    return true;
}

static void take_option(const struct pcapng *file, uint16_t code, const uint8_t *value,
                        uint16_t len, struct pcapng_interface *interface)
{
    if (code == OPTION_NAME) {
        size_t kept = len < PCAPNG_NAME_MAX - 1 ? len : PCAPNG_NAME_MAX - 1;
        memcpy(interface->name, value, kept);
        interface->name[kept] = 0;
    } else if (code == OPTION_RESOLUTION && len == 1) {
        interface->resolution = value[0];
    } else if (code == OPTION_OFFSET && len == 8) {
        uint64_t low = get32(file, value + (file->swapped ? 4 : 0));
        uint64_t high = get32(file, value + (file->swapped ? 0 : 4));
        interface->offset_seconds = (int64_t)(high << 32 | low);
    }
}

/* Reads the options up to the first one that does not fit into the block. */
static void take_options(const struct pcapng *file, size_t at, struct pcapng_interface *interface)
{
    while (at + 4 <= file->body_bytes) {
        uint16_t code = get16(file, file->body + at), len = get16(file, file->body + at + 2);
        at += 4;
        if (code == OPTION_END || len > file->body_bytes - at)
            return;
        take_option(file, code, file->body + at, len, interface);
        at += ((size_t)len + 3) / 4 * 4;
    }
}

static bool take_interface(struct pcapng *file)
{
    if (file->body_bytes < INTERFACE_FIXED)
        return damaged(file, "an interface block that is too short");
    if (file->count == PCAPNG_INTERFACES_MAX)
        return damaged(file, "more than 1024 interfaces");
    struct pcapng_interface *grown =
        realloc(file->interfaces, (file->count + 1) * sizeof *file->interfaces);
    if (!grown)
        return damaged(file, "out of memory");
    file->interfaces = grown;
    struct pcapng_interface *interface = &grown[file->count++];
    *interface = (struct pcapng_interface){.link = get16(file, file->body),
                                           .snaplen = get32(file, file->body + 4),
                                           .resolution = RESOLUTION_MICROSECONDS};
    take_options(file, INTERFACE_FIXED, interface);
    return true;
}

static uint64_t power10(unsigned exponent)
{
    uint64_t value = 1;
    for (unsigned i = 0; i < exponent; i++)
        value *= 10;
    return value;
}

/* Splits a time stamp into seconds and ns. Bit 7 of the resolution selects powers of 2 instead of powers of 10. Digits
 * below a nanosecond are removed first, so that all results fit into 64 bits. */
static void split_stamp(uint8_t resolution, uint64_t stamp, uint64_t *seconds, uint64_t *ns)
{
    unsigned exponent = resolution & 0x7f;
    if (resolution & 0x80) {
        unsigned drop = exponent > 32 ? exponent - 32 : 0;
        stamp = drop < 64 ? stamp >> drop : 0;
        exponent -= drop;
        *seconds = stamp >> exponent;
        *ns = (stamp & ((UINT64_C(1) << exponent) - 1)) * NS_PER_S >> exponent;
        return;
    }
    for (; exponent > 9; exponent--)
        stamp /= 10;
    uint64_t per_second = power10(exponent);
    *seconds = stamp / per_second;
    *ns = stamp % per_second * power10(9 - exponent);
}

uint64_t pcapng_time_ns(const struct pcapng_interface *interface, uint64_t stamp)
{
    uint64_t seconds, ns;
    split_stamp(interface->resolution, stamp, &seconds, &ns);
    int64_t offset = interface->offset_seconds;
    if (offset < 0) {
        uint64_t back = (uint64_t)0 - (uint64_t)offset;
        seconds = back > seconds ? 0 : seconds - back;
    } else {
        seconds = seconds > SECONDS_MAX || (uint64_t)offset > SECONDS_MAX
                      ? SECONDS_MAX
                      : seconds + (uint64_t)offset;
    }
    return (seconds > SECONDS_MAX ? SECONDS_MAX : seconds) * NS_PER_S + ns;
}

static bool take_bytes(struct pcapng *file, size_t at, uint32_t captured, uint32_t length,
                       struct pcapng_packet *packet)
{
    if (captured > file->body_bytes - at)
        return damaged(file, "a packet that is longer than its block");
    packet->bytes = file->body + at;
    packet->at = file->position - 4 - file->body_bytes + at; /* 4: the length behind the body */
    packet->captured = captured;
    packet->length = length > captured ? length : captured;
    return true;
}

/* Reads an enhanced packet or an obsolete packet. The obsolete one has a 16-bit interface number and a drop count. */
static bool take_packet(struct pcapng *file, uint32_t type, struct pcapng_packet *packet)
{
    const uint8_t *body = file->body;
    if (file->body_bytes < PACKET_FIXED)
        return damaged(file, "a packet block that is too short");
    uint32_t number = type == BLOCK_PACKET ? get32(file, body) : get16(file, body);
    if (number >= file->count - file->first)
        return damaged(file, "a packet of an interface that is not described");
    packet->interface = file->first + number;
    uint64_t stamp = (uint64_t)get32(file, body + 4) << 32 | get32(file, body + 8);
    file->time_ns = pcapng_time_ns(&file->interfaces[packet->interface], stamp);
    packet->time_ns = file->time_ns;
    return take_bytes(file, PACKET_FIXED, get32(file, body + 12), get32(file, body + 16), packet);
}

static bool take_simple_packet(struct pcapng *file, struct pcapng_packet *packet)
{
    if (file->body_bytes < 4 || file->count == file->first)
        return damaged(file, "a packet of an interface that is not described");
    uint32_t length = get32(file, file->body), captured = length;
    uint32_t snaplen = file->interfaces[file->first].snaplen;
    if (snaplen && captured > snaplen)
        captured = snaplen;
    if (captured > file->body_bytes - 4)
        captured = (uint32_t)file->body_bytes - 4;
    packet->interface = file->first;
    packet->time_ns = file->time_ns;
    return take_bytes(file, 4, captured, length, packet);
}

enum pcapng_state pcapng_next(struct pcapng *file, struct pcapng_packet *packet)
{
    while (file->damage[0] == 0) {
        uint32_t type = 0;
        if (!read_block(file, &type))
            break;
        if (file->ended)
            return PCAPNG_END;
        if (type == BLOCK_INTERFACE) {
            take_interface(file);
        } else if (type == BLOCK_PACKET || type == BLOCK_PACKET_OLD) {
            if (take_packet(file, type, packet))
                return PCAPNG_PACKET;
        } else if (type == BLOCK_PACKET_SIMPLE) {
            if (take_simple_packet(file, packet))
                return PCAPNG_PACKET;
        }
    }
    return PCAPNG_DAMAGED;
}

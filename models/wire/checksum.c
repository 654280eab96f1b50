#include "models/wire/checksum.h"

#include "models/wire/bytes.h"

#include <assert.h>
#include <zlib.h>

enum { IP_PROTOCOL_TCP = 6, V4_IN_V6 = 12 };

static uint64_t load64(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Adds in ones' complement: the carry out of bit 63 is added at bit 0. */
static uint64_t add_with_carry(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static uint32_t fold16(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    assert(sum <= 0xffff);
    return (uint32_t)sum;
}

/* Adds whole native words, because the byte order of the sum can be corrected by one swap at the end (RFC 1071 2.B). Four
 * independent sums allow the CPU to add in parallel. */
static uint32_t native_sum(const uint8_t *at, uint32_t len)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (; len >= 32; len -= 32, at += 32) {
        a = add_with_carry(a, load64(at));
        b = add_with_carry(b, load64(at + 8));
        c = add_with_carry(c, load64(at + 16));
        d = add_with_carry(d, load64(at + 24));
    }
    for (; len >= 8; len -= 8, at += 8)
        a = add_with_carry(a, load64(at));
    if (len) {
        uint64_t tail = 0;
        memcpy(&tail, at, len);
        b = add_with_carry(b, tail);
    }
    return fold16(add_with_carry(add_with_carry(a, b), add_with_carry(c, d)));
}

uint64_t checksum_add(uint64_t sum, const void *bytes, uint32_t len)
{
    uint32_t native = native_sum(bytes, len);
    return sum + __builtin_bswap16((uint16_t)native);
}

uint16_t checksum_finish(uint64_t sum) { return (uint16_t)~fold16(sum); }

uint64_t checksum_pseudo(uint8_t ip_version, const uint8_t src[16], const uint8_t dst[16],
                         uint32_t tcp_bytes)
{
    assert(ip_version == 4 || ip_version == 6);
    uint64_t sum = IP_PROTOCOL_TCP + (uint64_t)tcp_bytes;
    if (ip_version == 4)
        return sum + be16_load(src + V4_IN_V6) + be16_load(src + V4_IN_V6 + 2) +
               be16_load(dst + V4_IN_V6) + be16_load(dst + V4_IN_V6 + 2);
    sum = checksum_add(sum, src, 16);
    return checksum_add(sum, dst, 16);
}

uint32_t checksum_crc32(const void *bytes, uint32_t len) { return (uint32_t)crc32(0, bytes, len); }

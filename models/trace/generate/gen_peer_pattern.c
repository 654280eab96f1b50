/* The pattern of the generators. Each group of eight bytes is a hash of connection and position. */
#include "models/trace/generate/gen_peer_pattern.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the pattern stores words in little-endian order"
#endif

enum { WORD_BYTES = 8 };

/* Returns one word of the pattern. It uses the mixing steps of splitmix64, so that neighbouring words and connections have
 * unrelated bytes. */
static uint64_t pattern_word(uint32_t index, uint64_t word)
{
    uint64_t z = (word ^ ((uint64_t)index << 40)) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ (z >> 29);
}

uint8_t gen_pattern(uint32_t index, uint64_t offset)
{
    return (uint8_t)(pattern_word(index, offset / WORD_BYTES) >> (8 * (offset % WORD_BYTES)));
}

void gen_pattern_fill(uint32_t index, uint64_t offset, uint8_t *bytes, uint32_t len)
{
    for (; len > 0 && offset % WORD_BYTES; offset++, len--)
        *bytes++ = gen_pattern(index, offset);
    uint64_t word = offset / WORD_BYTES;
    for (; len >= WORD_BYTES; len -= WORD_BYTES, bytes += WORD_BYTES) {
        uint64_t value = pattern_word(index, word++);
        memcpy(bytes, &value, WORD_BYTES);
    }
    if (len > 0) {
        uint64_t value = pattern_word(index, word);
        memcpy(bytes, &value, len);
    }
}

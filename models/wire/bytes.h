/* Unaligned big-endian loads and stores, which all header parsers and builders use. */
#ifndef TOESIM_WIRE_BYTES_H
#define TOESIM_WIRE_BYTES_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the swaps below assume it");

static inline uint16_t be16_load(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static inline uint32_t be32_load(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return __builtin_bswap32(word);
}

static inline void be16_store(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void be32_store(uint8_t *at, uint32_t value)
{
    uint32_t word = __builtin_bswap32(value);
    memcpy(at, &word, sizeof word);
}

#endif

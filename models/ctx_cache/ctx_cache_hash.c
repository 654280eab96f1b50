#include "models/ctx_cache/ctx_cache_hash.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { HASH_WORDS = 10 };

/* Words of the binary digits of pi, some made odd: any fixed random words serve. */
static const uint32_t hash_keys[2][HASH_WORDS] = {
    {0x243f6a89, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89, 0x452821e6,
     0x38d01377, 0xbe5466cf},
    {0x801f2e2f, 0xb3916cf7, 0x24a19947, 0xf12c7f99, 0xba7c9045, 0x6a267e97, 0xb8e1afed, 0xd01adfb7,
     0x2ffd72db, 0x636920d9},
};

/* NH: sum of products of pairs (UMAC, RFC 4418 5.2.2), folded to the row number. */
static uint32_t hash_row(const uint32_t words[HASH_WORDS], const uint32_t keys[HASH_WORDS],
                         uint32_t rows)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < HASH_WORDS; i += 2) {
        uint32_t a = words[i] + keys[i];
        uint32_t b = words[i + 1] + keys[i + 1];
        sum += (uint64_t)a * b;
    }
    uint32_t half = (uint32_t)(sum >> 32) ^ (uint32_t)sum;
    half ^= half >> 15;
    return half & (rows - 1);
}

void ctx_cache_hash(const struct flow_key *key, uint32_t rows, uint32_t row[2])
{
    assert(rows != 0 && (rows & (rows - 1)) == 0);
    assert(key->reserved == 0);
    uint32_t words[HASH_WORDS];
    static_assert(sizeof words == sizeof *key, "the key is ten words");
    memcpy(words, key, sizeof words);
    row[0] = hash_row(words, hash_keys[0], rows);
    row[1] = hash_row(words, hash_keys[1], rows);
}

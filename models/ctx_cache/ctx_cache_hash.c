#include "models/ctx_cache/ctx_cache_hash.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum {
    WORD_BITS = 32,
    KEY_WORDS = 10,
    KEY_BITS = 312, /* the last eight bits of a flow key are reserved */
    HASH_BITS = 41, /* the number of bits of the result */
    ROW1_BIT = 20,  /* the first bit of the row in bank 1 */
    ROWS_MAX = 1 << 17,
    FINGERPRINT_BITS = 16,
};
static_assert(KEY_BITS + HASH_BITS - 1 <= CTX_HASH_WORDS * WORD_BITS, "the secret is long enough");

void ctx_hash_key_init(struct ctx_hash_key *secret)
{
    /* These are words of the binary digits of pi. Any other value would do, because a driver
     * writes a secret of its own. */
    *secret = (struct ctx_hash_key){{0x243f6a89, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0,
                                     0x082efa98, 0xec4e6c89, 0x452821e6, 0x38d01377, 0xbe5466cf,
                                     0x801f2e2f}};
}

void ctx_hash_key_push(struct ctx_hash_key *secret, uint32_t word)
{
    memmove(&secret->word[1], &secret->word[0], sizeof secret->word - sizeof secret->word[0]);
    secret->word[0] = word;
}

/* Returns HASH_BITS bits of the secret, beginning at this bit. */
static uint64_t window(const struct ctx_hash_key *secret, uint32_t bit)
{
    uint32_t at = bit / WORD_BITS, shift = bit % WORD_BITS;
    uint64_t low = secret->word[at], next = at + 1 < CTX_HASH_WORDS ? secret->word[at + 1] : 0;
    uint64_t bits = (low | next << WORD_BITS) >> shift;
    if (shift != 0 && at + 2 < CTX_HASH_WORDS)
        bits |= (uint64_t)secret->word[at + 2] << (2 * WORD_BITS - shift);
    return bits & ((UINT64_C(1) << HASH_BITS) - 1);
}

uint64_t ctx_hash_toeplitz(const struct ctx_hash_key *secret, const uint32_t *data, uint32_t count)
{
    assert(count <= KEY_BITS);
    uint64_t hash = 0;
    for (uint32_t bit = 0; bit < count; bit++)
        if (data[bit / WORD_BITS] >> bit % WORD_BITS & 1)
            hash ^= window(secret, bit);
    return hash;
}

/* Toeplitz alone is linear, so keys that differ in a few bits, such as consecutive ports, could
 * all fall into half of the rows. The two AND terms prevent that. */
struct ctx_hash ctx_cache_hash(const struct ctx_hash_key *secret, const struct flow_key *key,
                               uint32_t rows)
{
    assert(rows >= 2 && (rows & (rows - 1)) == 0 && rows <= ROWS_MAX);
    assert(key->reserved == 0);
    uint32_t words[KEY_WORDS];
    static_assert(sizeof words == sizeof *key, "the key is ten words");
    memcpy(words, key, sizeof words);
    uint64_t hash = ctx_hash_toeplitz(secret, words, KEY_BITS);
    uint64_t second = hash >> ROW1_BIT, mixed = hash ^ (second >> 1 & second >> 2);
    uint32_t row_bits = (uint32_t)__builtin_ctz(rows);
    uint32_t tail_bits = row_bits < FINGERPRINT_BITS ? FINGERPRINT_BITS - row_bits : 1;
    return (struct ctx_hash){
        .row = {(uint32_t)mixed & (rows - 1),
                (uint32_t)(second ^ (mixed >> 1 & mixed >> 2)) & (rows - 1)},
        .tail = (uint32_t)(second >> row_bits) & ((1u << tail_bits) - 1),
    };
}

bool ctx_hash_equal(const struct ctx_hash *a, const struct ctx_hash *b)
{
    return a->row[0] == b->row[0] && a->row[1] == b->row[1] && a->tail == b->tail;
}

#include "host-sw/stack/isn.h"

#include "models/base/units.h"

static uint64_t rotl(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[0] = rotl(v[0], 32);
    v[2] += v[3];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[2] = rotl(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t siphash24(const struct isn_key *key, const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    uint64_t v[4] = {key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
                     key->k0 ^ UINT64_C(0x6c7967656e657261),
                     key->k1 ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)in[i] << 8 * (i % 8);
        if (i % 8 == 7) {
            absorb(v, word);
            word = 0;
        }
    }
    absorb(v, word | (uint64_t)len << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void isn_key_init(struct isn_key *key, uint64_t seed)
{
    struct isn_key fixed = {seed, ~seed};
    key->k0 = siphash24(&fixed, "isn key 0", 9);
    key->k1 = siphash24(&fixed, "isn key 1", 9);
}

uint32_t isn_make(const struct isn_key *key, const struct flow_key *tuple, uint64_t now_ps)
{
    uint64_t hash = siphash24(key, tuple, sizeof *tuple);
    return (uint32_t)(now_ps / (4 * PS_PER_US)) + (uint32_t)hash;
}

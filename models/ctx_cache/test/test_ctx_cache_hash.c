/* Tests the row hash. Its Toeplitz part is compared with the published values of receive-side
 * scaling, which is the same function on bits in another order. Flows that share their rows
 * under one secret must not share them under another. */
#include "models/base/rng.h"
#include "models/ctx_cache/ctx_cache_hash.h"

#include <criterion/criterion.h>
#include <string.h>

enum { RSS_KEY_BYTES = 40, RSS_BITS = 32, ROWS = 16384, FLOWS = 64 };

/* "Verifying the RSS Hash Calculation", Microsoft: the key, and for each flow the source
 * address, destination address, source port and destination port as they are on the wire, and
 * the hash of all four. */
static const uint8_t rss_key[RSS_KEY_BYTES] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
static const struct {
    uint8_t bytes[36], count;
    uint32_t hash;
} rss[] = {
    {{66, 9, 149, 187, 161, 142, 100, 80, 0x0a, 0xea, 0x06, 0xe6}, 12, 0x51ccc178},
    {{199, 92, 111, 2, 65, 69, 140, 83, 0x37, 0x96, 0x12, 0x83}, 12, 0xc626b0ea},
    {{24, 19, 198, 95, 12, 22, 207, 184, 0x32, 0x62, 0x94, 0x88}, 12, 0x5c2b394a},
    {{66, 9, 149, 187, 161, 142, 100, 80}, 8, 0x323e8fc2},
    {{0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0,    7,    0x3f, 0xfe,
      0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0,    0,    0, 0, 0, 0, 0, 1, 0x0a, 0xea, 0x06, 0xe6},
     36,
     0x40207d3d},
};

static uint64_t reversed(uint64_t value, unsigned bits)
{
    uint64_t result = 0;
    for (unsigned i = 0; i < bits; i++)
        result |= (value >> i & 1) << (bits - 1 - i);
    return result;
}

/* RSS counts the bits of each byte, and those of its result, from the highest one. */
static void words_of(const uint8_t *bytes, size_t count, uint32_t *words)
{
    for (size_t i = 0; i < count; i++)
        words[i / 4] |= (uint32_t)reversed(bytes[i], 8) << 8 * (i % 4);
}

Test(ctx_cache_hash, is_that_of_receive_side_scaling)
{
    struct ctx_hash_key secret = {{0}};
    words_of(rss_key, sizeof rss_key, secret.word);
    for (size_t i = 0; i < sizeof rss / sizeof *rss; i++) {
        uint32_t data[9] = {0};
        words_of(rss[i].bytes, rss[i].count, data);
        uint64_t hash = ctx_hash_toeplitz(&secret, data, 8u * rss[i].count) & UINT32_MAX;
        cr_assert_eq(reversed(hash, RSS_BITS), rss[i].hash, "flow %zu: %llx", i,
                     (unsigned long long)reversed(hash, RSS_BITS));
    }
}

Test(ctx_cache_hash, words_move_up_as_they_come)
{
    struct ctx_hash_key secret;
    ctx_hash_key_init(&secret);
    for (uint32_t word = CTX_HASH_WORDS; word-- > 0;)
        ctx_hash_key_push(&secret, 100 + word);
    for (uint32_t word = 0; word < CTX_HASH_WORDS; word++)
        cr_assert_eq(secret.word[word], 100 + word);
}

static void client(uint64_t interface_id, struct flow_key *key)
{
    static const uint8_t local[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, [15] = 1};
    static const uint8_t net[8] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x99, 0, 0};
    memset(key, 0, sizeof *key);
    memcpy(key->laddr, local, sizeof local);
    memcpy(key->raddr, net, sizeof net);
    memcpy(key->raddr + sizeof net, &interface_id, sizeof interface_id);
    key->lport = 443;
    key->rport = 40000;
    key->vlan = VLAN_NONE;
    key->ip_version = 6;
}

static uint32_t rows_of(const struct ctx_hash_key *secret, uint64_t interface_id)
{
    struct flow_key key;
    client(interface_id, &key);
    struct ctx_hash hash = ctx_cache_hash(secret, &key, ROWS);
    return hash.row[0] | hash.row[1] << 14;
}

/* Returns the linear part of the hash. Flows with the same linear part share their rows. */
static uint64_t linear_of(const struct ctx_hash_key *secret, uint64_t interface_id)
{
    struct flow_key key;
    uint32_t words[10];
    client(interface_id, &key);
    memcpy(words, &key, sizeof words);
    uint64_t hash = ctx_hash_toeplitz(secret, words, 312);
    return hash;
}

/* Makes flows that share both rows, as an attacker who knows the secret could do. They differ in
 * the interface identifier of one /64 network. The hash is linear, so elimination finds
 * combinations of identifiers that do not change it. */
static void collide(const struct ctx_hash_key *secret, uint64_t ids[FLOWS])
{
    uint32_t shared = rows_of(secret, 0);
    uint64_t base = linear_of(secret, 0), pivot_value[41] = {0}, pivot_id[41] = {0}, kernel[23];
    int found = 0;
    for (int bit = 0; bit < 64 && found < 23; bit++) {
        uint64_t id = UINT64_C(1) << bit;
        uint64_t value = linear_of(secret, id) ^ base;
        for (int p = 0; p < 41 && value; p++) {
            if (!(value >> p & 1))
                continue;
            if (!pivot_value[p]) {
                pivot_value[p] = value;
                pivot_id[p] = id;
                break;
            }
            value ^= pivot_value[p];
            id ^= pivot_id[p];
        }
        if (!value)
            kernel[found++] = id;
    }
    cr_assert_geq(found, 6);
    for (uint32_t i = 0; i < FLOWS; i++) {
        ids[i] = 0;
        for (int k = 0; k < 6; k++)
            if (i >> k & 1)
                ids[i] ^= kernel[k];
        cr_assert_eq(rows_of(secret, ids[i]), shared, "known to share their rows");
    }
}

Test(ctx_cache_hash, flows_that_collide_under_one_secret_do_not_under_another)
{
    struct ctx_hash_key known, other;
    uint64_t ids[FLOWS];
    ctx_hash_key_init(&known);
    collide(&known, ids);
    uint32_t word = 1;
    for (int trial = 0; trial < 16; trial++) {
        other = known;
        for (int i = 0; i < CTX_HASH_WORDS; i++)
            ctx_hash_key_push(&other, word = word * 1664525 + 1013904223); /* any words will do */
        uint32_t pairs = 0;
        for (int a = 0; a < FLOWS; a++)
            for (int b = 0; b < a; b++)
                pairs += rows_of(&other, ids[a]) == rows_of(&other, ids[b]);
        cr_assert_eq(pairs, 0, "2,016 pairs, 2^28 places");
    }
}

/* Under many secrets, consecutive ports of one client use nearly all rows of a small table, as
 * random numbers do. */
Test(ctx_cache_hash, consecutive_ports_spread_over_all_rows)
{
    enum { SMALL_ROWS = 32, PORTS = 128, TRIALS = 200 };
    struct ctx_hash_key secret;
    uint32_t crowded = 0;
    struct rng rng;
    rng_init(&rng, 1, "secrets");
    ctx_hash_key_init(&secret);
    for (int trial = 0; trial < TRIALS; trial++) {
        uint32_t used[2] = {0};
        for (int i = 0; i < CTX_HASH_WORDS; i++)
            ctx_hash_key_push(&secret, (uint32_t)rng_u64(&rng));
        for (uint16_t port = 0; port < PORTS; port++) {
            struct flow_key key;
            client(1, &key);
            key.rport = (uint16_t)(40000 + port);
            struct ctx_hash hash = ctx_cache_hash(&secret, &key, SMALL_ROWS);
            used[0] |= 1u << hash.row[0];
            used[1] |= 1u << hash.row[1];
        }
        /* 128 random numbers leave 0.6 of 32 rows empty on average. A linear hash leaves a
         * quarter of the rows empty under one secret in four. */
        crowded += __builtin_popcount(used[0]) < SMALL_ROWS * 3 / 4;
        crowded += __builtin_popcount(used[1]) < SMALL_ROWS * 3 / 4;
    }
    cr_assert_leq(crowded, 2 * TRIALS / 20, "%u of %d banks", crowded, 2 * TRIALS);
}

/* Rows and fingerprint are as many bits as the width of the rows and 16 more, and no bit of them is
 * wasted: random keys, and consecutive ports of one client, are equal as seldom as numbers of so many
 * bits are. */
Test(ctx_cache_hash, fingerprints_are_equal_as_seldom_as_random_numbers)
{
    enum { KEYS = 1024, TRIALS = 16, SMALL = 2 };
    static struct ctx_hash seen[KEYS];
    struct ctx_hash_key secret;
    struct rng rng;
    uint32_t pairs[2] = {0};
    rng_init(&rng, 2, "secrets");
    ctx_hash_key_init(&secret);
    for (int trial = 0; trial < 2 * TRIALS; trial++) {
        for (int i = 0; i < CTX_HASH_WORDS; i++)
            ctx_hash_key_push(&secret, (uint32_t)rng_u64(&rng));
        for (uint32_t i = 0; i < KEYS; i++) {
            struct flow_key key;
            client(trial % 2 ? rng_u64(&rng) : 1, &key);
            key.rport = (uint16_t)(40000 + i);
            seen[i] = ctx_cache_hash(&secret, &key, SMALL);
            cr_assert_lt(seen[i].tail, 1u << 15, "rows of one bit leave 15 bits");
            for (uint32_t j = 0; j < i; j++)
                pairs[trial % 2] += ctx_hash_equal(&seen[i], &seen[j]);
        }
    }
    /* 1024 * 1023 / 2 pairs of 17 bits are four per trial. */
    cr_assert_lt(pairs[0], 4 * TRIALS * 2, "%u pairs of consecutive ports", pairs[0]);
    cr_assert_lt(pairs[1], 4 * TRIALS * 2, "%u pairs of random keys", pairs[1]);
    cr_assert_gt(pairs[1], 4 * TRIALS / 2, "%u pairs of random keys", pairs[1]);
}

/* The tail has one bit when the row number has 17. */
Test(ctx_cache_hash, fingerprints_of_the_largest_table_have_a_tail)
{
    struct ctx_hash_key secret;
    uint32_t tails = 0;
    ctx_hash_key_init(&secret);
    for (uint64_t i = 0; i < 64; i++) {
        struct flow_key key;
        client(i * 0x9e3779b97f4a7c15, &key);
        uint32_t tail = ctx_cache_hash(&secret, &key, 1 << 17).tail;
        cr_assert_leq(tail, 1);
        tails |= 1u << tail;
    }
    cr_assert_eq(tails, 3, "the bit takes both values");
}

/* Seeded random numbers, one independent stream per consumer name: adding a consumer changes no other. */
#ifndef TOESIM_BASE_RNG_H
#define TOESIM_BASE_RNG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* xoshiro256**, by value in its owner. */
struct rng {
    uint64_t s[4];
};

/* The stream of (seed, name): the name is hashed into the seed, the state filled by splitmix64. */
void rng_init(struct rng *rng, uint64_t seed, const char *name);

uint64_t rng_u64(struct rng *rng);

/* Uniform in [0, bound); bound > 0. Unbiased. */
uint64_t rng_below(struct rng *rng, uint64_t bound);

#ifdef __cplusplus
}
#endif

#endif

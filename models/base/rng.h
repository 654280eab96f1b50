/* Seeded random numbers. Each consumer name has an independent stream, so a new consumer changes no other. */
#ifndef TOESIM_BASE_RNG_H
#define TOESIM_BASE_RNG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The state of xoshiro256**, which its owner embeds. */
struct rng {
    uint64_t s[4];
};

/* Starts the stream of (seed, name): the name is hashed into the seed, and splitmix64 fills the state. */
void rng_init(struct rng *rng, uint64_t seed, const char *name);

uint64_t rng_u64(struct rng *rng);

/* Returns an unbiased uniform number in [0, bound); bound > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Paced requests of a generated client (an open loop): each request is due at a time that does not depend on the answers.
 * The latency of an answer counts from when its request was due, so what waits behind a slow answer counts in full.
 */
#ifndef TOESIM_TRACE_GEN_REQUESTS_H
#define TOESIM_TRACE_GEN_REQUESTS_H

#include "models/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum gen_arrival {
    GEN_ARRIVAL_FIXED,       /* each interval has the same length; the first one is drawn */
    GEN_ARRIVAL_EXPONENTIAL, /* a Poisson process */
};

/* Of each client. */
struct gen_request_params {
    uint32_t count;
    uint64_t interval_ps; /* between two requests; of GEN_ARRIVAL_EXPONENTIAL the mean */
    enum gen_arrival arrival;
    uint32_t bytes, response_bytes;
    /* Takes the latency of each answer; may be null. */
    void (*on_response)(void *self, uint64_t latency_ps);
    void *self;
};

/* When each request is due, one after the other. Two copies give the same times. */
struct gen_schedule {
    struct rng rng;
    uint64_t at_ps;
    uint32_t number; /* of the request that is due at at_ps, from 0 */
};

struct gen_requests {
    struct gen_schedule due;      /* of the next request */
    struct gen_schedule answered; /* of the next one that gets an answer */
};

/* The connection is established: the first request is due within an interval. */
void gen_requests_start(struct gen_requests *requests, const struct gen_request_params *params,
                        uint64_t seed, uint32_t index, uint64_t now_ps);

/* Returns how many bytes of requests are due by now. */
uint64_t gen_requests_due_bytes(struct gen_requests *requests,
                                const struct gen_request_params *params, uint64_t now_ps);

/* Returns when the next request is due, TIME_NEVER if all of them were. */
uint64_t gen_requests_next_ps(const struct gen_requests *requests,
                              const struct gen_request_params *params);

/* So many bytes of answers are here, in order. */
void gen_requests_on_bytes(struct gen_requests *requests, const struct gen_request_params *params,
                           uint64_t bytes, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif

#include "models/trace/generate/gen_requests.h"

#include "models/base/units.h"

#include <assert.h>

/* Returns mean x fraction / 2^32. */
static uint64_t scale(uint64_t mean, uint32_t fraction)
{
    return (mean >> 32) * fraction + ((mean & UINT32_MAX) * fraction >> 32);
}

static uint32_t uniform(struct rng *rng) { return (uint32_t)(rng_u64(rng) >> 32); }

/* Draws from the exponential distribution without floating point. A number x below 1 is kept if the run of falling numbers
 * that it begins has an odd length, which happens with probability e^-x. Each x that is not kept adds 1 to the result. */
static uint64_t exponential(struct rng *rng, uint64_t mean_ps)
{
    for (uint64_t whole = 0;; whole++) {
        uint32_t first = uniform(rng), last = first;
        bool odd = true;
        for (uint32_t next = uniform(rng); next < last; next = uniform(rng)) {
            last = next;
            odd = !odd;
        }
        if (odd)
            return whole * mean_ps + scale(mean_ps, first);
    }
}

static void advance(struct gen_schedule *schedule, const struct gen_request_params *params)
{
    schedule->at_ps += params->arrival == GEN_ARRIVAL_EXPONENTIAL
                           ? exponential(&schedule->rng, params->interval_ps)
                           : params->interval_ps;
    schedule->number++;
}

void gen_requests_start(struct gen_requests *requests, const struct gen_request_params *params,
                        uint64_t seed, uint32_t index, uint64_t now_ps)
{
    struct gen_schedule *due = &requests->due;
    assert(params->count > 0 && params->interval_ps > 0);
    rng_init(&due->rng, seed ^ (uint64_t)index << 32, "gen_requests");
    due->number = 0;
    due->at_ps = now_ps + (params->arrival == GEN_ARRIVAL_EXPONENTIAL
                               ? exponential(&due->rng, params->interval_ps)
                               : rng_below(&due->rng, params->interval_ps));
    requests->answered = *due;
}

uint64_t gen_requests_due_bytes(struct gen_requests *requests,
                                const struct gen_request_params *params, uint64_t now_ps)
{
    struct gen_schedule *due = &requests->due;
    while (due->number < params->count && due->at_ps <= now_ps)
        advance(due, params);
    return (uint64_t)due->number * params->bytes;
}

uint64_t gen_requests_next_ps(const struct gen_requests *requests,
                              const struct gen_request_params *params)
{
    return requests->due.number < params->count ? requests->due.at_ps : TIME_NEVER;
}

void gen_requests_on_bytes(struct gen_requests *requests, const struct gen_request_params *params,
                           uint64_t bytes, uint64_t now_ps)
{
    struct gen_schedule *answered = &requests->answered;
    while (answered->number < requests->due.number &&
           bytes >= (answered->number + UINT64_C(1)) * params->response_bytes) {
        if (params->on_response)
            params->on_response(params->self, now_ps - answered->at_ps);
        advance(answered, params);
    }
}

/* Tests the times of paced requests, and what counts as the latency of a response. */
#include "models/trace/generate/gen_requests.h"

#include "models/base/units.h"

#include <criterion/criterion.h>

enum { SAMPLES = 20000 };

static uint64_t latency_ps[8];
static unsigned responses;

static void on_response(void *self, uint64_t ps)
{
    (void)self;
    cr_assert_lt(responses, sizeof latency_ps / sizeof latency_ps[0]);
    latency_ps[responses++] = ps;
}

static struct gen_request_params params = {.count = SAMPLES,
                                           .interval_ps = 1000,
                                           .bytes = 10,
                                           .response_bytes = 100,
                                           .on_response = on_response};

static void setup(void) { responses = 0; }

TestSuite(gen_requests, .init = setup);

Test(gen_requests, fixed_intervals_begin_at_a_time_of_their_own)
{
    struct gen_requests a, b;
    gen_requests_start(&a, &params, 1, 0, 5000);
    gen_requests_start(&b, &params, 1, 1, 5000);
    uint64_t first_ps = gen_requests_next_ps(&a, &params);
    cr_assert(first_ps >= 5000 && first_ps < 6000);
    cr_assert_neq(first_ps, gen_requests_next_ps(&b, &params), "clients do not ask in step");
    cr_assert_eq(gen_requests_due_bytes(&a, &params, first_ps - 1), 0);
    cr_assert_eq(gen_requests_due_bytes(&a, &params, first_ps), 10);
    cr_assert_eq(gen_requests_next_ps(&a, &params), first_ps + 1000);
    cr_assert_eq(gen_requests_due_bytes(&a, &params, first_ps + 3999), 40, "four are due");
    cr_assert_eq(gen_requests_due_bytes(&a, &params, first_ps + SAMPLES * UINT64_C(2000)),
                 SAMPLES * UINT64_C(10));
    cr_assert_eq(gen_requests_next_ps(&a, &params), TIME_NEVER);
}

/* Of an exponential distribution 1 - 1/e of the values are below the mean, and its mean square is twice its squared mean. */
Test(gen_requests, exponential_intervals_have_their_distribution)
{
    struct gen_request_params poisson = params;
    struct gen_requests r;
    poisson.arrival = GEN_ARRIVAL_EXPONENTIAL;
    poisson.interval_ps = 1000000;
    gen_requests_start(&r, &poisson, 7, 3, 0);
    uint64_t last_ps = 0, sum = 0, below = 0;
    double squares = 0;
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t at_ps = gen_requests_next_ps(&r, &poisson), gap_ps = at_ps - last_ps;
        sum += gap_ps;
        below += gap_ps < poisson.interval_ps;
        squares += (double)gap_ps * (double)gap_ps;
        (void)gen_requests_due_bytes(&r, &poisson, at_ps);
        last_ps = at_ps;
    }
    double mean = (double)sum / SAMPLES;
    cr_assert(mean > 980000 && mean < 1020000, "mean %f", mean);
    cr_assert(below > 0.622 * SAMPLES && below < 0.642 * SAMPLES, "%llu",
              (unsigned long long)below);
    cr_assert(squares / SAMPLES > 1.9 * mean * mean && squares / SAMPLES < 2.1 * mean * mean);
}

/* Three requests wait behind a slow response. Each of them counts from its own time, and not from when it could be sent. */
Test(gen_requests, latency_counts_from_when_a_request_was_due)
{
    struct gen_requests r;
    gen_requests_start(&r, &params, 1, 0, 0);
    uint64_t first_ps = gen_requests_next_ps(&r, &params);
    (void)gen_requests_due_bytes(&r, &params, first_ps + 2500);
    gen_requests_on_bytes(&r, &params, 99, first_ps + 2500);
    cr_assert_eq(responses, 0, "it is not whole");
    gen_requests_on_bytes(&r, &params, 250, first_ps + 2600);
    cr_assert_eq(responses, 2);
    cr_assert_eq(latency_ps[0], 2600);
    cr_assert_eq(latency_ps[1], 1600);
    gen_requests_on_bytes(&r, &params, 400, first_ps + 2700);
    cr_assert_eq(responses, 3, "a response without a request does not count");
    cr_assert_eq(latency_ps[2], 700);
}

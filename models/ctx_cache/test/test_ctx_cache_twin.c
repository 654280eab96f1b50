/* Tests models/ctx_cache/ctx_cache_twin.c: a cache that answers like the model passes, and each kind of difference is told. The
 * cache is a model of its own here, whose answers the tests change. */
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "models/ctx_cache/ctx_cache_twin.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { SETS = 2, WAYS = 2, ENTRIES = 16, IDS = 16, CONN = 5 };

static struct ctx_core cache;
static struct ctx_twin *twin;
static unsigned differences;
static char what_differs[128];
static uint8_t image[CTX_BYTES];

static void on_difference(void *self, const char *what, uint64_t mine, uint64_t golden)
{
    (void)self;
    cr_assert_neq(mine, golden);
    if (differences++ == 0)
        (void)snprintf(what_differs, sizeof what_differs, "%s", what);
}

static void setup(void)
{
    differences = 0;
    what_differs[0] = '\0';
    cr_assert(ctx_core_init(&cache, SETS, WAYS, ENTRIES, IDS));
    cache.stepwise = true;
    twin = ctx_twin_create(SETS, WAYS, ENTRIES, IDS, (struct ctx_twin_judge){on_difference, NULL});
    cr_assert_not_null(twin);
}

static void teardown(void)
{
    ctx_twin_destroy(twin);
    ctx_core_free(&cache);
}

TestSuite(ctx_twin, .init = setup, .fini = teardown);

static struct flow_key key(void)
{
    return (struct flow_key){.lport = 80, .rport = 4000, .ip_version = 4};
}

/* Serves a request in the cache, tells the twin of its effect, and returns the answer. */
static struct ctx_rsp serve(struct ctx_req req)
{
    struct ctx_rsp rsp;
    ctx_twin_submit(twin, &req);
    ctx_core_execute(&cache, &req, &rsp);
    bool returns = req.op == CTX_OP_UNLOCK;
    ctx_twin_on_effect(twin, req.op == CTX_OP_LOOKUP ? CTX_TWIN_LOOKUP : CTX_TWIN_COMMIT, returns,
                       req.who);
    return rsp;
}

static void install(void)
{
    struct ctx_rsp rsp =
        serve((struct ctx_req){.op = CTX_OP_RESERVE, .gen = 1, .conn = CONN, .key = key()});
    ctx_twin_response(twin, &rsp);
    cr_assert_eq(rsp.result, CTX_OK);
    ctx_core_key_to_line(&(struct flow_key){.lport = 80, .rport = 4000, .ip_version = 4},
                         image + CTX_CONST_LINE * CTX_LINE_BYTES);
    rsp = serve((struct ctx_req){.op = CTX_OP_INSTALL, .gen = 1, .conn = CONN, .image = image});
    ctx_twin_response(twin, &rsp);
    cr_assert_eq(rsp.result, CTX_OK);
}

Test(ctx_twin, equal_answers_pass)
{
    install();
    struct ctx_rsp rsp = serve((struct ctx_req){.op = CTX_OP_LOOKUP, .key = key()});
    ctx_twin_response(twin, &rsp);
    cr_assert_eq(rsp.conn, CONN);
    rsp = serve((struct ctx_req){.op = CTX_OP_READ_LOCK, .gen = 1, .conn = CONN});
    ctx_twin_response(twin, &rsp);
    rsp = serve((struct ctx_req){.op = CTX_OP_UNLOCK, .gen = 1, .conn = CONN});
    ctx_twin_response(twin, &rsp);
    ctx_twin_finish(twin, &cache.stats);
    cr_assert_eq(differences, 0, "%s", what_differs);
    cr_assert_eq(ctx_twin_answers(twin), 5);
}

Test(ctx_twin, each_field_of_an_answer_is_compared)
{
    install();
    struct ctx_rsp rsp = serve((struct ctx_req){.op = CTX_OP_READ_LOCK, .gen = 1, .conn = CONN});
    struct ctx_rsp wrong = rsp;
    uint8_t changed[CTX_BYTES];
    memcpy(changed, rsp.image, sizeof changed);
    changed[CTX_BYTES - 1] ^= 4;
    wrong.image = changed;
    wrong.gen++;
    wrong.conn++;
    wrong.place++;
    wrong.result++;
    ctx_twin_response(twin, &wrong);
    cr_assert_eq(differences, 5);
}

Test(ctx_twin, an_effect_without_a_request_differs)
{
    ctx_twin_on_effect(twin, CTX_TWIN_COMMIT, false, CTX_WHO_RX);
    cr_assert_eq(differences, 1);
    ctx_twin_on_effect(twin, CTX_TWIN_LOOKUP, false, 0);
    ctx_twin_on_effect(twin, CTX_TWIN_FILL, false, 0);
    ctx_twin_on_effect(twin, CTX_TWIN_INJECT, false, 0);
    cr_assert_eq(differences, 4);
}

Test(ctx_twin, an_answer_without_an_effect_differs)
{
    install();
    struct ctx_req req = {.op = CTX_OP_READ_LOCK, .gen = 1, .conn = CONN};
    ctx_twin_submit(twin, &req);
    ctx_twin_response(twin, &(struct ctx_rsp){.op = CTX_OP_READ_LOCK, .conn = CONN, .gen = 1});
    cr_assert_eq(differences, 1);
    cr_assert_not_null(strstr(what_differs, "without an effect"));
}

/* Two READ_LOCKs of one context may not both be served. */
Test(ctx_twin, a_lock_that_is_taken_twice_differs)
{
    install();
    struct ctx_rsp rsp = serve((struct ctx_req){.op = CTX_OP_READ_LOCK, .gen = 1, .conn = CONN});
    ctx_twin_response(twin, &rsp);
    struct ctx_req again = {.op = CTX_OP_READ_LOCK, .who = CTX_WHO_TX, .gen = 1, .conn = CONN};
    cr_assert(ctx_core_must_wait(&cache, &again));
    ctx_twin_submit(twin, &again);
    differences = 0;
    ctx_twin_finish(twin, &cache.stats); /* something is under way, so nothing is compared */
    cr_assert_eq(differences, 0);
}

Test(ctx_twin, counts_are_compared_at_the_end)
{
    install();
    struct ctx_store_stats stats = cache.stats;
    stats.installs++;
    ctx_twin_finish(twin, &stats);
    cr_assert_eq(differences, 1);
    cr_assert_not_null(strstr(what_differs, "installs"));
}

Test(ctx_twin, a_reset_forgets_contexts_and_requests)
{
    install();
    struct ctx_req req = {.op = CTX_OP_READ_LOCK, .gen = 1, .conn = CONN};
    ctx_twin_submit(twin, &req);
    ctx_twin_reset(twin);
    struct ctx_store_stats stats = cache.stats;
    ctx_core_free(&cache);
    cr_assert(ctx_core_init(&cache, SETS, WAYS, ENTRIES, IDS));
    cache.stepwise = true;
    cache.stats = stats;
    install();
    cr_assert_eq(differences, 0, "%s", what_differs);
}

/* Tests models/stats/server_timers: which connections have a retransmission timer that runs and
 * may still fire. */
#include "models/base/units.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_enums.h"
#include "models/stats/server_timers.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CONN = 3 };

static struct server_timers *timers;
static const struct flow_key key = {.ip_version = 4, .lport = 80, .rport = 1000};

static void emit(enum probe_kind kind, uint64_t now_ps, struct probe_event event)
{
    event.kind = (uint8_t)kind;
    event.now_ps = now_ps;
    event.conn = CONN;
    server_timers_on_event(timers, &event);
}

/* Writes the context with a retransmission timer that is due in this time; 0 means that no timer
 * runs. */
static void writes(uint64_t now_ps, uint32_t due_in_us)
{
    struct conn_ctx ctx = {.rexmt_deadline = (uint32_t)(now_ps / PS_PER_US) + due_in_us,
                           .timers = due_in_us ? CTX_TIMER_REXMT : 0};
    emit(PROBE_CTX_WRITTEN, now_ps, (struct probe_event){.context.image = &ctx});
}

static void setup(void)
{
    timers = server_timers_create(8);
    emit(PROBE_CONN_OPEN, 0, (struct probe_event){.opened.key = &key});
}

static void teardown(void) { server_timers_destroy(timers); }

TestSuite(server_timers, .init = setup, .fini = teardown);

Test(server_timers, a_timer_runs_from_the_context_that_has_it_to_the_one_that_has_not)
{
    cr_expect_not(server_timers_runs(timers, &key, 0));
    writes(PS_PER_MS, 200000);
    cr_expect(server_timers_runs(timers, &key, 100 * PS_PER_MS));
    writes(100 * PS_PER_MS, 0);
    cr_expect_not(server_timers_runs(timers, &key, 100 * PS_PER_MS));
}

/* The clock of the deadlines has 32 bits, so it wraps after 71 minutes. */
Test(server_timers, a_timer_that_nobody_serves_does_not_run_for_ever)
{
    uint64_t start_ps = 4294 * PS_PER_S;
    writes(start_ps, 60 * 1000000);
    cr_expect(server_timers_runs(timers, &key, start_ps + 60 * PS_PER_S));
    cr_expect(server_timers_runs(timers, &key, start_ps + 69 * PS_PER_S));
    cr_expect_not(server_timers_runs(timers, &key, start_ps + 71 * PS_PER_S));
    writes(start_ps + 72 * PS_PER_S, 1000);
    cr_expect(server_timers_runs(timers, &key, start_ps + 73 * PS_PER_S));
}

Test(server_timers, an_ended_connection_has_none)
{
    writes(PS_PER_MS, 200000);
    emit(PROBE_APP_CLOSED, 2 * PS_PER_MS, (struct probe_event){0});
    cr_expect_not(server_timers_runs(timers, &key, 3 * PS_PER_MS));
}

/* Tests host-sw/app/app_watch.c: the calls to the application are reported as it sees them. */
#include "host-sw/app/app_watch.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>

struct heard {
    uint32_t syns, established, readable, urgent, notices, closed;
    uint32_t conn, cookie;
    enum nic_term_cause cause;
};

static bool heard_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                      struct app_accept *accept)
{
    (void)key, (void)syn;
    accept->cookie = 7;
    return ++((struct heard *)self)->syns > 0;
}

static void heard_established(void *self, uint32_t conn, uint32_t cookie)
{
    (void)conn, (void)cookie;
    ((struct heard *)self)->established++;
}

static void heard_notice(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice)
{
    (void)conn, (void)cookie, (void)notice;
    ((struct heard *)self)->notices++;
}

static void heard_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct heard *heard = self;
    heard->closed++;
    heard->conn = conn;
    heard->cookie = cookie;
    heard->cause = cause;
}

static struct bed bed;
static struct app_watch *watch;
static struct heard heard;

static void setup(void)
{
    static const struct app_ops ops = {.on_syn = heard_syn,
                                       .on_established = heard_established,
                                       .on_notice = heard_notice,
                                       .on_closed = heard_closed};
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
    heard = (struct heard){0};
    watch = app_watch_create(&ops, &heard, fake_bus(bed.fake), &bed.probe);
    app_watch_attach(watch, bed.sw);
}

static void teardown(void)
{
    app_watch_destroy(watch);
    bed_end(&bed);
}

TestSuite(app_watch, .init = setup, .fini = teardown);

Test(app_watch, calls_reach_the_application_unchanged)
{
    const struct app_ops *ops = app_watch_ops(watch);
    struct app_accept accept = {0};
    cr_assert(ops->on_syn(watch, NULL, NULL, &accept));
    cr_assert_eq(accept.cookie, 7);
    ops->on_established(watch, 1, 7);
    ops->on_notice(watch, 1, 7, NIC_NOTICE_RETRANSMITTING);
    cr_assert_eq(heard.established, 1);
    cr_assert_eq(heard.notices, 1);
    cr_assert_null(ops->on_readable, "the application does not want to know");
    cr_assert_null(ops->on_cookie_syn, "so it is never answered with a SYN cookie");
    cr_assert_null(ops->on_run);
}

Test(app_watch, each_end_is_an_event_and_counted_by_its_kind)
{
    const struct app_ops *ops = app_watch_ops(watch);
    ops->on_closed(watch, bed.conn, 7, NIC_TERM_ENGINE_ERROR);
    const struct probe_event *event = bed_last_probe(&bed, PROBE_APP_CLOSED);
    cr_assert_not_null(event);
    cr_assert_eq(event->conn, bed.conn);
    cr_assert_eq(event->gen, bed.gen);
    cr_assert_eq(event->ended.cause, NIC_TERM_ENGINE_ERROR);
    cr_assert_eq(event->ended.app_number, 7);
    cr_assert_eq(heard.closed, 1);
    cr_assert_eq(heard.cookie, 7);
    cr_assert_eq(heard.cause, NIC_TERM_ENGINE_ERROR);
    ops->on_closed(watch, bed.conn, 7, NIC_TERM_NONE);
    cr_assert_eq(bed_probes(&bed, PROBE_APP_CLOSED), 2, "it hides no second call either");
    cr_assert_eq(app_watch_get_stats(watch)->notices, 1);
    cr_assert_eq(app_watch_get_stats(watch)->closed, 1);
}

Test(app_watch, an_application_without_on_closed_is_counted_too)
{
    static const struct app_ops ops = {.on_syn = heard_syn};
    struct app_watch *bare = app_watch_create(&ops, &heard, fake_bus(bed.fake), NULL);
    app_watch_ops(bare)->on_closed(bare, bed.conn, 7, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(app_watch_get_stats(bare)->notices, 1);
    app_watch_destroy(bare);
}

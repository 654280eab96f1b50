#include "host-sw/app/app_watch.h"
#include "host-sw/dispatch/conn_api.h"

#include <assert.h>
#include <stdlib.h>

struct app_watch {
    struct app_ops ops; /* what the host calls */
    const struct app_ops *app;
    void *self;
    struct nic_bus bus;
    const struct probe *probe;
    const struct host_sw *host;
    struct app_watch_stats stats;
};

static bool watch_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                         struct app_accept *accept)
{
    struct app_watch *watch = self;
    return watch->app->on_syn(watch->self, key, syn, accept);
}

static bool watch_on_cookie_syn(void *self, const struct flow_key *key,
                                const struct tcp_segment *syn, struct app_accept *accept)
{
    struct app_watch *watch = self;
    return watch->app->on_cookie_syn(watch->self, key, syn, accept);
}

static void watch_on_established(void *self, uint32_t conn, uint32_t cookie)
{
    struct app_watch *watch = self;
    watch->stats.established++;
    watch->app->on_established(watch->self, conn, cookie);
}

#define PASS_ON(event)                                                                             \
    static void watch_##event(void *self, uint32_t conn, uint32_t cookie)                          \
    {                                                                                              \
        struct app_watch *watch = self;                                                            \
        watch->app->event(watch->self, conn, cookie);                                              \
    }
PASS_ON(on_readable)
PASS_ON(on_writable)
PASS_ON(on_peer_fin)
PASS_ON(on_urgent)
#undef PASS_ON

static void watch_on_notice(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice)
{
    struct app_watch *watch = self;
    watch->app->on_notice(watch->self, conn, cookie, notice);
}

static void report_closed(const struct app_watch *watch, uint32_t conn, uint32_t cookie,
                          enum nic_term_cause cause)
{
    struct dir_view view;
    host_conn_view(watch->host, conn, &view);
    struct probe_event event = {.now_ps = watch->bus.ops->now_ps(watch->bus.self),
                                .ended.cause = cause,
                                .ended.app_number = cookie,
                                .conn = conn,
                                .gen = view.gen,
                                .nic = view.owner,
                                .kind = PROBE_APP_CLOSED};
    probe_emit(watch->probe, &event);
}

static void watch_on_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct app_watch *watch = self;
    watch->stats.closed += cause == NIC_TERM_NONE;
    watch->stats.notices += cause != NIC_TERM_NONE;
    if (probe_wants(watch->probe, PROBE_APP_CLOSED))
        report_closed(watch, conn, cookie, cause);
    if (watch->app->on_closed)
        watch->app->on_closed(watch->self, conn, cookie, cause);
}

static uint64_t watch_on_run(void *self, uint64_t now_ps)
{
    struct app_watch *watch = self;
    return watch->app->on_run(watch->self, now_ps);
}

struct app_watch *app_watch_create(const struct app_ops *ops, void *self, struct nic_bus bus,
                                   const struct probe *probe)
{
    assert(ops && ops->on_syn);
    struct app_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->app = ops;
    watch->self = self;
    watch->bus = bus;
    watch->probe = probe;
    watch->ops.on_syn = watch_on_syn;
    watch->ops.on_closed = watch_on_closed;
#define IF_THERE(event) watch->ops.event = ops->event ? watch_##event : NULL
    IF_THERE(on_cookie_syn);
    IF_THERE(on_established);
    IF_THERE(on_readable);
    IF_THERE(on_writable);
    IF_THERE(on_peer_fin);
    IF_THERE(on_urgent);
    IF_THERE(on_notice);
    IF_THERE(on_run);
#undef IF_THERE
    return watch;
}

void app_watch_destroy(struct app_watch *watch) { free(watch); }

const struct app_ops *app_watch_ops(const struct app_watch *watch) { return &watch->ops; }

void app_watch_attach(struct app_watch *watch, const struct host_sw *host) { watch->host = host; }

const struct app_watch_stats *app_watch_get_stats(const struct app_watch *watch)
{
    return &watch->stats;
}

#include "host-sw/app/app_mux.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>

enum { NO_FREE = UINT32_MAX, DEFAULT_APP = APP_MUX_APPS_MAX };

struct mux_app {
    const struct app_ops *ops; /* null if there is no such application */
    void *self;
    uint16_t port;
};

/* Each accepted SYN has such an entry. Its index is the cookie that the mux gives to the host. */
struct mux_conn {
    uint32_t cookie; /* the cookie of the application */
    uint32_t next_free;
    uint8_t app;
};

struct app_mux {
    struct mux_app apps[APP_MUX_APPS_MAX + 1]; /* the last one is the default */
    unsigned app_count;
    uint32_t conn_max, free_first;
    struct mux_conn conns[];
};

struct app_mux *app_mux_create(uint32_t conn_max)
{
    assert(conn_max > 0);
    struct app_mux *mux = calloc(1, sizeof *mux + conn_max * sizeof mux->conns[0]);
    if (!mux)
        return NULL;
    mux->conn_max = conn_max;
    for (uint32_t i = 0; i < conn_max; i++)
        mux->conns[i].next_free = i + 1 < conn_max ? i + 1 : (uint32_t)NO_FREE;
    return mux;
}

void app_mux_destroy(struct app_mux *mux) { free(mux); }

static unsigned find_port(const struct app_mux *mux, uint16_t port)
{
    for (unsigned i = 0; i < mux->app_count; i++)
        if (mux->apps[i].port == port)
            return i;
    return DEFAULT_APP;
}

bool app_mux_add(struct app_mux *mux, uint16_t port, const struct app_ops *ops, void *self)
{
    assert(ops->on_syn);
    if (mux->app_count == APP_MUX_APPS_MAX || find_port(mux, port) != DEFAULT_APP)
        return false;
    mux->apps[mux->app_count++] = (struct mux_app){ops, self, port};
    return true;
}

void app_mux_set_default(struct app_mux *mux, const struct app_ops *ops, void *self)
{
    assert(ops->on_syn && !mux->apps[DEFAULT_APP].ops);
    mux->apps[DEFAULT_APP] = (struct mux_app){ops, self, 0};
}

static bool mux_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                       struct app_accept *accept)
{
    struct app_mux *mux = self;
    unsigned index = find_port(mux, key->lport);
    const struct mux_app *app = &mux->apps[index];
    accept->busy = app->ops && mux->free_first == NO_FREE;
    if (!app->ops || accept->busy || !app->ops->on_syn(app->self, key, syn, accept))
        return false;
    uint32_t slot = mux->free_first;
    struct mux_conn *conn = &mux->conns[slot];
    mux->free_first = conn->next_free;
    conn->app = (uint8_t)index;
    conn->cookie = accept->cookie;
    accept->cookie = slot;
    return true;
}

static bool mux_on_cookie_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                              struct app_accept *accept)
{
    const struct app_mux *mux = self;
    const struct mux_app *app = &mux->apps[find_port(mux, key->lport)];
    accept->busy = app->ops && mux->free_first == NO_FREE;
    return app->ops && app->ops->on_cookie_syn && !accept->busy &&
           app->ops->on_cookie_syn(app->self, key, syn, accept);
}

static const struct mux_app *app_of(const struct app_mux *mux, uint32_t slot, uint32_t *cookie)
{
    assert(slot < mux->conn_max);
    *cookie = mux->conns[slot].cookie;
    return &mux->apps[mux->conns[slot].app];
}

#define FORWARD(event)                                                                             \
    static void mux_##event(void *self, uint32_t id, uint32_t slot)                                \
    {                                                                                              \
        uint32_t cookie;                                                                           \
        const struct mux_app *app = app_of(self, slot, &cookie);                                   \
        if (app->ops->event)                                                                       \
            app->ops->event(app->self, id, cookie);                                                \
    }
FORWARD(on_established)
FORWARD(on_readable)
FORWARD(on_writable)
FORWARD(on_peer_fin)
FORWARD(on_urgent)
#undef FORWARD

static void mux_on_notice(void *self, uint32_t id, uint32_t slot, enum nic_notice notice)
{
    uint32_t cookie;
    const struct mux_app *app = app_of(self, slot, &cookie);
    if (app->ops->on_notice)
        app->ops->on_notice(app->self, id, cookie, notice);
}

static void mux_on_closed(void *self, uint32_t id, uint32_t slot, enum nic_term_cause cause)
{
    struct app_mux *mux = self;
    uint32_t cookie;
    const struct mux_app *app = app_of(mux, slot, &cookie);
    if (app->ops->on_closed)
        app->ops->on_closed(app->self, id, cookie, cause);
    mux->conns[slot].next_free = mux->free_first;
    mux->free_first = slot;
}

static uint64_t mux_on_run(void *self, uint64_t now_ps)
{
    struct app_mux *mux = self;
    uint64_t next_ps = TIME_NEVER;
    for (unsigned i = 0; i <= APP_MUX_APPS_MAX; i++) {
        const struct mux_app *app = &mux->apps[i];
        if (app->ops && app->ops->on_run)
            next_ps = u64_min(next_ps, app->ops->on_run(app->self, now_ps));
    }
    return next_ps;
}

const struct app_ops *app_mux_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = mux_on_syn,
        .on_cookie_syn = mux_on_cookie_syn,
        .on_established = mux_on_established,
        .on_readable = mux_on_readable,
        .on_writable = mux_on_writable,
        .on_peer_fin = mux_on_peer_fin,
        .on_urgent = mux_on_urgent,
        .on_notice = mux_on_notice,
        .on_closed = mux_on_closed,
        .on_run = mux_on_run,
    };
    return &ops;
}

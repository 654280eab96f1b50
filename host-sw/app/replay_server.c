#include "host-sw/app/replay_server.h"
#include "host-sw/dispatch/conn_api.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { READ_CHUNK = 16 * 1024, STATES = 256 };

/* A script whose connection is open. */
struct replay_state {
    struct replay_script script;
    struct replay_step ahead; /* the step with number ahead_index - 1 */
    size_t ahead_index;       /* 0: no step has been fetched yet */
    size_t step;              /* number of the next step */
    uint64_t sent;            /* bytes of a SEND step already written */
    uint64_t written;         /* bytes written in all steps */
    uint64_t received;
    bool peer_fin;
};

struct replay_server {
    struct replay_state ***states; /* in pieces of STATES; null where none was ever open */
    size_t count, pieces;
    struct replay_server_hooks hooks;
    struct host_sw *sw;
    uint8_t chunk[READ_CHUNK];
    uint8_t *written; /* bytes on their way to a transmit ring */
    uint32_t written_capacity;
};

struct replay_server *replay_server_create(size_t count, struct replay_server_hooks hooks)
{
    assert(hooks.find && hooks.describe && hooks.step && hooks.fill);
    struct replay_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->count = count;
    server->pieces = count / STATES + 1;
    server->hooks = hooks;
    server->states = calloc(server->pieces, sizeof *server->states);
    if (!server->states) {
        free(server);
        return NULL;
    }
    return server;
}

void replay_server_destroy(struct replay_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < server->pieces; i++) {
        for (int k = 0; server->states[i] && k < STATES; k++)
            free(server->states[i][k]);
        free(server->states[i]);
    }
    free(server->states);
    free(server->written);
    free(server);
}

/* Returns the state of a script, or null if its connection is not open. */
static struct replay_state *state_of(const struct replay_server *server, size_t script)
{
    assert(script < server->count);
    struct replay_state **piece = server->states[script / STATES];
    return piece ? piece[script % STATES] : NULL;
}

static struct replay_state *state_begin(struct replay_server *server, size_t script)
{
    struct replay_state ***piece = &server->states[script / STATES];
    if (!*piece)
        *piece = memory_zeroed(STATES, sizeof **piece);
    struct replay_state **state = &(*piece)[script % STATES];
    assert(!*state);
    *state = memory_zeroed(1, sizeof **state);
    server->hooks.describe(server->hooks.self, script, &(*state)->script);
    return *state;
}

static void state_end(struct replay_server *server, size_t script)
{
    struct replay_state **piece = server->states[script / STATES];
    if (!piece)
        return;
    free(piece[script % STATES]);
    piece[script % STATES] = NULL;
}

void replay_server_attach(struct replay_server *server, struct host_sw *sw) { server->sw = sw; }

size_t replay_server_steps_left(const struct replay_server *server, size_t script)
{
    const struct replay_state *state = state_of(server, script);
    assert(state);
    return state->script.step_count - state->step;
}

static bool on_cookie_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                          struct app_accept *accept)
{
    struct replay_server *server = self;
    (void)syn;
    size_t script = server->hooks.find(server->hooks.self, key);
    if (script >= server->count || state_of(server, script))
        return false;
    struct replay_script of;
    server->hooks.describe(server->hooks.self, script, &of);
    *accept = (struct app_accept){.offered = of.offered,
                                  .mss = of.mss,
                                  .rcv_ws = of.rcv_ws,
                                  .nodelay = true, /* Nagle's algorithm would change the timing */
                                  .cookie = (uint32_t)script};
    return true;
}

static bool on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                   struct app_accept *accept)
{
    struct replay_server *server = self;
    if (!on_cookie_syn(self, key, syn, accept))
        return false;
    /* A tuple that opens again starts its script again, because the first attempt has failed. */
    (void)state_begin(server, accept->cookie);
    return true;
}

/* Writes up to `left` bytes, as many as the transmit ring has room for. Returns their number. */
static uint32_t write_some(struct replay_server *server, uint32_t conn, size_t script,
                           uint64_t offset, uint64_t left)
{
    uint32_t space = host_conn_writable(server->sw, conn);
    uint32_t len = left < space ? (uint32_t)left : space;
    if (len == 0)
        return 0;
    if (len > server->written_capacity) {
        server->written = memory_grow(server->written, len, 1);
        server->written_capacity = len;
    }
    server->hooks.fill(server->hooks.self, script, offset, server->written, len);
    return host_conn_write(server->sw, conn, server->written, len);
}

static const struct replay_step *next_step(struct replay_server *server, size_t script)
{
    struct replay_state *state = state_of(server, script);
    if (state->ahead_index != state->step + 1)
        server->hooks.step(server->hooks.self, script, state->step, &state->ahead);
    state->ahead_index = state->step + 1;
    return &state->ahead;
}

/* Carries out the next step if it is due. Returns true if the step is complete, so that the next one may be due too. */
static bool do_step(struct replay_server *server, uint32_t conn, size_t script)
{
    struct replay_state *state = state_of(server, script);
    const struct replay_step *step = next_step(server, script);
    if (state->received < step->rx_bytes || (step->peer_fin && !state->peer_fin))
        return false;
    if (step->kind == REPLAY_FIN) {
        host_conn_close(server->sw, conn);
        return true;
    }
    if (step->kind == REPLAY_RST) {
        /* A reset discards unsent bytes, so it waits until the bytes that the captured peer had are acknowledged. */
        if (state->written - host_conn_unacked(server->sw, conn) < step->tx_acked_bytes)
            return false;
        host_conn_abort(server->sw, conn);
        return true;
    }
    assert(step->offset + step->len <= state->script.stream_bytes);
    uint32_t len =
        write_some(server, conn, script, step->offset + state->sent, step->len - state->sent);
    state->sent += len;
    state->written += len;
    if (state->sent < step->len)
        return false;
    state->sent = 0;
    return true;
}

static void go_on(struct replay_server *server, uint32_t conn, size_t script)
{
    struct replay_state *state = state_of(server, script);
    while (state->step < state->script.step_count && do_step(server, conn, script))
        state->step++;
}

static void on_established(void *self, uint32_t conn, uint32_t cookie)
{
    go_on(self, conn, cookie);
}

static void on_readable(void *self, uint32_t conn, uint32_t cookie)
{
    struct replay_server *server = self;
    struct replay_state *state = state_of(server, cookie);
    uint32_t len;
    while ((len = host_conn_read(server->sw, conn, server->chunk, sizeof server->chunk)) > 0) {
        if (server->hooks.on_bytes)
            server->hooks.on_bytes(server->hooks.self, cookie, state->received, server->chunk, len);
        state->received += len;
    }
    go_on(server, conn, cookie);
}

static void on_writable(void *self, uint32_t conn, uint32_t cookie) { go_on(self, conn, cookie); }

static void on_peer_fin(void *self, uint32_t conn, uint32_t cookie)
{
    struct replay_server *server = self;
    state_of(server, cookie)->peer_fin = true;
    go_on(server, conn, cookie);
}

static void on_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct replay_server *server = self;
    (void)conn;
    state_end(server, cookie);
    if (server->hooks.on_end)
        server->hooks.on_end(server->hooks.self, cookie, cause);
}

const struct app_ops *replay_server_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = on_syn,
        .on_cookie_syn = on_cookie_syn,
        .on_established = on_established,
        .on_readable = on_readable,
        .on_writable = on_writable,
        .on_peer_fin = on_peer_fin,
        .on_closed = on_closed,
    };
    return &ops;
}

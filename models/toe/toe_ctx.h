/* The engine's side of the context cache: requests, locks, the end of a connection. */
#ifndef TOESIM_TOE_TOE_CTX_H
#define TOESIM_TOE_TOE_CTX_H

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"

enum {
    CTX_QUEUE = 8, /* cache requests waiting because submit() said no */
};

struct toe_engine;

/* One requester's hold on one context. */
enum lock_phase {
    LOCK_IDLE,
    LOCK_ASKED,
    LOCK_HELD,
    LOCK_REMOVING, /* by the holder; what is in `before` and `ctx` no longer counts */
};

struct toe_lock {
    enum lock_phase phase;
    uint32_t conn;
    uint16_t gen;
    struct conn_ctx before; /* as read */
    struct conn_ctx ctx;    /* worked on */
    struct nic_event end;   /* LOCK_REMOVING: told when the context is gone */
};

struct ctx_wait {
    struct ctx_req req;
    uint8_t image[CTX_BYTES];
};

struct ctx_port {
    bool busy; /* one of READ_LOCK .. SCAN is outstanding */
    uint32_t head, count;
    struct ctx_wait wait[CTX_QUEUE];
};

/* The cache goes to power-on state, unless it still is; also what waits for it is forgotten. */
void toe_ctx_reset(struct toe_engine *e, uint64_t now_ps);
bool toe_ctx_is_ready(const struct toe_engine *e);
void toe_ctx_send(struct toe_engine *e, const struct ctx_req *req, uint64_t now_ps);
void toe_ctx_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps);
bool toe_lock_is_free(const struct toe_engine *e, enum ctx_who who);
void toe_lock_ask(struct toe_engine *e, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps);
void toe_lock_write(struct toe_engine *e, enum ctx_who who, uint64_t now_ps);
void toe_lock_remove(struct toe_engine *e, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps);
bool toe_lock_settle(struct toe_engine *e, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps);
void toe_conn_refresh(struct toe_engine *e, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps);
/* own: OWN_ABSENT, or OWN_TOMBSTONE when the cache keeps an entry. */
void toe_conn_end(struct toe_engine *e, const struct nic_event *end, uint8_t own, uint64_t now_ps);

#endif

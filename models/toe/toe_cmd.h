/* Commands of the host (toe_cmd.c), and those that move connections (toe_move.c). */
#ifndef TOESIM_TOE_TOE_CMD_H
#define TOESIM_TOE_TOE_CMD_H

#include "models/base/frame.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"

enum {
    OPS_MAX = 16,      /* commands under way */
    HELD_MAX = 256,    /* held frames of one INSTALL */
    PREFETCH_MAX = 64, /* descriptors fetched and not used */
};

struct toe_engine;
struct rx_item;

struct held_frame {
    struct frame *frame;
    uint64_t buffer;
    bool here;
};

enum op_step {
    OP_FREE,
    OP_READ,  /* DMA reads out */
    OP_PORT,  /* waits for or uses the cache's DRIVER port */
    OP_DRAIN, /* FREEZE: frozen in the cache, own work not yet done */
    OP_HELD,  /* INSTALL: active, held frames not all applied */
    OP_TX,    /* TX_FRAME: frame being read */
};

struct cmd_op {
    struct nic_cmd cmd;
    uint8_t step;
    uint8_t ctx_op;     /* what to ask of the DRIVER port */
    uint8_t own_before; /* INSTALL that fails: back to this */
    uint8_t result;     /* ABORT, ICMP: what it ends with when the context is removed */
    bool completed;     /* its event is posted */
    bool frozen;
    bool list_here;
    uint16_t gen_before;
    uint32_t reads; /* INSTALL: DMA reads out */
    uint32_t held_next;
    uint32_t fetched;
    uint64_t frozen_ps, drained_ps;
    struct flow_key key;
    struct conn_ctx image; /* as read */
    struct conn_ctx live;
    struct held_frame held[HELD_MAX]; /* from here on not cleared at start */
    struct nic_held list[HELD_MAX];
};

struct toe_cmd {
    struct nic_cmd queue[PREFETCH_MAX];
    uint32_t head, count;
    struct cmd_op op[OPS_MAX];
    uint32_t ops_used;
    bool serial; /* RESERVE, RELEASE, ABORT or ICMP under way: nothing starts */
    uint8_t port_queue[OPS_MAX];
    uint32_t port_head, port_count;
    uint8_t port_op;
    uint8_t held_queue[OPS_MAX]; /* INSTALLs with held frames, in order of activation */
    uint32_t held_count;
    uint32_t draining;
};

/* --- toe_cmd.c --- */
void toe_cmd_kick(struct toe_engine *e, uint64_t now_ps);
void toe_cmd_done(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_cmd_complete(struct toe_engine *e, const struct nic_cmd *cmd, uint8_t result,
                      uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps);
void toe_cmd_free(struct toe_engine *e, uint8_t op);
void toe_cmd_ask_port(struct toe_engine *e, uint8_t op, uint8_t ctx_op, uint64_t now_ps);
void toe_cmd_port_kick(struct toe_engine *e, uint64_t now_ps);
void toe_cmd_on_response(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps);
void toe_cmd_flush(struct toe_engine *e, uint64_t now_ps);
uint8_t toe_cmd_result(uint8_t ctx_result);
void toe_cmd_key(const struct conn_ctx *image, struct flow_key *key);
void toe_cmd_read(struct toe_engine *e, uint64_t address, uint32_t len, uint32_t index,
                  void (*fn)(void *, uint64_t, bool, const uint8_t *, uint32_t, uint64_t),
                  uint64_t now_ps);

/* --- toe_move.c --- */
void toe_move_freeze(struct toe_engine *e, uint8_t op, uint64_t now_ps);
void toe_move_on_frozen(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_move_drain_kick(struct toe_engine *e, uint64_t now_ps);
void toe_move_on_extracted(struct toe_engine *e, uint8_t op, const struct ctx_rsp *rsp,
                           uint64_t now_ps);
void toe_move_install(struct toe_engine *e, uint8_t op, uint64_t now_ps);
void toe_move_on_installed(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_move_fetch_kick(struct toe_engine *e, uint64_t now_ps);
void toe_move_flush_held(struct toe_engine *e, struct cmd_op *o, uint64_t now_ps);
bool toe_move_held_take(struct toe_engine *e, struct rx_item *item);
void toe_move_held_applied(struct toe_engine *e, uint32_t conn, uint64_t now_ps);
bool toe_move_inject(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps);

#endif
